"""Other people out of one voice: pitch and formants moved together, with or without the pace."""

from __future__ import annotations

from random import Random

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

_FRAME_S = 0.03
_SEARCH_S = 0.008
"""How far a frame may be moved to fit the one before: a period of a low voice."""
_LEAST_CHANGE = 0.01


def of_chance(
    samples: NDArray[np.float32], rate: int, rng: Random, lowest: float, highest: float
) -> tuple[NDArray[np.float32], float]:
    """Move a voice by chance; two times of five it stays as it is.

    Args:
        samples: shape (n,).
        rate: samples a second.
        rng: decides.
        lowest: smallest ratio of the new pitch to the old.
        highest: greatest.

    Returns:
        The sound, and the ratio: 1.0 where nothing was changed.
    """
    if rng.random() < 0.4:  # noqa: PLR2004 - a share
        return samples, 1.0
    ratio = rng.uniform(lowest, highest)
    return shifted(samples, rate, ratio, keep_pace=rng.random() < 0.7), ratio  # noqa: PLR2004


def shifted(
    samples: NDArray[np.float32], rate: int, ratio: float, *, keep_pace: bool
) -> NDArray[np.float32]:
    """Raise pitch and formants, as by a shorter throat.

    Args:
        samples: shape (n,).
        rate: samples a second.
        ratio: of the new pitch to the old.
        keep_pace: whether the length stays; otherwise it is divided by the ratio.
    """
    moved = np.asarray(soxr.resample(samples, rate * ratio, rate), np.float32)
    return stretched(moved, rate, ratio) if keep_pace else moved


def stretched(samples: NDArray[np.float32], rate: int, ratio: float) -> NDArray[np.float32]:
    """Make a sound longer without changing its pitch: waveform-similarity overlap-add (WSOLA).

    Args:
        samples: shape (n,).
        rate: samples a second.
        ratio: of the new length to the old.
    """
    frame, search = int(_FRAME_S * rate) // 2 * 2, int(_SEARCH_S * rate)
    if abs(ratio - 1) < _LEAST_CHANGE or len(samples) < 4 * frame:
        return samples
    hop = frame // 2
    window = np.hanning(frame + 1)[:frame].astype(np.float32)
    padded = np.pad(samples, (search, search + 2 * frame))
    out = np.zeros(int(len(samples) * ratio) + 2 * frame, np.float32)
    place = 0
    for start in range(0, int(len(samples) * ratio), hop):
        wanted = padded[place + hop : place + hop + frame]
        place = _best(padded, round(start / ratio), search, wanted) if start else search
        out[start : start + frame] += window * padded[place : place + frame]
    return out[: int(len(samples) * ratio)]


def _best(
    padded: NDArray[np.float32], around: int, search: int, wanted: NDArray[np.float32]
) -> int:
    """Where, within `search` of a place, the sound is most like what would have come next."""
    around = min(around, len(padded) - 2 * search - len(wanted))
    near = sliding_window_view(padded[around : around + 2 * search + len(wanted)], len(wanted))
    return around + int(np.argmax(near @ wanted))
