"""What goes wrong with words."""

from __future__ import annotations


class VocabularyError(ValueError):
    """Words, pronunciations or files of a graph that cannot be used.

    Attributes:
        remedy: what the user should do.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
