"""Whatever is typed, chosen or set, a command ends with a code of the contract and a sentence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.fuzzing import fuzzed, run, spoilt, texts
from voice import preferences
from voice.cli import main

pytestmark = pytest.mark.slow

LISTENS_RINGS_OR_FETCHES = frozenset(
    (
        *("listen", "stretch", "screen", "demo", "doctor", "transcribe", "voices", "voices play"),
        *("voices use", "voices clearest", "reminders run", "reminders install-service"),
        *("models install", "models add-words", "bench"),
    )
)
"""Commands that need a device, the network or seconds: they get arguments that are wrong."""
ANSWERED_ALOUD = frozenset(("--say", "--out"))
"""Options that start the voice."""


def commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every command."""
    for name, command in group.commands.items():
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))


ALL = sorted(commands(main))
QUIET = [path for path in ALL if " ".join(path) not in LISTENS_RINGS_OR_FETCHES]


def params(path: Sequence[str]) -> list[click.Parameter]:
    """The arguments and options of a command."""
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    return command.params


def _value(files: Sequence[str]) -> st.SearchStrategy[str]:
    numbers = st.integers(-(2**70), 2**70).map(str) | st.floats().map(str)
    known = st.sampled_from(
        [*files, "", "-", "--", "voice", "rate", "pack", "nine", "22:00-07:00", "use heat at nine"]
    )
    harmless = texts().map(lambda text: text.replace("/", "_").replace("~", "_"))
    return numbers | known | harmless


@st.composite
def arguments(draw: st.DrawFn, path: Sequence[str], files: Sequence[str]) -> list[str]:
    """A command with some of its options, a value where one is wanted or is not."""
    given_words = list(path)
    for param in draw(st.permutations(params(path))):
        if ANSWERED_ALOUD & set(param.opts) or not draw(st.booleans()):
            continue
        if isinstance(param, click.Option):
            given_words.append(draw(st.sampled_from([*param.opts, *param.secondary_opts])))
        if not getattr(param, "is_flag", False) or draw(st.integers(0, 9)) == 0:
            given_words.append(draw(_value(files)))
    return given_words


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to work in, with a file of each kind; what is loaded once is loaded."""
    place = tmp_path_factory.mktemp("place")
    run(["understand"], place / "home", stdin="stop\n")
    (place / "notes.txt").write_text("stretch\n")
    (place / "empty").mkdir()
    (place / "calendar.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    return place


FILES = ("notes.txt", "empty", "calendar.ics", "nowhere", "empty/new.ics")


@fuzzed(120)
@pytest.mark.usefixtures("understanding_loaded_once")
@given(data=st.data())
def test_any_arguments_of_the_quiet_commands(
    place: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.chdir(place)
    path = data.draw(st.sampled_from(QUIET))
    run(data.draw(arguments(path, FILES)), place / "home", stdin=data.draw(texts()))


@fuzzed(300)
@given(data=st.data())
def test_an_option_that_there_is_not_is_wrong_usage_for_every_command(
    place: Path, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    monkeypatch.chdir(place)
    words = data.draw(arguments(data.draw(st.sampled_from(ALL)), FILES))
    done = run([*words, "--no-such-option"], place / "home") if "--" not in words else None
    assert done is None or done.exit_code == 2


WORDS = (
    *("remind", "me", "to", "stretch", "use", "heat", "ice", "in", "at", "every", "for", "my", "i"),
    *("can't", "feel", "back", "hurts", "stop", "and", "half", "past", "a", "quarter", "minutes"),
    *("hours", "days", "twenty", "nine", "thirty", "first", "tomorrow", "monday", "noon", "pm"),
    *("before", "after", "except", "weekdays", "until", "not", "zero", "hundred", "million", "-1"),
)
"""Words that mean something to one part of understanding or another."""


def worded() -> st.SearchStrategy[str]:
    """A sentence of such words in any order."""
    return st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


VARIABLES = (
    *("UNKNOT_HOME", "UNKNOT_MODEL", "UNKNOT_PACKS", "TZ", "LANG", "LC_ALL", "LANGUAGE", "COLUMNS"),
    *("XDG_DATA_HOME", "XDG_CONFIG_HOME", "TERM", "NO_COLOR", "FORCE_COLOR", "DISPLAY"),
)


@fuzzed(80)
@pytest.mark.usefixtures("understanding_loaded_once")
@given(
    variables=st.dictionaries(st.sampled_from(VARIABLES), texts(), max_size=4),
    command=st.sampled_from(
        (("reminders",), ("history",), ("models",), ("remind", "use heat in an hour"), ("config",))
    ),
)
def test_any_environment(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    command: tuple[str, ...],
) -> None:
    (place / "elsewhere").mkdir(exist_ok=True)
    monkeypatch.chdir(place / "elsewhere")
    inside = {name: value.replace("/", "_").replace("~", "_") for name, value in variables.items()}
    run(command, place / "home", env=inside)
    shutil.rmtree(place / "elsewhere", ignore_errors=True)


@pytest.fixture(scope="module")
def chosen(place: Path) -> bytes:
    """The file of choices with something chosen."""
    home = place / "chosen"
    for name, value in (("rate", "200"), ("quiet", "22:00-07:00"), ("wake", "true")):
        assert run(["config", name, value], home).exit_code == 0
    return (home / "config.toml").read_bytes()


@fuzzed(200)
@given(data=st.data())
def test_any_file_of_choices(place: Path, chosen: bytes, data: st.DataObject) -> None:
    home = place / "configured"
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_bytes(data.draw(spoilt([chosen, b"rate = 200\n"])))
    name = data.draw(st.sampled_from(sorted(preferences.PREFERENCES)))
    run(["config"], home)
    run(["reminders"], home)
    run(["config", name, data.draw(texts())], home)


@fuzzed(200)
@pytest.mark.usefixtures("understanding_loaded_once")
@given(st.lists(texts(80) | worded(), max_size=4).map("\n".join))
def test_any_sentences_are_understood_as_something(place: Path, lines: str) -> None:
    done = run(["understand"], place / "home", stdin=lines)
    assert done.exit_code in {0, 1}
