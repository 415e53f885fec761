"""What two recordings tell: the loudspeaker and the microphone, on one clock.

Nothing here knows the program that was talked with. Positions are seconds from the first sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.sound.timing import moments_of
from tests.sound.virtual_card import RATE, Samples, first_sound, last_sound
from voice.speaking import earcons

QUIET = 0.7
"""Seconds without a voice that are no pause between two sentences."""
PATIENCE = 3.0
"""Seconds after the first sound of a word within which it must have brought silence."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it."""

    began: float
    """Where its first sound is."""
    ended: float
    """Where its last sound is."""
    answered: float | None
    """Where the answer begins; None: there was none."""

    @property
    def latency(self) -> float | None:
        """Seconds from the end of the question to the first sound; None: cut off, or no answer."""
        return None if self.answered is None or self.cut_off else self.answered - self.ended

    @property
    def cut_off(self) -> bool:
        """Whether the answer began before the question had ended."""
        return self.answered is not None and self.answered < self.ended


def turn(speaker: Samples, room: Samples, begins: float, until: float) -> Turn | None:
    """The question that was said between two positions; None: it never reached the microphone.

    Args:
        speaker: what the loudspeaker carried, at `RATE`.
        room: what the microphone carried, on the same clock.
        begins: a position before the question, at which nothing sounds.
        until: a position before anything else is said.
    """
    asked = room[: round(until * RATE)]
    began, ended = first_sound(asked, after=begins), last_sound(asked, after=begins)
    if began is None or ended is None:
        return None
    return Turn(began, ended, first_sound(speaker[: round(until * RATE)], after=began))


def silenced(speaker: Samples, room: Samples, begins: float, until: float) -> float | None:
    """Seconds from the first sound of a word that interrupts to the last one of the voice.

    The tone that says "taken" is no voice.

    Args:
        speaker: what the loudspeaker carried, at `RATE`.
        room: what the microphone carried, on the same clock.
        begins: a position before the word, at which nothing is said.
        until: a position before anything else is said.

    Returns:
        None: the voice went on, or nothing was said.
    """
    began = first_sound(room[: round(until * RATE)], after=begins)
    if began is None:
        return None
    heard = speaker[round(began * RATE) : round(min(until, began + PATIENCE + QUIET) * RATE)]
    voiced = _without("taken", heard)
    loud = np.flatnonzero(np.abs(voiced.astype(np.int32)) > 0) / RATE
    edges = np.concatenate([loud, [len(voiced) / RATE]])
    gaps = np.flatnonzero(np.diff(edges) >= QUIET)
    return float(edges[gaps[0]]) if gaps.size and edges[gaps[0]] <= PATIENCE else None


def _without(tone: str, sound: Samples) -> Samples:
    """The sound with zeros where an earcon is."""
    left = sound.copy()
    length = sum(note.seconds for note in earcons.EARCONS[tone])
    for moment in moments_of(tone, sound):
        left[round(moment * RATE) : round((moment + length) * RATE) + 1] = 0
    return left


@dataclass(frozen=True, slots=True)
class Spread:
    """How values lie, in their own unit."""

    count: int
    median: float
    p95: float
    worst: float


def spread(values: Sequence[float]) -> Spread | None:
    """Median, 95th percentile (the nearest value that was measured) and worst; None of nothing."""
    if not values:
        return None
    middle, high = np.percentile(values, [50, 95], method="inverted_cdf")
    return Spread(len(values), float(middle), float(high), max(values))
