"""A typed conversation in the terminal: who said what, and a line to type in.

Answers come while somebody types: in a hold, or when a reminder rings. So what is printed first
takes the line that is being typed away, and puts it back below. Readline keeps that line, and
those typed before, for as long as the conversation lasts.
"""

from __future__ import annotations

import readline
import sys
import termios
import textwrap
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console

from voice.assistant import Assistant, Event
from voice.events import Heard, Interrupted, Mended, Performed, Saying, Trouble
from voice.screen.board import Board
from voice.screen.words import span
from voice.scripts.narrator import Holding

YOU, UNKNOT = "you     ", "unknot  "
LONGEST_LINE = 100
"""Columns that are easy to read."""
KEYS = "Type and press Enter; the up arrow brings back what you typed; Ctrl+D ends it."

_CLEAR_LINE = "\r\x1b[K"
_UP = "\x1b[A"


class TypingLine:
    """The line at the bottom of the terminal that somebody types in, and what is printed above it.

    One thread reads lines, another prints.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._printing = threading.Lock()
        self._reads = False

    def __enter__(self) -> Self:
        """Remember how the terminal is set."""
        self._before = termios.tcgetattr(sys.stdin)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Set the terminal as it was: whoever reads may still wait for a line that never comes."""
        with self._printing:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
            self._write(_CLEAR_LINE)

    def lines(self) -> Iterator[str]:
        """What is typed, until there is no more."""
        readline.parse_and_bind("set enable-bracketed-paste off")
        # Readline must know which part of its prompt takes no room.
        prompt = f"\x01{_CLEAR_LINE}\x02{YOU}"
        while True:
            self._reads = True
            try:
                line = input(prompt)
            except EOFError:
                return
            finally:
                self._reads = False
            yield line

    def print(self, text: str, first: str = "") -> None:
        """Print above the line; `first` stands before it, and as many blanks before what wraps."""
        wrapped = textwrap.fill(
            text,
            min(self._console.width, LONGEST_LINE),
            initial_indent=first,
            subsequent_indent=" " * len(UNKNOT),
        )
        with self._printing:
            typed = readline.get_line_buffer() if self._reads else ""
            above = _UP * ((len(YOU) + len(typed)) // self._console.width)
            below = YOU + typed if self._reads else ""
            self._write(f"{above}{_CLEAR_LINE}\x1b[J{wrapped}\n{below}")

    def _write(self, text: str) -> None:
        self._console.file.write(text)
        self._console.file.flush()


class TypedView:
    """A conversation with somebody who types: both sides, and what can be typed."""

    def __init__(self, console: Console, board: Board) -> None:
        """Prepare.

        Args:
            console: the terminal that somebody types in.
            board: takes note of the conversation; knows what can be said.
        """
        self._line = TypingLine(console)
        self._board = board
        self._their_turn = True
        self._told: set[tuple[str, ...]] = set()

    def __enter__(self) -> Self:
        """Begin to show."""
        self._line.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        self._line.__exit__(kind, error, trace)

    def lines(self) -> Iterator[str]:
        """What is typed, until there is no more; may be read by another thread."""
        return self._line.lines()

    def show(self, event: Event) -> None:
        """Print the event if it belongs to the conversation."""
        self._board.show(event)
        match event:
            case Heard() | Performed() | Interrupted():
                self._their_turn = True
            case Saying():
                self._print(event.text)
            case Holding():
                left = event.seconds - max(0.0, event.elapsed)
                self._print(f"(hold for {span(left)})")
            case Trouble():
                self._print(f"{event.what} {event.remedy}")
            case Mended():
                self._print(f"The {event.part} works again.")
            case _:
                pass

    def look(self, assistant: Assistant) -> None:
        """Once it waits, tell what can be typed, if that has not been told yet."""
        self._board.look(assistant)
        picture = self._board.shown.picture
        if picture.can_say in self._told or picture.state == "speaking":
            return
        hints = (*picture.can_say, KEYS) if not self._told else picture.can_say
        self._told.add(picture.can_say)
        self._line.print(f"({' '.join(hints)})", " " * len(UNKNOT))

    def note(self, line: str) -> None:
        """Print a line that does not belong to the conversation."""
        self._line.print(line)

    def _print(self, text: str) -> None:
        self._line.print(text, UNKNOT if self._their_turn else " " * len(UNKNOT))
        self._their_turn = False
