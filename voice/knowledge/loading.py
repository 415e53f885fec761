"""Reads a pack: every file, then whether they fit together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from voice.knowledge.article import QUESTION, SECTION, TITLE, Passage, read_article
from voice.knowledge.fields import YamlFile
from voice.knowledge.files import check_folder, read_text
from voice.knowledge.manifest import Manifest, read_manifest
from voice.knowledge.pack import Pack, Question, Routine, Section
from voice.knowledge.problems import WHOLE_FILE, Findings, PackError, Problem
from voice.knowledge.replies import read_replies
from voice.knowledge.routines import read_routine
from voice.knowledge.safety import read_safety

MANIFEST, ARTICLE, REPLIES, SAFETY = "pack.yaml", "article.md", "replies.yaml", "safety.yaml"
INTENTS, ROUTINES, UNDERSTANDING = "intents", "routines", "understanding"


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
    if (folder / UNDERSTANDING).exists():
        check_folder(folder, UNDERSTANDING, "*.*", findings)
    texts = {
        file: read_text(folder, file, findings) for file in (MANIFEST, ARTICLE, REPLIES, SAFETY)
    }
    pack = _assemble(folder, texts, findings)
    problems = findings.all()
    return (None if problems else pack), problems


def _assemble(folder: Path, texts: Mapping[str, str | None], findings: Findings) -> Pack | None:
    """Put the files together; where one could not be read, the others are still checked."""
    safety_text, article_text = texts[SAFETY], texts[ARTICLE]
    safety = (
        read_safety(YamlFile(safety_text, SAFETY, findings)) if safety_text is not None else None
    )
    passages = read_article(article_text, ARTICLE, findings) if article_text is not None else None
    manifest_text, replies_text = texts[MANIFEST], texts[REPLIES]
    if manifest_text is None:
        return None
    manifest = read_manifest(YamlFile(manifest_text, MANIFEST, findings))
    found = _fit(manifest, passages, findings) if passages is not None else {}
    routines = _routines(folder, manifest, findings)
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
        routines=MappingProxyType(routines),
        replies=replies.replies,
        safety=safety,
        wake_phrases=manifest.wake_phrases,
        voice=manifest.voice,
        intents_folder=folder / INTENTS,
    )


# routines/


def _routines(folder: Path, manifest: Manifest, findings: Findings) -> dict[str, Routine]:
    """The routines by id, after noting files that `pack.yaml` does not name."""
    for path in sorted((folder / ROUTINES).glob("*.yaml")):
        if path.stem not in manifest.routines:
            findings.add(
                f"{ROUTINES}/{path.name}", WHOLE_FILE, f"{MANIFEST} names no routine {path.stem}"
            )
    found: dict[str, Routine] = {}
    for name, spoken_name in manifest.routines.items():
        file = f"{ROUTINES}/{name}.yaml"
        text = read_text(folder, file, findings)
        if text is not None:
            found[name] = read_routine(YamlFile(text, file, findings), name, spoken_name)
    return found


# article.md against pack.yaml


def _fit(manifest: Manifest, passages: list[Passage], findings: Findings) -> Mapping[str, Passage]:
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


def _misplaced(manifest: Manifest, passage: Passage) -> str | None:
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


# replies.yaml


def _replies(file: YamlFile, manifest: Manifest) -> _Replies:
    entries = file.entries(file.root, "the file", required=frozenset({"replies", "names"}))
    wanted = frozenset(manifest.sections) | frozenset(manifest.questions)
    names = file.entries(entries.get("names"), "names", required=wanted)
    return _Replies(
        replies=read_replies(file, entries.get("replies")),
        names={name: file.phrase(names[name], name) for name in names},
    )
