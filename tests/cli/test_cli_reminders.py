"""Reminders without a voice, on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

UNKNOT = Path(sys.executable).with_name("unknot")


def unknot(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it where there is no systemd."""
    return subprocess.run(
        [UNKNOT, *arguments],
        env=os.environ
        | {"UNKNOT_HOME": str(home), "XDG_CONFIG_HOME": str(home), "PATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(home: Path) -> list[dict[str, object]]:
    done = unknot(home, "reminders", "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_reminder_is_set_listed_moved_and_cancelled(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.ics"
    done = unknot(tmp_path / "one", "remind", "use my heating pad in twenty minutes")
    assert done.returncode == 0
    assert "in twenty minutes" in done.stdout
    (row,) = rows(tmp_path / "one")
    assert set(row) == {"id", "about", "due", "repeat", "state"}
    assert (row["about"], row["state"]) == ("heat", "set")
    unknot(tmp_path / "one", "reminders", "export", str(calendar))
    unknot(tmp_path / "two", "reminders", "import", str(calendar))
    again = unknot(tmp_path / "two", "reminders", "import", str(calendar))
    assert again.stdout == "0 reminders are taken in, 1 were known already.\n"
    (moved,) = rows(tmp_path / "two")
    assert moved == row
    assert unknot(tmp_path / "two", "reminders", "cancel", str(row["id"])).returncode == 0
    assert rows(tmp_path / "two") == []


WRONG = [
    (1, "no reminder 7", ("reminders", "cancel", "7")),
    (1, "", ("remind", "use my heating pad")),
    (2, "is no reminder", ("remind", "play some jazz")),
    (2, "times. Write them", ("reminders", "run", "--quiet", "at night")),
    (2, "22:00-07:00", ("reminders", "install-service", "--quiet", "at night")),
    (2, "nowhere.ics", ("reminders", "import", "nowhere.ics")),
]


@pytest.mark.parametrize(("code", "named", "arguments"), WRONG)
def test_what_cannot_be_done_says_why(
    tmp_path: Path, code: int, named: str, arguments: tuple[str, ...]
) -> None:
    done = unknot(tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_the_service_rings_with_the_options_that_were_chosen(tmp_path: Path) -> None:
    chosen = ("--quiet", "22:00-07:00", "--device", "USB Audio")
    done = unknot(tmp_path, "reminders", "install-service", *chosen)
    assert done.returncode == 0, done.stderr
    assert "systemctl --user" in done.stdout
    unit = (tmp_path / "systemd" / "user" / "unknot-reminders.service").read_text()
    rings = f'ExecStart="{UNKNOT}" "reminders" "run" "--quiet=22:00-07:00" "--device=USB Audio"\n'
    assert rings in unit
    assert f'Environment="UNKNOT_HOME={tmp_path}"\n' in unit
