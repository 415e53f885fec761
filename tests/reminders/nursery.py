"""Processes to be killed: assistants and daemons that use real reminders on a fast clock.

Run as a program it forks one such process for each line that it reads ("assistant 7" or
"daemon 8", a role and a seed) and answers with its process id. What a person would hear is
written to the file `ear` with one system call a line, so that no kill can take it back; each line
lies within one page, so that no kill can cut it in two either.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from voice.events import Due, Request, Slot
from voice.reminders import (
    FILE_NAME,
    Answer,
    Reminders,
    Store,
    load_wording,
    moments,
    store,
)
from voice.reminders.daemon import Daemon, Utterance
from voice.reminders.presence import AlreadyRunning
from voice.reminders.store import Claim
from voice.reminders.watch import Watch

PACK = Path(__file__).resolve().parents[2] / "prompts" / "knot-in-your-back"
WORDING = load_wording(PACK)
BASE = 1_800_000_000_000
SPEED = 200
"""Seconds that pass on the fake clock in one real second."""
ZONE = "Europe/Berlin"
EAR = "ear"
LINE = 256
"""Bytes of a line. The kernel copies a write page by page and leaves off between two pages when the
process is killed (Linux, `generic_perform_write`); lines of this length never cross from one page
to the next."""


@dataclass
class Clock:
    """A clock that all the processes share."""

    epoch: float

    def __call__(self) -> int:
        return BASE + round((time.monotonic() - self.epoch) * 1000 * SPEED)


class Ear:
    """What has been heard, line by line."""

    def __init__(self, home: Path) -> None:
        self._file = os.open(home / EAR, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def hears(self, what: str, **more: int | str) -> None:
        line = json.dumps({"what": what, "pid": os.getpid(), **more})
        os.write(self._file, line.encode().ljust(LINE - 1) + b"\n")


class Witness(Store):
    """A store that remembers for which moment each ring was meant."""

    def __init__(self, path: Path) -> None:
        self.meant: dict[int, int] = {}
        super().__init__(path)

    def claim(self, now_ms: int, zone: str) -> Claim:
        claim = super().claim(now_ms, zone)
        for step in claim.rings:
            self.meant[step.reminder.id] = now_ms - step.late_ms
        return claim


class Listener(Reminders):
    """Reminders that remember what they last gave to be said."""

    given: Answer = Answer()

    def ring(self, *due: Due) -> Answer:
        Listener.given = super().ring(*due)
        return Listener.given

    def untold(self) -> Answer:
        Listener.given = super().untold()
        return Listener.given


class Person:
    """Somebody who asks for things at random."""

    def __init__(self, home: Path, epoch: float, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.clock = Clock(epoch)
        self.ear = Ear(home)
        self.store = Witness(home / FILE_NAME)
        self.reminders = Listener(self.store, WORDING, now=self.clock, zone=lambda: ZONE)

    def say(self, answer: Answer) -> None:
        """Let it be heard; it takes a moment."""
        for number in answer.rung:
            self.ear.hears("ring", id=number, meant=self.store.meant[number])
        for number in answer.missed:
            self.ear.hears("told", id=number)
        time.sleep(self.random.random() * 0.003)
        self.reminders.spoken(answer)
        for number in answer.missed:
            self.ear.hears("told to the end", id=number)

    def set(self) -> None:
        about = f"thing {self.random.randrange(10**9)}"
        slots: dict[str, Slot] = {"about": about, "minutes": self.random.randint(1, 6)}
        if self.random.random() < 0.1:
            slots = {"about": about, "every_minutes": 10}
        kept = self.reminders.set(Request("set_reminder", slots)).reminder
        if kept is not None:
            self.ear.hears("confirmed", id=kept.id, due=kept.due_ms, rule=kept.rule)

    def cancel(self) -> None:
        live = self.store.live(5)
        if live:
            number = self.random.choice(live).id
            self.ear.hears("cancel", id=number)
            if self.reminders.cancel(Request("cancel_reminder", {"id": number})).reminder:
                self.ear.hears("cancelled", id=number)

    def snooze(self) -> None:
        minutes = self.random.randint(1, 4)
        later = self.reminders.snooze(Request("snooze_reminder", {"minutes": minutes})).reminder
        if later is not None:
            self.ear.hears("snoozed", id=later.id, until=later.ring_ms)

    def done(self) -> None:
        done = self.reminders.done().reminder
        if done is not None:
            self.ear.hears("done", id=done.id)

    def does_something(self) -> None:
        choices = (self.set, self.cancel, self.snooze, self.done)
        self.random.choices(choices, weights=(8, 1, 2, 2))[0]()


def assistant(person: Person) -> None:
    """An assistant that is spoken to all the time."""
    inbox: queue.SimpleQueue[Due] = queue.SimpleQueue()
    watch = Watch(person.store, inbox.put, now=person.clock, zone=lambda: ZONE)
    watch.start()
    person.say(person.reminders.untold())
    while True:
        try:
            due = inbox.get(timeout=0.002)
        except queue.Empty:
            person.does_something()
        else:
            person.say(person.reminders.ring(due))


def daemon(person: Person) -> None:
    """The daemon, and somebody who answers it now and then."""

    def speak(_: Utterance) -> bool:
        given, Listener.given = Listener.given, Answer()
        person.say(given)
        return True

    def listen(_: float) -> Request | None:
        time.sleep(person.random.random() * 0.004)
        intent = person.random.choice(("done_reminder", "snooze_reminder", "stop", ""))
        return Request(intent) if intent else None

    while True:
        # The system takes a moment to let go of what a killed process held.
        with contextlib.suppress(AlreadyRunning):
            Daemon(person.reminders, speak, listen).run()


def main() -> None:
    """Fork a process for each line."""
    # The clock is fast, but the processes are not: how long one has to tell what was missed before
    # another takes over must stay longer than it really takes on a busy machine.
    store.TELLING = 20 * SPEED * moments.SECOND
    home, epoch = Path(sys.argv[1]), float(sys.argv[2])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        role, seed = line.split()
        child = os.fork()
        if child == 0:
            person = Person(home, epoch, int(seed))
            (assistant if role == "assistant" else daemon)(person)
        print(child, flush=True)


if __name__ == "__main__":
    main()
