"""What goes wrong with words."""

from __future__ import annotations


class VocabularyError(ValueError):
    """A graph that cannot be read or built, or a machine that cannot tell how words sound.

    Attributes:
        remedy: what the user should do.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class WordError(VocabularyError):
    """What was given is no word, no phone, or no line of a lexicon."""


class ForeignGraphError(VocabularyError):
    """A graph of a kind that OpenFst reads and this room does not."""
