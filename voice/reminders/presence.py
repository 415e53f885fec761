"""Who is there to ring: an open assistant first, else the daemon.

The claims are locks of the operating system on small files beside the store;
the system itself lets go of them when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from voice.locks import locked


class AlreadyRunning(RuntimeError):  # noqa: N818
    """Another daemon rings already."""

    remedy = "Leave the other one running, or stop it first."


@contextlib.contextmanager
def assistant_open(store: Path) -> Iterator[None]:
    """Tell the daemon that an assistant is open and rings by itself.

    Args:
        store: The path of the store. Several assistants may be open at once.
    """
    with locked(_assistant_file(store), shared=True):
        yield


def is_assistant_open(store: Path) -> bool:
    """Whether an assistant is open that rings by itself."""
    try:
        with locked(_assistant_file(store)):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


@contextlib.contextmanager
def only_daemon(store: Path) -> Iterator[None]:
    """Be the one daemon of a store.

    Raises:
        AlreadyRunning: Another one is.
    """
    try:
        with locked(store.with_suffix(".daemon")):
            yield
    except BlockingIOError:
        raise AlreadyRunning("The reminders are being rung by another process already.") from None


@contextlib.contextmanager
def alone(store: Path) -> Iterator[None]:
    """Keep assistants and the daemon of a store away.

    Raises:
        AlreadyRunning: One of them is open.
    """
    with only_daemon(store):
        try:
            with locked(_assistant_file(store)):
                yield
        except BlockingIOError:
            raise AlreadyRunning("An assistant is open.") from None


def _assistant_file(store: Path) -> Path:
    return store.with_suffix(".assistant")
