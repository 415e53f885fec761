"""The terminal while the assistant runs: a live view, or plain lines.

Rich draws it: the library that most command-line tools of Python use for this,
without a dependency that compiles.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from voice.assistant import Event
from voice.events import (
    Heard,
    Interrupted,
    Level,
    Mended,
    Partial,
    Performed,
    Request,
    Saying,
    SpeechBegan,
    Trouble,
)
from voice.scripts.narrator import Holding

REDRAW_EVERY = 0.1
"""Seconds between two drawings at least, when only the level has changed."""
QUIETEST_SHOWN = -60.0
"""dBFS at the left end of the level meter."""
METER_WIDTH = 30


class View(Protocol):
    """Shows what happens."""

    def __enter__(self) -> Self:
        """Begin to show."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""

    def show(self, event: Event) -> None:
        """Take note of one event."""


def describe(request: Request) -> str:
    """A request in one line: its intent and slots."""
    slots = " ".join(f"{name}={value}" for name, value in request.slots.items())
    return f"{request.intent} {slots}".strip()


def meter(dbfs: float, width: int = METER_WIDTH) -> str:
    """A bar for a level in dBFS, `width` characters long."""
    share = (max(QUIETEST_SHOWN, min(0.0, dbfs)) - QUIETEST_SHOWN) / -QUIETEST_SHOWN
    filled = round(share * width)
    return "█" * filled + "░" * (width - filled)


class PlainView:
    """One line for each thing that happens: for pipes, logs and screen readers."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        """Nothing to set up."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to put back."""

    def show(self, event: Event) -> None:
        """Print the event if it is one that people follow."""
        line = _line(event)
        if line:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def _line(event: Event) -> str:
    match event:
        case Heard(text=text) if text:
            return f"heard       {text}"
        case Request():
            return f"understood  {describe(event)}"
        case Saying():
            return f"saying      {event.text}"
        case Trouble():
            return f"trouble     {event.part}: {event.what} {event.remedy}"
        case Mended():
            return f"mended      {event.part} works again"
        case _:
            return ""


class TypedView:
    """A conversation to read: what is said, a sentence a line."""

    def __init__(self, console: Console, *, prompt: bool) -> None:
        """Prepare.

        Args:
            console: where it prints.
            prompt: show a mark where the person types.
        """
        self._console = console
        self._prompt = prompt

    def show(self, event: Event) -> None:
        """Print the event if it belongs to the conversation."""
        match event:
            case Saying():
                self._console.print(event.text, markup=False, highlight=False, soft_wrap=True)
            case Performed() if self._prompt:
                self._console.print("> ", end="")
            case Trouble():
                self._console.print(f"{event.what} {event.remedy}", markup=False, highlight=False)
            case _:
                pass


class LiveView:
    """A panel that is redrawn in place: state, level, what was heard, understood and is said."""

    def __init__(
        self,
        console: Console,
        *,
        title: str,
        hints: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._title = title
        self._hints = hints
        self._clock = clock
        self._drawn_at = float("-inf")
        self._state = "listening"
        self._level = Level(QUIETEST_SHOWN)
        self._heard = ""
        self._understood = ""
        self._saying: Saying | None = None
        self._holding: Holding | None = None
        self._hold_began = 0.0
        self._troubles: dict[str, Trouble] = {}

    def __enter__(self) -> Self:
        """Take over a part of the terminal."""
        self._live.__enter__()
        self._draw()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last picture and give the terminal back."""
        self._live.__exit__(kind, error, trace)

    def show(self, event: Event) -> None:
        """Take note of one event and draw when it is worth it."""
        self._note(event)
        if isinstance(event, Level) and self._clock() - self._drawn_at < REDRAW_EVERY:
            return
        self._draw()

    def _note(self, event: Event) -> None:
        match event:
            case Level() | SpeechBegan() | Partial() | Heard():
                self._note_hearing(event)
            case Request():
                self._understood = describe(event)
            case Saying() | Holding() | Performed() | Interrupted():
                self._note_performing(event)
            case Trouble():
                self._troubles[event.part] = event
            case Mended():
                self._troubles.pop(event.part, None)
            case _:
                pass

    def _note_hearing(self, event: Level | SpeechBegan | Partial | Heard) -> None:
        match event:
            case Level():
                self._level = event
            case SpeechBegan():
                self._state = "hearing"
            case Partial():
                self._heard = f"{event.text} …"
            case Heard():
                self._heard = event.text or "(not for me)"
                self._state = "speaking" if self._saying is not None else "listening"

    def _note_performing(self, event: Saying | Holding | Performed | Interrupted) -> None:
        match event:
            case Saying():
                self._saying = event
                self._state = "speaking"
                # Within a hold what is said belongs to it; an aside means that it was left.
                if event.kind == "aside":
                    self._holding = None
            case Holding():
                self._holding = event
                self._hold_began = self._clock() - event.elapsed
            case Performed() | Interrupted():
                self._saying = self._holding = None
                self._state = "listening"

    def _draw(self) -> None:
        self._drawn_at = self._clock()
        self._live.update(self.render(), refresh=True)

    def render(self) -> RenderableType:
        """The picture as it stands."""
        rows = Table.grid(padding=(0, 2))
        rows.add_column(style="bold", min_width=11)
        rows.add_column(ratio=1)
        style = {"listening": "green", "hearing": "yellow", "speaking": "cyan"}[self._state]
        rows.add_row(Text(self._state, style=style), Text(self._meter_line()))
        rows.add_row("heard", Text(self._heard))
        rows.add_row("understood", Text(self._understood))
        rows.add_row("saying", Text(self._saying_line()))
        if self._hold_left() > 0:
            rows.add_row("holding", Text(self._hold_line(), style="magenta"))
        troubles = [
            Text(f"{t.part}: {t.what} {t.remedy}", style="red") for t in self._troubles.values()
        ]
        return Panel(
            Group(rows, *troubles, Text(self._hints, style="dim")),
            title=self._title,
            title_align="left",
        )

    def _meter_line(self) -> str:
        lost = f"  {self._level.overflows} blocks lost" if self._level.overflows else ""
        return f"{meter(self._level.dbfs)} {self._level.dbfs:4.0f} dBFS{lost}"

    def _hold_left(self) -> float:
        if self._holding is None:
            return 0.0
        return self._holding.seconds - (self._clock() - self._hold_began)

    def _hold_line(self) -> str:
        if self._holding is None:
            return ""
        left = min(self._hold_left(), self._holding.seconds)
        filled = METER_WIDTH - round(left / self._holding.seconds * METER_WIDTH)
        bar = "█" * filled + "░" * (METER_WIDTH - filled)
        return f"{bar} {left:4.0f} s  {self._holding.label}"

    def _saying_line(self) -> str:
        if self._saying is None:
            return ""
        return f"{self._saying.step + 1}/{self._saying.steps}  {self._saying.text}"
