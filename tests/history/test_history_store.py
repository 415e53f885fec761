"""What the history keeps, for whom, and what it does with a broken file."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from voice.history import History, HistoryError, Session, Unfinished, in_the_last_week, streak

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DONE = Session(NOON, "knees_to_chest", 7.5, 9, completed=True)
BROKE_OFF = Unfinished(NOON, "all", "knees_to_chest/one_knee/left", 2, "your left knee")
TODAY = date(2026, 3, 4)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "home" / "history.sqlite3")


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in days]


@pytest.mark.parametrize(
    ("days", "length"),
    [
        (ago(), 0),
        (ago(0), 1),
        (ago(1), 1),
        (ago(2), 0),
        (ago(0, 1, 2), 3),
        (ago(1, 2, 3), 3),
        (ago(0, 0, 1), 2),
        (ago(0, 2, 3), 1),
        (ago(-1, 0), 1),
    ],
)
def test_days_in_a_row(days: list[date], length: int) -> None:
    assert streak(days, TODAY) == length


@pytest.mark.parametrize(
    ("days", "count"), [(ago(), 0), (ago(0, 0, 6), 3), (ago(7, 8), 0), (ago(-1), 0)]
)
def test_times_in_the_last_seven_days(days: list[date], count: int) -> None:
    assert in_the_last_week(days, TODAY) == count


def test_sessions_come_back_as_they_were_kept(history: History) -> None:
    later = Session(NOON + timedelta(days=1), "all", 3.0, 2, completed=False)
    history.add(DONE)
    history.add(later)
    assert History(history.path).sessions() == (DONE, later)


def test_reading_makes_no_file(history: History) -> None:
    assert history.on
    assert history.sessions() == ()
    assert history.unfinished() is None
    assert not history.safety_said(TODAY)
    assert history.wipe() == 0
    assert not history.path.parent.exists()


def test_only_the_owner_can_read_it(history: History) -> None:
    before = os.umask(0)
    try:
        history.add(DONE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(history.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(history.path.parent.stat().st_mode) == 0o700


def test_switched_off_it_keeps_nothing_and_tells_nothing(history: History) -> None:
    history.add(DONE)
    history.switch(on=False)
    history.add(DONE)
    history.reached(BROKE_OFF)
    history.say_safety(TODAY)
    assert not history.on
    assert history.sessions() == ()
    assert history.unfinished() is None
    assert not history.safety_said(TODAY)
    history.switch(on=True)
    assert history.sessions() == (DONE,)
    assert history.unfinished() is None


@pytest.mark.parametrize("on", [True, False])
def test_wiped_nothing_is_left_in_the_file(history: History, on: bool) -> None:
    history.add(DONE)
    history.reached(BROKE_OFF)
    history.say_safety(TODAY)
    history.switch(on=on)
    assert history.wipe() == 1
    assert history.on is on
    content = history.path.read_bytes()
    for trace in (b"knees_to_chest", b"left knee", b"2026-03"):
        assert trace not in content


def test_where_a_session_broke_off_is_known_until_it_has_ended(history: History) -> None:
    history.reached(Unfinished(NOON, "all", "knees_to_chest/one_knee/right", 1, "your right knee"))
    history.reached(BROKE_OFF)
    assert History(history.path).unfinished() == BROKE_OFF
    history.ended()
    assert history.unfinished() is None


def test_safety_counts_for_its_day(history: History) -> None:
    history.say_safety(TODAY)
    assert history.safety_said(TODAY)
    assert not history.safety_said(TODAY + timedelta(days=1))


def _add(path: Path) -> None:
    for _ in range(10):
        History(path).add(DONE)


def test_processes_may_share_it(history: History) -> None:
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=_add, args=(history.path,)) for _ in range(2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(history.sessions()) == 20


def no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def of_the_future(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("broken", [no_database, of_the_future, a_folder])
def test_a_file_that_cannot_be_used_is_told_with_its_remedy(
    tmp_path: Path, broken: Callable[[Path], None]
) -> None:
    path = tmp_path / "history.sqlite3"
    broken(path)
    with pytest.raises(HistoryError) as raised:
        History(path).add(DONE)
    assert str(path) in str(raised.value)
    assert str(path) in raised.value.remedy
