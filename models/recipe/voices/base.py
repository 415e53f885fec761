"""What every speech synthesiser of the recipe does, and what is done with all that they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from voice.understanding.numbers import TENS, UNITS

RATE = 16_000
"""Samples a second of everything that the recipe keeps."""
_LOUDEST = 0.9
"""Of full scale; what is louder is turned down."""
_QUIET_DB = 45.0
"""Below the peak, at the ends of a recording, is silence."""
_MARGIN_S = 0.05
"""Kept of the silence at both ends."""
_HALF_OF_DAY = re.compile(rf"\b({'|'.join((*UNITS, *TENS))}|o'clock) ([ap])m\b")
_QUESTION = re.compile(
    r"(what|how|why|can|could|does|is|do|when|where|who|should|are|will|did|which)\b"
)


class EngineMissingError(RuntimeError):
    """A synthesiser, or something that it needs, is not installed on this machine."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One spoken sentence."""

    samples: NDArray[np.int16]
    """Shape (n,), mono, `RATE`; at most `_MARGIN_S` of silence at either end."""
    voice: str
    """Who said it: the engine's name for the voice, and what was changed about it."""
    phones: tuple[str, ...] | None
    """Exactly what was said, in the 39 phones; None where the engine does not tell."""


class Engine(Protocol):
    """A synthesiser with the voices of one split."""

    def speak(self, text: str, rng: Random) -> Spoken:
        """Say a sentence in a voice, at a speed and a pitch of chance.

        Args:
            text: lower-case words between single spaces.
            rng: decides everything that is left to chance.

        Raises:
            EngineMissingError: the synthesiser is not installed.
            RuntimeError: it did not speak.
        """
        ...


def as_written(text: str, rng: Random) -> str:
    """The sentence with the punctuation and the abbreviations that synthesisers expect."""
    written = _HALF_OF_DAY.sub(r"\1 \2.m.", text)
    asks = _QUESTION.match(text) is not None and rng.random() < 0.8  # noqa: PLR2004 - a share
    if asks:
        return f"{written}?"
    return written if written.endswith(".") else f"{written}."


def finished(samples: NDArray[np.float32], rate: int) -> NDArray[np.int16]:
    """Bring a synthesiser's sound to the form that is kept.

    Args:
        samples: shape (n,), full scale is 1.
        rate: samples a second.

    Returns:
        See `Spoken.samples`.

    Raises:
        RuntimeError: there is nothing to hear.
    """
    sound = np.asarray(soxr.resample(samples, rate, RATE), np.float32) if rate != RATE else samples
    peak = float(np.abs(sound).max(initial=0.0))
    if peak < 1e-3:  # noqa: PLR2004 - silence
        raise RuntimeError("nothing to hear")
    loud = np.flatnonzero(np.abs(sound) > peak * 10 ** (-_QUIET_DB / 20))
    margin = int(_MARGIN_S * RATE)
    sound = sound[max(0, loud[0] - margin) : loud[-1] + margin]
    return np.asarray(np.rint(sound * min(1.0, _LOUDEST / peak) * 32767), np.int16)


def read_sound(file: Path) -> tuple[NDArray[np.float32], int]:
    """Read a mono sound file: shape (n,), full scale is 1; and its samples a second."""
    samples, rate = soundfile.read(file, dtype="float32")
    return samples if samples.ndim == 1 else samples[:, 0], rate
