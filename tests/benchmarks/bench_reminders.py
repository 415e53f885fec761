"""Measures the reminders: ten thousand of them, the firing error, the daemon idle and ringing.

Run it as a program to print the tables; the tests of the reminders use its parts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tests.benchmarks.process import resident_alone
from tests.sound.conversation import UNKNOT
from tests.sound.virtual_card import Recording, VirtualCard
from voice.events import Due, Request
from voice.reminders import FILE_NAME, Reminder, Reminders, Store, load_wording, moments
from voice.reminders.daemon import LEAD
from voice.reminders.watch import Watch

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "prompts" / "knot-in-your-back"
MANY = 10_000
FIRINGS = 500
APART = 40
"""Milliseconds between two firings."""
IDLE_SECONDS = 20.0
RINGS = 10
FEWER_RINGS = 5
OVER = 32.0
"""Seconds after its first sound in which a ring is over and done with: it speaks for about five,
listens for twenty, and lets go of its voice."""
SETTLES = 4.0
"""Seconds after which a daemon has started."""
SHORT_NOTICE = 3.0
"""Seconds before its time at which a reminder is set that finds no voice ready."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How long something took, in milliseconds."""

    median: float
    p99: float
    worst: float
    cpu: float
    """The least processor time that one run took."""


@dataclass(frozen=True, slots=True)
class Idle:
    """What the daemon costs while nothing is due."""

    cpu_percent: float
    """Of one core."""
    bare_percent: float
    """Of one core, for a process beside it that does nothing but wake every second: what the
    machine itself takes for that, nearly nothing on real hardware, much on some virtual ones."""
    wakes: float
    """How often it gives up and takes the processor again, each second."""
    megabytes: float
    """Resident."""


@dataclass(frozen=True, slots=True)
class Rings:
    """What some rings of the real daemon on a sound card were like."""

    errors: list[float]
    """Milliseconds from the moment to the first sound, ring by ring."""
    before: float
    """Megabytes resident before the first ring."""
    after: float
    """The same when the last one is over."""
    children: int
    """Processes that are left over of them."""


def spread(milliseconds: list[float], cpu: float = 0.0) -> Spread:
    """The middle and the tail of some durations."""
    ordered = sorted(milliseconds)
    tail = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
    return Spread(statistics.median(ordered), tail, ordered[-1], cpu)


def timed(work: Callable[[], object], runs: int = 30) -> Spread:
    """How long a piece of work takes."""
    wall, cpu = [], []
    for _ in range(runs):
        began, cpu_began = time.perf_counter(), time.process_time()
        work()
        wall.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - cpu_began))
    return spread(wall, min(cpu))


def filled(home: Path, count: int) -> Store:
    """A store of reminders that lie ahead, every seventh of them recurring."""
    store = Store(home / FILE_NAME)
    begin = moments.now_ms() + moments.DAY
    rules = {0: "FREQ=MINUTELY;INTERVAL=120"}
    store.add_all(
        Reminder(
            "heat",
            begin + number * moments.MINUTE,
            "Europe/Berlin",
            rule=rules.get(number % 7, ""),
            ring_ms=begin + number * moments.MINUTE,
            text="remind me to use my heating pad",
        )
        for number in range(count)
    )
    return store


def of_many(home: Path) -> dict[str, Spread]:
    """What is done with ten thousand reminders, and how long it takes."""
    store = filled(home, MANY)
    reminders = Reminders(store, load_wording(PACK))
    later = moments.now_ms() + 9 * moments.DAY
    found = {
        "list all as objects": timed(store.live, runs=60),
        "list as it is spoken": timed(lambda: reminders.list(Request("list_reminders"))),
        "next due": timed(store.next_ring_ms),
        "look for what is due, nothing is": timed(lambda: store.claim(moments.now_ms(), "UTC")),
        "set one, safe on the disk": timed(lambda: store.add(Reminder("cold", later, "UTC"))),
        "open the store": timed(lambda: Store(store.path).close()),
    }
    store.close()
    return found


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Keep so many cores busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def firing_errors(home: Path, firings: int) -> list[float]:
    """How much later than its time each reminder was reported, in milliseconds."""
    store = Store(home / FILE_NAME)
    begin = moments.now_ms() + 2000
    times = [begin + number * APART for number in range(firings)]
    store.add_all(Reminder("heat", at, "UTC", ring_ms=at) for at in times)
    errors: dict[int, float] = {}

    def report(due: Due) -> None:
        errors.setdefault(due.reminder, time.time() * 1000 - times[due.reminder - 1])

    watch = Watch(store, report)
    watch.start()
    deadline = time.monotonic() + firings * APART / 1000 + 30
    while len(errors) < firings and time.monotonic() < deadline:
        time.sleep(0.1)
    watch.stop()
    store.close()
    return list(errors.values())


@contextmanager
def running_daemon(home: Path, env: Mapping[str, str]) -> Iterator[int]:
    """The daemon as people run it; its process id."""
    with subprocess.Popen(
        [UNKNOT, "reminders", "run"], env=os.environ | env | {"UNKNOT_HOME": str(home)}
    ) as process:
        time.sleep(SETTLES)
        try:
            yield process.pid
        finally:
            process.terminate()


def idle_daemon(home: Path, seconds: float) -> Idle:
    """What the daemon costs with ten thousand reminders, none of them due."""
    filled(home, MANY).close()
    with running_daemon(home, {}) as pid, _bare() as bare:
        before, waits = (_cpu_seconds(pid), _cpu_seconds(bare)), _waits(pid)
        time.sleep(seconds)
        used, floor = _cpu_seconds(pid) - before[0], _cpu_seconds(bare) - before[1]
        return Idle(
            100 * used / seconds,
            100 * floor / seconds,
            (_waits(pid) - waits) / seconds,
            resident_alone(pid),
        )


@contextmanager
def _bare() -> Iterator[int]:
    """A process that wakes every second and does nothing; its process id."""
    wakes = "import time\nwhile True: time.sleep(1)"
    with subprocess.Popen([sys.executable, "-c", wakes]) as process:
        time.sleep(SETTLES)
        try:
            yield process.pid
        finally:
            process.kill()


def rings(card: VirtualCard, home: Path, count: int, notice: float) -> Rings:
    """Let the daemon ring, nobody answering, beside ten thousand reminders that lie ahead.

    Args:
        card: what it rings on.
        home: its data folder.
        count: how often.
        notice: seconds before its time at which each reminder is set.
    """
    store = filled(home, MANY)
    with card.record() as recording, running_daemon(home, card.env) as pid:
        before = resident_alone(pid)
        errors = []
        for _ in range(count):
            errors.append(_ring(store, recording, notice))
            time.sleep(OVER)
        found = Rings(errors, before, resident_alone(pid), len(children(pid)))
    store.close()
    return found


def _ring(store: Store, recording: Recording, notice: float) -> float:
    """Set a reminder and listen for it; it does not ring again."""
    due = moments.now_ms() + round(notice * 1000)
    at = time.monotonic() + notice - recording.started_at
    kept = store.add(Reminder("break", due, "UTC", ring_ms=due))
    began = recording.wait_for_speaker(after=at - 0.5, timeout=notice + 30)
    store.change(kept.id, lambda old: old._replace(state="done"))
    return 1000 * (began - at)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in found.split()]


def _cpu_seconds(pid: int) -> float:
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def _waits(pid: int) -> int:
    """How often the threads of a process have given up the processor to wait."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(_status(thread / "status", "voluntary_ctxt_switches") for thread in threads)


def _status(of: Path, name: str) -> int:
    lines = of.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def main() -> None:
    """Print the tables."""
    out = sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        out.write(f"{MANY} reminders, milliseconds\n")
        out.write(f"{'':34}{'median':>9}{'p99':>9}{'worst':>9}{'cpu':>9}\n")
        for what, found in of_many(home / "many").items():
            out.write(_row(what, found))
        out.write(f"\nfiring error over {FIRINGS} firings, milliseconds\n")
        out.write(_row("as the machine is", spread(firing_errors(home / "calm", FIRINGS))))
        with busy_cores(os.cpu_count() or 1):
            out.write(_row("every core busy", spread(firing_errors(home / "busy", FIRINGS))))
        idle = idle_daemon(home / "idle", IDLE_SECONDS)
        out.write(f"\nidle daemon, {MANY} reminders: {idle.cpu_percent:.2f} % of one core ")
        out.write(f"(a bare process that wakes every second: {idle.bare_percent:.2f} %), ")
        out.write(f"{idle.wakes:.1f} wakes a second, ")
        out.write(f"{idle.megabytes:.1f} MB\n")
        _print_rings(out, home / "rings")


def _print_rings(out: TextIO, home: Path) -> None:
    out.write("\nfrom the moment to the first sound of the daemon, milliseconds\n")
    with VirtualCard() as card:
        ready = rings(card, home / "ready", RINGS, LEAD + 2)
        out.write(_row(f"the voice was ready, {RINGS} rings", spread(ready.errors)))
        late = rings(card, home / "late", FEWER_RINGS, SHORT_NOTICE)
        out.write(_row(f"set {SHORT_NOTICE:g} s before, {FEWER_RINGS} rings", spread(late.errors)))
        with busy_cores(os.cpu_count() or 1):
            busy = rings(card, home / "busy", FEWER_RINGS, LEAD + 2)
        out.write(_row(f"every core busy, {FEWER_RINGS} rings", spread(busy.errors)))
    out.write(f"\nthe daemon before its first ring: {ready.before:.1f} MB; ")
    out.write(f"after its last: {ready.after:.1f} MB, {ready.children} processes left\n")


def _row(what: str, found: Spread) -> str:
    return (
        f"{what:34}{found.median:9.2f}{found.p99:9.2f}{found.worst:9.2f}"
        f"{f'{found.cpu:.2f}' if found.cpu else '':>9}\n"
    )


if __name__ == "__main__":
    main()
