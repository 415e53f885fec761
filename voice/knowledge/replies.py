"""Reads `replies.yaml`: what is said besides the article."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType

from yaml.nodes import Node

from voice.knowledge.ear import complaint_about_sentence
from voice.knowledge.fields import YamlFile

_PLAIN = (
    "accepted",
    "declined",
    "did_not_catch",
    "faster",
    "fastest",
    "first_already",
    "goodbye",
    "greeting",
    "greeting_short",
    "help",
    "help_playing",
    "last_already",
    "listening_hint",
    "louder",
    "loudest",
    "loudspeaker_back",
    "methods_intro",
    "methods_offer",
    "microphone_back",
    "microphone_lost",
    "no_match",
    "no_match_again",
    "not_for_us",
    "not_yet_reminders",
    "not_yet_stretch",
    "nothing_playing",
    "nothing_to_repeat",
    "offer_guided",
    "pain",
    "paused",
    "quieter",
    "quietest",
    "red_flag",
    "resumed",
    "slower",
    "slowest",
    "still_here",
    "stopped",
    "thanks",
    "time_left_none",
    "where_nowhere",
    "working",
)

REPLIES: Mapping[str, frozenset[str]] = MappingProxyType(
    dict.fromkeys(_PLAIN, frozenset[str]())
    | {
        "offer_next": frozenset({"section"}),
        "offer_read": frozenset({"section"}),
        "time_left_reading": frozenset({"sentences", "seconds"}),
        "where_am_i": frozenset({"title", "number", "count"}),
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
            used |= _check(yaml_file, item, sentence)
            sentences.append(sentence)
    for name in sorted(used - REPLIES[key]):
        yaml_file.wrong(node, f"{key} has no field {{{name}}}")
    for name in sorted(REPLIES[key] - used):
        yaml_file.wrong(node, f"{key} must say {{{name}}}")
    return tuple(sentences)


def _check(yaml_file: YamlFile, node: Node, sentence: str) -> set[str]:
    """Notes what is wrong with one sentence; returns the fields it names."""
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
    complaint = complaint_about_sentence("".join(spoken))
    if complaint is not None:
        yaml_file.wrong(node, complaint)
    return used
