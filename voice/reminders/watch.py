"""Watches the store beside an open assistant and reports what falls due."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from voice.events import Due
from voice.reminders import moments
from voice.reminders.presence import assistant_open
from voice.reminders.reminder import Missed
from voice.reminders.store import Claim, Store, StoreError

LOOKS_EVERY = 1.0
"""Seconds after which the store and the clock are looked at again: another process may have
set a reminder, the clock may have been moved, the machine may have slept."""
OVERLOOKED_EVERY = 30 * moments.SECOND
ZONE_EVERY = 30 * moments.SECOND
"""How often the zone of the machine is looked at."""


@dataclass(slots=True)
class Rounds:
    """Claims what has fallen due, in the zone of the machine; shared by assistant and daemon."""

    store: Store
    now: Callable[[], int] = moments.now_ms
    zone: Callable[[], str] = moments.local_zone
    _zone: str = ""
    _zone_seen_ms: int = 0
    _overlooked_ms: int = 0

    def claim(self) -> Claim:
        """What has fallen due since the last round.

        Raises:
            StoreError: The store cannot be used.
        """
        now = self.now()
        if not self._zone or abs(now - self._zone_seen_ms) > ZONE_EVERY:
            found, self._zone_seen_ms = self.zone(), now
            if found != self._zone:
                self.store.follow(found)
                self._zone = found
        return self.store.claim(now, self._zone)

    def overlooked(self) -> tuple[Missed, ...]:
        """What another process was to tell as missed before it died; looked for now and then."""
        now = self.now()
        if abs(now - self._overlooked_ms) < OVERLOOKED_EVERY:
            return ()
        self._overlooked_ms = now
        return self.store.untold(now)

    def ahead(self) -> float:
        """Seconds until the next ring, 0 when it is due; infinite when nothing will ring."""
        due = self.store.next_ring_ms()
        return math.inf if due is None else max(0.0, (due - self.now()) / moments.SECOND)


def reports(claim: Claim, now_ms: int, overlooked: Sequence[Missed] = ()) -> tuple[Due, ...]:
    """The events for a claim; what was missed unheard is later than `firing.TOO_LATE`."""
    rings = tuple(
        Due(step.reminder.id, step.reminder.about, step.late_ms / moments.SECOND)
        for step in claim.rings
    )
    missed = tuple(
        Due(missed.reminder, missed.about, (now_ms - missed.due_ms) / moments.SECOND)
        for missed in {one.id: one for one in (*claim.missed, *overlooked)}.values()
        if not missed.rang
    )
    return rings + missed


@dataclass(slots=True)
class Watch:
    """A thread that reports each reminder as it falls due, while an assistant is open.

    Args:
        store: Where the reminders are.
        report: Called from the thread with each ring, each repeated ring, and
            whatever was missed while nothing was open; it must return at once.
        trouble: Called once when the store cannot be used, until it can again.
        now: The present in milliseconds since the epoch.
        zone: IANA name of the zone of the machine.
    """

    store: Store
    report: Callable[[Due], None]
    trouble: Callable[[StoreError], None] = lambda _: None
    now: Callable[[], int] = moments.now_ms
    zone: Callable[[], str] = moments.local_zone
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _presence: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def start(self) -> None:
        """Begin; from now on the daemon leaves the ringing to this process."""
        with contextlib.suppress(OSError):
            self._presence.enter_context(assistant_open(self.store.path))
        self._thread = threading.Thread(target=self._run, name="reminders", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; the thread is gone when this returns."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._presence.close()

    def _run(self) -> None:
        rounds = Rounds(self.store, self.now, self.zone)
        troubled = False
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                for due in reports(rounds.claim(), self.now(), rounds.overlooked()):
                    self.report(due)
                pause = min(LOOKS_EVERY, rounds.ahead())
                troubled = False
            except StoreError as error:
                if not troubled:
                    self.trouble(error)
                troubled, pause = True, LOOKS_EVERY
