"""A sentence that comes in pieces: heard before all of it is made, and the same as in one piece."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.speaking.conftest import HandDriven, hear_until, trim
from tests.waiting import wait_for
from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.renderer import Renderer
from voice.speaking.speaker import Speaker
from voice.speaking.speech import RATE, Resampler, Speech, decode, join, trimmed
from voice.speaking.spelling import AS_WRITTEN
from voice.speaking.synthesizer import Synthesizer

SENTENCE = "Lie on your back, and pull one knee gently towards your chest."
OTHER = "Then let it go again, and rest."

PIECEMEAL = """
import os, sys, time
from pathlib import Path
from voice.speaking import worker
from voice.speaking.speech import Speech, decode, encode

marks = Path(sys.argv.pop(1))

class Engine(worker.Engine):
    '''The real one, whose sentences are given away in pieces as they are wanted.'''

    def render(self, text, rate_wpm, voice):
        with (marks / "rendered").open("a") as log:
            print(text, file=log)
        (whole,) = super().render(text, rate_wpm, voice)
        (marks / text[:4]).write_bytes(whole.sound)
        speech = decode(whole.sound)
        size = 8000
        for begin in range(0, len(speech.pcm), size):
            while begin and (marks / "wait").exists():
                time.sleep(0.001)
            if begin and (marks / "die").exists():
                os._exit(1)
            piece = encode(Speech(speech.pcm[begin : begin + size], speech.rate))
            yield worker.Piece(piece, begin + size >= len(speech.pcm))

sys.exit(worker.run(Engine))
"""


def made_of(text: str, marks: Path) -> Speech:
    """What the engine has made of a text; it is never quite the same twice."""
    return trim(decode((marks / text[:4]).read_bytes()))


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[Synthesizer]:
    with Synthesizer(command=(sys.executable, "-c", PIECEMEAL, str(tmp_path))) as made:
        yield made


class Log:
    """What a speaker has told."""

    def __init__(self) -> None:
        self.ended: list[tuple[int, bool]] = []
        self.troubles: list[str] = []


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def speaker(voice: Synthesizer, output: HandDriven, log: Log) -> Iterator[Speaker]:
    made = Speaker(
        voice,
        output,
        None,
        on_ended=lambda *what: log.ended.append(what),
        on_trouble=lambda *what: log.troubles.append(what[1]),
        on_mended=lambda _: None,
    )
    yield made
    made.close()


def test_it_is_heard_before_it_is_all_made_and_nothing_of_it_is_lost(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    (tmp_path / "wait").touch()
    speaker.say(1, SENTENCE)
    first = hear_until(output, lambda: output.waits == 1)
    assert np.abs(first.pcm).max() > 3000
    (tmp_path / "wait").unlink()
    whole = made_of(SENTENCE, tmp_path)
    heard = trim(join([first, hear_until(output, lambda: log.ended == [(1, True)])]))
    assert heard.seconds > whole.seconds
    loudness = [float(np.square(one.pcm.astype(float)).sum()) for one in (heard, whole)]
    assert loudness[0] == pytest.approx(loudness[1], rel=0.05)


def test_in_time_it_sounds_as_if_it_were_whole(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    speaker.pause()
    speaker.say(1, SENTENCE)
    speaker.say(2, OTHER)
    wait_for((tmp_path / OTHER[:4]).exists)
    speaker.resume()
    whole = made_of(SENTENCE, tmp_path)
    heard = output.hear(whole.seconds)
    assert np.array_equal(heard, whole.pcm)
    hear_until(output, lambda: log.ended == [(1, True), (2, True)])


def test_stop_in_the_midst_of_it_ends_it_once(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    (tmp_path / "wait").touch()
    speaker.say(1, SENTENCE)
    wait_for(lambda: output.speaking)
    speaker.stop()
    (tmp_path / "wait").unlink()
    speaker.say(2, OTHER)
    hear_until(output, lambda: len(log.ended) == 2)
    assert log.ended == [(1, False), (2, True)]
    assert log.troubles == []


def test_a_voice_that_dies_in_the_midst_of_it_is_told_and_speaks_again(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    (tmp_path / "die").touch()
    speaker.say(1, SENTENCE)
    hear_until(output, lambda: log.ended == [(1, False)])
    assert log.troubles == ["The voice failed within a sentence: it died."]
    (tmp_path / "die").unlink()
    speaker.say(2, OTHER)
    hear_until(output, lambda: len(log.ended) == 2)
    assert log.ended[1] == (2, True)


def being_prepared(speaker: Speaker, marks: Path) -> Path:
    """The list of what was rendered, while a sentence is held in the midst of being prepared."""
    rendered = marks / "rendered"
    (marks / "wait").touch()
    speaker.prepare([SENTENCE])
    wait_for(rendered.exists)
    return rendered


def test_a_sentence_that_is_being_prepared_is_said_from_where_it_is(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    rendered = being_prepared(speaker, tmp_path)
    speaker.say(1, SENTENCE)
    (tmp_path / "wait").unlink()
    hear_until(output, lambda: log.ended == [(1, True)])
    assert rendered.read_text().splitlines() == [SENTENCE]


def test_what_is_to_be_said_comes_before_the_rest_of_what_is_prepared(
    speaker: Speaker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    rendered = being_prepared(speaker, tmp_path)
    speaker.say(1, OTHER)
    (tmp_path / "wait").unlink()
    hear_until(output, lambda: log.ended == [(1, True)])
    wait_for(lambda: rendered.read_text().splitlines() == [SENTENCE, OTHER, SENTENCE])


def test_only_what_was_made_to_its_end_is_kept(voice: Synthesizer, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    renderer = Renderer(voice, SpeechCache(kept), rate_wpm=165, voice=None, spelling=AS_WRITTEN)
    next(renderer.pieces(SENTENCE, tempo=1.0, keep=True))
    renderer.get(OTHER, tempo=1.0, keep=True)
    assert len(list(kept.iterdir())) == 1


def test_a_text_that_is_begun_ends_the_one_before(voice: Synthesizer) -> None:
    pieces = voice.pieces(SENTENCE)
    next(pieces)
    voice.render(OTHER)
    with pytest.raises(VoiceError, match="Another sentence"):
        list(pieces)


@settings(max_examples=100, deadline=None)
@given(
    loud=st.lists(st.tuples(st.booleans(), st.integers(1, 1500)), max_size=8),
    cuts=st.lists(st.integers(0, 8000), max_size=5),
)
def test_silence_is_cut_from_pieces_as_from_the_whole(
    loud: list[tuple[bool, int]], cuts: list[int]
) -> None:
    parts = [np.full(length, 9000 if sounds else 20, np.int16) for sounds, length in loud]
    whole = np.concatenate([np.zeros(0, np.int16), *parts])
    pieces = [Speech(piece, RATE) for piece in np.split(whole, sorted(cuts))]
    assert np.array_equal(join(trimmed(pieces)).pcm, trim(Speech(whole, RATE)).pcm)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_another_rate_leaves_no_seam(synthesizer: Synthesizer, rate: int) -> None:
    speech = synthesizer.render(SENTENCE)
    fit = Resampler(rate)
    pieces = [fit.take(Speech(pcm, RATE)) for pcm in np.array_split(speech.pcm, 7)]
    fitted = join([*pieces, fit.rest()])
    whole = soxr.resample(speech.pcm, RATE, rate)
    assert fitted.rate == rate
    assert abs(len(fitted.pcm) - len(whole)) <= 1
    size = min(len(fitted.pcm), len(whole))
    assert np.allclose(fitted.pcm[:size], whole[:size], atol=3)
