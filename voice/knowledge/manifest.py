"""Reads `pack.yaml`: what the pack is called and what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from yaml.nodes import Node

from voice.knowledge.fields import LIKE_AN_ID, YamlFile, is_id
from voice.knowledge.pack import VoiceDefaults

FORMAT = "1"
"""The version of the pack format that is read here."""

SLOWEST, FASTEST = 60, 400
"""Words a minute between which speech can be followed."""
LONGEST_PAUSE = 5
"""Seconds."""

_PACK_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WAKE_PHRASE = re.compile(r"[^\W\d_A-Z]+(?:'[^\W\d_A-Z]+)?(?: [^\W\d_A-Z]+(?:'[^\W\d_A-Z]+)?)+")
_KEYS = frozenset(
    {
        "format",
        "id",
        "name",
        "language",
        "article",
        "sections",
        "methods",
        "questions",
        "routines",
        "wake_phrases",
        "voice",
    }
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `pack.yaml` says; a mapping to nodes keeps the place of each id."""

    file: YamlFile
    id: str
    name: str
    language: str
    title: str
    source: str
    sections: Mapping[str, Node]
    methods: tuple[str, ...]
    questions: Mapping[str, Node]
    routines: Mapping[str, str]
    wake_phrases: tuple[str, ...]
    voice: VoiceDefaults


def read_manifest(file: YamlFile) -> Manifest:
    """What the file says; mistakes go to its findings."""
    entries = file.entries(file.root, "the pack", required=_KEYS)
    _check_format(file, entries.get("format"))
    article = file.entries(
        entries.get("article"), "article", required=frozenset({"title", "source"})
    )
    sections = _ids(file, entries.get("sections"), "sections")
    methods = _ids(file, entries.get("methods"), "methods")
    questions = _ids(file, entries.get("questions"), "questions", least=0)
    for method, node in methods.items():
        if method not in sections:
            file.wrong(node, f"the method {method} is not one of the sections")
    for question, node in questions.items():
        if question in sections:
            file.wrong(node, f"{question} is a section already")
    return Manifest(
        file=file,
        id=file.matching(entries.get("id"), "id", _PACK_ID, "small letters, digits and hyphens"),
        name=file.text(entries.get("name"), "name"),
        language=file.matching(entries.get("language"), "language", _LANGUAGE, "a code such as en"),
        title=file.text(article.get("title"), "title"),
        source=file.text(article.get("source"), "source"),
        sections=sections,
        methods=tuple(methods),
        questions=questions,
        routines=_routines(file, entries.get("routines")),
        wake_phrases=_wake_phrases(file, entries.get("wake_phrases")),
        voice=_voice(file, entries.get("voice")),
    )


def _check_format(file: YamlFile, node: Node | None) -> None:
    if node is not None and node.value != FORMAT:
        file.wrong(node, f"this version of unknot reads packs of format {FORMAT} only")


def _ids(file: YamlFile, node: Node | None, what: str, least: int = 1) -> Mapping[str, Node]:
    """The ids of a list, in order, each with its place."""
    found: dict[str, Node] = {}
    for item in file.items(node, what, least):
        name = file.id(item)
        if name in found:
            file.wrong(item, f"{name} is there twice")
        elif name:
            found[name] = item
    return found


def _routines(file: YamlFile, node: Node | None) -> Mapping[str, str]:
    entries = file.entries(node, "routines", optional=None)
    found: dict[str, str] = {}
    for name, spoken_name in entries.items():
        if is_id(name):
            found[name] = file.phrase(spoken_name, name)
        else:
            file.wrong(spoken_name, f"an id must be {LIKE_AN_ID}, and {name} is not")
    return MappingProxyType(found)


def _wake_phrases(file: YamlFile, node: Node | None) -> tuple[str, ...]:
    like = "two words or more, in small letters"
    return tuple(
        file.matching(item, "a wake phrase", _WAKE_PHRASE, like)
        for item in file.items(node, "wake_phrases")
    )


def _voice(file: YamlFile, node: Node | None) -> VoiceDefaults:
    required, optional = frozenset({"words_per_minute", "pause"}), frozenset({"says"})
    entries = file.entries(node, "voice", required, optional)
    says = file.entries(entries.get("says"), "says", optional=None)
    return VoiceDefaults(
        words_per_minute=file.number(
            entries.get("words_per_minute"), "words_per_minute", SLOWEST, FASTEST
        ),
        pause=file.number(entries.get("pause"), "pause", 0, LONGEST_PAUSE),
        says={word: file.text(written, f"how {word} is written") for word, written in says.items()},
    )
