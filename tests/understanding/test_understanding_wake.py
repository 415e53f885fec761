"""The wake phrase is found where it stands, and nowhere else."""

from __future__ import annotations

import pytest

from voice.understanding.wake import after_wake_phrase

PHRASES = ("hey captain stretch", "okay captain stretch")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("hey captain stretch", ""),
        ("Okay, captain stretch!", ""),
        ("hey captain stretch how do i stretch my back", "how do i stretch my back"),
        ("well hey captain stretch what are my options", "what are my options"),
        ("captain stretch", None),
        ("hey stretch captain", None),
        ("how do i stretch my back", None),
        ("", None),
    ],
)
def test_what_follows_a_wake_phrase(text: str, rest: str | None) -> None:
    assert after_wake_phrase(text, PHRASES) == rest
