"""Sound that is to be heard: samples and their rate, and what is done with them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 22050
"""Hz; what eSpeak NG renders."""
LEAD = 0.01
"""Seconds of silence kept before the first sound of a sentence."""
TAIL = 0.04
"""Seconds of silence kept after the last sound of a sentence."""
SILENCE_DBFS = -50.0
"""Samples below this level at the ends of a sentence count as silence."""

Pcm = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Speech:
    """Mono sound."""

    pcm: Pcm
    """Shape (n,), int16."""
    rate: int
    """Hz."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.pcm) / self.rate


def empty() -> Speech:
    """Nothing to be heard."""
    return Speech(np.zeros(0, np.int16), RATE)


def silence(seconds: float, rate: int = RATE) -> Pcm:
    """Zeros, shape (seconds * rate,), int16."""
    return np.zeros(round(seconds * rate), np.int16)


def decode(sound_file: bytes) -> Speech:
    """Decode the bytes of a sound file; several channels become their mean.

    Raises:
        soundfile.LibsndfileError: the bytes are no sound file.
    """
    samples, rate = soundfile.read(io.BytesIO(sound_file), dtype="int16", always_2d=True)
    if samples.shape[1] == 1:
        return Speech(samples[:, 0], int(rate))
    return Speech(samples.mean(axis=1).astype(np.int16), int(rate))


def trim(speech: Speech) -> Speech:
    """Cut the silence at both ends down to `LEAD` and `TAIL`; only silence becomes nothing."""
    threshold = 32768 * 10 ** (SILENCE_DBFS / 20)
    loud = np.flatnonzero(np.abs(speech.pcm.astype(np.int32)) > threshold)
    if len(loud) == 0:
        return Speech(speech.pcm[:0], speech.rate)
    first = max(0, int(loud[0]) - round(LEAD * speech.rate))
    last = int(loud[-1]) + 1 + round(TAIL * speech.rate)
    return Speech(speech.pcm[first:last], speech.rate)


def resample(speech: Speech, rate: int) -> Speech:
    """The same sound at `rate` Hz."""
    if speech.rate == rate:
        return speech
    return Speech(soxr.resample(speech.pcm, speech.rate, rate), rate)


def write_wav(path: Path, speech: Speech) -> None:
    """Write a mono 16-bit WAV file.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("wb") as file:
        soundfile.write(file, speech.pcm, speech.rate, subtype="PCM_16", format="WAV")
