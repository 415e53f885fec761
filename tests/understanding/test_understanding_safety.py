"""Pain and emergency signs are never missed, and not seen where there are none."""

from __future__ import annotations

import pytest

from tests.understanding.conftest import sentences
from voice.understanding import State, Understanding

SIGNS = [one for one in sentences("dev.jsonl") if one.intent in ("red_flag", "pain")]


@pytest.mark.parametrize("text", [one.text for one in SIGNS if one.intent == "red_flag"])
def test_no_red_flag_is_missed(understanding: Understanding, text: str) -> None:
    assert understanding.understand(text).intent == "red_flag"


@pytest.mark.parametrize(
    "text", [one.text for one in SIGNS if one.intent == "pain" and "asr" not in one.tags]
)
def test_no_pain_is_missed(understanding: Understanding, text: str) -> None:
    assert understanding.understand(text).intent == "pain"


@pytest.mark.parametrize("state", [State(holding=True), State(speaking=True), State(paused=True)])
@pytest.mark.parametrize(
    ("text", "intent"), [("it hurts", "pain"), ("i can't feel my legs", "red_flag")]
)
def test_safety_comes_first_in_every_state(
    understanding: Understanding, state: State, text: str, intent: str
) -> None:
    request = understanding.understand(text, state)
    assert (request.intent, request.layer) == (intent, "safety")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i have a knot that hurts what can i do", "list_methods"),
        ("my legs are numb from sitting on the floor", "pain"),
        ("do knots hurt", "read_section"),
        ("does heat help with back pain", "read_section"),
        ("the truth hurts", "none"),
        ("it doesn't hurt", "none"),
        ("she's got a cold", "none"),
        ("knees to chest", "start_stretch"),
        ("is this supposed to hurt", "pain"),
    ],
)
def test_generous_but_not_silly(understanding: Understanding, text: str, intent: str) -> None:
    assert understanding.understand(text).intent == intent
