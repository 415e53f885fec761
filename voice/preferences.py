"""What somebody has chosen for good: a commented TOML file.

Each choice is the default of an option of the command line; what is said there outranks it. The
file is made with everything that can be chosen, explained; a choice replaces its own line and
leaves the rest as it is, so that it can be edited by hand as well.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Value = str | int | bool

SLOWEST, FASTEST = 80, 450
"""Words per minute that the voice can speak."""


class PreferenceError(ValueError):
    """Something cannot be chosen, or the file cannot be read."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Preference:
    """One thing that can be chosen."""

    name: str
    """As in the file; the option of the same name has dashes."""
    about: str
    example: Value
    """What stands in the file as a comment until something is chosen."""
    is_right: Callable[[Value], bool]
    wanted: str
    """Says what is right."""


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_switch(value: Value) -> bool:
    return isinstance(value, bool)


def _within(lowest: int, highest: int) -> Callable[[Value], bool]:
    return lambda value: type(value) is int and lowest <= value <= highest


def is_country(value: Value) -> bool:
    """Whether it has the form of a country's code in ISO 3166-1: two letters."""
    return isinstance(value, str) and re.fullmatch("[A-Za-z]{2}", value) is not None


def _is_quiet_hours(value: Value) -> bool:
    # Reminders are loaded for this choice alone; the others are read at every start.
    from voice.reminders.daemon import QuietHours, QuietHoursError

    try:
        QuietHours.parse(str(value))
    except QuietHoursError:
        return False
    return isinstance(value, str)


_TEXT, _SWITCH = "a text", "true or false"

PREFERENCES = {
    preference.name: preference
    for preference in (
        Preference(
            "voice",
            "Which voice speaks: an id that `unknot voices` lists.",
            "gmw/en-us",
            _is_text,
            _TEXT,
        ),
        Preference(
            "rate",
            f"How fast it speaks: words per minute, {SLOWEST} to {FASTEST}.",
            165,
            _within(SLOWEST, FASTEST),
            f"a whole number from {SLOWEST} to {FASTEST}",
        ),
        Preference(
            "volume",
            "How loud it speaks, 0 to 100.",
            100,
            _within(0, 100),
            "a whole number from 0 to 100",
        ),
        Preference(
            "device",
            "Microphone and loudspeaker by name or number; MICROPHONE,LOUDSPEAKER for two.",
            "USB headset",
            _is_text,
            _TEXT,
        ),
        Preference(
            "wake",
            "Whether it waits for the wake phrase while nobody talks with it.",
            False,
            _is_switch,
            _SWITCH,
        ),
        Preference("barge_in", "Whether it listens while it speaks.", True, _is_switch, _SWITCH),
        Preference(
            "plain", "Lines instead of the live view in the terminal.", False, _is_switch, _SWITCH
        ),
        Preference(
            "quiet",
            "Hours in which reminders that recur are only shown.",
            "22:00-07:00",
            _is_quiet_hours,
            'two times, such as "22:00-07:00"',
        ),
        Preference(
            "country",
            "Where you are, two letters such as GB: whose emergency number is named.",
            "GB",
            is_country,
            "two letters",
        ),
        Preference("model", "A folder with a Vosk model.", "/path/to/model", _is_text, "a folder"),
        Preference("pack", "A content pack: its folder, or its name.", "my-pack", _is_text, _TEXT),
    )
}
"""Everything that can be chosen, by name, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a file says."""

    values: Mapping[str, Value]
    """What was chosen and can be used, by name."""
    problems: tuple[str, ...] = ()
    """What cannot be used, a sentence each."""


def read(file: Path) -> Chosen:
    """What was chosen; a file that is not there chooses nothing, one that is broken says so."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Chosen({})
    except OSError as error:
        return Chosen({}, (f"{file}: {error.strerror or error}.",))
    except (ValueError, RecursionError) as error:
        return Chosen({}, (f"{file} is not TOML: {error}.",))
    right = {name: value for name, value in entries.items() if not _wrong(name, value)}
    wrong = (f"{file}: {what}" for name, value in entries.items() if (what := _wrong(name, value)))
    return Chosen(right, tuple(wrong))


def choose(file: Path, name: str, value: Value | None) -> None:
    """Write a choice into the file, which is made if need be; None takes it back.

    Raises:
        PreferenceError: there is no such thing to choose, or not this value, or the file is broken.
        OSError: the file cannot be written.
    """
    what = _wrong(name, value) if value is not None else _unknown(name)
    if what:
        raise PreferenceError(what, "`unknot config` shows what can be chosen.")
    before = _content(file) if file.exists() else _blank()
    after = _with(before, name, value)
    if _value_in(after, name) != value:
        raise PreferenceError(
            f"{file} is not written as expected.", f"Mend {name} in it by hand, or remove the file."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(after, encoding="utf-8")
    partial.replace(file)


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PreferenceError(
            f"{file} is not UTF-8 text.", "Save it as such, or remove the file."
        ) from error


def parsed(text: str) -> Value:
    """What somebody wrote on the command line: a number, a switch, or a text."""
    switches = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if text.lower() in switches:
        return switches[text.lower()]
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else text


def in_toml(value: Value) -> str:
    """A value as the file holds it."""
    return str(value).lower() if isinstance(value, bool) else json.dumps(value, ensure_ascii=False)


def _unknown(name: str) -> str:
    known = ", ".join(PREFERENCES)
    return "" if name in PREFERENCES else f"{name!r} is none of {known}."


def _wrong(name: str, value: Value) -> str:
    """What is wrong with a choice, in a sentence; empty: nothing."""
    if unknown := _unknown(name):
        return unknown
    preference = PREFERENCES[name]
    return "" if preference.is_right(value) else f"{name} is {preference.wanted}, not {value!r}."


def _blank() -> str:
    head = (
        "# What you have chosen for good in unknot. An option on the command line outranks it.\n"
        "# `unknot config NAME VALUE` writes here, and so may you: take the # away from a line.\n"
    )
    entries = (f"\n# {one.about}\n{_line(one.name, None)}\n" for one in PREFERENCES.values())
    return head + "".join(entries)


def _line(name: str, value: Value | None) -> str:
    if value is None:
        return f"# {name} = {in_toml(PREFERENCES[name].example)}"
    return f"{name} = {in_toml(value)}"


def _with(content: str, name: str, value: Value | None) -> str:
    """The content with that line replaced; one that is not there comes last."""
    line = re.compile(rf"^\s*{name}\s*=.*$", re.MULTILINE)
    as_comment = re.compile(rf"^#\s*{name}\s*=.*$", re.MULTILINE)
    for place in (line, as_comment):
        if place.search(content):
            return place.sub(lambda _: _line(name, value), content, count=1)
    return f"{content.rstrip()}\n\n{_line(name, value)}\n"


def _value_in(content: str, name: str) -> object:
    try:
        return tomllib.loads(content).get(name)
    except (ValueError, RecursionError):
        return None
