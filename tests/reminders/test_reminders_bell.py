"""The process that rings, and what becomes of a ring when it fails."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.reminders.conftest import Bench
from voice import bell as process
from voice import ringing
from voice.bell import Ringer
from voice.events import Request, Slot
from voice.reminders.daemon import Daemon, Notice, Utterance
from voice.ringing import Bell, Guide, bell_command, guide_command, in_background
from voice.session import Rooms, Settings

HEAT = Utterance(("It is time for heat.",), 0.5, "reminder")
NOWHERE = bell_command(None, "no such device", None)
"""The real process, which finds neither loudspeaker nor microphone."""

FAULTY = """
import os, signal, sys, time
from pathlib import Path
from voice.speaking.frames import private_pipes, read_frame, write_frame

fault, marks = sys.argv[1:]
Path(marks, str(os.getpid())).touch()
if len(os.listdir(marks)) > 1:
    fault = ""
requests, answers = private_pipes()
match fault:
    case "dies at its start": os._exit(1)
    case "is never ready": time.sleep(60)
write_frame(answers, {"ready": True})
while (frame := read_frame(requests)) is not None:
    request = frame[0]
    head = {"id": request["id"]}
    match fault:
        case "dies": os._exit(1)
        case "hangs": os.kill(os.getpid(), signal.SIGSTOP)
        case "talks nonsense": answers.write(b"ring, ring, ring"); answers.flush()
        case "has no loudspeaker": head["trouble"] = "There is no loudspeaker. Plug one in."
    if request["do"] == "listen" and request["seconds"] > 1:
        head |= {"intent": "snooze_reminder", "slots": {"minutes": 5}, "text": "snooze"}
    write_frame(answers, head)
"""

PARENT = """
import sys, time
from voice.ringing import Bell
bell = Bell(sys.argv[1:], print)
bell.be_near(True)
bell.listen(0.0)
print(bell.pid, flush=True)
time.sleep(60)
"""

Maker = Callable[[str], Bell]


@pytest.fixture
def told() -> list[str]:
    """What went wrong, line by line."""
    return []


@pytest.fixture
def bell(tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    """Makes bells whose first process has a fault; later ones have none."""
    monkeypatch.setattr(ringing, "STARTS", 2.0)
    monkeypatch.setattr(ringing, "SECONDS_PER_CHARACTER", 0.0)
    monkeypatch.setattr(ringing, "ENDS", 1.0)
    marks = tmp_path / "marks"
    marks.mkdir()
    made: list[Bell] = []

    def make(fault: str = "") -> Bell:
        made.append(Bell((sys.executable, "-c", FAULTY, fault, str(marks)), told.append))
        return made[-1]

    yield make
    for one in made:
        one.close()


def runs(pid: int | None) -> bool:
    """A process is there and is not just waiting to be buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def wait_until_gone(pid: int, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while runs(pid):
        assert time.monotonic() < deadline, "it never ended"
        time.sleep(0.02)


def test_it_speaks_and_hears_through_a_process_that_is_near_a_ring_alone(
    bell: Maker, told: list[str]
) -> None:
    ours = bell("")
    ours.be_near(False)
    none = ours.pid
    assert none is None
    ours.be_near(True)
    first = ours.pid
    ours.be_near(True)
    assert ours.speak(HEAT)
    assert ours.listen(20.0) == Request("snooze_reminder", {"minutes": 5}, text="snooze")
    assert ours.listen(0.5) is None
    assert ours.pid == first
    assert first is not None
    ours.be_near(False)
    assert not runs(first)
    assert told == []


FAULTS = [
    ("dies at its start", "it died"),
    ("is never ready", "it hung"),
    ("dies", "it died"),
    ("hangs", "it hung"),
    ("talks nonsense", "it answered nonsense"),
    ("has no loudspeaker", "Plug one in."),
]


@pytest.mark.parametrize(("fault", "why"), FAULTS)
def test_a_fault_costs_one_ring_and_is_told_once(
    bell: Maker, told: list[str], fault: str, why: str
) -> None:
    ours = bell(fault)
    assert not ours.speak(HEAT)
    (line,) = told
    assert why in line
    ours.close()
    assert ours.speak(HEAT)
    assert len(told) == 1


def test_a_process_that_died_before_the_ring_costs_none(bell: Maker, told: list[str]) -> None:
    ours = bell("dies at its start")
    ours.be_near(True)
    first = ours.pid
    assert first is not None
    wait_until_gone(first)
    ours.be_near(True)
    assert ours.pid == first  # not one process after the other until the ring
    assert ours.speak(HEAT)
    assert told == []


def test_a_process_that_cannot_be_started_is_told_when_there_is_something_to_say(
    told: list[str],
) -> None:
    ours = Bell(("/nonexistent/python",), told.append)
    ours.be_near(True)
    assert told == []
    assert not ours.speak(HEAT)
    assert ours.listen(1.0) is None
    assert len(told) == 2


def test_a_ring_whose_process_dies_is_kept_and_comes_again(
    bench: Bench, bell: Maker, told: list[str]
) -> None:
    ours = bell("dies")
    heard: list[float] = []

    def speak(utterance: Utterance) -> bool:
        said = ours.speak(utterance)
        heard.extend([bench.ms / 1000] if said else [])
        return said

    daemon = Daemon(bench.reminders, speak, lambda _: None)
    set_at = bench.ms / 1000
    bench.ask("set_reminder", about="heat", minutes=1)
    for _ in range(10 * 60):
        bench.later(seconds=1)
        daemon.turn()
    assert [round(at - set_at) for at in heard] == [120, 360]
    assert len(told) == 1
    assert bench.store.missed()[0].rang


@pytest.mark.parametrize("fault", ["", "hangs"])
def test_stopping_interrupts_what_is_said_and_nothing_is_said_afterwards(
    bell: Maker, told: list[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(ringing, "STARTS", 30.0)
    ours = bell(fault)
    ours.be_near(True)
    pid = ours.pid
    assert pid is not None
    stopping = threading.Timer(0.5, ours.stop)
    stopping.start()
    began = time.monotonic()
    while ours.speak(HEAT):
        pass
    assert time.monotonic() - began < 5
    assert ours.listen(20.0) is None
    ours.close()
    assert not runs(pid)
    assert told == []


@pytest.mark.parametrize(
    ("slots", "chosen", "ends"),
    [
        ({}, (None, None, None), ("--plain", "--once")),
        ({"routine": "overhead_reach"}, (None, None, None), ("--once", "overhead_reach")),
        ({}, ("a pack", "USB", Path("m")), ("--pack=a pack", "--device=USB", "--model=m")),
    ],
)
def test_a_stretch_is_led_with_what_the_daemon_was_given(
    slots: dict[str, Slot],
    chosen: tuple[str | None, str | None, Path | None],
    ends: tuple[str, ...],
) -> None:
    command = guide_command(Request("start_stretch", slots), *chosen)
    assert command[1:4] == ("-m", "voice", "stretch")
    assert command[-len(ends) :] == ends


def test_nothing_but_a_stretch_is_led() -> None:
    with pytest.raises(ValueError, match="read_section"):
        guide_command(Request("read_section"), None, None, None)


def test_an_assistant_that_cannot_lead_says_so_and_leaves_the_daemon_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    told: list[str] = []
    guide = Guide(None, "no such device", None, told.append)
    guide.lead(Request("start_stretch"))
    with closing(guide):
        deadline = time.monotonic() + 30
        errors = ""
        while "no such device" not in errors and time.monotonic() < deadline:
            errors += capfd.readouterr().err
            time.sleep(0.1)
    assert errors.startswith("unknot: ")
    assert errors.count("\n") == 1
    assert told == []


def test_a_desktop_that_takes_its_time_delays_nothing() -> None:
    shown: list[Notice] = []
    answers = threading.Event()

    def show(notice: Notice) -> None:
        assert answers.wait(10)
        shown.append(notice)

    notify = in_background(show)
    notify(Notice("It is time for heat.", ""))
    assert shown == []
    answers.set()
    deadline = time.monotonic() + 10
    while not shown and time.monotonic() < deadline:
        time.sleep(0.01)
    assert shown == [Notice("It is time for heat.", "")]


# Within the process


class Loudspeaker(Rooms):
    """Rooms whose loudspeaker cuts off what it is told to, and then is mended, or not."""

    def __init__(self, cuts: list[str], *, mended: bool) -> None:
        super().__init__(Settings())
        self.heard: list[str] = []
        self._cuts = cuts
        self._mended = mended

    volume = 1.0

    @contextmanager
    def speaker(self) -> Iterator[Any]:
        yield self

    def earcon(self, name: str) -> None:
        self.heard.append(name)

    def say(self, utterance: int, text: str) -> None:
        whole = text not in self._cuts
        self.ended(utterance, whole)
        if whole:
            self.heard.append(text)
            return
        self._cuts.remove(text)
        self.troubled("loudspeaker", "The loudspeaker has gone.", "Plug it in.")
        if self._mended:
            self.mended("loudspeaker")


@pytest.fixture
def ringer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Rooms], Ringer]:
    monkeypatch.setattr(process, "MENDS", 0.3)
    monkeypatch.setattr(process, "AFTER_EARCON", 0.0)
    monkeypatch.setenv("UNKNOT_HOME", str(tmp_path))

    def make(rooms: Rooms) -> Ringer:
        with ThreadPoolExecutor(1) as pool:
            return Ringer(rooms, ExitStack(), pool)

    return make


CUTS = [
    ([], ["reminder", "One.", "Two.", "Three."]),
    (["Two."], ["reminder", "One.", "Three.", "reminder", "Two."]),
    (["One.", "Two.", "Three."], ["reminder", "reminder", "One.", "Two.", "Three."]),
    (["Two.", "Two."], ["reminder", "One.", "Three.", "reminder", "reminder", "Two."]),
]


@pytest.mark.parametrize(("cuts", "heard"), CUTS)
def test_a_loudspeaker_that_comes_back_says_what_it_has_cut_off(
    ringer: Callable[[Rooms], Ringer], cuts: list[str], heard: list[str]
) -> None:
    rooms = Loudspeaker(list(cuts), mended=True)
    ringer(rooms).speak(["One.", "Two.", "Three."], 0.5, "reminder")
    assert rooms.heard == heard


AWAY = [(False, "^The loudspeaker has gone. Plug it in.$"), (True, "again and again")]


@pytest.mark.parametrize(("mended", "told"), AWAY, ids=["stays away", "never holds"])
def test_a_loudspeaker_that_does_not_come_back_is_told(
    ringer: Callable[[Rooms], Ringer],
    monkeypatch: pytest.MonkeyPatch,
    mended: bool,
    told: str,
) -> None:
    monkeypatch.setattr(process, "AFTER_EARCON", 0.01)
    rooms = Loudspeaker(["Two."] * 10_000, mended=mended)
    with pytest.raises(RuntimeError, match=told):
        ringer(rooms).speak(["One.", "Two."], 0.5, "reminder")
    assert "Two." not in rooms.heard


# The real process


@pytest.fixture
def nowhere(told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bell]:
    monkeypatch.setenv("UNKNOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = Bell(NOWHERE, told.append)
    yield made
    made.close()


def test_without_loudspeaker_and_microphone_it_says_so_and_lives_on(
    nowhere: Bell, told: list[str], tmp_path: Path
) -> None:
    assert not nowhere.speak(HEAT)
    first = nowhere.pid
    assert nowhere.listen(0.1) is None
    assert nowhere.pid == first
    loudspeaker, microphone = told
    assert "loudspeaker" in loudspeaker
    assert "microphone" in microphone
    began = time.monotonic()
    nowhere.close()
    assert time.monotonic() - began < ringing.ENDS - 1
    assert list(tmp_path.glob("unknot-*")) == []


def test_it_ends_with_its_parent_even_when_that_is_killed(nowhere: Bell) -> None:
    assert nowhere.pid is None
    command = [sys.executable, "-c", PARENT, *NOWHERE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()  # the complaint about the microphone
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
        wait_until_gone(pid)
