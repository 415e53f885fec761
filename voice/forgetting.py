"""Wipes what was kept of the person who talks: reminders, history, what was spoken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from voice.reminders.presence import alone
from voice.reminders.store import FILE_NAME

_KEPT = ("reminders.*", "history.*", "cache", "demo")
"""Names in the data folder, with the copies that stores make of themselves. Nothing else in it is
touched: models stay, and whatever is not ours."""


def forget(home: Path) -> tuple[str, ...]:
    """Wipe it.

    Args:
        home: The data folder; it need not exist.

    Returns:
        The names that were wiped.

    Raises:
        AlreadyRunning: An assistant or the daemon is open; nothing was wiped.
        OSError: Something could not be wiped; what came before it is.
    """
    if not home.is_dir():
        return ()
    with alone(home / FILE_NAME):
        return tuple(_wiped(path) for path in _kept(home))


def _kept(home: Path) -> Iterator[Path]:
    for name in _KEPT:
        yield from sorted(home.glob(name))


def _wiped(path: Path) -> str:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return path.name
