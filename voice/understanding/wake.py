"""The wake phrase: what calls the assistant while it is not being talked with."""

from __future__ import annotations

from collections.abc import Iterable

from voice.understanding.words import words_of


def after_wake_phrase(text: str, phrases: Iterable[str]) -> str | None:
    """What was said after a wake phrase.

    Args:
        text: What was heard.
        phrases: The pack's wake phrases.

    Returns:
        The words after the first wake phrase, empty when it stands alone; None
        when there is no wake phrase in the text.
    """
    heard = words_of(text)
    for phrase in phrases:
        called = words_of(phrase)
        for start in range(len(heard) - len(called) + 1):
            if heard[start : start + len(called)] == called:
                return " ".join(heard[start + len(called) :])
    return None
