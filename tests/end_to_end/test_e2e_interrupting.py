"""Barge-in in a simulated room, faster than real time: the whole product, only devices replaced.

`tests/benchmarks/bench_barge_in.py` measures many more conditions.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import soxr

from tests.sound.simulated_house import House, Render, kept
from tests.sound.simulated_room import TRIED_IN, at_loudness, through, to_float
from tests.sound.virtual_card import Samples
from tests.sound.voices import ESPEAK_GB, Voices
from voice.listening.recognizer import Recognizer
from voice.session import Rooms, Settings, open_model
from voice.speaking.synthesizer import Synthesizer

BOX_ROOM = TRIED_IN[0]
NEAR = 0


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return Rooms(Settings())


@pytest.fixture(scope="module")
def recognizer(rooms: Rooms) -> Recognizer:
    return rooms.recognizer(open_model(rooms.settings))


@pytest.fixture(scope="module")
def render(rooms: Rooms) -> Iterator[Render]:
    with Synthesizer() as synthesizer:

        def rendered(text: str, tempo: float) -> Samples:
            speech = synthesizer.render(text, rate_wpm=round(rooms.rate * tempo), voice=None)
            return np.asarray(soxr.resample(speech.pcm, speech.rate, 16000), np.int16)

        sentences = [s.text for part in rooms.pack.sections.values() for s in part.sentences]
        yield kept({(text, 1.0): rendered(text, 1.0) for text in sentences}, rendered)


@pytest.fixture
def article(rooms: Rooms) -> list[str]:
    return [s.text for part in rooms.pack.sections.values() for s in part.sentences]


def house(rooms: Rooms, recognizer: Recognizer, render: Render, louder: float) -> House:
    return House(BOX_ROOM, NEAR, louder, recognizer, rooms.pack, rooms.understanding, render)


def test_it_never_obeys_itself(
    rooms: Rooms, recognizer: Recognizer, render: Render, article: list[str]
) -> None:
    alone = house(rooms, recognizer, render, louder=0.0)
    alone.read(article)
    alone.run(60)
    assert alone.audible
    assert [request.intent for _, request in alone.log.requests] == []


@pytest.mark.parametrize("louder", [0.0, 5.0])
@pytest.mark.parametrize(
    ("word", "intent"), [("stop", "stop"), ("wait", "pause"), ("it hurts", "pain")]
)
def test_a_control_word_is_obeyed_while_it_reads(
    rooms: Rooms,
    recognizer: Recognizer,
    render: Render,
    article: list[str],
    voices: Voices,
    louder: float,
    word: str,
    intent: str,
) -> None:
    here = house(rooms, recognizer, render, louder)
    here.read(article)
    here.run(9)
    while not here.audible:
        here.run(0.1)
    began = here.now
    said = to_float(voices.say(word, ESPEAK_GB, before=0.0, after=0.0))
    here.hear(at_loudness(through(said, here.response), here.speech_level))
    here.run(said.size / 16000 + 1.8)
    assert [request.intent for _, request in here.log.requests] == [intent]
    assert here.log.ducks[0] - began < 0.25
    if intent != "pain":  # it answers that at once, in the same breath
        assert here.silence_after(here.log.requests[0][0]) < 0.25
