"""Reads `replies.yaml`: what is said besides the article."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from types import MappingProxyType

from yaml.nodes import Node

from voice.knowledge.ear import complaint_about_sentence
from voice.knowledge.fields import YamlFile

_PLAIN = (
    "accepted",
    "ask_cure",
    "ask_diagnosis",
    "ask_medicine",
    "danger_ask",
    "danger_ask_again",
    "danger_perhaps",
    "declined",
    "did_not_catch",
    "faster",
    "fastest",
    "first_already",
    "gently",
    "goodbye",
    "greeting",
    "greeting_short",
    "halfway",
    "help",
    "help_playing",
    "help_stretching",
    "history_broken",
    "history_none",
    "history_off",
    "hold_begins",
    "interrupted",
    "kept",
    "last_already",
    "listening_hint",
    "longest_hold",
    "louder",
    "loudest",
    "loudspeaker_back",
    "methods_intro",
    "methods_offer",
    "microphone_back",
    "microphone_lost",
    "no_match",
    "no_match_again",
    "no_stretch_now",
    "not_for_us",
    "not_stretching",
    "nothing_playing",
    "nothing_to_repeat",
    "offer_guided",
    "offer_reminder",
    "once_more",
    "one_more_side",
    "pain",
    "pain_again",
    "pain_ended",
    "pain_in_stretch",
    "pain_offer",
    "paused",
    "quieter",
    "quietest",
    "ready_again",
    "ready_lapsed",
    "ready_not_yet",
    "ready_say",
    "reminders_broken",
    "resumed",
    "shortest_hold",
    "slower",
    "slowest",
    "still_here",
    "stopped",
    "stretch_done",
    "thanks",
    "time_left_none",
    "where_nowhere",
    "working",
)

REPLIES: Mapping[str, frozenset[str]] = MappingProxyType(
    dict.fromkeys(_PLAIN, frozenset[str]())
    | {
        "danger_lapsed": frozenset({"number"}),
        "history_streak": frozenset({"days"}),
        "history_week": frozenset({"times"}),
        "hold_changed": frozenset({"seconds"}),
        "hold_resumes": frozenset({"label", "number", "count"}),
        "offer_next": frozenset({"section"}),
        "offer_read": frozenset({"section"}),
        "offer_back": frozenset({"label"}),
        "offer_resume": frozenset({"label"}),
        "red_flag": frozenset({"number"}),
        "stretch_minutes": frozenset({"minutes"}),
        "stretch_streak": frozenset({"days"}),
        "time_left_hold": frozenset({"seconds", "rest"}),
        "time_left_stretch": frozenset({"rest"}),
        "time_left_reading": frozenset({"sentences", "seconds"}),
        "where_am_i": frozenset({"title", "number", "count"}),
        "where_in_stretch": frozenset({"label", "number", "count"}),
    }
)
"""Every reply a pack must have, with the fields that are filled in when it is said."""

_ANY_WORD = "something"
"""Stands in for a field while the sentence around it is checked."""


def read_replies(yaml_file: YamlFile, node: Node | None) -> Mapping[str, tuple[str, ...]]:
    """The replies by key; mistakes go to the file's findings."""
    entries = yaml_file.entries(node, "replies", required=frozenset(REPLIES))
    return MappingProxyType({key: _read_one(yaml_file, key, entries[key]) for key in entries})


def _read_one(yaml_file: YamlFile, key: str, node: Node) -> tuple[str, ...]:
    sentences: list[str] = []
    used: set[str] = set()
    for item in yaml_file.items(node, key):
        sentence = yaml_file.text(item, f"a sentence of {key}")
        if sentence:
            used |= check_template(yaml_file, item, sentence)
            sentences.append(sentence)
    for name in sorted(used - REPLIES[key]):
        yaml_file.wrong(node, f"{key} has no field {{{name}}}")
    for name in sorted(REPLIES[key] - used):
        yaml_file.wrong(node, f"{key} must say {{{name}}}")
    return tuple(sentences)


def check_template(
    yaml_file: YamlFile,
    node: Node,
    sentence: str,
    complaint_about: Callable[[str], str | None] = complaint_about_sentence,
) -> set[str]:
    """Notes what is wrong with words that have fields; returns the fields they name."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        yaml_file.wrong(node, "the braces do not pair up")
        return set()
    spoken: list[str] = []
    used: set[str] = set()
    for literal, name, spec, conversion in parts:
        spoken.append(literal)
        if name is None:
            continue
        spoken.append(_ANY_WORD)
        used.add(name)
        if not name.isidentifier() or spec or conversion:
            yaml_file.wrong(node, "a field is a plain name in braces")
    complaint = complaint_about("".join(spoken))
    if complaint is not None:
        yaml_file.wrong(node, complaint)
    return used
