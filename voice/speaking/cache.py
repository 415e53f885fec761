"""Rendered sentences on disk, found by what they were rendered from.

The name of an entry is a hash, so the folder does not tell what was said. The
cache never fails: what cannot be read is a miss, and a disk that cannot be
written only switches it off.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tempfile
from pathlib import Path

import numpy as np

from voice.speaking.speech import Speech

LIMIT = 64 * 1024 * 1024
"""Bytes; 25 minutes of speech at 22,050 Hz."""
KEPT_SHARE = 0.9
"""How much of the limit is left after the oldest entries were thrown out."""

_MAGIC = b"UKS1"
_HEADER = struct.Struct(">4sI32s")
_SUFFIX = ".speech"


class SpeechCache:
    """A bounded folder of rendered sentences; used by one thread at a time.

    Several processes may share the folder: entries are written whole or not at all.
    """

    def __init__(self, folder: Path, *, limit: int = LIMIT) -> None:
        """Use `folder`, which is made (readable by its owner alone) when it is missing.

        Args:
            folder: holds nothing but the cache.
            limit: bytes of all entries together.
        """
        self._folder = folder
        self._limit = limit
        self._size: int | None = None
        self.off_because = ""
        """Why nothing is written any more; empty while it works."""

    def get(self, text: str, rate_wpm: int, voice: str | None, engine: str) -> Speech | None:
        """The sentence as it was rendered before; None when it is not there."""
        path = self._path(text, rate_wpm, voice, engine)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        speech = _unpack(content)
        try:
            if speech is None:
                path.unlink(missing_ok=True)
            else:
                os.utime(path)
        except OSError:
            pass
        return speech

    def put(self, text: str, rate_wpm: int, voice: str | None, engine: str, speech: Speech) -> None:
        """Keep a rendered sentence; the ones unused for longest make room for it."""
        if self.off_because:
            return
        content = _pack(speech)
        if len(content) > self._limit:
            return
        try:
            self._write(self._path(text, rate_wpm, voice, engine), content)
        except OSError as error:
            self.off_because = f"{self._folder}: {error.strerror or error}"

    def _path(self, text: str, rate_wpm: int, voice: str | None, engine: str) -> Path:
        key = json.dumps([text, rate_wpm, voice, engine]).encode()
        return self._folder / (hashlib.sha256(key).hexdigest() + _SUFFIX)

    def _write(self, path: Path, content: bytes) -> None:
        if self._size is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._size = sum(size for _, size, _ in self._entries())
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            unfinished = Path(file.name)
            try:
                file.write(content)
                file.flush()
                unfinished.replace(path)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
        self._size += len(content)
        if self._size > self._limit:
            self._size = self._make_room()

    def _entries(self) -> list[tuple[float, int, Path]]:
        """Every file in the folder, unfinished ones of a killed process too: age, size, path."""
        entries = []
        for path in self._folder.iterdir():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            entries.append((status.st_mtime, status.st_size, path))
        return sorted(entries)

    def _make_room(self) -> int:
        entries = self._entries()
        size = sum(size for _, size, _ in entries)
        for _, entry_size, path in entries:
            if size <= self._limit * KEPT_SHARE:
                break
            path.unlink(missing_ok=True)
            size -= entry_size
        return size


def _pack(speech: Speech) -> bytes:
    body = speech.pcm.astype("<i2").tobytes()
    return _HEADER.pack(_MAGIC, speech.rate, hashlib.sha256(body).digest()) + body


def _unpack(content: bytes) -> Speech | None:
    """The sentence; None when a single bit of it is wrong."""
    if len(content) < _HEADER.size:
        return None
    magic, rate, digest = _HEADER.unpack_from(content)
    body = content[_HEADER.size :]
    if magic != _MAGIC or rate == 0 or hashlib.sha256(body).digest() != digest:
        return None
    return Speech(np.frombuffer(body, "<i2").astype(np.int16), rate)
