"""What the tests of faults share: conversations with the product, and processes looked into."""

from __future__ import annotations

from pathlib import Path

from tests.end_to_end.conftest import talk
from tests.sound.conversation import Conversation
from tests.waiting import wait_for

__all__ = ["talk"]


def count(conversation: Conversation, words: str) -> int:
    """In how many lines that it has printed these words stand."""
    return sum(words in line for line in list(conversation.lines))


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
