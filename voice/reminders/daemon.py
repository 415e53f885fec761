"""Rings while no assistant is open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from voice.events import Due, Request
from voice.reminders import firing, moments
from voice.reminders.presence import is_assistant_open, only_daemon
from voice.reminders.reminder import Reminder
from voice.reminders.service import Answer, Reminders
from voice.reminders.store import StoreError
from voice.reminders.watch import LOOKS_EVERY, Rounds, reports

LISTENS = 20.0
"""Seconds for which an answer is listened for after each ring, if nothing else rings meanwhile."""
LEAD = 10.0
"""Seconds before a ring from which on the voice is to be ready."""
ANSWERS = frozenset(
    ("snooze_reminder", "done_reminder", "thanks", "no", "stop", "cancel_reminder", "yes")
)
"""The intents that answer a ring."""
ASSISTANT_GRACE = 90 * moments.SECOND
"""An open assistant may let a hold end before it rings; after this it is taken to be stuck."""
VOLUMES = (0.5, 0.75, 1.0)
"""Of the first, the second and the last ring."""
QUIET_VOLUME = 0.3
EARCON = "reminder"


class QuietHoursError(ValueError):
    """Quiet hours that cannot be read."""

    remedy = "Write them as two times, for example 22:00-07:00."


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of the day in which nothing that recurs is spoken."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """Read "22:00-07:00".

        Raises:
            QuietHoursError: It is not two different times.
        """
        try:
            begin, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise QuietHoursError(f"The quiet hours {text!r} are not two times.") from None
        if begin == end:
            raise QuietHoursError(f"The quiet hours {text!r} begin when they end.")
        return cls(begin, end)

    def at(self, moment: datetime) -> bool:
        """Whether it is quiet at a local time."""
        now = moment.time().replace(tzinfo=None)
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end


@dataclass(frozen=True, slots=True)
class Utterance:
    """What is to be said aloud, and how."""

    sentences: tuple[str, ...]
    volume: float = 1.0
    """0 to 1 of the volume that the person chose."""
    earcon: str = ""
    """A sound before the first sentence; empty: none."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What is shown on the desktop."""

    title: str
    body: str


@dataclass(slots=True)
class Daemon:
    """Rings reminders aloud, listens for the answer, and shows a notification.

    Args:
        reminders: The reminders and their words.
        speak: Says an utterance and returns when it has been said; False when it
            could not be said to its end.
        listen: Listens for so many seconds and returns the first request of
            `ANSWERS`; None when there was none.
        notify: Shows a notice; must return at once and not raise.
        near: Called at least once a second while nothing rings, with whether
            something will within `LEAD`: get the voice ready, or let it go.
        lead: Opens an assistant that does what was offered and accepted, and returns
            at once; None: nothing is offered but a timer.
        trouble: Called once when the store cannot be used, until it can again.
        quiet: When what recurs is shown but not spoken, and the rest is spoken softly.
    """

    reminders: Reminders
    speak: Callable[[Utterance], bool]
    listen: Callable[[float], Request | None]
    notify: Callable[[Notice], None] = lambda _: None
    near: Callable[[bool], None] = lambda _: None
    lead: Callable[[Request], None] | None = None
    trouble: Callable[[StoreError], None] = lambda _: None
    quiet: QuietHours | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set it to let `run` return."""
    _rounds: Rounds = field(init=False)
    _unsaid: set[int] = field(default_factory=set)
    """What was missed and could not be said here. It is told with what is missed next, or by the
    process that is there next; not over and over where there is no loudspeaker."""

    def __post_init__(self) -> None:
        reminders = self.reminders
        self._rounds = Rounds(reminders.store, reminders.now, reminders.zone)

    def run(self) -> None:
        """Ring until `stopping` is set.

        Raises:
            AlreadyRunning: Another daemon rings already.
        """
        with only_daemon(self.reminders.store.path):
            troubled = told = False
            pause = 0.0
            while not self.stopping.wait(pause):
                try:
                    ours = self.turn(tell_missed=not told)
                    told = told or ours
                    ahead = self._rounds.ahead()
                    self.near(ours and ahead <= LEAD)
                    pause = min(LOOKS_EVERY, ahead) if ours else LOOKS_EVERY
                    troubled = False
                except StoreError as error:
                    if not troubled:
                        self.trouble(error)
                    troubled, pause = True, LOOKS_EVERY

    def turn(self, *, tell_missed: bool = False) -> bool:
        """Ring whatever has fallen due.

        Args:
            tell_missed: Also tell what was missed before and not yet said.

        Returns:
            False when an open assistant does this instead.
        """
        store, now = self.reminders.store, self.reminders.now()
        next_ring = store.next_ring_ms()
        stuck = next_ring is not None and now - next_ring > ASSISTANT_GRACE
        if is_assistant_open(store.path) and not stuck:
            return False
        claim = self._rounds.claim()
        overlooked = [one for one in self._rounds.overlooked() if one.id not in self._unsaid]
        due = reports(claim, now, overlooked)
        missed = any(one.late * moments.SECOND > firing.TOO_LATE for one in due)
        rings = [one for one in due if one.late * moments.SECOND <= firing.TOO_LATE]
        if rings:
            self._ring(rings)
        if (tell_missed or missed) and not self._is_quiet():
            self._tell_missed()
        return True

    def _tell_missed(self) -> None:
        told = self.reminders.untold()
        if told.sentences:
            self.notify(_notice(told))
            if not self._say(told, Utterance(told.sentences, VOLUMES[0], EARCON)):
                self._unsaid.update(told.missed)

    def _ring(self, due: Sequence[Due]) -> None:
        """Say it, show it, and listen for the answer."""
        spoken_ones = [one for one in due if not self._is_hushed(one)]
        for one in due:
            if one not in spoken_ones:
                shown = self.reminders.ring(one)
                self.notify(_notice(shown))
                self.reminders.spoken(shown)
        answer = self.reminders.ring(*spoken_ones) if spoken_ones else Answer()
        if not answer.sentences:
            return
        if answer.offer is not None and not self._can(answer.offer.yes):
            answer = replace(answer, offer=None)
        self.notify(_notice(answer))
        question = () if answer.offer is None else (answer.offer.ask,)
        volume = self._volume(answer.reminder)
        self._say(answer, Utterance(answer.sentences + question, volume, EARCON))
        self._hear_out(answer, volume)

    def _say(self, answer: Answer, utterance: Utterance) -> bool:
        """Say it; what could not be said counts as unheard, and comes again."""
        said = self.speak(utterance)
        if said:
            self.reminders.spoken(answer)
        return said

    def _hear_out(self, answer: Answer, volume: float) -> None:
        """Take an answer; the next ring does not wait for it, and may be answered with it."""
        seconds = min(LISTENS, self._rounds.ahead())
        request = self.listen(seconds) if seconds > 0 else None
        reply = None if request is None else self._obey(request, answer)
        if reply is not None:
            self.speak(Utterance(reply.sentences, volume))

    def _obey(self, request: Request, answer: Answer) -> Answer | None:
        """Do what was answered; None when it was no answer to a ring."""
        match request.intent:
            case "snooze_reminder":
                return self.reminders.snooze(request)
            case "done_reminder" | "thanks" | "no":
                return self.reminders.done()
            case "stop" | "cancel_reminder":
                return self.reminders.hush()
            case "yes":
                done = self.reminders.done()
                return done if answer.offer is None else self._do(answer.offer.yes)
            case _:
                return None

    def _can(self, offered: Request) -> bool:
        return offered.intent == "set_reminder" or self.lead is not None

    def _do(self, offered: Request) -> Answer | None:
        """Keep the promise of an offer."""
        if offered.intent == "set_reminder":
            return self.reminders.set(offered)
        if self.lead is not None:
            self.lead(offered)
        return None

    def _is_quiet(self) -> bool:
        now, zone = self.reminders.now(), self.reminders.zone()
        return self.quiet is not None and self.quiet.at(moments.from_ms(now, zone))

    def _is_hushed(self, due: Due) -> bool:
        """What recurs keeps still in quiet hours; what was asked for once does not."""
        if not self._is_quiet():
            return False
        reminder = self.reminders.store.get(due.reminder)
        return reminder is not None and bool(reminder.rule)

    def _volume(self, reminder: Reminder | None) -> float:
        if self._is_quiet():
            return QUIET_VOLUME
        rings = 1 if reminder is None else reminder.rings
        return VOLUMES[min(max(rings, 1), len(VOLUMES)) - 1]


def _notice(answer: Answer) -> Notice:
    title, *rest = answer.sentences or ("",)
    return Notice(title, " ".join(rest))
