"""Keeps the newest picture of a conversation for the pages that follow it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from voice.assistant import Assistant, Event
from voice.events import Heard, Level, Mended, Partial, Request, Saying, SpeechBegan, Trouble
from voice.knowledge import Pack
from voice.screen.picture import Picture, picture
from voice.screen.terminal import describe
from voice.scripts.narrator import Holding
from voice.scripts.stretching import KIND

LEVEL_EVERY = 0.1
"""Seconds between two levels of the microphone that are shown."""
LONGEST_ANSWER = 40
"""Sentences that are kept of the last answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was heard last, how it was understood, and what was said to it."""

    heard: str = ""
    final: bool = True
    """Else somebody is still speaking."""
    understood: str = ""
    answer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that a page needs, and how old it is."""

    picture: Picture = field(default_factory=Picture)
    exchange: Exchange = Exchange()
    troubles: tuple[Trouble, ...] = ()
    level: float | None = field(default=None, compare=False)
    """dBFS of the microphone; None without one."""
    version: int = field(default=0, compare=False)
    """Counts up with each change, the level's left out."""
    seen_at: float = field(default=0.0, compare=False)
    """When the picture was read; seconds on the board's clock."""


class Board:
    """Takes note of what happens in a conversation, and tells who follows it that it changed.

    `show` and `look` are called by the conversation's thread; the rest by any.
    """

    def __init__(
        self, pack: Pack, *, hears: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare.

        Args:
            pack: the conversation's content pack.
            hears: it has a microphone.
            clock: seconds, monotonic.
        """
        self._pack = pack
        self._hears = hears
        self._clock = clock
        self._lock = threading.Lock()
        self._followers: list[Callable[[], None]] = []
        self._shown = Shown()
        self._exchange = Exchange()
        self._troubles: dict[str, Trouble] = {}
        self._hearing = False
        self._anew = False
        self._level_at = float("-inf")

    @property
    def shown(self) -> Shown:
        """The newest of everything."""
        with self._lock:
            return self._shown

    @contextmanager
    def followed(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call `tell` after each change, from whatever thread made it."""
        with self._lock:
            self._followers.append(tell)
        try:
            yield
        finally:
            with self._lock:
                self._followers.remove(tell)

    def show(self, event: Event) -> None:
        """Take note of one event; most of them are shown with the next `look`."""
        match event:
            case Level():
                self._show_level(event.dbfs)
            case SpeechBegan() | Partial() | Heard():
                self._note_hearing(event)
            case Request():
                self._exchange = replace(self._exchange, understood=describe(event))
            case Saying():
                answer = _answer(self._exchange.answer, event)
                self._exchange = replace(self._exchange, answer=answer)
            case Holding():
                self._anew = True
            case Trouble():
                self._troubles[event.part] = event
            case Mended():
                self._troubles.pop(event.part, None)
            case _:
                pass

    def look(self, assistant: Assistant) -> None:
        """Read how the conversation stands, and tell the followers if that is news."""
        seen = picture(assistant, self._pack, hearing=self._hearing, hears=self._hears)
        before = self.shown
        shown = Shown(
            seen,
            self._exchange,
            tuple(self._troubles.values()),
            before.level,
            before.version + 1,
            self._clock(),
        )
        if self._anew or shown != before:
            self._anew = False
            self._put(shown)

    def age(self, shown: Shown) -> float:
        """Seconds since its picture was read."""
        return self._clock() - shown.seen_at

    def _note_hearing(self, event: SpeechBegan | Partial | Heard) -> None:
        self._hearing = not isinstance(event, Heard)
        match event:
            case Partial(text=text) if text:
                self._exchange = replace(self._exchange, heard=text, final=False)
            case Heard():
                self._exchange = replace(
                    self._exchange, heard=event.text, final=True, understood=""
                )
            case _:
                pass

    def _show_level(self, dbfs: float) -> None:
        if self._clock() - self._level_at >= LEVEL_EVERY:
            self._level_at = self._clock()
            self._put(replace(self.shown, level=round(dbfs)))

    def _put(self, shown: Shown) -> None:
        with self._lock:
            self._shown = shown
            followers = tuple(self._followers)
        for tell in followers:
            tell()


def _answer(before: tuple[str, ...], saying: Saying) -> tuple[str, ...]:
    """The last answer with one more sentence; a session is none, and another script begins one."""
    if saying.kind == KIND:
        return ()
    if saying.kind != "aside" and saying.step == 0:
        return (saying.text,)
    if before[-1:] == (saying.text,):
        return before
    return (*before, saying.text)[-LONGEST_ANSWER:]
