"""What was said before counts."""

from __future__ import annotations

from datetime import datetime

import pytest

from voice.events import Request
from voice.understanding import State, Understanding

NOW = datetime(2026, 3, 10, 14, 0)
CHOICES = tuple(
    Request("read_section", {"section": section}) for section in ("massage", "stretching", "heat")
)
LISTED = State(choices=CHOICES)
OFFERED = State(offer=Request("start_stretch"))
ASKED_WHEN = State(last=Request("set_reminder", {"about": "heat"}), now=NOW)
ASKED_WHAT = State(last=Request("set_reminder", {"minutes": 10}), now=NOW)


@pytest.mark.parametrize(
    ("text", "state", "intent", "slots"),
    [
        ("the second one", LISTED, "read_section", {"section": "stretching"}),
        ("number three", LISTED, "read_section", {"section": "heat"}),
        ("the last one please", LISTED, "read_section", {"section": "heat"}),
        ("tell me about the first one", LISTED, "read_section", {"section": "massage"}),
        ("the fifth one", LISTED, "none", {}),
        ("the second one", State(), "none", {}),
        ("how long", State(holding=True), "time_left", {}),
        ("how long", State(performing="reading"), "answer_faq", {"question": "how_long"}),
        ("yes", OFFERED, "yes", {}),
        ("go ahead", OFFERED, "yes", {}),
        ("go ahead", State(paused=True), "resume", {}),
        ("okay", State(paused=True), "resume", {}),
        ("no thanks", OFFERED, "no", {}),
        ("not that one the cold one", LISTED, "read_section", {"section": "cold"}),
        ("stop", State(speaking=True), "stop", {}),
        ("stop", State(), "stop", {}),
        ("in ten minutes", ASKED_WHEN, "set_reminder", {"about": "heat", "minutes": 10}),
        (
            "tomorrow at nine",
            ASKED_WHEN,
            "set_reminder",
            {"about": "heat", "at": "2026-03-11T09:00"},
        ),
        ("to stretch", ASKED_WHAT, "set_reminder", {"about": "stretching", "minutes": 10}),
    ],
)
def test_means_in_its_moment(
    understanding: Understanding, text: str, state: State, intent: str, slots: dict[str, object]
) -> None:
    request = understanding.understand(text, state)
    assert (request.intent, dict(request.slots)) == (intent, slots)


@pytest.mark.parametrize("text", ["the second one", "number two"])
def test_says_that_the_context_decided(understanding: Understanding, text: str) -> None:
    request = understanding.understand(text, LISTED)
    assert request.layer == "context"
    assert "2" in request.reason
