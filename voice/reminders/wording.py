"""The words of reminders: reads and checks `reminders.yaml` of a content pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from yaml.nodes import Node, ScalarNode

from voice.events import Request, Slot
from voice.knowledge import PackError, Problem
from voice.knowledge.ear import complaint_about_phrase, complaint_about_sentence
from voice.knowledge.fields import YamlFile
from voice.knowledge.files import read_text
from voice.knowledge.problems import Findings
from voice.reminders.recurrence import WEEKDAYS

FILE = "reminders.yaml"
OTHER = "other"
"""The kind of whatever the pack does not know."""

KINDS = ("heat", "heat_off", "cold", "cold_off", "stretching", "exercise", "massage", "break")
REPLIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        key: frozenset(fields.split())
        for key, fields in {
            "set": "do when lead",
            "set_far": "do when",
            "set_every": "do every when",
            "set_every_until": "do every when until",
            "already": "when",
            "ask_about": "",
            "ask_time": "do",
            "ask_clock": "do",
            "past": "when",
            "zero": "",
            "too_far": "",
            "too_often": "least",
            "until_first": "",
            "unclear_time": "",
            "too_many": "",
            "given_up": "",
            "list_none": "",
            "list_one": "",
            "list_several": "count",
            "list_next": "count",
            "list_item": "do when",
            "list_item_every": "do when every",
            "none_about": "do",
            "cancelled": "do when",
            "cancelled_every": "do every",
            "cancelled_all": "count",
            "which_cancel": "",
            "which_change": "",
            "changed": "do when lead",
            "changed_far": "do when",
            "changed_every": "do every when",
            "snoozed": "lead when",
            "nothing_rings": "",
            "done": "",
            "done_next": "when",
            "hushed": "",
            "again": "",
            "how_to_answer": "",
            "ring_more": "count",
            "missed_none": "",
            "missed_one": "do when",
            "missed_times": "do when times",
            "missed_more": "count",
            "take_off_now": "do",
            "snooze_missed": "",
            "rescued": "count",
            "rescued_one": "",
            "rescued_none": "",
        }.items()
    }
)
"""Every reply, with the fields that it must say."""

TIMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        key: frozenset(fields.split())
        for key, fields in {
            "oclock": "hour",
            "hour": "hour",
            "past": "minutes hour",
            "one_minute_past": "hour",
            "minutes_past": "minutes hour",
            "to": "minutes hour",
            "one_minute_to": "hour",
            "minutes_to": "minutes hour",
            "quarter_past": "hour",
            "half_past": "hour",
            "quarter_to": "hour",
            "noon": "",
            "midnight": "",
            "morning": "time",
            "afternoon": "time",
            "evening": "time",
            "night": "time",
            "at": "time",
            "today": "time",
            "tomorrow": "time",
            "yesterday": "time",
            "weekday": "day time",
            "date": "date month time",
            "date_year": "date month year time",
            "soon": "",
            "lead": "span",
            "one_minute": "",
            "minutes": "count",
            "half_hour": "",
            "one_hour": "",
            "hours": "count",
            "hour_and_half": "",
            "one_day": "",
            "days": "count",
            "and": "first second",
            "every": "span",
            "every_one_minute": "",
            "every_one_hour": "",
            "every_one_day": "",
            "daily": "time",
            "weekdays": "time",
            "weekends": "time",
            "weekly": "day time",
            "other_rule": "time",
        }.items()
    }
)
"""Every phrase about time, with the fields that it must say."""

_ABOUT = frozenset({"about"})
_MONTHS = 12
MOST_MINUTES_ON = 60
"""No pack may call it right that heat or cold stays on for longer."""
_ANY_WORD = "something"
"""Stands in for a field while the sentence around it is checked."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is offered when a reminder has been said."""

    ask: str
    yes: Request
    """What "yes" asks for."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may stay on at a time, and what is said where it shall be longer."""

    minutes: int
    say: str
    ask: str
    """Offers a timer of so many minutes besides."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reminder."""

    name: str
    do: str
    rings: tuple[str, ...]
    """What is said when it rings, sentence by sentence."""
    source: str = ""
    offer: Offer | None = None
    limit: Limit | None = None
    """Where it ends something that is on: how long that may be."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that is said about reminders in one language."""

    language: str
    kinds: Mapping[str, Kind]
    replies: Mapping[str, tuple[str, ...]]
    times: Mapping[str, str]
    days: tuple[str, ...]
    """Monday to Sunday."""
    months: tuple[str, ...]

    def kind(self, about: str) -> Kind:
        """What is said about a kind of reminder, or about whatever else it is."""
        known = self.kinds.get(about) if about != OTHER else None
        if known is not None:
            return known
        other = self.kinds[OTHER]
        return Kind(
            name=other.name.format(about=about),
            do=other.do.format(about=about),
            rings=tuple(_capitalised(line.format(about=about)) for line in other.rings),
        )

    def reply(self, key: str, **fields: str) -> tuple[str, ...]:
        """The sentences of a reply, its fields filled in."""
        return tuple(_capitalised(line.format(**fields)) for line in self.replies[key])

    def time(self, key: str, **fields: str) -> str:
        """A phrase about time, its fields filled in."""
        return self.times[key].format(**fields)


def load_wording(folder: Path) -> Wording:
    """Read the words of reminders from a content pack.

    Raises:
        PackError: Something is wrong with them; the error names every mistake.
    """
    wording, problems = _read(folder)
    if wording is None or problems:
        raise PackError(folder, problems)
    return wording


def check_wording(folder: Path) -> tuple[Problem, ...]:
    """Every mistake in the pack's `reminders.yaml`, in order of line; empty when it is sound."""
    return _read(folder)[1]


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _read(folder: Path) -> tuple[Wording | None, tuple[Problem, ...]]:
    findings = Findings()
    text = read_text(folder.resolve(), FILE, findings)
    if text is None:
        return None, findings.all()
    reader = _Reader(YamlFile(text, FILE, findings))
    wording = reader.wording()
    return wording, findings.all()


class _Reader:
    def __init__(self, file: YamlFile) -> None:
        self._file = file

    def wording(self) -> Wording:
        wanted = frozenset({"language", "kinds", "replies", "times", "days", "months"})
        entries = self._file.entries(self._file.root, "the file", required=wanted)
        return Wording(
            language=self._file.text(entries.get("language"), "language"),
            kinds=self._kinds(entries.get("kinds")),
            replies=self._replies(entries.get("replies")),
            times=self._times(entries.get("times")),
            days=self._names(entries.get("days"), "days", len(WEEKDAYS)),
            months=self._names(entries.get("months"), "months", _MONTHS),
        )

    def _kinds(self, node: Node | None) -> Mapping[str, Kind]:
        required = frozenset({*KINDS, OTHER})
        entries = self._file.entries(node, "kinds", required=required, optional=None)
        return {name: self._kind(name, value) for name, value in entries.items()}

    def _kind(self, name: str, node: Node) -> Kind:
        fields = _ABOUT if name == OTHER else frozenset[str]()
        required = frozenset({"name", "do", "rings"})
        if name != OTHER:
            required |= {"source"}
        entries = self._file.entries(node, name, required, frozenset({"offer", "limit"}))
        return Kind(
            name=self._phrase(entries.get("name"), "name", fields),
            do=self._phrase(entries.get("do"), "do", fields),
            rings=self._sentences(entries.get("rings"), "rings", fields),
            source=self._file.text(entries.get("source"), "source"),
            offer=self._offer(entries.get("offer")),
            limit=self._limit(entries.get("limit")),
        )

    def _limit(self, node: Node | None) -> Limit | None:
        if node is None:
            return None
        entries = self._file.entries(node, "a limit", required=frozenset({"minutes", "say", "ask"}))
        return Limit(
            minutes=int(self._file.number(entries.get("minutes"), "minutes", 1, MOST_MINUTES_ON)),
            say=self._file.sentence(entries.get("say"), "say"),
            ask=self._file.sentence(entries.get("ask"), "ask"),
        )

    def _offer(self, node: Node | None) -> Offer | None:
        if node is None:
            return None
        required = frozenset({"ask", "intent"})
        entries = self._file.entries(node, "an offer", required, frozenset({"slots"}))
        slots: dict[str, Slot] = {}
        if "slots" in entries:
            given = self._file.entries(entries["slots"], "slots", optional=None)
            slots = {name: _slot(value) for name, value in given.items()}
        ask = self._file.sentence(entries.get("ask"), "ask")
        intent = self._file.text(entries.get("intent"), "intent")
        return Offer(ask, Request(intent, MappingProxyType(slots), layer="direct"))

    def _replies(self, node: Node | None) -> Mapping[str, tuple[str, ...]]:
        entries = self._file.entries(node, "replies", required=frozenset(REPLIES))
        return {key: self._sentences(entries[key], key, REPLIES[key]) for key in entries}

    def _times(self, node: Node | None) -> Mapping[str, str]:
        entries = self._file.entries(node, "times", required=frozenset(TIMES))
        return {key: self._phrase(entries[key], key, TIMES[key]) for key in entries}

    def _names(self, node: Node | None, what: str, count: int) -> tuple[str, ...]:
        names = tuple(self._file.phrase(item, what) for item in self._file.items(node, what))
        if node is not None and len(names) != count:
            self._file.wrong(node, f"{what} must be {count} names")
        return names

    def _phrase(self, node: Node | None, what: str, fields: frozenset[str]) -> str:
        text = self._file.text(node, what)
        if text and node is not None:
            used, spoken = self._fields(node, text)
            complaint = complaint_about_phrase(spoken)
            if complaint is not None:
                self._file.wrong(node, complaint)
            self._compare(node, what, used, fields)
        return text

    def _sentences(self, node: Node | None, what: str, fields: frozenset[str]) -> tuple[str, ...]:
        sentences: list[str] = []
        used: set[str] = set()
        for item in self._file.items(node, what):
            text = self._file.text(item, f"a sentence of {what}")
            if text:
                found, spoken = self._fields(item, text)
                used |= found
                complaint = complaint_about_sentence(spoken)
                if complaint is not None:
                    self._file.wrong(item, complaint)
            sentences.append(text)
        if node is not None:
            self._compare(node, what, used, fields)
        return tuple(sentences)

    def _fields(self, node: Node, text: str) -> tuple[set[str], str]:
        """The fields that a text names, and the text with a word in the place of each."""
        try:
            parts = list(Formatter().parse(text))
        except ValueError:
            self._file.wrong(node, "the braces do not pair up")
            return set(), text
        used: set[str] = set()
        spoken: list[str] = []
        for literal, name, spec, conversion in parts:
            spoken.append(literal)
            if name is not None:
                spoken.append(_ANY_WORD)
                used.add(name)
                if not name.isidentifier() or spec or conversion:
                    self._file.wrong(node, "a field is a plain name in braces")
        return used, "".join(spoken)

    def _compare(self, node: Node, what: str, used: set[str], fields: frozenset[str]) -> None:
        for name in sorted(used - fields):
            self._file.wrong(node, f"{what} has no field {{{name}}}")
        for name in sorted(fields - used):
            self._file.wrong(node, f"{what} must say {{{name}}}")


def _slot(node: Node) -> Slot:
    """The value of a slot: a number where it is one."""
    text = str(node.value) if isinstance(node, ScalarNode) else ""
    return int(text) if text.isdecimal() else text
