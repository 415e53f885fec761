"""Reads a pack: every file, then whether they fit together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from yaml.nodes import Node

from voice.knowledge.article import QUESTION, SECTION, TITLE, Passage, read_article
from voice.knowledge.fields import YamlFile
from voice.knowledge.files import check_folder, read_text
from voice.knowledge.pack import (
    Advice,
    Pack,
    Question,
    Safety,
    Section,
    Sign,
    VoiceDefaults,
)
from voice.knowledge.problems import WHOLE_FILE, Findings, PackError, Problem
from voice.knowledge.replies import read_replies

FORMAT = "1"
"""The version of the pack format that is read here."""

MANIFEST, ARTICLE, REPLIES, SAFETY = "pack.yaml", "article.md", "replies.yaml", "safety.yaml"
INTENTS = "intents"

SLOWEST, FASTEST = 60, 400
"""Words a minute between which speech can be followed."""
LONGEST_PAUSE = 5
"""Seconds."""

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PACK_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WAKE_PHRASE = re.compile(r"[^\W\d_A-Z]+(?:'[^\W\d_A-Z]+)?(?: [^\W\d_A-Z]+(?:'[^\W\d_A-Z]+)?)+")
_MANIFEST_KEYS = frozenset(
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


def load_pack(folder: Path) -> Pack:
    """Read a content pack.

    Raises:
        PackError: Something is wrong with it; the error names every mistake.
    """
    pack, problems = _read(folder)
    if pack is None:
        raise PackError(folder, problems)
    return pack


def check_pack(folder: Path) -> tuple[Problem, ...]:
    """Every mistake in a pack, in order of file and line; empty when it can be used."""
    return _read(folder)[1]


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What `pack.yaml` says. The mappings and lists keep the place of each id."""

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


@dataclass(frozen=True, slots=True)
class _Replies:
    """What `replies.yaml` says."""

    replies: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]


def _read(given: Path) -> tuple[Pack | None, tuple[Problem, ...]]:
    """The pack, or None, and its mistakes."""
    if not given.is_dir():
        return None, (Problem(".", WHOLE_FILE, "there is no such folder"),)
    folder = given.resolve()
    findings = Findings()
    check_folder(folder, INTENTS, "*.yaml", findings)
    texts = {
        file: read_text(folder, file, findings) for file in (MANIFEST, ARTICLE, REPLIES, SAFETY)
    }
    pack = _assemble(folder, texts, findings)
    problems = findings.all()
    return (None if problems else pack), problems


def _assemble(folder: Path, texts: Mapping[str, str | None], findings: Findings) -> Pack | None:
    """Put the files together; where one could not be read, the others are still checked."""
    safety_text, article_text = texts[SAFETY], texts[ARTICLE]
    safety = _safety(YamlFile(safety_text, SAFETY, findings)) if safety_text is not None else None
    passages = read_article(article_text, ARTICLE, findings) if article_text is not None else None
    manifest_text, replies_text = texts[MANIFEST], texts[REPLIES]
    if manifest_text is None:
        return None
    manifest = _manifest(YamlFile(manifest_text, MANIFEST, findings))
    found = _fit(manifest, passages, findings) if passages is not None else {}
    if replies_text is None:
        return None
    replies = _replies(YamlFile(replies_text, REPLIES, findings), manifest)
    if safety is None or findings.all():
        return None
    return Pack(
        folder=folder,
        id=manifest.id,
        name=manifest.name,
        title=manifest.title,
        source=manifest.source,
        language=manifest.language,
        sections=MappingProxyType(
            {
                i: Section(i, found[i].heading, replies.names[i], tuple(found[i].sentences))
                for i in manifest.sections
            }
        ),
        methods=manifest.methods,
        questions=MappingProxyType(
            {
                i: Question(i, found[i].heading, replies.names[i], tuple(found[i].sentences))
                for i in manifest.questions
            }
        ),
        routines=manifest.routines,
        replies=replies.replies,
        safety=safety,
        wake_phrases=manifest.wake_phrases,
        voice=manifest.voice,
        intents_folder=folder / INTENTS,
    )


# pack.yaml


def _manifest(file: YamlFile) -> _Manifest:
    entries = file.entries(file.root, "the pack", required=_MANIFEST_KEYS)
    _check_format(file, entries.get("format"))
    article = file.entries(
        entries.get("article"), "article", required=frozenset({"title", "source"})
    )
    sections = _ids(file, entries.get("sections"), "sections")
    methods = _ids(file, entries.get("methods"), "methods")
    questions = _ids(file, entries.get("questions"), "questions")
    for method, node in methods.items():
        if method not in sections:
            file.wrong(node, f"the method {method} is not one of the sections")
    for question, node in questions.items():
        if question in sections:
            file.wrong(node, f"{question} is a section already")
    return _Manifest(
        file=file,
        id=_matching(file, entries.get("id"), "id", _PACK_ID, "small letters, digits and hyphens"),
        name=file.text(entries.get("name"), "name"),
        language=_matching(
            file, entries.get("language"), "language", _LANGUAGE, "a code such as en"
        ),
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


def _matching(
    file: YamlFile, node: Node | None, what: str, pattern: re.Pattern[str], like: str
) -> str:
    text = file.text(node, what)
    if text and not pattern.fullmatch(text):
        file.wrong(node, f"{what} must be {like}")
    return text


def _id(file: YamlFile, node: Node | None) -> str:
    return _matching(file, node, "an id", _ID, "small letters, digits and underscores")


def _ids(file: YamlFile, node: Node | None, what: str) -> Mapping[str, Node]:
    """The ids of a list, in order, each with its place."""
    found: dict[str, Node] = {}
    for item in file.items(node, what):
        name = _id(file, item)
        if name in found:
            file.wrong(item, f"{name} is there twice")
        elif name:
            found[name] = item
    return found


def _routines(file: YamlFile, node: Node | None) -> Mapping[str, str]:
    entries = file.entries(node, "routines", optional=None)
    return MappingProxyType({name: file.phrase(entries[name], name) for name in entries})


def _wake_phrases(file: YamlFile, node: Node | None) -> tuple[str, ...]:
    like = "two words or more, in small letters"
    return tuple(
        _matching(file, item, "a wake phrase", _WAKE_PHRASE, like)
        for item in file.items(node, "wake_phrases")
    )


def _voice(file: YamlFile, node: Node | None) -> VoiceDefaults:
    entries = file.entries(node, "voice", required=frozenset({"words_per_minute", "pause"}))
    return VoiceDefaults(
        words_per_minute=file.number(
            entries.get("words_per_minute"), "words_per_minute", SLOWEST, FASTEST
        ),
        pause=file.number(entries.get("pause"), "pause", 0, LONGEST_PAUSE),
    )


# article.md against pack.yaml


def _fit(manifest: _Manifest, passages: list[Passage], findings: Findings) -> Mapping[str, Passage]:
    """The passages by id, after noting what is unknown, missing, twice or empty."""
    found: dict[str, Passage] = {}
    for passage in passages:
        complaint = _misplaced(manifest, passage)
        if complaint is None and passage.id in found:
            complaint = f"{passage.id} is there twice, first on line {found[passage.id].line}"
        if complaint is not None:
            findings.add(ARTICLE, passage.line, complaint)
        elif passage.id:
            found[passage.id] = passage
    for name, passage in found.items():
        if not passage.sentences:
            findings.add(ARTICLE, passage.line, f"{name} has no sentence")
    for name, node in {**manifest.sections, **manifest.questions}.items():
        if name not in found:
            manifest.file.wrong(node, f"{name} has no heading in {ARTICLE}")
    return found


def _misplaced(manifest: _Manifest, passage: Passage) -> str | None:
    if passage.level == TITLE:
        same = passage.heading == manifest.title
        return None if same else f"the title differs from the one in {MANIFEST}"
    if not passage.id:
        return None
    known = {SECTION: manifest.sections, QUESTION: manifest.questions}.get(passage.level, {})
    if passage.id in known:
        return None
    kind = "section" if passage.level == SECTION else "question"
    return f"{MANIFEST} names no {kind} {passage.id}"


# replies.yaml and safety.yaml


def _replies(file: YamlFile, manifest: _Manifest) -> _Replies:
    entries = file.entries(file.root, "the file", required=frozenset({"replies", "names"}))
    wanted = frozenset(manifest.sections) | frozenset(manifest.questions)
    names = file.entries(entries.get("names"), "names", required=wanted)
    return _Replies(
        replies=read_replies(file, entries.get("replies")),
        names={name: file.phrase(names[name], name) for name in names},
    )


def _safety(file: YamlFile) -> Safety:
    entries = file.entries(file.root, "the file", required=frozenset({"red_flags", "stop_at_once"}))
    rule = file.entries(
        entries.get("stop_at_once"), "stop_at_once", required=frozenset({"rule", "source"})
    )
    return Safety(
        red_flags=_signs(file, entries.get("red_flags")),
        stop_at_once=Advice(
            file.sentence(rule.get("rule"), "rule"), file.text(rule.get("source"), "source")
        ),
    )


def _signs(file: YamlFile, node: Node | None) -> tuple[Sign, ...]:
    signs: dict[str, Sign] = {}
    for item in file.items(node, "red_flags"):
        entries = file.entries(item, "a red flag", required=frozenset({"id", "sign", "source"}))
        name = _id(file, entries.get("id"))
        if name in signs:
            file.wrong(item, f"{name} is there twice")
        signs[name] = Sign(
            name,
            file.phrase(entries.get("sign"), "sign"),
            file.text(entries.get("source"), "source"),
        )
    return tuple(signs.values())
