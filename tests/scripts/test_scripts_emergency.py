"""Whom to call is said in the terms of the country that was chosen, or in none that is guessed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.test_cli_contract import unknot
from voice.knowledge import load_pack
from voice.preferences import PREFERENCES, PreferenceError, choose, read
from voice.scripts.emergency import NUMBERS, in_country
from voice.scripts.safety import red_flag
from voice.scripts.script import Say

PACK = load_pack(Path(__file__).parents[2] / "prompts" / "knot-in-your-back")
UNKNOWN = "your local emergency number"
DIGIT = "zero|one|two|three|four|five|six|seven|eight|nine"


def said(country: str | None) -> list[str]:
    """What an emergency makes it say there."""
    steps = red_flag(in_country(PACK, country)).steps
    return [step.text for step in steps if isinstance(step, Say)]


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("US", "nine one one"),
        ("us", "nine one one"),
        ("CA", "nine one one"),
        ("GB", "nine nine nine"),
        ("IE", "one one two"),
        ("DE", "one one two"),
        ("NO", "one one two"),
        ("CH", "one four four"),
        ("AU", "zero zero zero"),
        ("NZ", "one one one"),
        ("IN", "one one two"),
        ("JP", "one one nine"),
        ("SG", "nine nine five"),
        ("BR", "one nine two"),
        # Nobody guesses.
        (None, UNKNOWN),
        ("", UNKNOWN),
        ("ZZ", UNKNOWN),
        ("KP", UNKNOWN),
        ("ZA", UNKNOWN),
    ],
)
def test_the_number_is_that_of_the_country_and_is_said_twice(
    country: str | None, number: str
) -> None:
    call = f"Call {number}, or go to the emergency department."
    assert said(country).count(call) == 2


@pytest.mark.parametrize("country", NUMBERS)
def test_each_number_is_short_has_its_source_and_is_said_digit_by_digit(country: str) -> None:
    number = NUMBERS[country]
    assert re.fullmatch("[A-Z]{2}", country)
    assert re.fullmatch("[0-9]{3}", number.digits)
    assert number.source
    assert re.search(rf"\bCall ({DIGIT}) ({DIGIT}) ({DIGIT}), ", " ".join(said(country)))


def test_the_country_is_chosen_for_good_or_for_once(tmp_path: Path) -> None:
    question = ("ask", "--json", "i can't feel my legs")
    for arguments, number in (
        (question, UNKNOWN),
        (("config", "country", "GB"), None),
        (question, "nine nine nine"),
        ((*question, "--country", "us"), "nine one one"),
        (("config", "--unset", "country"), None),
        (question, UNKNOWN),
    ):
        done = unknot(tmp_path / "home", *arguments)
        assert done.returncode == 0, done.stderr
        assert number is None or f"Call {number}, " in json.loads(done.stdout)["said"]


@pytest.mark.parametrize("country", ["G", "GBR", "44", "", "G B", "é1"])
def test_what_is_no_country_is_refused(tmp_path: Path, country: str) -> None:
    with pytest.raises(PreferenceError, match="two letters"):
        choose(tmp_path / "config.toml", "country", country)
    done = unknot(tmp_path / "home", "ask", "help", "--country", country)
    assert done.returncode == 2
    assert "two letters" in done.stderr


def test_the_choice_is_explained_where_all_choices_are(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    choose(file, "country", "NO")
    assert read(file).values == {"country": "NO"}
    assert "emergency number" in PREFERENCES["country"].about
