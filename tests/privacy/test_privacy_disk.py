"""What is said stays in memory, and what is kept is the user's alone."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from tests.conftest import lack
from tests.privacy.watching import UNKNOT, WRITING, can_watch, watched, writing_to_files
from tests.sound.voices import RMS, Voices, missing_voices

RARE = ("zyzzyva", "quixotry", "borborygmus", "marmalade")
"""Words that nothing but the conversation holds."""

TALK = """how do i stretch my back zyzzyva
my borborygmus hurts
i can't feel my legs quixotry
what about marmalade
what are my options
stop
stop
"""


@pytest.fixture(autouse=True)
def _watching() -> None:
    can_watch()


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def holding(folder: Path, words: tuple[str, ...]) -> list[tuple[str, str]]:
    """The files that hold one of the words in their content or their path."""
    return [
        (str(path), word)
        for path in kept(folder)
        for word in words
        if word.encode() in path.read_bytes() or word in str(path)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [("listen", "--text"), ("understand",), ("ask", "what about zyzzyva marmalade")],
    ids=["a conversation", "understand", "ask"],
)
def test_no_word_that_was_said_is_written(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "here"
    calls = watched([UNKNOT, *arguments], WRITING, folder, stdin=TALK, codes=(0, 1))
    assert writing_to_files(calls, RARE) == []
    assert holding(folder, RARE) == []


@pytest.mark.slow
def test_no_recording_of_a_question_is_kept(tmp_path: Path) -> None:
    if missing_voices((RMS,)):
        lack("the question is spoken by flite, which is not here")
    folder = tmp_path / "here"
    question = Voices(tmp_path / "said").file("marmalade and what are my options", RMS)
    watched([UNKNOT, "ask", "--wav", str(question)], WRITING, folder, codes=(0, 1))
    sound = question.read_bytes()[2000:2400]
    assert [path for path in kept(folder) if sound in path.read_bytes()] == []
    assert holding(folder, RARE) == []


@pytest.mark.slow
def test_what_is_kept_is_the_users_alone_and_forget_wipes_it(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    for arguments in (
        ["ask", "what are my options", "--out", str(tmp_path / "answer.wav")],
        ["remind", "use heat in twenty minutes"],
        ["listen", "--text"],
    ):
        watched([UNKNOT, *arguments], WRITING, folder, stdin="guide me\nstop\nstop\n")
    assert {"cache", "history.sqlite3", "reminders.sqlite3"} <= {
        path.name for path in (folder / "unknot").iterdir()
    }
    open_to_others = [
        path for path in folder.rglob("*") if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    assert open_to_others == []
    watched([UNKNOT, "forget", "--yes"], WRITING, folder)
    assert kept(folder) == []


def test_the_watch_sees_what_it_is_there_to_see(tmp_path: Path) -> None:
    attempt = (
        "import pathlib, sys, tempfile\n"
        "print('zyzzyva')\n"
        "with tempfile.NamedTemporaryFile('w') as file:\n    file.write('quixotry')\n"
        "pathlib.Path(tempfile.gettempdir(), 'marmalade').mkdir()"
    )
    calls = watched([sys.executable, "-c", attempt], WRITING, tmp_path / "here")
    found = writing_to_files(calls, RARE)
    assert [word for word in RARE if any(word in call for call in found)] == [
        "quixotry",
        "marmalade",
    ]
