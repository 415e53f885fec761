"""What only a guided stretch knows, in many wordings, and neighbours that mean something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.events import Request
from voice.understanding import State, Understanding

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
HOLDING = State(performing="stretching", holding=True)
WAITING = State(performing="stretching", offer=Request("resume"))
HURT = State(performing="safety", offer=Request("gentler"))


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(PACK)


@pytest.mark.parametrize(
    ("text", "state", "intent"),
    [
        ("longer", HOLDING, "longer"),
        ("hold it longer", HOLDING, "longer"),
        ("a bit longer please", HOLDING, "longer"),
        ("make the holds longer", HOLDING, "longer"),
        ("that's too short", HOLDING, "longer"),
        ("shorter", HOLDING, "shorter"),
        ("a little shorter", HOLDING, "shorter"),
        ("not so long", HOLDING, "shorter"),
        ("it's too long", HOLDING, "shorter"),
        ("less long", HOLDING, "shorter"),
        ("skip this side", HOLDING, "skip_side"),
        ("skip the left knee", HOLDING, "skip_side"),
        ("the other side", HOLDING, "skip_side"),
        ("other leg please", HOLDING, "skip_side"),
        ("switch sides", HOLDING, "skip_side"),
        ("next side", HOLDING, "skip_side"),
        ("gentler", HOLDING, "gentler"),
        ("more gently please", HOLDING, "gentler"),
        ("not so far", HOLDING, "gentler"),
        ("go on gently", HURT, "gentler"),
        ("gently", HURT, "gentler"),
        ("yes", HURT, "yes"),
        ("go on", HURT, "yes"),
        ("end", HURT, "stop"),
        ("ready", WAITING, "yes"),
        ("i'm ready", WAITING, "yes"),
        ("go on", WAITING, "yes"),
        ("wait i'm not ready", WAITING, "pause"),
        ("how often did i stretch this week", State(), "history"),
        ("how many times have i stretched", State(), "history"),
        ("did i stretch today", State(), "history"),
        ("how many days in a row", State(), "history"),
        ("history", State(), "history"),
        ("how much longer", HOLDING, "time_left"),
        ("how long does it take", State(), "answer_faq"),
        ("louder", HOLDING, "louder"),
        ("slower", HOLDING, "slower"),
        ("skip", HOLDING, "next"),
        ("next", HOLDING, "next"),
        ("it hurts", HOLDING, "pain"),
        ("stop", HOLDING, "stop"),
    ],
)
def test_what_is_meant_within_a_session(
    understanding: Understanding, text: str, state: State, intent: str
) -> None:
    assert understanding.understand(text, state).intent == intent
