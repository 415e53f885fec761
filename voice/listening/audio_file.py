"""Recordings as a source: any rate and channel count, streamed, never whole in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from voice.events import Mended, Trouble
from voice.listening.sound import RATE, Block, Samples

BLOCK_SECONDS = 0.032
"""Length of the blocks a file is handed out in, about what a microphone gives."""

_READ_SECONDS = 1.0
_PLAY_IT = "Play it in another program to see whether it is whole, or record it again."


class AudioFileError(ValueError):
    """A recording that cannot be used.

    Attributes:
        remedy: what the user should do, one sentence.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class FileSource:
    """A WAV, FLAC or OGG file as 16 kHz mono int16 blocks.

    Args:
        path: the file.
        realtime: hand blocks out as fast as a microphone would, not as fast as possible.
        limit: the longest recording that is taken, in seconds; None: any length.

    Raises:
        AudioFileError: the file is missing, unreadable, not audio, empty or too long. While
            it is read: it is broken off, or holds samples that are not numbers.
    """

    overflows = 0

    def __init__(
        self, path: Path | str, *, realtime: bool = False, limit: float | None = None
    ) -> None:
        self.path = Path(path)
        self._realtime = realtime
        self._closed = False
        with _open(self.path) as file:
            self.seconds = file.frames / file.samplerate
            """Length of the recording, in seconds, as its header says."""
        if not self.seconds:
            raise AudioFileError(f"{self.path} holds no sound.", "Record it again.")
        if limit is not None and self.seconds > limit:
            raise AudioFileError(
                f"{self.path} lasts {self.seconds:.0f} seconds; at most {limit:.0f} are taken.",
                "Cut the question out of it, or use `unknot transcribe` for long recordings.",
            )

    def blocks(self, report: Callable[[Trouble | Mended], None] | None = None) -> Iterator[Block]:
        """Yields the recording in blocks of 32 ms; `Block.at` counts on from now."""
        del report
        size = round(BLOCK_SECONDS * RATE)
        began = time.monotonic()
        given = 0
        rest: Samples = np.zeros(0, np.int16)
        for samples, last in self._pieces():
            rest = np.concatenate((rest, samples))
            end = rest.size if last else rest.size - rest.size % size
            for start in range(0, end, size):
                piece = rest[start : start + size]
                given += piece.size
                at = began + given / RATE
                if self._realtime:
                    time.sleep(max(at - time.monotonic(), 0.0))
                if self._closed:
                    return
                yield Block(piece, at)
            rest = rest[end:]

    def close(self) -> None:
        """Ends `blocks` before the end of the file."""
        self._closed = True

    def _pieces(self) -> Iterator[tuple[Samples, bool]]:
        with _open(self.path) as file:
            resampler = soxr.ResampleStream(file.samplerate, RATE, 1, dtype="float32")
            frames = max(round(_READ_SECONDS * file.samplerate), 1)
            left = file.frames
            while left > 0:
                sound = self._read(file, min(frames, left))
                left -= sound.shape[0]
                mono = sound.mean(axis=1, dtype=np.float32)
                yield _to_int16(resampler.resample_chunk(mono, last=left <= 0)), left <= 0

    def _read(self, file: soundfile.SoundFile, frames: int) -> npt.NDArray[np.float32]:
        try:
            sound: npt.NDArray[np.float32] = file.read(frames, dtype="float32", always_2d=True)
        except soundfile.SoundFileError as error:
            raise AudioFileError(f"{self.path} is damaged: {_says(error)}.", _PLAY_IT) from error
        if not sound.size:
            raise AudioFileError(f"{self.path} is shorter than its header says.", _PLAY_IT)
        if not np.isfinite(sound).all():
            raise AudioFileError(f"{self.path} holds samples that are not numbers.", _PLAY_IT)
        return np.clip(sound, -1.0, 1.0)


def _open(path: Path) -> soundfile.SoundFile:
    if path.is_dir():
        raise AudioFileError(f"{path} is a folder.", "Name a WAV, FLAC or OGG file.")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise AudioFileError(
            f"{path} cannot be opened: {error.strerror}.", "Check its name and permissions."
        ) from error
    if empty:
        raise AudioFileError(f"{path} is empty.", "Record it again.")
    try:
        return soundfile.SoundFile(path)
    except (soundfile.SoundFileError, TypeError) as error:
        raise AudioFileError(
            f"{path} is not audio that can be read: {_says(error)}.",
            "Use a WAV, FLAC or OGG file.",
        ) from error


def _says(error: Exception) -> str:
    return str(getattr(error, "error_string", error)).strip().rstrip(".")


def _to_int16(sound: npt.NDArray[np.float32]) -> Samples:
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)
