"""A bar for what takes longer than a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def waiting(what: str) -> Iterator[Callable[[float, float], None]]:
    """Show a bar on stderr where a person sees it; yields what takes how much is done, of how much.

    Args:
        what: stands before the bar.
    """
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
