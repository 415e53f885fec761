"""The microphone is open while the product speaks, and hears it: on the virtual card."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Talk
from tests.sound.conversation import Conversation
from tests.sound.virtual_card import RATE, VirtualCard, last_sound
from tests.sound.voices import SLT, Voices

pytestmark = [pytest.mark.sound, pytest.mark.slow]

EQUAL = -4.0
"""dB at which the echo of the product's voice is as loud as people are by default."""


def test_it_reads_to_the_end_though_it_hears_itself(talk: Talk, virtual_sound: VirtualCard) -> None:
    with virtual_sound.echo(gain_db=EQUAL, delay=0.06):
        conversation = talk()
        reply = conversation.ask("read the heat section", SLT, pause=3.0)
        said = "".join(conversation.lines)
    assert "asleep" in said, "its last sentence"
    assert said.count("understood") == 1
    assert reply.latency is not None


@pytest.mark.parametrize("delay", [0.03, 0.12])
def test_stop_is_obeyed_while_it_speaks(
    talk: Talk, virtual_sound: VirtualCard, voices: Voices, delay: float
) -> None:
    with virtual_sound.echo(gain_db=EQUAL, delay=delay):
        conversation = talk()
        conversation.say("read the introduction", SLT)
        begins = conversation.recording.wait_for_speaker(after=conversation.recording.seconds)
        conversation.recording.wait_until(begins + 4.0)
        began = conversation.recording.seconds
        said = voices.say("stop", SLT, before=0.0, after=0.0)
        virtual_sound.play(said)
        silent = silent_since(conversation, began)
    assert silent is not None
    assert silent - began < said.size / RATE + 2.0


def silent_since(conversation: Conversation, began: float) -> float | None:
    conversation.recording.wait_until(began + 5.0)
    return last_sound(conversation.recording.speaker)
