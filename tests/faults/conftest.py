"""What the tests of faults share: conversations with the product, and processes looked into."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.end_to_end.conftest import talk
from tests.sound.conversation import Conversation

__all__ = ["talk"]


def count(conversation: Conversation, words: str) -> int:
    """In how many lines that it has printed these words stand."""
    return sum(words in line for line in list(conversation.lines))


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> float:
    """Waits until it holds, and returns how long that took in seconds; fails when it does not."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"it did not happen within {seconds:g} s"
        time.sleep(0.01)
    return time.monotonic() - began


def wait_for_lines(
    conversation: Conversation, words: str, lines: int, seconds: float = 10.0
) -> float:
    """Waits until it has printed so many lines with these words; returns the seconds it took."""
    return wait_for(lambda: count(conversation, words) >= lines, seconds)


def threads_of(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def handles_of(pid: int) -> int:
    """How many files, pipes and sockets a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def descendants(pid: int) -> list[int]:
    """The process and all that it started, directly or not."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found
