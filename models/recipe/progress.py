"""A line of progress on stderr for steps that take minutes: done, asked, time left."""

from __future__ import annotations

import sys
import time
from types import TracebackType


class Progress:
    """Counts steps; says so every ten seconds, and at the end."""

    _EVERY = 10.0
    """Seconds."""

    def __init__(self, title: str, total: int, *, unit: str) -> None:
        self._title, self._total, self._unit = title, total, unit
        self._done = 0
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._say()

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        if time.monotonic() - self._said >= self._EVERY:
            self._say()

    def _say(self) -> None:
        self._said = time.monotonic()
        took = self._said - self._began
        left = took / self._done * (self._total - self._done) if self._done else 0.0
        sys.stderr.write(
            f"{self._title}: {self._done} of {self._total} {self._unit}, "
            f"{took:.0f} s, {left:.0f} s left\n"
        )
        sys.stderr.flush()
