"""Words as a voice has to read them to say them right."""

from __future__ import annotations

import re
from collections.abc import Mapping


class Spelling:
    """Writes whole words differently; an s at their end stays.

    Args:
        says: how a word is written for the voice, by the word; capitals do not matter.
    """

    def __init__(self, says: Mapping[str, str]) -> None:
        self._says = {word.lower(): written for word, written in says.items()}
        words = "|".join(re.escape(word) for word in sorted(self._says, key=len, reverse=True))
        self._words = re.compile(rf"\b(?:{words})(?=s?\b)", re.IGNORECASE) if words else None

    def __call__(self, text: str) -> str:
        """The text with those words written for the voice."""
        if self._words is None:
            return text
        return self._words.sub(lambda found: self._says[found[0].lower()], text)


AS_WRITTEN = Spelling({})
"""Changes nothing."""
