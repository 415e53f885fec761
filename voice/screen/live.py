"""The live view of the terminal: how the conversation stands, painted anew in place.

Rich paints it: the library that most command-line tools of Python use for this, without a
dependency that compiles. It reads from the board, as the page does, and has no timer: the
microphone's level comes ten times a second, and moves the clocks along.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from voice.assistant import Assistant, Event
from voice.events import Heard, Level, Request, SpeechBegan
from voice.listening.sound import DIGITAL_SILENCE
from voice.screen.board import Board, Shown
from voice.screen.coming import Coming
from voice.screen.picture import Picture, Place, State
from voice.screen.sheet import (
    BLOCKS,
    GAP,
    LETTERS,
    Line,
    Marks,
    Row,
    bar_width,
    laid_out,
)
from voice.screen.words import in_words, span

PAINTED_EVERY = 0.125
"""Seconds between two paintings at least, where only clocks and the level have moved."""
REMINDERS_EVERY = 1.0
"""Seconds after which the reminders are read again."""
QUIETEST_SHOWN = -60.0
"""dBFS at the left end of the level meter."""
LONGEST_BAR = 40
"""Columns."""

STATES: dict[State, str] = {
    "listening": "listening",
    "ready": "ready",
    "hearing": "hearing you",
    "speaking": "speaking",
    "holding": "holding",
    "resting": "resting",
    "waiting": "waiting for your answer",
    "paused": "paused",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that the view shows at one moment."""

    title: str
    shown: Shown
    age: float = 0.0
    """Seconds since the picture was read."""
    request: Request | None = None
    """What was understood last."""
    passed_over: bool = False
    """What was heard last was not for us."""
    lost: int = 0
    """Blocks of the microphone that nobody took in time."""
    reminders: tuple[Coming, ...] = ()
    foot: tuple[str, ...] = ()


def lines(sight: Sight, width: int, height: int, marks: Marks) -> list[Line]:
    """What the view shows on `width` columns and `height` lines."""
    state = STATES[sight.shown.picture.state]
    room = max(0, width - len(state) - 3)
    head = Line("", f"{sight.title[:room]:{room}} [{state}]", "bold")
    rule = Line("", marks.rule * width, "")
    below = laid_out(list(_rows(sight, bar_width(width), marks)), width, height - 2, marks)
    return [head, rule, *below][:height]


def _rows(sight: Sight, width: int, marks: Marks) -> Iterator[Row]:
    yield from _hearing(sight, width, marks)
    for trouble in sight.shown.troubles:
        yield Row("trouble", f"{trouble.part}: {trouble.what} {trouble.remedy}", 9, "bold red", 3)
    yield GAP
    yield from _performing(sight, width, marks)
    yield GAP
    yield from _reminding(sight.reminders)
    yield Row("you can say", " ".join(sight.shown.picture.can_say), 5, most=4)
    for line in sight.foot:
        yield Row("", line, 5)
    yield Row("", "Ctrl+C ends it.", 1)


def _hearing(sight: Sight, width: int, marks: Marks) -> Iterator[Row]:
    exchange = sight.shown.exchange
    if sight.shown.level is not None:
        yield Row("microphone", _meter(sight.shown.level, sight.lost, width, marks), 3)
    heard = exchange.heard if exchange.final else exchange.heard + marks.more
    yield Row("heard", "(nothing for me)" if sight.passed_over else heard, 7, "bold", 2)
    request = sight.request
    yield Row("understood", in_words(request) if request is not None else "", 6, most=2)
    if request is not None and request.reason:
        yield Row("why", f"{request.layer}: {request.reason}", 2, most=1)


def _meter(dbfs: float, lost: int, width: int, marks: Marks) -> str:
    heard = f" {dbfs:.0f} dB" if dbfs > DIGITAL_SILENCE else " no sound: is it muted?"
    told = heard + (f", {lost} blocks lost" if lost else "")
    bar = marks.bar(1.0 - dbfs / QUIETEST_SHOWN, min(LONGEST_BAR, max(5, width - len(told) - 1)))
    return bar + told


def _performing(sight: Sight, width: int, marks: Marks) -> Iterator[Row]:
    picture = sight.shown.picture
    if picture.title:
        yield Row(picture.kind, picture.title + _left(picture, sight.age), 4, most=1)
    yield from _words(picture)
    if not picture.kind and not picture.words.now:
        yield Row("said", " ".join(sight.shown.exchange.answer), 3, most=8)
    yield from _holding(picture, sight.age, width, marks)


def _left(picture: Picture, age: float) -> str:
    still = picture.state in {"paused", "waiting"}
    return f", {span(picture.left - (0.0 if still else age))} left"


def _words(picture: Picture) -> Iterator[Row]:
    """What is said, marked without colour, between what came before it and what comes next."""
    words = picture.words
    for text in words.before:
        yield Row("", f"  {text}", 1, most=1)
    if words.now:
        yield Row("saying" if words.sounding else "said", f"> {words.now}", 9, "bold", 3, "  ")
    for text in words.after:
        yield Row("", f"  {text}", 2, most=1)


def _holding(picture: Picture, age: float, width: int, marks: Marks) -> Iterator[Row]:
    place, clock = picture.place, picture.clock
    if place is not None and clock is not None:
        yield Row("hold", _ring(clock.elapsed + age, place.seconds, width, marks), 10, "bold")
        yield Row("", _where(place), 8, most=1)
    elif place is not None:
        yield Row("to hold", f"{_where(place)}, {span(place.seconds)}", 8, most=1)
    if picture.coming is not None:
        yield Row("then", f"{_where(picture.coming)}, {span(picture.coming.seconds)}", 4, most=1)


def _ring(elapsed: float, seconds: float, width: int, marks: Marks) -> str:
    """A hold as a bar; full when it is over."""
    begun = elapsed >= 0.0
    left = span(seconds - elapsed) if begun else f"begins in {span(-elapsed)}"
    told = f" {left} left of {span(seconds)}" if begun else f" {left}"
    return marks.bar(elapsed / seconds, min(LONGEST_BAR, max(5, width - len(told) - 1))) + told


def _where(place: Place) -> str:
    side = f", {place.side}" if place.side and place.side not in place.label else ""
    return f"{place.label}{side}, {place.repetition} of {place.of}"


def _reminding(reminders: Sequence[Coming]) -> Iterator[Row]:
    for number, reminder in enumerate(reminders):
        when = "now" if reminder.rings else f"in {span(reminder.seconds)}"
        text = f"{when} {reminder.what}, {reminder.due:%a %H:%M}"
        yield Row("" if number else "reminders", text, 1 if number else 5, most=1)


class LiveView:
    """The whole terminal, painted anew when there is news.

    Its methods are called by the conversation's thread.
    """

    def __init__(
        self,
        console: Console,
        board: Board,
        *,
        title: str,
        coming: Callable[[], tuple[Coming, ...]] = tuple,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            console: the terminal.
            board: takes note of the conversation; the view follows it.
            title: of the conversation.
            coming: reads the next reminders.
            clock: seconds, monotonic.
        """
        self._console = console
        self._board = board
        self._title = title
        self._coming = coming
        self._clock = clock
        self._live = Live(console=console, auto_refresh=False, screen=True)
        self._open = ExitStack()
        self._marks = LETTERS if console.options.ascii_only else BLOCKS
        self._request: Request | None = None
        self._passed_over = False
        self._lost = 0
        self._foot: tuple[str, ...] = ()
        self._reminders: tuple[Coming, ...] = ()
        self._reminders_at = float("-inf")
        self._painted: list[Line] = []
        self._painted_at = float("-inf")
        self._version = -1

    def __enter__(self) -> Self:
        """Take the terminal over."""
        self._open.enter_context(self._live)
        self._open.enter_context(self._board.followed(self._paint))
        self._paint()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the terminal back as it was."""
        self._open.__exit__(kind, error, trace)

    def show(self, event: Event) -> None:
        """Take note of one event."""
        match event:
            case Request():
                self._request = event
            case SpeechBegan():
                self._passed_over = False
            case Heard():
                self._passed_over = not event.text
                self._request = None
            case Level():
                self._lost = event.overflows
            case _:
                pass
        self._board.show(event)

    def look(self, assistant: Assistant) -> None:
        """Take note of how the conversation stands."""
        self._board.look(assistant)

    def note(self, line: str) -> None:
        """Show a line that does not belong to the conversation at the foot, and keep it there."""
        self._foot = (*self._foot, line)

    def lines(self) -> list[Line]:
        """What is to be seen now, as large as the terminal is."""
        shown = self._board.shown
        sight = Sight(
            self._title,
            shown,
            self._board.age(shown),
            self._request,
            self._passed_over,
            self._lost,
            self._newest_reminders(),
            self._foot,
        )
        return lines(sight, self._console.width, self._console.height, self._marks)

    def _newest_reminders(self) -> tuple[Coming, ...]:
        if self._clock() - self._reminders_at >= REMINDERS_EVERY:
            self._reminders_at = self._clock()
            self._reminders = self._coming()
        return self._reminders

    def _paint(self) -> None:
        version = self._board.shown.version
        if version == self._version and self._clock() - self._painted_at < PAINTED_EVERY:
            return
        self._version, self._painted_at = version, self._clock()
        seen = self.lines()
        if seen != self._painted:
            self._painted = seen
            self._live.update(_painting(seen), refresh=True)


def _painting(seen: Sequence[Line]) -> RenderableType:
    return Group(
        *(Text.assemble(line.label, (line.text, line.style), no_wrap=True) for line in seen)
    )
