"""A sentence as the words a recogniser would write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MOST_CHARACTERS = 600
"""A spoken request is shorter than this; the rest is not looked at."""
MOST_WORDS = 60
LONGEST_WORD = 24
"""No word of a request is longer, in letters."""

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})  # noqa: RUF001 - typed apostrophes
_CLOCK = re.compile(r"(\d)[:.](\d\d)\b")
_HALF_DAY = re.compile(r"(?<=\d)\s?([ap])\.?\s?m\b\.?")
_GLUED = re.compile(r"(\d)([a-z])")
_WORD = re.compile(r"[0-9]+\.[0-9]+|[a-z0-9:']+")


def words_of(text: str) -> list[str]:
    """Split a sentence, spoken or typed, into lower-case words.

    Punctuation, emoji, control characters and other scripts disappear; apostrophes stay inside
    words ("i'm"); "7:25pm" becomes "7:25 p m", as it would be spoken.

    Args:
        text: Any string; at most `MOST_CHARACTERS` of it are read.

    Returns:
        At most `MOST_WORDS` words of the letters a-z, digits, apostrophes and colons.
    """
    plain = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS].translate(_APOSTROPHES).lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _CLOCK.sub(r"\1:\2", plain).replace("-", " ")
    plain = _HALF_DAY.sub(r" \1 m", plain)
    plain = _GLUED.sub(r"\1 \2", plain)
    found = (word.strip("':") for word in _WORD.findall(plain))
    return [word for word in found if 0 < len(word) <= LONGEST_WORD][:MOST_WORDS]


def edits(said: Sequence[object], heard: Sequence[object]) -> int:
    """The fewest words, or phones, to change, drop or put in so that one becomes the other."""
    row = list(range(len(heard) + 1))
    for place, word in enumerate(said, start=1):
        before, row[0] = row[0], place
        for at, other in enumerate(heard, start=1):
            best = min(row[at] + 1, row[at - 1] + 1, before + (word != other))
            before, row[at] = row[at], best
    return row[-1]
