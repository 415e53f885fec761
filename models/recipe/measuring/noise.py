"""Noise of a kitchen under a recording, as loud as the benchmark that it comes from makes it."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from voice.listening.sound import RATE, Samples

KITCHEN = "data/noise/kitchen.wav"
"""Within Picovoice's speech-to-intent benchmark."""
_FRAME = 2048
"""Samples over which the benchmark (`src/mix.py`) takes an energy."""
_PEAK = 0.5
"""Of full scale; the benchmark levels every mixture to it."""


def read_noise(checkout: Path) -> Samples:
    """The noise from a checkout of the benchmark, or from its git directory alone.

    Raises:
        FileNotFoundError: it is in neither.
        ValueError: it is not 16 kHz.
    """
    file = checkout / KITCHEN
    if file.is_file():
        content = file.read_bytes()
    else:
        shown = subprocess.run(
            ["git", "-C", str(checkout), "show", f"HEAD:{KITCHEN}"],  # noqa: S607
            capture_output=True,
            check=False,
        )
        if shown.returncode != 0:
            raise FileNotFoundError(f"{checkout} holds no {KITCHEN}")
        content = shown.stdout
    samples, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    if rate != RATE:
        raise ValueError(f"{KITCHEN} has {rate} samples a second, not {RATE}")
    return np.asarray(samples, np.int16)


def mixed(speech: Samples, noise: Samples, snr_db: float, rng: np.random.Generator) -> Samples:
    """Speech with a piece of the noise, in the way of the benchmark.

    Args:
        speech: shape (n,).
        noise: longer than the speech; a piece from a place chosen by chance is taken.
        snr_db: energy of the loudest 128 ms of the speech over that of the noise.
        rng: chooses.

    Returns:
        Shape (n,), its peak at half of full scale.
    """
    start = int(rng.integers(0, noise.size - speech.size))
    piece = noise[start : start + speech.size].astype(np.float64)
    voice = speech.astype(np.float64)
    scale = np.sqrt(_loudest(voice) / (_loudest(piece) * 10 ** (snr_db / 10)))
    both = voice + scale * piece
    return np.asarray(np.rint(both * (_PEAK * 32767 / np.abs(both).max())), np.int16)


def _loudest(sound: NDArray[np.float64]) -> float:
    frames = sound[: sound.size // _FRAME * _FRAME].reshape(-1, _FRAME)
    return float(np.square(frames).sum(axis=1).max())
