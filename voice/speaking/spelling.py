"""Words as a voice has to read them to say them right, and which of them it stresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

_STRESSED = re.compile(r"\*([^*]+)\*")
"""Words between two asterisks."""


class Spelling:
    """Writes whole words differently; an s at their end stays.

    Args:
        says: how a word or a phrase is written for the voice, by the phrase; capitals do not
            matter. Words between *asterisks* are stressed.
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


def without_stress(text: str) -> str:
    """The text for a voice that cannot be told what to stress."""
    return _STRESSED.sub(r"\1", text)


def as_ssml(text: str) -> str:
    """The text in the W3C's Speech Synthesis Markup Language (SSML 1.1, section 3.2.2)."""
    return _STRESSED.sub(r"<emphasis>\1</emphasis>", escape(text))
