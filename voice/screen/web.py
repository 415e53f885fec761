"""The web screen of a conversation: its board, its page and its requests put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from voice.assistant import Event
from voice.knowledge import Pack
from voice.reminders import Reminders
from voice.screen.board import Board
from voice.screen.coming import Coming, coming
from voice.screen.controls import controls, starts
from voice.screen.server import ScreenServer
from voice.session import Rooms, Show


@contextmanager
def open_screen(rooms: Rooms, show: Show, *, port: int, hears: bool) -> Iterator[tuple[Show, str]]:
    """Serve the page of a conversation while the context lasts.

    Args:
        rooms: the conversation's rooms; the assistant must be put together within the context.
        show: shows what happens elsewhere; the page is shown it as well.
        port: on loopback; 0 lets the system choose.
        hears: the conversation has a microphone.

    Yields:
        what the conversation shows events to, and the page's address.

    Raises:
        ScreenError: the page cannot be served.
    """
    board = Board(rooms.pack, hears=hears)
    rooms.look = board.look

    def show_both(event: Event) -> None:
        show(event)
        board.show(event)

    message = messages(rooms.pack, board, rooms.reminders)
    with ScreenServer(board, message, controls(rooms.pack), rooms.inbox.put, port=port) as server:
        yield show_both, server.address


def messages(pack: Pack, board: Board, reminders: Reminders | None) -> Callable[[], dict[str, Any]]:
    """Makes what a page is sent: how the conversation stands, and what is the same all the time."""
    always = {
        "pack": {"name": pack.name, "language": pack.language},
        "starts": [asdict(start) for start in starts(pack)],
    }

    def message() -> dict[str, Any]:
        shown = board.shown
        return {
            **asdict(shown),
            "age": board.age(shown),
            "reminders": [_row(reminder) for reminder in coming(reminders)],
            **always,
        }

    return message


def _row(reminder: Coming) -> dict[str, object]:
    return {
        "what": reminder.what,
        "at": f"{reminder.due:%H:%M}",
        "seconds": reminder.seconds,
        "rings": reminder.rings,
    }
