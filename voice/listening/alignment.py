"""How late the loudspeaker is in the microphone: found by correlating the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voice.listening.sound import RATE, Samples

SEARCH = RATE
"""Samples by which the guess may be wrong either way: 1 s, for a wireless loudspeaker."""
WINDOW = 2 * RATE
"""Samples of the microphone that are looked at: 2 s."""

_BAND = (300, 4000)
"""Hz within which speech carries a room's echo."""
_CLEAR = 9.0
"""How far the peak must stand out of the correlation, in its standard deviations."""


@dataclass(frozen=True, slots=True)
class Lag:
    """By how much the microphone trails the guess."""

    samples: int
    """Of the echo's strongest path; negative: the guess was too late."""
    clear: bool
    """It stands out enough to be believed."""


def find_lag(played: Samples, heard: Samples) -> Lag:
    """Finds where what was played lies in what was heard.

    Both spectra are whitened (the phase transform), so that the peak is as sharp as the
    room allows and a person who speaks meanwhile spreads over all lags.

    Args:
        played: shape (WINDOW + 2 * SEARCH,): around the guess, `SEARCH` more on each side.
        heard: shape (WINDOW,).
    """
    size = 1 << (played.size + heard.size - 1).bit_length()
    cross = np.fft.rfft(played, size).conj() * np.fft.rfft(heard, size)
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    cross[(hertz < _BAND[0]) | (hertz > _BAND[1])] = 0
    whitened = cross / (np.abs(cross) + 1e-3 * np.abs(cross).max() + 1e-12)
    lags = np.abs(np.fft.irfft(whitened, size))
    # `heard` lies SEARCH samples into `played` when the guess is right: lag -SEARCH.
    likeness = np.roll(lags, 2 * SEARCH)[: 2 * SEARCH + 1]
    best = int(np.argmax(likeness))
    stands_out = (likeness[best] - likeness.mean()) / (likeness.std() + 1e-12)
    return Lag(best - SEARCH, bool(stands_out >= _CLEAR))
