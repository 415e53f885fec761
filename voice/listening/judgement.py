"""How sure it is that an utterance was for us: placeholder."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    gain: float
    seconds: float
    unknown: float
    bound: tuple[str, ...]
    free: tuple[str, ...]


def confidence(evidence: Evidence) -> float:
    return 1.0
