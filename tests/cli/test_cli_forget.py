"""What was kept is wiped on request, is the user's alone, and a fault of ours is one sentence."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

import pytest

from tests.cli.test_cli_contract import unknot
from voice.reminders.presence import assistant_open, only_daemon
from voice.reminders.store import FILE_NAME


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with a reminder, a history, a model and a file that is not ours."""
    home = tmp_path / "home"
    assert unknot(home, "remind", "use heat in twenty minutes").returncode == 0
    assert unknot(home, "history", "--off").returncode == 0
    (home / "reminders.before-v1.sqlite3").write_bytes(b"an older copy")
    (home / "models").mkdir()
    (home / "models" / "mine").write_text("a model")
    (home / "letter.txt").write_text("not ours")
    return home


def test_what_was_kept_is_wiped_and_the_rest_stays(home: Path) -> None:
    done = unknot(home, "forget", "--yes")
    assert done.returncode == 0
    assert "reminders.sqlite3" in done.stderr
    assert sorted(path.name for path in home.iterdir()) == ["letter.txt", "models"]
    assert (home / "models" / "mine").exists()
    assert unknot(home, "reminders", "--json").stdout == ""
    assert unknot(home, "history").stdout.startswith("0 sessions")


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_it_asks_first(home: Path, answer: str) -> None:
    done = unknot(home, "forget", stdin=answer)
    assert done.returncode == 1
    assert str(home) in done.stderr
    assert (home / FILE_NAME).exists()


@pytest.mark.parametrize("claim", [assistant_open, only_daemon], ids=["assistant", "daemon"])
def test_it_waits_for_whoever_is_open(home: Path, claim: object) -> None:
    assert callable(claim)
    with contextlib.ExitStack() as stack:
        stack.enter_context(claim(home / FILE_NAME))
        done = unknot(home, "forget", "--yes")
    assert done.returncode == 3
    assert "stop it first" in done.stderr
    assert (home / FILE_NAME).exists()


def test_nothing_kept_is_no_fault(tmp_path: Path) -> None:
    done = unknot(tmp_path / "nowhere", "forget", "--yes")
    assert (done.returncode, done.stderr) == (0, "Nothing was kept.\n")


def test_what_is_kept_is_the_users_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    unknot(home, "remind", "use heat in twenty minutes")
    unknot(home, "ask", "what are my options", "--out", str(home / "answer.wav"))
    for path in (home, *home.rglob("*")):
        open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
        assert not open_to_others, (path, oct(open_to_others))


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_fault_of_ours_is_one_sentence(debug: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "sitecustomize.py").write_text(
        "import voice.places\n"
        "def home():\n    raise KeyError('no home')\n"
        "voice.places.home = home\n"
    )
    env = {"PYTHONPATH": str(broken), "UNKNOT_DEBUG": debug}
    if debug:
        with pytest.raises(AssertionError, match="KeyError"):
            unknot(tmp_path / "home", "reminders", env=env)
        return
    done = unknot(tmp_path / "home", "reminders", env=env)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "KeyError: 'no home'" in done.stderr
    assert "UNKNOT_DEBUG=1" in done.stderr
