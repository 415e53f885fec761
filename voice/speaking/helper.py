"""A process of ours that does one thing for us over its pipes, and is killed when it fails."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO, cast

from voice.speaking.frames import FrameError, Head, read_frame, write_frame


class HelperLostError(RuntimeError):
    """The process hung, died or answered nonsense; it is of no use any more."""

    remedy = "Try again; if it stays, run `unknot doctor`."


class Helper:
    """A running process and the pipes to it; used by one thread at a time.

    It greets with one frame as soon as it is ready, and answers each request
    with one.
    """

    def __init__(self, command: Sequence[str], *, stderr: int | None = subprocess.DEVNULL) -> None:
        """Start it; returns at once.

        Args:
            command: the program and its arguments.
            stderr: where its complaints go, as `subprocess` takes it; None is our own.

        Raises:
            OSError: it cannot be started.
        """
        self._process = subprocess.Popen(  # noqa: S603 - our own modules, or a test's
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)
        self._numbers = itertools.count(1)
        self.greeted = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def greet(self, seconds: float) -> Head:
        """Wait for its greeting, so many seconds at most.

        Raises:
            HelperLostError: it hung, died or greeted with nonsense.
        """
        head, _ = self._within(seconds, read_frame)
        self.greeted = True
        return head

    def ask(self, request: Head, seconds: float) -> tuple[Head, bytes]:
        """Send a request and wait for its answer, so many seconds at most.

        Raises:
            HelperLostError: it hung, died, answered nonsense or says that it failed.
        """
        number = next(self._numbers)

        def exchange(answers: IO[bytes]) -> tuple[Head, bytes] | None:
            write_frame(self._requests, {"id": number, **request})
            return read_frame(answers)

        head, body = self._within(seconds, exchange)
        if head.get("id") != number:
            raise HelperLostError("it answered another question")
        if "error" in head:
            raise HelperLostError(str(head["error"]))
        return head, body

    def _within(
        self, seconds: float, exchange: Callable[[IO[bytes]], tuple[Head, bytes] | None]
    ) -> tuple[Head, bytes]:
        """Run `exchange`; a watchdog kills a process that is late, which ends any wait for it."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self.kill()

        watchdog = threading.Timer(seconds, end)
        watchdog.daemon = True
        watchdog.start()
        try:
            frame = exchange(self._answers)
        except (OSError, ValueError) as error:
            kind = "it answered nonsense" if isinstance(error, FrameError) else "it died"
            raise HelperLostError("it hung" if late.is_set() else kind) from error
        finally:
            watchdog.cancel()
            watchdog.join()
        if frame is None:
            raise HelperLostError("it hung" if late.is_set() else "it died")
        return frame

    def interrupt(self, patience: float) -> None:
        """Let it end in order, and kill it if it has not within so many seconds; returns at once.

        Whoever waits for an answer meanwhile finds it lost.
        """
        self._process.terminate()
        watchdog = threading.Timer(patience, self.kill)
        watchdog.daemon = True
        watchdog.start()

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()

    def close(self, patience: float = 0.0) -> None:
        """End it, reap it and close its pipes.

        Args:
            patience: seconds that it has to end in order before it is killed; 0 kills at once.
        """
        if patience:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
