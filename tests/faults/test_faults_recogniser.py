"""The recogniser raises: one sentence is lost, and that is said; the next is heard."""

from __future__ import annotations

import queue
from collections.abc import Callable

import pytest

from tests.assistant.room import Room
from tests.listening.conftest import EMBEDDED, PHRASES
from tests.listening.test_listening_listener import Live, complete
from tests.sound.virtual_card import Samples
from tests.sound.voices import RMS, SLT, Voices
from voice.events import Heard, Mended, Trouble
from voice.knowledge import load_pack
from voice.listening.listener import Event, Listener
from voice.listening.model import Model, load_model
from voice.listening.recognizer import Recognizer
from voice.places import pack
from voice.understanding import Understanding


class Fragile(Recognizer):
    """Raises while `fails` holds, in the midst of a sentence or at its end."""

    def __init__(self, model: Model, at: str) -> None:
        super().__init__(model, PHRASES)
        self._at = at
        self._taken = 0
        self.fails: Callable[[], bool] = lambda: True

    def accept(self, samples: Samples) -> None:
        self._taken += 1
        if self._at == "in its midst" and self._taken % 20 == 0 and self.fails():
            raise RuntimeError("the decoder has lost its way")
        super().accept(samples)

    def finish(self, *, utterance: int = 0, ended_at: float = 0.0) -> Heard:
        if self._at == "at its end" and self.fails():
            raise ValueError("no JSON")
        return super().finish(utterance=utterance, ended_at=ended_at)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(EMBEDDED)


@pytest.mark.parametrize("at", ["in its midst", "at its end"])
def test_it_is_told_of_once_and_the_next_sentence_is_heard(
    model: Model, voices: Voices, at: str
) -> None:
    recognizer = Fragile(model, at)
    source = Live(
        voices.say("tell me about massage", RMS, after=1.5),
        voices.say("what are my options", SLT, after=1.5),
    )
    told: queue.Queue[Event] = queue.Queue()
    interesting = (Heard, Trouble, Mended)
    listener = Listener(
        recognizer,
        report=lambda event: told.put(event) if isinstance(event, interesting) else None,
        is_complete=complete,
    )
    listener.start(source)
    trouble = told.get(timeout=20)
    recognizer.fails = lambda: False
    source.may_go_on.set()
    heard = [told.get(timeout=20)]
    while not (isinstance(heard[-1], Heard) and heard[-1].text == "what are my options"):
        heard.append(told.get(timeout=20))
    listener.stop()
    assert isinstance(trouble, Trouble)
    assert trouble.part == "recogniser"
    assert "failed" in trouble.what
    assert "unknot doctor" in trouble.remedy
    assert not any(isinstance(event, Trouble) for event in heard)
    mended = told.get(timeout=1) if Mended("recogniser") not in heard else Mended("recogniser")
    assert mended == Mended("recogniser")


def test_one_that_always_fails_is_told_of_once_and_the_thread_lives(
    model: Model, voices: Voices
) -> None:
    told: queue.Queue[Event] = queue.Queue()
    sentence = voices.say("tell me about massage", RMS, after=1.5)
    source = Live(sentence, sentence)
    listener = Listener(
        Fragile(model, "in its midst"),
        report=lambda event: told.put(event) if isinstance(event, Trouble) else None,
    )
    source.may_go_on.set()
    listener.start(source)
    assert isinstance(told.get(timeout=20), Trouble)
    with pytest.raises(queue.Empty):
        told.get(timeout=3)
    listener.join(0.1)
    listener.stop()


def test_somebody_who_was_not_heard_is_asked_to_say_it_again() -> None:
    room = Room(load_pack(pack()), Understanding(pack()))
    room.tell(Trouble("recogniser", "The recogniser has failed (RuntimeError: x).", "Again."))
    room.let_it_finish()
    assert room.tape.said == [" ".join(room.pack.reply("did_not_catch"))]
    room.tell(Mended("recogniser"))
    assert len(room.tape.said) == 1
