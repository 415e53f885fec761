"""Requests and spans of time in words."""

from __future__ import annotations

import pytest

from voice.events import Request
from voice.screen.words import in_words, span


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("stop"), "stop"),
        (Request("time_left"), "time left"),
        (Request("read_section", {"section": "heat"}), "read section, section heat"),
        (
            Request("set_reminder", {"about": "heat", "minutes": 20}),
            "set reminder, about heat, minutes 20",
        ),
        (Request("none"), "nothing"),
    ],
)
def test_a_request_without_signs(request_: Request, words: str) -> None:
    assert in_words(request_) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (19.6, "20 s"),
        (60, "1 min"),
        (754, "13 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (86400, "1 day"),
        (200000, "2 days"),
    ],
)
def test_about_how_long(seconds: float, words: str) -> None:
    assert span(seconds) == words
