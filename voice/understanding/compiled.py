"""Everything that is worked out from a pack's templates, kept between runs.

Working it out takes most of a second; reading the result back takes a few hundredths. The
sentences that templates allow are a matter of their own: only a recogniser asks for them.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hassil import Intents

from voice.understanding.context import INNER
from voice.understanding.graph import Graph, Meaning, graph_of
from voice.understanding.pack import parse_templates, read_templates
from voice.understanding.sampling import sample_phrases

_FORMAT = 2
"""Raised when what is kept changes."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the templates of a pack come to."""

    graph: Graph
    topics: Graph
    """The phrases of the list `about`, each a sentence of its own."""
    fillers: Sequence[str]
    """Words that may be left out."""


def compiled(pack: Path, cache: Path | None) -> Compiled:
    """Work a pack's templates out, or take them from the cache.

    Args:
        pack: The folder of the content pack.
        cache: A folder to keep the result in; None: nothing is kept.

    Raises:
        TemplateError: The templates cannot be used.
    """
    file = _file("templates", pack, cache)
    kept = _read(file)
    if kept is not None:
        graph, topics, fillers = kept
        return Compiled(_graph(graph), _graph(topics), fillers)
    merged = read_templates(pack / "intents")
    result = Compiled(
        graph_of(parse_templates(merged)),
        graph_of(_topics(merged)),
        tuple(merged.get("skip_words", ())),
    )
    _write(file, (_plain(result.graph), _plain(result.topics), result.fillers))
    return result


def sampled(pack: Path, cache: Path | None) -> Mapping[str, Sequence[str]]:
    """For each intent, sentences that its templates allow; arguments and errors of `compiled`."""
    file = _file("phrases", pack, cache)
    phrases: Mapping[str, Sequence[str]] | None = _read(file)
    if phrases is None:
        phrases = sample_phrases(parse_templates(read_templates(pack / "intents")), INNER)
        _write(file, phrases)
    return phrases


def _topics(merged: Mapping[str, Any]) -> Intents:
    """Make a sentence of every phrase that says what a reminder is about."""
    sentences = ["{about}"] if "about" in merged.get("lists", {}) else []
    return parse_templates({**merged, "intents": {"about": {"data": [{"sentences": sentences}]}}})


def _fingerprint(folder: Path) -> str:
    """Name the state of the templates, of this format and of this Python."""
    sha = hashlib.sha256(f"{_FORMAT} {sys.version}".encode())
    for file in sorted(folder.glob("*.yaml")):
        sha.update(file.name.encode() + file.read_bytes())
    return sha.hexdigest()[:24]


def _plain(graph: Graph) -> tuple[Any, ...]:
    meanings = [(one.intent, one.slots, one.template) for one in graph.meanings]
    return (*graph.plain(), meanings)


def _graph(plain: Sequence[Any]) -> Graph:
    arcs, finals, meanings = plain
    return Graph(arcs, finals, [Meaning(*meaning) for meaning in meanings])


def _file(what: str, pack: Path, cache: Path | None) -> Path | None:
    """Where it is kept, if anywhere."""
    return cache / f"{what}-{_fingerprint(pack / 'intents')}.bin" if cache else None


def _write(file: Path | None, result: Any) -> None:
    """Write beside and rename, so that another process never reads half a file."""
    if file is None:
        return
    content = marshal.dumps(result)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as half:
            half.write(hashlib.sha256(content).digest() + content)
        os.replace(half.name, file)  # noqa: PTH105 - the name is all that NamedTemporaryFile gives
    except OSError:
        return


def _read(file: Path | None) -> Any:
    """Read what `_write` wrote; None where there is nothing, or nothing whole."""
    try:
        kept = file.read_bytes() if file else b""
    except OSError:
        return None
    digest, content = kept[:32], kept[32:]
    if hashlib.sha256(content).digest() != digest:
        return None
    return marshal.loads(content)  # noqa: S302 - our own file, hash checked
