"""A conversation with the page that shows it: real server, real requests, the test's own clock."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.assistant.room import Room
from voice.knowledge import Pack
from voice.reminders import Reminders
from voice.screen.board import Board
from voice.screen.controls import controls
from voice.screen.server import ScreenServer
from voice.screen.web import messages
from voice.understanding import Understanding


class Stage:
    """Somebody talking with the assistant, followed on the page."""

    def __init__(
        self,
        pack: Pack,
        understanding: Understanding,
        reminders: Reminders | None = None,
        *,
        hears: bool = True,
        port: int = 0,
    ) -> None:
        self.board = Board(pack, hears=hears)
        self.room = Room(pack, understanding, reminders=reminders, board=self.board)
        self.assistant = self.room.assistant
        self.server = ScreenServer(
            self.board,
            messages(pack, self.board, reminders),
            controls(pack),
            self.assistant.inbox.put,
            port=port,
        )

    def __enter__(self) -> Self:
        self.server.__enter__()
        self.settle()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.__exit__(kind, error, trace)

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])

    def settle(self) -> None:
        """Let the page see what the conversation has come to."""
        self.assistant.step(timeout=0)

    def hear(self, text: str) -> None:
        self.room.hear(text)
        self.settle()

    def live(self, seconds: float) -> None:
        self.room.live(seconds)
        self.settle()

    def live_until(self, done: Callable[[], bool]) -> None:
        self.room.live_until(done)
        self.settle()

    def take(self) -> None:
        """Take in what the page asks for, which comes within seconds."""
        self.assistant.handle(self.assistant.inbox.get(timeout=5.0))
        self.settle()
