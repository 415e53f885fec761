"""Short signal tones, so that silence is never unexplained.

Each differs from the others in its contour, not only in its pitch: rising,
falling, one note, two equal notes. Made by calculation, so there is nothing to
license and nothing to load.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from voice.speaking.speech import Pcm

LEVEL_DBFS = -18.0
"""Peak of a tone; soft beside speech, whose peaks come near 0 dBFS."""
ATTACK = 0.012
"""Seconds; faded in and out, so that nothing clicks."""
RELEASE = 0.04
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note of an earcon."""

    pitch: float
    """Hz; 0 is a rest."""
    seconds: float


EARCONS: Mapping[str, tuple[Note, ...]] = {
    "listening": (Note(523.25, 0.08), Note(783.99, 0.13)),
    "taken": (Note(880.0, 0.11),),
    "not_understood": (Note(392.0, 0.1), Note(329.63, 0.14)),
    "paused": (Note(659.26, 0.09), Note(0, 0.02), Note(440.0, 0.13)),
    "tick": (Note(1046.5, 0.06),),
    "hold_begins": (Note(698.46, 0.09), Note(1046.5, 0.14)),
    "hold_ends": (Note(1046.5, 0.09), Note(523.25, 0.14)),
    "reminder": (Note(659.26, 0.08), Note(0, 0.02), Note(880.0, 0.06), Note(1318.5, 0.09)),
    "trouble": (Note(246.94, 0.09), Note(0, 0.03), Note(246.94, 0.12)),
}
"""listening: I hear you; taken: the request is understood; tick: still here.

hold_begins and hold_ends: into the position, and out of it; reminder: something is due."""


def render(name: str, rate: int) -> Pcm:
    """The samples of an earcon, shape (n,), int16, at `rate` Hz.

    Raises:
        KeyError: there is no earcon of that name.
    """
    return np.concatenate([_tone(note, rate) for note in EARCONS[name]])


def _tone(note: Note, rate: int) -> Pcm:
    times = np.arange(round(note.seconds * rate)) / rate
    if not note.pitch:
        return np.zeros(len(times), np.int16)
    # A quiet octave above makes a pure tone audible on a telephone's loudspeaker.
    wave = np.sin(2 * np.pi * note.pitch * times) + 0.2 * np.sin(4 * np.pi * note.pitch * times)
    fade_in = np.clip(times / ATTACK, 0, 1)
    fade_out = np.clip((note.seconds - times) / RELEASE, 0, 1)
    peak = 32767 * 10 ** (LEVEL_DBFS / 20)
    shaped = wave * np.sin(fade_in * np.pi / 2) ** 2 * np.sin(fade_out * np.pi / 2) ** 2
    scaled: Pcm = np.round(shaped / 1.2 * peak).astype(np.int16)
    return scaled
