"""What can go wrong while speaking; each error says what mends it."""

from __future__ import annotations


class SpeakingError(RuntimeError):
    """Something that speaking needs is missing or broken."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
        """One sentence: what the user should do."""


class VoiceError(SpeakingError):
    """Text could not be turned into sound."""


class LoudspeakerError(SpeakingError):
    """Sound could not be played."""
