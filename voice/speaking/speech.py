"""Sound that is to be heard: samples and their rate, and what is done with them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


def encode(speech: Speech) -> bytes:
    """The bytes of a mono 16-bit WAV file."""
    file = io.BytesIO()
    soundfile.write(file, speech.pcm, speech.rate, subtype="PCM_16", format="WAV")
    return file.getvalue()


def join(pieces: Iterable[Speech]) -> Speech:
    """Pieces of one rate as one sound."""
    whole = list(pieces)
    return Speech(np.concatenate([one.pcm for one in whole]), whole[0].rate) if whole else empty()


def trimmed(pieces: Iterable[Speech]) -> Iterator[Speech]:
    """Cut the silence at both ends of pieces that follow each other down to `LEAD` and `TAIL`.

    Only silence becomes nothing. What is silent at the end of a piece is kept back until it is
    known whether more comes.
    """
    threshold = 32768 * 10 ** (SILENCE_DBFS / 20)
    quiet, begun, rate = np.zeros(0, np.int16), False, RATE
    for piece in pieces:
        pcm, rate = np.concatenate([quiet, piece.pcm]), piece.rate
        loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > threshold)
        if len(loud) == 0:
            quiet = pcm
            continue
        first = 0 if begun else max(0, int(loud[0]) - round(LEAD * rate))
        end = int(loud[-1]) + 1
        yield Speech(pcm[first:end], rate)
        quiet, begun = pcm[end:], True
    if begun:
        yield Speech(quiet[: round(TAIL * rate)], rate)


class Resampler:
    """Brings pieces that follow each other to another rate, without a seam between them."""

    def __init__(self, rate: int) -> None:
        """Bring them to `rate` Hz."""
        self._rate = rate
        self._stream: Any = None

    def take(self, piece: Speech) -> Speech:
        """As much of the sound up to the end of a piece as is certain already."""
        if piece.rate == self._rate:
            return piece
        if self._stream is None:
            self._stream = soxr.ResampleStream(piece.rate, self._rate, 1, dtype="int16")
        return Speech(self._stream.resample_chunk(piece.pcm), self._rate)

    def rest(self) -> Speech:
        """What is left when all pieces have been taken."""
        if self._stream is None:
            return Speech(np.zeros(0, np.int16), self._rate)
        nothing = np.zeros(0, np.int16)
        return Speech(self._stream.resample_chunk(nothing, last=True), self._rate)


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
