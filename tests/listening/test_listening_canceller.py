"""Our own voice is taken out of the microphone; what a person says stays."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from tests.sound.voices import ESPEAK_GB, SLT, Voices
from voice.listening.alignment import SEARCH, WINDOW, find_lag
from voice.listening.canceller import Canceller, CancellingSource
from voice.listening.model import Model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import DIGITAL_SILENCE, RATE, Block, Samples, level

BLOCK = 320
WORDS = ("stop", "wait a moment", "too fast", "next", "gentle", "it hurts", "stretching")
Signal = npt.NDArray[np.float32]


@dataclass
class Tape:
    """What a loudspeaker played, on a clock that may be wrong by a constant."""

    played: Samples
    clock_error: float = 0.0
    openings: int = 1

    def position(self, at: float) -> int:
        return round((at + self.clock_error) * RATE)

    def read(self, start: int, count: int) -> Samples:
        samples = np.zeros(count, np.int16)
        first, last = max(start, 0), min(start + count, self.played.size)
        if first < last:
            samples[first - start : last - start] = self.played[first:last]
        return samples

    @property
    def silent_from(self) -> int:
        loud = np.flatnonzero(self.played)
        return int(loud[-1]) + 1 if loud.size else 0


def speechlike(seconds: float, seed: int = 1, dbfs: float = -23.0) -> Samples:
    """Noise with the loudness of syllables."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE)
    syllables = np.repeat(rng.uniform(0.0, 1.0, count // 2400 + 1) ** 2, 2400)[:count]
    sound = np.convolve(rng.standard_normal(count), [1, 0.7, 0.4, 0.2], "same") * syllables
    sound *= 10 ** (dbfs / 20) / np.sqrt(np.mean(np.square(sound)))
    return np.clip(sound * 32768, -32768, 32767).astype(np.int16)


def room(played: Samples, delay: float = 0.03, seed: int = 2) -> Samples:
    """The same sound after a delay and 0.15 s of reverberation, 6 dB quieter."""
    rng = np.random.default_rng(seed)
    tail = rng.standard_normal(2400) * np.exp(-np.arange(2400) / 350)
    tail[0] = 4
    response = np.concatenate((np.zeros(round(delay * RATE)), tail))
    response *= 0.5 / np.sqrt(np.sum(np.square(response)))
    echo = np.fft.irfft(
        np.fft.rfft(played, played.size + response.size)
        * np.fft.rfft(response, played.size + response.size),
        played.size + response.size,
    )[: played.size]
    return np.rint(echo).astype(np.int16)


def blocks(sound: Samples, size: int = BLOCK) -> Iterator[Block]:
    for start in range(0, sound.size - size + 1, size):
        yield Block(sound[start : start + size], (start + size) / RATE)


def cleaned(canceller: Canceller, sound: Samples, size: int = BLOCK) -> Samples:
    pieces = [piece.samples for b in blocks(sound, size) for piece in canceller.clean(b)]
    return np.concatenate(pieces)


def dB_removed(before: Samples, after: Samples, since: float) -> float:  # noqa: N802
    begins = round(since * RATE)
    return level(before[begins : after.size]) - level(after[begins:])


@pytest.mark.parametrize("size", [320, 512, 160, 441])
def test_own_voice_is_removed_whatever_the_blocks(size: int) -> None:
    played = speechlike(12)
    heard = room(played)
    after = cleaned(Canceller(Tape(played)), heard, size)
    assert after.size > heard.size - 2 * size
    assert dB_removed(heard, after, since=4) > 20


@pytest.mark.parametrize("error", [-0.4, -0.12, 0.0, 0.12, 0.3, 0.6])
def test_clocks_may_be_wrong(error: float) -> None:
    played = speechlike(16)
    heard = room(played, delay=0.05)
    after = cleaned(Canceller(Tape(played, clock_error=error)), heard)
    assert dB_removed(heard, after, since=10) > 18


def test_a_person_passes_through_unharmed(voices: Voices) -> None:
    played = speechlike(14)
    echo = room(played)
    person = np.zeros_like(echo)
    said = voices.say("how do i stretch my back", SLT, dbfs=-29.0)
    person[9 * RATE : 9 * RATE + said.size] = said
    after = cleaned(Canceller(Tape(played)), echo + person)
    spoken = slice(9 * RATE, 9 * RATE + said.size)
    harm = after[spoken].astype(np.int32) - person[spoken]
    assert level(person[spoken]) - level(np.clip(harm, -32768, 32767).astype(np.int16)) > 12


def test_silence_of_the_loudspeaker_costs_nothing_and_changes_nothing() -> None:
    heard = speechlike(2)
    canceller = Canceller(Tape(np.zeros(2 * RATE, np.int16)))
    given = list(blocks(heard, 500))
    got = [piece for b in given for piece in canceller.clean(b)]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(given, got, strict=True))
    assert {piece.echo for piece in got} == {DIGITAL_SILENCE}


def test_what_remains_of_our_voice_is_expected_about_as_loud_as_it_is() -> None:
    played = speechlike(12)
    canceller = Canceller(Tape(played))
    got = [piece for b in blocks(room(played)) for piece in canceller.clean(b)][400:]
    above = [level(piece.samples) - piece.echo for piece in got if level(piece.samples) > -80]
    assert -3 < np.median(above) < 8
    assert np.percentile(above, 90) < 12


def test_a_person_is_expected_to_be_heard_where_there_is_no_echo(voices: Voices) -> None:
    """Headphones: our own voice never comes back, so nothing in the microphone is ours."""
    played = speechlike(8.0)
    person = voices.say("stop", SLT, dbfs=-30.0)
    heard = np.zeros(played.size, np.int16)
    heard[-person.size :] = person
    canceller = Canceller(Tape(played))
    pieces = [piece for b in blocks(heard) for piece in canceller.clean(b)]
    louder = [level(piece.samples) - piece.echo for piece in pieces[-person.size // BLOCK :]]
    assert max(louder) > 20.0


def test_with_headphones_a_person_is_never_taken_for_our_voice() -> None:
    played = speechlike(8)
    heard = speechlike(8, seed=5, dbfs=-70.0)
    canceller = Canceller(Tape(played))
    got = [piece for b in blocks(heard) for piece in canceller.clean(b)]
    assert max(piece.echo for piece in got[200:]) < -50


def test_with_headphones_no_word_of_a_person_is_held_back(voices: Voices) -> None:
    """However much a person sounds like our own voice for a moment."""
    sentence = "Gentle stretching loosens the tight fibres, and it improves your flexibility."
    played = np.tile(voices.say(sentence, ESPEAK_GB, dbfs=-20.0), 10)
    heard = np.zeros(played.size, np.int16)
    for begin, word in zip(range(2 * RATE, played.size, 2 * RATE), itertools.cycle(WORDS)):
        said = voices.say(word, ESPEAK_GB, dbfs=-26.0)[: played.size - begin]
        heard[begin : begin + said.size] = said
    canceller = Canceller(Tape(played))
    got = [piece for b in blocks(heard) for piece in canceller.clean(b)]
    assert max(piece.echo for piece in got[100:]) < -45


def test_nothing_is_taken_for_a_person_before_the_filter_has_learnt() -> None:
    played = speechlike(3)
    canceller = Canceller(Tape(played))
    got = [piece for b in blocks(room(played)) for piece in canceller.clean(b)]
    loud = [piece for piece in got if level(piece.samples) > -50]
    assert loud
    assert np.percentile([level(piece.samples) - piece.echo for piece in loud], 95) < 6


def test_it_finds_its_way_after_the_microphone_has_lost_sound() -> None:
    played = speechlike(20)
    heard = room(played)
    canceller = Canceller(Tape(played))
    for b in blocks(heard[: 6 * RATE]):
        list(canceller.clean(b))
    after = [
        piece.samples
        for b in blocks(heard)
        if b.at > 6.5  # half a second never arrived
        for piece in canceller.clean(b)
    ]
    assert dB_removed(heard[-4 * RATE :], np.concatenate(after)[-4 * RATE :], since=0) > 18


def test_after_the_loudspeaker_was_opened_anew_nothing_of_our_voice_is_taken_for_a_person() -> None:
    played = speechlike(20)
    before, later = room(played), room(played, delay=0.038, seed=4)
    heard = np.concatenate([before[: 10 * RATE], later[10 * RATE :]])
    tape = Tape(played)
    canceller = Canceller(tape)
    first = [p for b in blocks(heard[: 10 * RATE]) for p in canceller.clean(b)]
    tape.openings += 1
    then = [p for b in blocks(heard) if b.at > 10.0 for p in canceller.clean(b)]
    loud = [piece for piece in then if level(piece.samples) > -50]
    assert np.percentile([level(piece.samples) - piece.echo for piece in loud], 95) < 6
    after = np.concatenate([piece.samples for piece in (*first, *then)])
    assert dB_removed(heard, after, since=16) > 18


@pytest.mark.parametrize("lag", [-12000, -300, 0, 77, 4000, 15000])
def test_the_lag_is_found_to_the_sample(lag: int) -> None:
    played = speechlike((WINDOW + 2 * SEARCH) / RATE)
    heard = played[SEARCH - lag : SEARCH - lag + WINDOW]
    found = find_lag(played, heard)
    assert found.clear
    assert found.samples == lag


def test_no_lag_is_believed_where_there_is_no_echo() -> None:
    played = speechlike((WINDOW + 2 * SEARCH) / RATE)
    assert not find_lag(played, speechlike(WINDOW / RATE, seed=9)).clear


def test_a_source_gives_what_the_microphone_gives_without_our_voice() -> None:
    played = speechlike(8)
    heard = room(played)

    class Microphone:
        overflows = 3
        closed = False

        def blocks(self, report: object) -> Iterator[Block]:
            del report
            yield from blocks(heard)

        def close(self) -> None:
            self.closed = True

    microphone = Microphone()
    source = CancellingSource(microphone, Tape(played))
    after = np.concatenate([b.samples for b in source.blocks(lambda _: None)])
    source.close()
    assert dB_removed(heard, after, since=4) > 15
    assert source.overflows == microphone.overflows
    assert microphone.closed


@pytest.mark.parametrize("phrase", ["stop", "wait", "again", "it hurts"])
def test_a_few_phrases_are_heard_besides_while_our_voice_sounds(
    model: Model, voices: Voices, phrase: str
) -> None:
    recognizer = Recognizer(model, ("how do i stretch my back",), interrupting=(phrase, "next"))
    said = voices.say(phrase, ESPEAK_GB)
    for interrupting, expected in ((False, ""), (True, phrase)):
        recognizer.begin(interrupting=interrupting)
        recognizer.accept(said)
        assert recognizer.finish().text == expected


@pytest.mark.parametrize(
    ("heard", "interrupting", "expected"),
    [
        ("this again", True, "again"),
        ("louder for good", True, "louder"),
        ("next summer", True, "next"),
        ("the next summer is far away now", True, ""),
        ("next summer", False, ""),
    ],
)
def test_a_control_among_one_or_two_words_that_our_voice_has_left_is_obeyed(
    model: Model, voices: Voices, heard: str, interrupting: bool, expected: str
) -> None:
    phrases = ("again", "louder", "next", "stop", "slow down")
    recognizer = Recognizer(model, ("how do i stretch my back",), interrupting=phrases)
    recognizer.begin(interrupting=interrupting)
    recognizer.accept(voices.say(heard, SLT))
    assert recognizer.finish().text == expected


def test_over_our_voice_a_partial_needs_a_second_opinion(model: Model, voices: Voices) -> None:
    recognizer = Recognizer(model, ("stop",), interrupting=("stop",))
    recognizer.begin(interrupting=True)
    recognizer.accept(voices.say("the weather is lovely today", SLT))
    assert not recognizer.agrees("stop")
    recognizer.finish()
    recognizer.begin(interrupting=False)
    assert recognizer.agrees("stop")
