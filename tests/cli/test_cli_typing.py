"""A typed conversation in a real terminal: a pseudo-terminal on both sides."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

UNKNOT = Path(sys.executable).with_name("unknot")
END = b"\x04"
"""Ctrl+D."""


class Terminal:
    """Somebody who types, and sees what is printed."""

    def __init__(self, process: subprocess.Popen[bytes], end: int) -> None:
        self.process = process
        self.seen = b""
        self._end = end

    def type(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def wait_for(self, words: bytes, after: int = 0) -> int:
        """Returns where in all that was seen they end."""
        while words not in self.seen[after:]:
            try:
                self.seen += os.read(self._end, 4096)
            except OSError as error:
                pytest.fail(f"{words!r} never came: {error}; it printed {self.seen.decode()}")
        return self.seen.index(words, after) + len(words)

    def settings(self) -> list[object]:
        return termios.tcgetattr(self._end)


@contextmanager
def terminal(
    home: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[Terminal]:
    """The product, at work in a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 80))
    process = subprocess.Popen(
        [UNKNOT, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "UNKNOT_HOME": str(home), "TERM": "xterm", **(env or {})},
    )
    try:
        yield Terminal(process, ours)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)


def test_both_sides_stand_below_each_other(tmp_path: Path) -> None:
    with terminal(tmp_path, "listen", "--text") as seen:
        before = seen.settings()
        seen.wait_for(b"Ctrl+D ends it.)")
        seen.type(b"can knots be prevented\n")
        asked = seen.wait_for(b"you     can knots be prevented")
        seen.wait_for(b"unknot  Yes, there is a lot that helps to prevent them.\r\n", asked)
        again = len(seen.seen)
        seen.type(b"\x1b[A\x1b[A")
        seen.wait_for(b"can knots be prevented", again)
        seen.type(b"\x15" + END)
        assert seen.process.wait(20) == 0
        assert seen.settings() == before


@pytest.mark.realtime
def test_what_is_being_typed_stays_while_something_is_said(tmp_path: Path) -> None:
    with terminal(tmp_path, "stretch", "overhead_reach", "--text") as seen:
        before = seen.settings()
        seen.wait_for(b"Ctrl+D ends it.)")
        seen.type(b"ready\n")
        held = seen.wait_for(b"(hold for 20 s)")
        seen.type(b"how much")
        breathed = seen.wait_for(b"Breathe slowly", held)
        seen.wait_for(b"\nyou     how much", breathed)
        seen.type(b" longer\n")
        seen.wait_for(b"unknot  About", breathed)
        seen.process.send_signal(signal.SIGINT)
        assert seen.process.wait(20) == 0
        assert seen.settings() == before


@pytest.mark.parametrize(
    ("arguments", "env"), [(["--plain"], {}), ([], {"TERM": "dumb"})], ids=["plain", "dumb"]
)
def test_without_repaints_where_they_are_not_wanted(
    tmp_path: Path, arguments: list[str], env: Mapping[str, str]
) -> None:
    with terminal(tmp_path, "listen", "--text", *arguments, env=env) as seen:
        seen.wait_for(b"Say stop at any time.")
        time.sleep(1.0)  # while it greets, "stop" would only end the greeting
        seen.type(b"stop\n")
        seen.wait_for(b"Goodbye")
        assert seen.process.wait(20) == 0
        assert b"\x1b" not in seen.seen
