"""The listener: what it reports, in which order, and how soon an utterance ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.listening.conftest import PHRASES
from tests.sound.voices import AWB, FESTIVAL, KAL16, RMS, SLT, Voice, Voices
from voice.events import Heard, Level, Mended, Partial, SpeechBegan, SpeechPerhaps, Trouble
from voice.listening.endpoint import Endpoint, Pace, Said
from voice.listening.gate import GateSettings, SpeechGate
from voice.listening.listener import Event, Hearing, Hint, Listener, hear
from voice.listening.model import Model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import DIGITAL_SILENCE, RATE, Block, Samples
from voice.listening.sources import FileSource

NETWORK_LOOKS_AHEAD = 0.34
"""Seconds."""


class Live:
    """Hands sound out as fast as it is taken; after it, silence until it is closed."""

    overflows = 4

    def __init__(self, *sounds: Samples) -> None:
        self._sounds = list(sounds)
        self._closed = threading.Event()
        self.may_go_on = threading.Event()

    def blocks(self, report: Callable[[Trouble | Mended], None]) -> Iterator[Block]:
        del report
        at = 0.0
        for sound in self._sounds:
            for start in range(0, sound.size, 320):
                at += 0.02
                yield Block(sound[start : start + 320], at)
            self.may_go_on.wait(5)
            self.may_go_on.clear()
        while not self._closed.wait(0.001):
            at += 0.02
            yield Block(np.zeros(320, np.int16), at)

    def close(self) -> None:
        self._closed.set()
        self.may_go_on.set()


def complete(text: str) -> bool:
    return text in PHRASES


def recording(folder: Path, *sounds: Samples) -> Path:
    path = folder / "said.wav"
    soundfile.write(path, np.concatenate(sounds), RATE)
    return path


def taken(
    hearing: Hearing, sound: Samples, echo: float = DIGITAL_SILENCE
) -> Iterator[tuple[float, Hint]]:
    """What becomes of the sound, and after how many seconds of it."""
    for start in range(0, sound.size, 320):
        block = Block(sound[start : start + 320], (start + 320) / RATE, echo)
        for event in hearing.take(block):
            yield block.at, event


def events_of(
    recognizer: Recognizer, sound: Samples, endpoint: Endpoint | None = None
) -> list[Hint]:
    hearing = Hearing(recognizer, is_complete=complete, endpoint=endpoint)
    return [*(event for _, event in taken(hearing, sound)), *hearing.end()]


def utterances(recognizer: Recognizer, sound: Samples) -> list[Heard]:
    return [event for event in events_of(recognizer, sound) if isinstance(event, Heard)]


def heard_after(recognizer: Recognizer, sound: Samples, endpoint: Endpoint) -> tuple[str, float]:
    """The first thing heard, and the seconds of sound it took."""
    hearing = Hearing(recognizer, is_complete=complete, endpoint=endpoint)
    for at, event in taken(hearing, sound):
        if isinstance(event, Heard):
            return event.text, at
    return "", sound.size / RATE


def test_the_order_of_events(recognizer: Recognizer, voices: Voices) -> None:
    sound = voices.say("how do i stretch my back", SLT, before=0.6, after=1.2)
    events = events_of(recognizer, sound)
    assert isinstance(events[0], SpeechBegan)
    assert isinstance(events[-1], Heard)
    partials = [event for event in events if isinstance(event, Partial)]
    assert len(partials) == len(events) - 2
    assert partials[-1].text == "how do i stretch my back"
    assert partials[-1].stable >= 0.1
    assert {event.utterance for event in events if not isinstance(event, SpeechPerhaps)} == {1}


def test_over_our_own_voice_speech_is_suspected_until_it_is_heard(
    recognizer: Recognizer, voices: Voices
) -> None:
    sound = voices.say("pause", KAL16, before=0.6, after=1.2, dbfs=-45, snr_db=20)
    events = [event for _, event in taken(Hearing(recognizer), sound, echo=-70.0)]
    assert events[0] == SpeechPerhaps(now=True)
    assert isinstance(events[1], SpeechBegan)
    assert SpeechPerhaps(now=False) not in events


def test_when_a_word_was_said_can_be_told(recognizer: Recognizer, voices: Voices) -> None:
    """From the moment at which speech is noticed, what came before it, and the word's own time."""
    sound = voices.say("stop", SLT, before=1.6, after=1.2)
    noticed = heard = None
    for at, event in taken(Hearing(recognizer), sound, echo=-70.0):
        if isinstance(event, SpeechBegan):
            noticed = at - event.earlier
        elif isinstance(event, Heard):
            heard = event.words[0].start
    assert noticed is not None
    assert heard is not None
    assert noticed + heard == pytest.approx(1.6, abs=0.15)


def test_what_was_suspected_and_never_came_is_taken_back(
    recognizer: Recognizer, voices: Voices
) -> None:
    hearing = Hearing(recognizer, gate=SpeechGate(GateSettings(opens_at=1.1)))
    sound = voices.say("stop", SLT, before=0.6, after=1.2)
    events = [event for _, event in taken(hearing, sound, echo=-70.0)]
    assert events == [SpeechPerhaps(now=True), SpeechPerhaps(now=False)]


@pytest.mark.parametrize("voice", [SLT, RMS, AWB, FESTIVAL], ids=lambda voice: voice.name)
@pytest.mark.parametrize("phrase", ["how do i stretch my back", "stop", "can knots be prevented"])
def test_a_complete_request_ends_after_a_short_silence(
    recognizer: Recognizer, voices: Voices, voice: Voice, phrase: str
) -> None:
    sound = voices.say(phrase, voice, before=0.5, after=2.0)
    voice_ends = sound.size / RATE - 2.0
    text, after = heard_after(recognizer, sound, Endpoint())
    assert text == phrase
    assert after - voice_ends < 0.5


def test_an_incomplete_request_is_waited_for(recognizer: Recognizer, voices: Voices) -> None:
    first = voices.say("remind me to", RMS, before=0.5, after=0.0)
    rest = voices.say("stretch in ten minutes", RMS, before=0.55, after=1.5)
    text, _ = heard_after(recognizer, np.concatenate([first, rest]), Endpoint())
    assert text == "remind me to stretch in ten minutes"


def test_what_is_never_complete_ends_after_a_long_silence(
    recognizer: Recognizer, voices: Voices
) -> None:
    sound = voices.say("what is the capital of mongolia", SLT, before=0.5, after=2.0)
    _, after = heard_after(recognizer, sound, Endpoint(long_silence=1.0))
    assert after - (sound.size / RATE - 2.0) == pytest.approx(1.0, abs=0.25)


def test_an_utterance_has_a_greatest_length(recognizer: Recognizer, voices: Voices) -> None:
    sound = voices.say("how long does it take to get rid of a knot", SLT, before=0.5, after=0.2)
    events = events_of(recognizer, sound, Endpoint(longest=1.0))
    heard = [event for event in events if isinstance(event, Heard)]
    assert heard[0].seconds == pytest.approx(1.0, abs=0.05)


def test_memory_is_let_go_in_the_calm_after_an_utterance(model: Model, voices: Voices) -> None:
    class Resting(Recognizer):
        rested = 0

        def rest(self) -> None:
            self.rested += 1
            super().rest()

    recognizer = Resting(model, PHRASES)
    sound = voices.say("stop", SLT, before=0.5, after=0.0)
    hearing = Hearing(recognizer, is_complete=complete)
    ended = [at for at, event in taken(hearing, sound) if isinstance(event, Heard)]
    assert not ended
    said = recognizer.rested
    calm = np.zeros(round(0.9 * RATE), np.int16)
    assert [event for _, event in taken(hearing, calm) if isinstance(event, Heard)]
    assert recognizer.rested == said, "somebody may go on at once"
    for _ in taken(hearing, np.zeros(RATE, np.int16)):
        pass
    assert recognizer.rested > said


@pytest.mark.parametrize(
    ("said", "stable", "silence", "seconds", "reached"),
    [
        (Said.WHOLE, 0.2, 0.16, 2.0, True),
        (Said.WHOLE, 0.2, 0.15, 2.0, False),
        (Said.WHOLE, 0.05, 0.16, 2.0, False),
        (Said.LIKELY, 0.2, 0.5, 2.0, True),
        (Said.LIKELY, 0.2, 0.49, 2.0, False),
        (Said.OPEN, 0.5, 0.79, 2.0, False),
        (Said.OPEN, 0.0, 0.8, 2.0, True),
        (Said.OPEN, 0.0, 0.0, 15.0, True),
    ],
)
def test_the_endpoint(
    *, said: Said, stable: float, silence: float, seconds: float, reached: bool
) -> None:
    at = Endpoint().reached(said, stable=stable, silence=silence, seconds=seconds)
    assert at is reached


def test_who_pauses_within_a_sentence_is_waited_for_in_the_next_ones() -> None:
    pace = Pace()
    assert pace.longer(0.28) == 0.28
    pace.paused(0.1)
    assert pace.longer(0.28) == 0.28, "a gap between two sounds is no pause"
    pace.paused(0.36)
    pace.paused(0.2)
    pace.ended()
    assert pace.longer(0.28) == pytest.approx(0.36 + Pace.MARGIN)
    for _ in range(Pace.REMEMBERED):
        pace.ended()
    assert pace.longer(0.28) == 0.28, "it is forgotten in time"
    pace.paused(2.0)
    assert pace.longer(0.28) == Pace.MOST


@pytest.mark.parametrize("voice", [SLT, RMS, AWB], ids=lambda voice: voice.name)
def test_a_pause_after_a_whole_request_is_waited_for_once_the_speaker_is_known_to_pause(
    recognizer: Recognizer, voices: Voices, voice: Voice
) -> None:
    def halves(first: str, rest: str) -> Samples:
        before = voices.say(first, voice, before=0.5, after=0.36)
        return np.concatenate([before, voices.say(rest, voice, before=0.0, after=1.5)])

    two_requests = halves("what are my options", "tell me about massage")
    hesitating = halves("how do i", "stretch my back")
    assert len(utterances(recognizer, two_requests)) == 2
    heard = utterances(recognizer, np.concatenate([hesitating, two_requests]))
    assert len(heard) == 2
    assert heard[0].free_text == "how do i stretch my back"
    assert heard[1].free_text.startswith("what are my options tell me about")


def test_a_request_is_known_before_the_network_has_seen_the_silence_after_it(
    recognizer: Recognizer, voices: Voices
) -> None:
    text = "how do i stretch my back"
    sound = voices.say(text, RMS, before=0.5, after=2.0)
    events = taken(Hearing(recognizer, is_complete=complete), sound)
    known = next(at for at, event in events if isinstance(event, Partial) and event.text == text)
    assert known - (sound.size / RATE - 2.0) < NETWORK_LOOKS_AHEAD


def test_words_keep_their_times_though_silence_was_made_up_between_them(
    recognizer: Recognizer, voices: Voices
) -> None:
    first = voices.say("how do i", RMS, before=0.5, after=0.4)
    rest = voices.say("stretch my back", RMS, before=0.0, after=1.5)
    [heard] = utterances(recognizer, np.concatenate([first, rest]))
    times = {word.word: word.start for word in heard.words}
    assert times["stretch"] - times["how"] == pytest.approx(first.size / RATE - 0.5, abs=0.12)
    assert heard.words[-1].end < heard.seconds


def test_what_is_like_a_request_is_answered_before_the_long_silence(
    recognizer: Recognizer, voices: Voices
) -> None:
    text = "tell me about massage"
    sound = voices.say(text, RMS, before=0.5, after=2.0)
    events = taken(Hearing(recognizer, is_likely=text.__eq__), sound)
    ended = next(at for at, event in events if isinstance(event, Heard))
    assert 0.45 < ended - (sound.size / RATE - 2.0) < 0.7


def test_a_recording_of_several_requests(
    recognizer: Recognizer, voices: Voices, tmp_path: Path
) -> None:
    said = ["what are my options", "tell me about massage", "stop"]
    path = recording(tmp_path, *(voices.say(text, RMS, before=0.5, after=1.0) for text in said))
    heard = list(hear(FileSource(path), recognizer, is_complete=complete))
    assert [utterance.text for utterance in heard] == said
    assert [utterance.utterance for utterance in heard] == [1, 2, 3]


def test_a_recording_that_ends_with_the_last_word(
    recognizer: Recognizer, voices: Voices, tmp_path: Path
) -> None:
    path = recording(tmp_path, voices.say("what are my options", RMS, before=0.0, after=0.0))
    assert [utterance.text for utterance in hear(FileSource(path), recognizer)] == [
        "what are my options"
    ]


def test_a_recording_of_silence_holds_nothing(recognizer: Recognizer, tmp_path: Path) -> None:
    path = recording(tmp_path, np.zeros(3 * RATE, np.int16))
    assert not list(hear(FileSource(path), recognizer))


class Told:
    """Collects what a listener reports and waits for it."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def __call__(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def heard(self) -> list[Heard]:
        return [event for event in self.events if isinstance(event, Heard)]

    def wait_for(self, count: int) -> list[Heard]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.heard()) >= count, timeout=10)
        return self.heard()


def test_the_thread_reports_speech_and_the_level_ten_times_a_second(
    recognizer: Recognizer, voices: Voices, tmp_path: Path
) -> None:
    told = Told()
    sound = voices.say("what are my options", RMS, before=0.5, after=1.0, dbfs=-20)
    listener = Listener(recognizer, report=told, is_complete=complete)
    listener.start(FileSource(recording(tmp_path, sound)))
    listener.join(10)
    levels = [event for event in told.events if isinstance(event, Level)]
    assert len(levels) == pytest.approx(sound.size / RATE * 10, rel=0.35)
    assert levels[0].dbfs == -120.0
    assert max(level.dbfs for level in levels) == pytest.approx(-15, abs=8)
    assert [heard.text for heard in told.heard()] == ["what are my options"]


def test_ended_at_is_when_the_voice_stopped(
    recognizer: Recognizer, voices: Voices, tmp_path: Path
) -> None:
    told = Told()
    sound = voices.say("stop", RMS, before=0.4, after=1.0)
    listener = Listener(recognizer, report=told, is_complete=complete)
    began = time.monotonic()
    listener.start(FileSource(recording(tmp_path, sound), realtime=True))
    listener.join(10)
    voice_ended = began + sound.size / RATE - 1.0
    assert told.wait_for(1)[0].ended_at == pytest.approx(voice_ended, abs=0.3)


def test_a_muted_microphone_hears_nothing_and_then_hears_again(
    recognizer: Recognizer, voices: Voices
) -> None:
    told = Told()
    half = voices.say("what are my options", RMS, before=0.5, after=0.0)
    whole = voices.say("tell me about massage", RMS, before=0.5, after=1.0)
    source = Live(half, half, whole)
    listener = Listener(recognizer, report=told, is_complete=complete)
    listener.start(source)
    while not any(isinstance(event, Partial) for event in told.events):
        time.sleep(0.005)
    listener.pause()
    source.may_go_on.set()
    time.sleep(0.3)
    listener.resume()
    source.may_go_on.set()
    assert [heard.text for heard in told.wait_for(1)] == ["tell me about massage"]
    listener.stop()


def test_the_grammar_changes_between_utterances(recognizer: Recognizer, voices: Voices) -> None:
    told = Told()
    sound = voices.say("tell me about massage", RMS, before=0.5, after=1.2)
    source = Live(sound, sound)
    listener = Listener(recognizer, report=told, is_complete=complete)
    listener.start(source)
    assert told.wait_for(1)[0].text == "tell me about massage"
    listener.set_phrases(["stop", "next"])
    source.may_go_on.set()
    assert told.wait_for(2)[1].text == ""
    listener.stop()


def test_stopping_ends_the_thread_at_once_and_it_may_start_again(recognizer: Recognizer) -> None:
    told = Told()
    listener = Listener(recognizer, report=told)
    for _ in range(2):
        source = Live()
        listener.start(source)
        with pytest.raises(RuntimeError, match="already"):
            listener.start(source)
        began = time.monotonic()
        listener.stop()
        assert time.monotonic() - began < 0.5
    assert not [thread for thread in threading.enumerate() if thread.name == "listening"]
    assert all(event.overflows == 4 for event in told.events if isinstance(event, Level))
