"""What can go wrong in this room."""

from __future__ import annotations


class TemplateError(ValueError):
    """The pack's sentence templates cannot be used."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
