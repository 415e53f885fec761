"""Assistants and daemons are killed at random moments; nothing is lost, nothing rings twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reminders import nursery
from voice.reminders import FILE_NAME, moments
from voice.reminders.store import Claim

ROOT = Path(__file__).resolve().parents[2]
SHORTEST = 0.01
"""Seconds that a process lives at least."""


@dataclass
class Line:
    """Something that was heard."""

    what: str
    pid: int
    id: int
    meant: int = 0
    due: int = 0
    until: int = 0
    rule: str = ""


def heard(home: Path) -> list[Line]:
    lines = (home / nursery.EAR).read_text().splitlines()
    return [Line(**json.loads(line)) for line in lines]


def kill_at_random(home: Path, kills: int, longest: float) -> int:
    """Start processes two by two and kill each at a random moment of its life (seconds)."""
    chance = random.Random(kills)  # noqa: S311
    epoch = time.monotonic()
    command = [sys.executable, "-m", "tests.reminders.nursery", str(home), str(epoch)]
    done = 0
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while done < kills:
            deaths = []
            for role in ("assistant", chance.choice(("assistant", "daemon"))):
                process.stdin.write(f"{role} {chance.randrange(10**9)}\n")
                process.stdin.flush()
                child = int(process.stdout.readline())
                deaths.append((time.monotonic() + chance.uniform(SHORTEST, longest), child))
            for at, child in sorted(deaths):
                time.sleep(max(0.0, at - time.monotonic()))
                os.kill(child, signal.SIGKILL)
                done += 1
        process.stdin.close()
    return done


def drain(home: Path) -> None:
    """A day later somebody opens an assistant and hears what was missed."""
    person = nursery.Person(home, time.monotonic() - 86_400 / nursery.SPEED * 10, 0)
    while person.store.claim(person.clock(), nursery.ZONE) != Claim():
        pass
    person.say(person.reminders.untold())
    person.store.close()


@dataclass
class Outcome:
    """What the database holds in the end."""

    states: dict[int, str]
    missed: dict[int, int]
    """Which reminder each entry of what was missed is about."""

    @classmethod
    def read(cls, home: Path) -> Outcome:
        connection = sqlite3.connect(home / FILE_NAME)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        states = dict(connection.execute("SELECT id, state FROM reminders"))
        missed = dict(connection.execute("SELECT id, reminder FROM missed"))
        connection.close()
        assert not list(home.glob("*.damaged*"))
        return cls(states, missed)


def check_nothing_is_lost(lines: list[Line], outcome: Outcome) -> None:
    """Whatever was confirmed aloud is over only for a reason that was heard."""
    recurring = {line.id for line in lines if line.what == "confirmed" and line.rule}
    reasons = {
        "done": {line.id for line in lines if line.what == "ring"},
        "cancelled": {line.id for line in lines if line.what == "cancel"},
        "missed": {outcome.missed[line.id] for line in lines if line.what == "told"},
        "set": recurring,
        "ringing": recurring,
    }
    for line in lines:
        state = outcome.states.get(line.id)
        if line.what == "confirmed":
            assert state is not None, f"reminder {line.id} was confirmed and is lost"
            assert line.id in reasons[state], f"reminder {line.id} is {state}: nobody heard why"
        elif line.what == "cancelled":
            assert state == "cancelled", f"reminder {line.id} was cancelled and is {state}"


def check_nothing_comes_twice(lines: list[Line]) -> None:
    """Each ring is heard once, and what was told as missed to the end is not told again."""
    rings = Counter((line.id, line.meant) for line in lines if line.what == "ring")
    assert [key for key, times in rings.items() if times > 1] == []
    told: set[int] = set()
    for line in lines:
        if line.what == "told":
            assert line.id not in told
        elif line.what == "told to the end":
            told.add(line.id)


def check_recurring(home: Path) -> int:
    """What recurs is still on its beat, its next turn ahead."""
    confirmed = {
        line.id: line.due for line in heard(home) if line.what == "confirmed" and line.rule
    }
    connection = sqlite3.connect(home / FILE_NAME)
    rows = connection.execute("SELECT id, due_ms, state FROM reminders WHERE rule != ''").fetchall()
    connection.close()
    for number, due, state in rows:
        if number in confirmed and state != "cancelled":
            assert (due - confirmed[number]) % (10 * moments.MINUTE) == 0
            assert due >= confirmed[number]
    return len(rows)


KILLS = [
    pytest.param(30, 0.4, id="30 kills"),
    pytest.param(1000, 0.15, id="1000 kills", marks=pytest.mark.slow),
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("kills", "longest"), KILLS)
def test_killed_at_random_moments(tmp_path: Path, kills: int, longest: float) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    assert kill_at_random(home, kills, longest) == kills
    drain(home)
    lines = heard(home)
    check_nothing_is_lost(lines, Outcome.read(home))
    check_nothing_comes_twice(lines)
    counts = Counter(line.what for line in lines)
    check_recurring(home)
    # The kills came in the middle of work, or the test would show nothing.
    assert counts["confirmed"] >= kills / 10
    if kills >= 1000:
        for what in ("ring", "told", "cancelled", "snoozed", "done"):
            assert counts[what] >= kills / 50, what
