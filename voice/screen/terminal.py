"""The terminal in lines, which nothing takes back: for pipes, logs and screen readers."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console

from voice.assistant import Assistant, Event
from voice.events import Heard, Mended, Request, Saying, Trouble
from voice.screen.words import in_words, span
from voice.scripts.narrator import Holding


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

    def look(self, assistant: Assistant) -> None:
        """Take note of how the conversation stands."""

    def note(self, line: str) -> None:
        """Show a line that does not belong to the conversation."""


def describe(request: Request) -> str:
    """A request in one line: its intent and slots."""
    slots = " ".join(f"{name}={value}" for name, value in request.slots.items())
    return f"{request.intent} {slots}".strip()


def happening(event: Event) -> str:
    """An event in one line without signs; empty: it is none that people follow."""
    label, text = "", ""
    match event:
        case Heard() if event.text:
            label, text = "heard", event.text
        case Request():
            label, text = "understood", in_words(event)
        case Saying():
            label, text = "saying", event.text
        case Holding():
            label, text = "hold", span(event.seconds - max(0.0, event.elapsed))
        case Trouble():
            label, text = "trouble", f"{event.part}: {event.what} {event.remedy}"
        case Mended():
            label, text = "mended", f"{event.part} works again"
        case _:
            pass
    return f"{label:12}{text}".strip()


def sentence(event: Event) -> str:
    """What the product says, and nothing else, for who types the other half of it."""
    match event:
        case Saying():
            return event.text
        case Trouble():
            return f"{event.what} {event.remedy}"
        case _:
            return ""


class PlainView:
    """A line for each event that has one."""

    def __init__(self, console: Console, line: Callable[[Event], str] = happening) -> None:
        """Prepare.

        Args:
            console: where it prints.
            line: words an event; empty: it is passed over.
        """
        self._console = console
        self._line = line

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
        """Print the event if it has a line."""
        line = self._line(event)
        if line:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def look(self, assistant: Assistant) -> None:
        """Nothing that no event tells."""

    def note(self, line: str) -> None:
        """Print it beside the conversation, on standard error."""
        Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
