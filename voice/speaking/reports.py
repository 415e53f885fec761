"""Reports to the caller, from one thread, in order, at the right moment."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Report:
    at: float
    call: Callable[[], None]


class Reports:
    """Calls functions in a thread of its own, in the order in which they were posted.

    `post` never blocks, so an audio callback may use it.
    """

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Report | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="speaking-reports", daemon=True)
        self._thread.start()

    def post(self, call: Callable[[], None], at: float = 0.0) -> None:
        """Call `call` when `time.monotonic()` reaches `at`, after all that was posted before."""
        self._queue.put(_Report(at, call))

    def close(self) -> None:
        """Deliver what was posted, then end; may itself be called from a report."""
        self._queue.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        while (report := self._queue.get()) is not None:
            wait = report.at - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                report.call()
            except Exception:
                _log.exception("a report about speaking failed")
