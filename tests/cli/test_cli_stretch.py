"""`unknot stretch` and `unknot history` from the command line, typed instead of spoken."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from voice.history import History, Session

UNKNOT = Path(sys.executable).with_name("unknot")
Unknot = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def history(home: Path) -> History:
    return History(home / "history.sqlite3")


@pytest.fixture
def unknot(home: Path) -> Unknot:
    def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [UNKNOT, *arguments],
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "UNKNOT_HOME": str(home)},
        )
        assert "Traceback" not in done.stderr, done.stderr[-300:]
        return done

    return run


def trained(days_ago: int) -> Session:
    began = datetime.now().astimezone() - timedelta(days=days_ago)
    return Session(began, "all", 9.5, 12, completed=True)


def test_a_typed_session_runs_to_its_end_and_is_kept(unknot: Unknot, history: History) -> None:
    done = unknot("stretch", "--text", typed="ready\nready\nno\n")
    assert done.returncode == 0
    assert done.stdout.count("Five.") == 12
    assert "minutes of stretching" in done.stdout
    (kept,) = history.sessions()
    assert (kept.routine, kept.holds, kept.completed) == ("all", 12, True)


@pytest.mark.parametrize(
    ("routine", "says", "holds"), [("knees_to_chest", "lie on", 9), ("overhead_reach", "stand", 3)]
)
def test_one_routine(unknot: Unknot, routine: str, says: str, holds: int) -> None:
    done = unknot("stretch", routine, "--text", typed="ready\nno\n")
    assert says in done.stdout
    assert done.stdout.count("Halfway.") == holds


def test_an_unknown_routine_is_wrong_usage(unknot: Unknot) -> None:
    done = unknot("stretch", "handstand", "--text")
    assert done.returncode == 2
    assert "knees_to_chest, overhead_reach" in done.stderr


@pytest.mark.parametrize("command", ["stretch", "history"])
def test_each_explains_itself_with_examples(unknot: Unknot, command: str) -> None:
    done = unknot(command, "--help")
    assert done.returncode == 0
    assert f"unknot {command}" in done.stdout.partition("Options")[0].partition("\n")[2]


@pytest.mark.realtime
def test_typed_by_a_person_a_hold_takes_its_time_and_a_killed_session_is_known(
    home: Path, unknot: Unknot
) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [UNKNOT, "stretch", "overhead_reach", "--text"],
        stdin=slave,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "UNKNOT_HOME": str(home)},
    )
    os.close(slave)
    moments: dict[str, float] = {}
    assert process.stdout is not None
    with process.stdout as printed:
        for line in printed:
            moments.setdefault(line.strip(), time.monotonic())
            if "Say ready" in line:
                os.write(master, b"ready\n")
            if line.startswith("Breathe"):
                os.write(master, b"how much longer\n")
            if line.startswith("Five."):
                break
        process.kill()
    process.wait()
    os.close(master)
    asked = [line for line in moments if re.match("About (ten|fifteen|twenty) seconds of", line)]
    assert asked
    again = unknot("listen", "--text", typed="no\n")
    assert "Last time we stopped at your arms above your head." in again.stdout
    assert 10 < moments["Five."] - moments["And hold."] < 20


def test_the_history_is_shown(unknot: Unknot, history: History) -> None:
    for days_ago in (1, 0):
        history.add(trained(days_ago))
    done = unknot("history")
    assert done.returncode == 0
    assert "2 sessions, 2 days in a row." in done.stdout
    assert " 9.5 minutes, 12 holds" in done.stdout


def test_the_history_as_one_object_a_line(unknot: Unknot, history: History) -> None:
    history.add(Session(datetime(2026, 3, 4, 15, 0, tzinfo=UTC), "all", 9.5, 12, completed=True))
    (line,) = unknot("history", "--json").stdout.splitlines()
    assert json.loads(line) == {
        "began": "2026-03-04T15:00:00+00:00",
        "routine": "all",
        "minutes": 9.5,
        "holds": 12,
        "completed": True,
    }


def test_switching_off_on_and_wiping(unknot: Unknot, history: History) -> None:
    history.add(trained(0))
    assert unknot("history", "--off").returncode == 0
    assert "is off" in unknot("history").stdout
    assert unknot("history", "--json").stdout == ""
    unknot("history", "--on")
    assert "1 session, 1 day in" in unknot("history").stdout
    assert "1 session" in unknot("history", "--wipe").stderr
    assert "0 sessions" in unknot("history").stdout


def test_minutes_are_drawn_and_told(unknot: Unknot, history: History, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra plot is not installed")
    for days_ago in (1, 0):
        history.add(trained(days_ago))
    picture = tmp_path / "minutes.png"
    done = unknot("history", "--plot", str(picture))
    assert done.returncode == 0
    assert "19 minutes in the last 8 weeks, 2 days in a row." in done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "sessions", "on", "code", "says"),
    [
        ("minutes.png", [], True, 1, "Nothing to draw"),
        ("minutes.png", [trained(70)], True, 1, "no stretch was kept in the last 8 weeks"),
        ("minutes.png", [trained(0)], False, 1, "history is off"),
        ("minutes.doc", [trained(0)], True, 2, "png, svg, pdf"),
    ],
    ids=["none", "long ago", "off", "no picture"],
)
def test_nothing_to_draw(
    unknot: Unknot,
    history: History,
    tmp_path: Path,
    name: str,
    sessions: list[Session],
    on: bool,
    code: int,
    says: str,
) -> None:
    for session in sessions:
        history.add(session)
    history.switch(on=on)
    done = unknot("history", "--plot", str(tmp_path / name))
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert not (tmp_path / name).exists()


def test_without_what_draws_the_remedy_is_told(
    unknot: Unknot, history: History, tmp_path: Path
) -> None:
    if find_spec("matplotlib") is not None:
        pytest.skip("the extra plot is installed")
    history.add(trained(0))
    done = unknot("history", "--plot", str(tmp_path / "minutes.png"))
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "pip install matplotlib" in done.stderr


def test_a_broken_history_is_told_in_one_sentence_with_its_remedy(
    unknot: Unknot, history: History
) -> None:
    history.path.parent.mkdir(parents=True)
    history.path.write_bytes(b"this is no database" * 100)
    done = unknot("history")
    assert done.returncode == 3
    assert str(history.path) in done.stderr
    assert "remove" in done.stderr
