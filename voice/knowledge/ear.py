"""The ear check: can this be understood by somebody who only hears it?"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 25
"""Words in a sentence; longer ones are hard to follow without the text."""

_BRACKET = re.compile(r"[()\[\]{}<>]")
_ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]\.){2,}"
    r"|\b(?:approx|dr|etc|hrs?|lbs?|mins?|mr|mrs|secs?|vs)\."
    r"|\b(?:cm|ft|kg|km|lb|mm)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_SENTENCE_END = re.compile(r"[.?!][ ]")
_HEARD = frozenset(" ,.?!'\u2019:;-\u2013\u2014\u2026")
"""Signs that a voice turns into a pause, a melody or part of a word."""


def complaint_about_sentence(text: str) -> str | None:
    """The first thing that is wrong with a sentence, or None."""
    wrong = _complaint(text, what="the sentence")
    if wrong is not None:
        return wrong
    if not text.endswith((".", "?", "!")):
        return "the sentence must end with a full stop, a question mark or an exclamation mark"
    if _SENTENCE_END.search(text):
        return "each sentence needs a line of its own"
    return None


def complaint_about_phrase(text: str) -> str | None:
    """The first thing that is wrong with words said inside a sentence, or None."""
    wrong = _complaint(text, what="the phrase")
    if wrong is None and text.endswith((".", "?", "!")):
        return "the phrase is said inside a sentence and must not end like one"
    return wrong


def _complaint(text: str, *, what: str) -> str | None:
    abbreviation = _ABBREVIATION.search(text) or _CAPITALS.search(text)
    words = len(text.split())
    if not text[:1].isalpha():
        wrong = "must begin with a letter"
    elif _BRACKET.search(text):
        wrong = "has a bracket, which cannot be heard"
    elif any(sign.isnumeric() for sign in text):
        wrong = "has a digit; write numbers in words"
    elif abbreviation:
        wrong = f"has the abbreviation {abbreviation.group()!r}; write it in full"
    elif unheard := next((sign for sign in text if not _is_heard(sign)), None):
        wrong = f"has the sign {unheard!r}, which cannot be heard"
    elif words > LONGEST:
        wrong = f"has {words} words; an ear follows {LONGEST} at most"
    else:
        return None
    return f"{what} {wrong}"


def _is_heard(sign: str) -> bool:
    return sign in _HEARD or sign.isalpha() or unicodedata.category(sign).startswith("M")
