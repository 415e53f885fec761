"""What a running program takes, as Linux tells it: processor and memory."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

TICK = 1 / os.sysconf("SC_CLK_TCK")
"""Seconds."""
MEBIBYTE = 1 << 20


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return [pid, *(one for child in children for one in family(child))]


def processor_seconds(pid: int) -> float:
    """Seconds of processor that the program and those it started have taken, to 10 ms each."""
    return sum(_ticks(one) for one in family(pid)) * TICK


def resident(pid: int) -> float:
    """MiB of memory that the program and those it started hold, shared pages in each of them."""
    return sum(resident_alone(one) for one in family(pid))


def resident_alone(pid: int) -> float:
    """MiB of memory that one process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def _ticks(pid: int) -> int:
    # The name, in brackets, may hold blanks. Time of children that have ended counts too.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))


@dataclass
class Spent:
    """Processor time that was taken, in how much time."""

    computed: float = 0.0
    """Seconds."""
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """Of one core; 0 before anything was measured."""
        return self.computed / self.seconds if self.seconds else 0.0


class Meter:
    """Adds what a program takes while the meter is entered; a context manager."""

    def __init__(self, pid: int, spent: Spent) -> None:
        self._pid = pid
        self._spent = spent

    def __enter__(self) -> Self:
        self._began, self._computed = time.monotonic(), processor_seconds(self._pid)
        return self

    def __exit__(self, *_: object) -> None:
        self._spent.computed += processor_seconds(self._pid) - self._computed
        self._spent.seconds += time.monotonic() - self._began
