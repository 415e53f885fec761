"""The daemon: speaks, shows, listens, repeats; and leaves it to an open assistant."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.reminders.conftest import Bench
from voice.events import Due, Request, Slot
from voice.reminders import Store, desktop, presence, systemd
from voice.reminders.daemon import (
    ANSWERS,
    LEAD,
    Daemon,
    Notice,
    QuietHours,
    QuietHoursError,
    Utterance,
)
from voice.reminders.store import StoreError
from voice.reminders.watch import Watch


class Room:
    """A daemon whose ears and mouth the test holds."""

    def __init__(self, bench: Bench, quiet: str = "") -> None:
        self.bench = bench
        self.said: list[Utterance] = []
        self.loudspeaker = True
        self.shown: list[Notice] = []
        self.listened: list[float] = []
        self.answers: list[Request | None] = []
        self.led: list[Request] = []
        self.daemon = Daemon(
            bench.reminders,
            self.speak,
            self.listen,
            self.shown.append,
            lead=self.led.append,
            quiet=QuietHours.parse(quiet) if quiet else None,
        )

    def speak(self, utterance: Utterance) -> bool:
        self.said.append(utterance)
        return self.loudspeaker

    def listen(self, seconds: float) -> Request | None:
        self.listened.append(seconds)
        return self.answers.pop(0) if self.answers else None

    def pass_time(self, minutes: float) -> None:
        for _ in range(round(minutes * 60)):
            self.bench.later(seconds=1)
            self.daemon.turn()

    def heard(self) -> list[str]:
        return [" ".join(utterance.sentences) for utterance in self.said]


@pytest.fixture
def room(bench: Bench) -> Room:
    return Room(bench)


def test_it_speaks_shows_and_listens_for_twenty_seconds(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=20)
    room.pass_time(20)
    (utterance,) = room.said
    assert utterance.earcon == "reminder"
    assert utterance.sentences[0] == "It is time for heat."
    assert utterance.sentences[-1].startswith("Shall I start the twenty minute timer")
    (notice,) = room.shown
    assert notice.title == "It is time for heat."
    assert "cloth" in notice.body
    assert room.listened == [20.0]


def test_unanswered_it_repeats_louder_and_then_is_missed(room: Room) -> None:
    room.bench.ask("set_reminder", about="break", minutes=1)
    room.pass_time(30)
    assert [utterance.volume for utterance in room.said] == [0.5, 0.75, 1.0]
    again = "I remind you once more. It is time for a break. Say done, or snooze."
    assert room.heard()[1:] == [again, again]
    (missed,) = room.bench.store.missed()
    assert missed.rang


ANSWERED: list[tuple[str, dict[str, Slot], str, list[tuple[str, str]]]] = [
    ("done_reminder", {}, "Well done.", []),
    ("thanks", {}, "Well done.", []),
    ("no", {}, "Well done.", []),
    ("stop", {}, "All right.", []),
    ("cancel_reminder", {}, "All right.", []),
    (
        "snooze_reminder",
        {},
        "I will remind you again in ten minutes, at one minute past four.",
        [("heat", "snoozed")],
    ),
    (
        "snooze_reminder",
        {"minutes": 30},
        "I will remind you again in half an hour, at twenty-one minutes past four.",
        [("heat", "snoozed")],
    ),
    (
        "yes",
        {},
        "I will remind you to take the heat off at eleven minutes past four, in twenty minutes.",
        [("heat_off", "set")],
    ),
]


@pytest.mark.parametrize(("intent", "slots", "said", "left"), ANSWERED)
def test_answers_to_a_ring(
    room: Room, intent: str, slots: dict[str, Slot], said: str, left: list[tuple[str, str]]
) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    room.answers = [Request(intent, slots)]
    room.pass_time(1)
    assert room.heard()[1:] == [said]
    assert [(one.about, one.state) for one in room.bench.store.live()] == left


def test_each_answer_is_one_that_is_listened_for() -> None:
    assert {intent for intent, *_ in ANSWERED} == ANSWERS


@pytest.mark.parametrize(
    ("answer", "led"),
    [("yes", [Request("start_stretch")]), ("no", []), ("done_reminder", []), (None, [])],
)
def test_a_stretch_is_offered_and_led(room: Room, answer: str | None, led: list[Request]) -> None:
    room.bench.ask("set_reminder", about="stretching", minutes=1)
    room.answers = [None if answer is None else Request(answer)]
    room.pass_time(1)
    assert room.heard()[0] == "It is time to stretch your back. Shall I guide you through it?"
    assert room.led == led
    assert len(room.bench.store.live()) == (1 if answer is None else 0)


def test_where_nobody_can_lead_it_a_stretch_is_not_offered(room: Room) -> None:
    room.bench.ask("set_reminder", about="stretching", minutes=1)
    room.daemon.lead = None
    room.pass_time(1)
    assert room.heard() == ["It is time to stretch your back."]


def test_something_else_is_no_answer(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    room.answers = [Request("read_section", {"section": "heat"})]
    room.pass_time(3)
    assert len(room.said) == 2


def test_the_next_ring_does_not_wait_for_an_answer_and_shares_it(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=2)
    room.pass_time(50 / 60)
    room.bench.ask("set_reminder", about="break", minutes=1)
    room.answers = [None, Request("done_reminder")]
    room.pass_time(80 / 60)
    assert room.listened == [10.0, 20.0]
    assert room.bench.store.live() == ()


def test_what_could_not_be_said_rings_again_as_if_for_the_first_time(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    room.loudspeaker = False
    room.pass_time(1)
    room.loudspeaker = True
    room.pass_time(5)
    first, second, third = room.heard()
    assert "cloth" in first
    assert second == first
    assert third.startswith("I remind you once more.")


def test_what_is_missed_unheard_is_told_by_the_next_process_not_over_and_over(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    room.loudspeaker = False
    room.pass_time(60)
    (missed,) = room.bench.store.missed()
    assert not missed.rang
    assert [line for line in room.heard() if "missed" in line] == room.heard()[3:]
    assert len(room.said) == 4
    next_process = Room(room.bench)
    next_process.daemon.turn(tell_missed=True)
    assert next_process.heard() == room.heard()[3:]


NEAR = [(60.0, False), (LEAD + 0.5, False), (LEAD, True), (0.5, True)]


@pytest.mark.parametrize(("seconds", "near"), NEAR)
def test_it_says_that_a_ring_is_near(bench: Bench, seconds: float, near: bool) -> None:
    bench.ask("set_reminder", about="heat", minutes=1)
    bench.later(seconds=60 - seconds)
    assert _said_of_the_next_ring(bench) is near


def test_beside_an_open_assistant_no_ring_is_near(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=1)
    bench.later(seconds=59)
    with presence.assistant_open(bench.path):
        assert not _said_of_the_next_ring(bench)


def _said_of_the_next_ring(bench: Bench) -> bool:
    """Whether the daemon, in its first round, says that a ring is near."""
    room = Room(bench)
    said: list[bool] = []

    def near(near: bool) -> None:
        said.append(near)
        room.daemon.stopping.set()

    room.daemon.near = near
    room.daemon.run()
    assert room.said == []
    return said[0]


def test_at_its_start_it_tells_what_was_missed(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=10)
    room.bench.later(minutes=70)
    room.daemon.turn(tell_missed=True)
    room.pass_time(1)
    assert room.heard() == ["You missed a reminder to use your heating pad, at four o'clock."]
    assert room.bench.reminders.untold().sentences == ()


def test_an_open_assistant_rings_and_the_daemon_keeps_still(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    with presence.assistant_open(room.bench.path):
        room.pass_time(2.4)
        assert room.said == []
    room.pass_time(0.1)
    assert len(room.said) == 1


def test_an_assistant_that_is_stuck_does_not_lose_the_reminder(room: Room) -> None:
    room.bench.ask("set_reminder", about="heat", minutes=1)
    with presence.assistant_open(room.bench.path):
        room.pass_time(1 + 89 / 60)
        assert room.said == []
        room.pass_time(3 / 60)
        assert len(room.said) == 1


def test_there_is_only_one_daemon(bench: Bench) -> None:
    with presence.only_daemon(bench.path):
        with pytest.raises(presence.AlreadyRunning) as error:
            Room(bench).daemon.run()
        assert error.value.remedy
    with presence.only_daemon(bench.path):
        pass


QUIET = [
    ("22:00-07:00", "21:59", False),
    ("22:00-07:00", "22:00", True),
    ("22:00-07:00", "03:00", True),
    ("22:00-07:00", "06:59", True),
    ("22:00-07:00", "07:00", False),
    ("13:00-15:00", "14:00", True),
    ("13:00-15:00", "15:00", False),
]


@pytest.mark.parametrize(("hours", "clock", "quiet"), QUIET)
def test_quiet_hours(hours: str, clock: str, quiet: bool) -> None:
    moment = datetime.fromisoformat(f"2026-11-24T{clock}")
    assert QuietHours.parse(hours).at(moment) is quiet


@pytest.mark.parametrize("text", ["", "22:00", "22-07-08", "25:00-07:00", "night", "22:00-22:00"])
def test_quiet_hours_that_make_no_sense(text: str) -> None:
    with pytest.raises(QuietHoursError) as error:
        QuietHours.parse(text)
    assert "22:00-07:00" in error.value.remedy


def test_in_quiet_hours_what_recurs_is_shown_and_the_rest_spoken_softly(bench: Bench) -> None:
    room = Room(bench, quiet="15:00-17:00")
    bench.ask("set_reminder", about="break", every_minutes=60)
    bench.ask("set_reminder", about="heat_off", minutes=20)
    room.pass_time(60)
    assert {utterance.volume for utterance in room.said} == {0.3}
    assert all("heat" in line for line in room.heard())
    assert room.shown[-1].title == "It is time for a break."


def test_run_ends_when_it_is_told_to(bench: Bench) -> None:
    room = Room(bench)
    thread = threading.Thread(target=room.daemon.run)
    thread.start()
    room.daemon.stopping.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_trouble_with_the_store_is_told_once_and_survived(bench: Bench) -> None:
    troubles: list[StoreError] = []
    room = Room(bench)
    room.daemon.trouble = troubles.append
    file, away = bench.path, bench.path.with_suffix(".away")
    bench.ask("set_reminder", about="heat", minutes=1)
    bench.store._read("PRAGMA wal_checkpoint(TRUNCATE)")
    file.rename(away)
    file.mkdir()
    thread = threading.Thread(target=room.daemon.run)
    thread.start()
    deadline = time.monotonic() + 10
    while not troubles and time.monotonic() < deadline:
        time.sleep(0.02)
    file.rmdir()
    away.rename(file)
    bench.later(minutes=1)
    while not room.said and time.monotonic() < deadline:
        time.sleep(0.02)
    room.daemon.stopping.set()
    thread.join()
    assert len(troubles) == 1
    assert len(room.said) == 1


# Beside an open assistant


def test_the_watch_reports_what_another_process_sets(tmp_path: Path) -> None:
    store = Store(tmp_path / "home" / "reminders.sqlite3")
    reported: list[tuple[Due, float]] = []
    watch = Watch(store, lambda due: reported.append((due, time.time())))
    watch.start()
    assert presence.is_assistant_open(store.path)
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from voice.reminders import Reminder, Store, moments\n"
        "due = moments.now_ms() + 1500\n"
        'Store(Path(sys.argv[1])).add(Reminder("heat", due, "UTC", ring_ms=due))\n'
        "print(due)\n"
    )
    command = [sys.executable, "-c", program, str(store.path)]
    due = int(subprocess.run(command, check=True, capture_output=True).stdout)
    deadline = time.monotonic() + 10
    while not reported and time.monotonic() < deadline:
        time.sleep(0.01)
    watch.stop()
    assert not presence.is_assistant_open(store.path)
    store.close()
    ((event, at),) = reported
    assert (event.reminder, event.about) == (1, "heat")
    assert 0 <= at * 1000 - due < 1000


def test_the_watch_reports_what_was_missed(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=1)
    bench.later(minutes=60)
    reported: list[Due] = []
    watch = Watch(bench.store, reported.append, now=lambda: bench.ms, zone=lambda: bench.zone)
    watch.start()
    deadline = time.monotonic() + 10
    while not reported and time.monotonic() < deadline:
        time.sleep(0.01)
    watch.stop()
    assert [(due.reminder, due.late) for due in reported] == [(1, 59 * 60)]


# The desktop, over a real bus


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if shutil.which("dbus-daemon") is None:
        pytest.skip("needs dbus-daemon")
    address = f"unix:path={tmp_path}/bus"
    process = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address={address}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", process.stdout.readline().strip())
    yield address
    process.kill()
    process.wait()
    process.stdout.close()


DESKTOP = """
from jeepney import HeaderFields, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection, Proxy
with open_dbus_connection(bus="SESSION") as connection:
    Proxy(message_bus, connection).RequestName("org.freedesktop.Notifications")
    print("ready", flush=True)
    while True:
        message = connection.receive()
        if message.header.fields.get(HeaderFields.member) == "Notify":
            print(message.body, flush=True)
            connection.send(new_method_return(message, "u", (1,)))
            break
"""


@pytest.mark.usefixtures("bus")
def test_a_notice_reaches_the_desktop() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", DESKTOP], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert desktop.show(Notice("It is time for heat.", "Put a cloth between."))
    shown = process.communicate(timeout=10)[0]
    assert "It is time for heat." in shown
    assert "Put a cloth between." in shown


@pytest.mark.usefixtures("bus")
def test_a_bus_without_a_desktop_is_no_trouble() -> None:
    assert not desktop.show(Notice("It is time for heat.", ""))


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere", "nonsense"])
def test_no_bus_is_no_trouble(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert not desktop.show(Notice("It is time for heat.", ""))


# systemd


def complaints(unit: Path) -> str:
    """What systemd says of a unit; empty when it takes every line as it stands."""
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("needs systemd-analyze")
    runtime = unit.parent / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    done = subprocess.run(
        [verify, "--user", "verify", "--man=no", str(unit)],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def test_the_unit_is_one_that_systemd_accepts(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('$HOME 100% \"quoted\"')", "reminders", "run"]
    text = systemd.unit_text(command, {"UNKNOT_HOME": "/a folder/with 100%"})
    unit = tmp_path / systemd.UNIT
    unit.write_text(text)
    assert complaints(unit) == ""
    for wrong in ("ExecStart=", "Restart=", "StartLimitIntervalSec=", "RestartSec="):
        unit.write_text(text.replace(wrong, f"{wrong}nonsense "))
        assert systemd.UNIT in complaints(unit), wrong


def test_installing_writes_the_unit_and_says_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    installed = systemd.install_service(
        ["/opt/unknot", "reminders", "run"], {"UNKNOT_HOME": "/data"}
    )
    assert installed.unit == tmp_path / "systemd" / "user" / "unknot-reminders.service"
    lines = installed.unit.read_text().splitlines()
    assert 'ExecStart="/opt/unknot" "reminders" "run"' in lines
    assert 'Environment="UNKNOT_HOME=/data"' in lines
    assert "WantedBy=default.target" in lines
    assert not installed.enabled
    assert "systemctl --user enable --now unknot-reminders.service" in installed.remedy


def test_a_folder_that_may_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "systemd").write_text("a file")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(systemd.ServiceError) as error:
        systemd.install_service(["/opt/unknot"])
    assert error.value.remedy
