"""What is chosen for good: `unknot config`, the file behind it, `unknot voices`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.cli.test_cli_contract import unknot
from voice.preferences import PREFERENCES, PreferenceError, choose, in_toml, parsed, read


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "config.toml"


@pytest.mark.parametrize("name", PREFERENCES)
def test_every_example_in_the_file_can_be_chosen_as_it_stands(file: Path, name: str) -> None:
    choose(file, name, PREFERENCES[name].example)
    assert read(file).values == {name: PREFERENCES[name].example}
    assert read(file).problems == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rate", 79),
        ("rate", 451),
        ("rate", True),
        ("volume", 101),
        ("wake", "perhaps"),
        ("quiet", "ten to seven"),
        ("voice", ""),
        ("voice", "a\nb"),
        ("colour", "blue"),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(file: Path, name: str, value: str | int) -> None:
    choose(file, "rate", 140)
    before = file.read_text()
    with pytest.raises(PreferenceError, match=name):
        choose(file, name, value)
    assert file.read_text() == before


def test_the_file_explains_itself_and_keeps_what_people_write_into_it(file: Path) -> None:
    choose(file, "rate", 140)
    for preference in PREFERENCES.values():
        assert f"# {preference.about}\n" in file.read_text()
    file.write_text(file.read_text().replace("rate = 140", "# slower in the evening\nrate = 130"))
    choose(file, "volume", 60)
    choose(file, "rate", 120)
    assert "# slower in the evening\nrate = 120\n" in file.read_text()
    choose(file, "rate", None)
    assert tomllib.loads(file.read_text()) == {"volume": 60}


def test_a_line_that_was_deleted_comes_back_at_the_end(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("volume = 60\n")
    choose(file, "device", 'a "strange" name \\ and ü')
    assert read(file).values == {"volume": 60, "device": 'a "strange" name \\ and ü'}


@pytest.mark.parametrize(
    ("content", "kept", "problem"),
    [
        ("rate = 'x\n", {}, "is not TOML"),
        ("rate = 9\nvolume = 60\n", {"volume": 60}, "rate is a whole number from 80 to 450"),
        ("rade = 140\n", {}, "'rade' is none of"),
        ("[rate]\nfast = 1\n", {}, "rate is a whole number"),
        ("\x00", {}, "is not TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_and_left_out(
    file: Path, content: str, kept: dict[str, int], problem: str
) -> None:
    file.parent.mkdir()
    file.write_text(content)
    chosen = read(file)
    assert chosen.values == kept
    assert problem in chosen.problems[0]


def test_a_file_that_is_broken_is_not_written_over(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('device = """\n')
    with pytest.raises(PreferenceError, match="not written as expected"):
        choose(file, "rate", 140)
    assert file.read_text() == 'device = """\n'


@pytest.mark.parametrize(
    ("text", "value"),
    [("140", 140), ("on", True), ("No", False), ("-1", "-1"), ("USB", "USB"), ("", "")],
)
def test_words_of_the_command_line(text: str, value: object) -> None:
    assert parsed(text) == value


def test_toml_and_back() -> None:
    for preference in PREFERENCES.values():
        line = f"it = {in_toml(preference.example)}"
        assert tomllib.loads(line) == {"it": preference.example}


def test_a_choice_is_the_default_of_an_option_which_outranks_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    question = ("ask", "how long does it take", "--out")
    assert unknot(home, "config", "rate", "400").returncode == 0
    for out, options in (("fast", ()), ("slow", ("--rate", "100"))):
        assert unknot(home, *question, tmp_path / out, *options).returncode == 0
    fast, slow = ((tmp_path / name).stat().st_size for name in ("fast", "slow"))
    assert fast < slow / 2


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (("config", "rate"), 1, "", "rate was not chosen."),
        (("config", "rate", "999"), 2, "", "rate is a whole number from 80 to 450, not 999."),
        (("config", "colour", "blue"), 2, "", "'colour' is none of voice, rate"),
        (("config", "--unset"), 2, "", "Say which choice"),
        (("config", "--json"), 0, "{}", ""),
        (("config", "barge-in", "off"), 0, "", ""),
        (("voices", "use", "nobody"), 3, "", "The voice 'nobody' does not exist."),
        (("voices", "play", "--out", "x.wav"), 2, "", "Give the ID of one voice"),
    ],
)
def test_config_and_voices_keep_the_contract(
    tmp_path: Path, arguments: tuple[str, ...], code: int, out: str, err: str
) -> None:
    done = unknot(tmp_path / "home", *arguments)
    assert done.returncode == code
    assert done.stdout.strip() == out
    assert err in done.stderr
    assert bool(done.stderr) == bool(err)


def test_a_voice_is_listed_tried_and_chosen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rows = [json.loads(line) for line in unknot(home, "voices", "--json").stdout.splitlines()]
    assert sum(row["used"] for row in rows) == 1
    other = next(row["id"] for row in rows if not row["used"])
    sample = tmp_path / "sample.wav"
    assert unknot(home, "voices", "play", other, "--out", sample).returncode == 0
    assert sample.stat().st_size > 50_000
    assert unknot(home, "voices", "use", other).returncode == 0
    shown = unknot(home, "voices").stdout
    assert [line.split()[1] for line in shown.splitlines() if line[0] == "*"] == [other]


@pytest.mark.slow
def test_the_clearest_voice_is_found_and_kept_or_the_usual_one_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rows = [json.loads(line) for line in unknot(home, "voices", "--json").stdout.splitlines()]
    usual, other = (next(row["id"] for row in rows if row["usual"] == is_so) for is_so in (1, 0))
    done = unknot(home, "voices", "clearest", other)
    shares = {line[2:].split()[0]: float(line[2:].split()[1]) for line in done.stdout.splitlines()}
    assert set(shares) == {usual, other}
    assert list(shares.values()) == sorted(shares.values())
    kept = unknot(home, "config", "voice").stdout.strip()
    assert (done.returncode, kept) in {(0, other), (1, "")}
    assert ("the usual one" in done.stderr) == (done.returncode == 1)


def test_a_voice_that_cannot_speak_leaves_no_silent_answer_behind(tmp_path: Path) -> None:
    out = tmp_path / "answer.wav"
    done = unknot(tmp_path, "ask", "how long does it take", "--voice", "nobody", "--out", out)
    assert done.returncode == 3
    assert "The voice 'nobody' does not exist." in done.stderr
    assert not out.exists()
