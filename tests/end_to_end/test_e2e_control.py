"""A reading obeys spoken control words while it sounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sound.conversation import Conversation
from tests.sound.virtual_card import RATE, first_sound
from tests.sound.voices import RMS, SLT
from voice.knowledge import load_pack

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
HEAT = [sentence.text for sentence in load_pack(PACK).sections["heat"].sentences]


def is_silent(conversation: Conversation, seconds: float) -> bool:
    return first_sound(conversation.recording.speaker[-round(seconds * RATE) :]) is None


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_a_reading_obeys_control_words_while_it_sounds(
    talk: Callable[..., Conversation],
) -> None:
    conversation = talk()
    recording = conversation.recording
    began = conversation.wait_for_reply(conversation.say("tell me about heat therapy", RMS))
    assert began is not None

    conversation.say("pause", SLT)
    conversation.wait_for_line("understood  pause")
    recording.wait_until(recording.seconds + 2.5)
    assert is_silent(conversation, 1.5)

    conversation.say("resume", RMS)
    conversation.wait_for_line("understood  resume")
    recording.wait_until(recording.seconds + 1.0)
    assert not is_silent(conversation, 0.9)

    conversation.wait_for_line(f"saying      {HEAT[1]}")
    conversation.say("back", SLT)
    conversation.wait_for_line("understood  back")
    recording.wait_until(recording.seconds + 1.0)
    assert conversation.lines[-1] == f"saying      {HEAT[0]}\n"
    assert not is_silent(conversation, 0.5)

    conversation.say("next", SLT)
    conversation.wait_for_line("understood  next")

    conversation.say("stop", SLT)
    conversation.wait_for_line("understood  stop")
    recording.wait_until(recording.seconds + 1.5)
    assert is_silent(conversation, 0.8)
    assert conversation.process.poll() is None
