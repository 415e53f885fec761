"""Waiting for what comes in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], bool], seconds: float = 10.0) -> float:
    """Waits until it holds, and returns how long that took in seconds; fails when it does not."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"it did not happen within {seconds:g} s"
        time.sleep(0.002)
    return time.monotonic() - began
