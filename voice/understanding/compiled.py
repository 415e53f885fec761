"""Everything that is worked out from a pack's templates, kept between runs.

Working it out takes most of a second; reading the result back takes a few hundredths. The
sentences that templates allow are a matter of their own: only a recogniser asks for them.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from hassil import Intents

from voice.understanding.context import INNER
from voice.understanding.graph import Arc, Graph, Meaning, Tags, graph_of
from voice.understanding.pack import made_of_data, parse_templates, read_templates
from voice.understanding.sampling import sample_phrases

_Item = TypeVar("_Item")

_FORMAT = 3
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
    with _uncollected():
        kept = _compiled(_read(file))
    if kept is not None:
        return kept
    merged = read_templates(pack / "intents")
    with _uncollected(), made_of_data():
        result = Compiled(
            graph_of(_parsed(pack, _fingerprint(pack / "intents"))),
            graph_of(_topics(merged)),
            tuple(map(str, merged.get("skip_words", ()))),
        )
        _write(file, (_plain(result.graph), _plain(result.topics), result.fillers))
    return result


def _compiled(kept: Any) -> Compiled | None:
    """What was kept; None where it is not what this module writes."""
    try:
        graph, topics, fillers = kept
        return Compiled(_graph(graph), _graph(topics), tuple(map(str, fillers)))
    except (TypeError, ValueError, LookupError, AttributeError):
        return None


def sampled(pack: Path, cache: Path | None) -> Mapping[str, Sequence[str]]:
    """For each intent, sentences that its templates allow; arguments and errors of `compiled`."""
    file = _file("phrases", pack, cache)
    kept = _read(file)
    if isinstance(kept, dict):
        return {str(intent): tuple(map(str, lines)) for intent, lines in kept.items()}
    with _uncollected(), made_of_data():
        phrases = sample_phrases(_parsed(pack, _fingerprint(pack / "intents")), INNER)
    _parsed.cache_clear()
    _write(file, phrases)
    return phrases


@lru_cache(maxsize=1)
def _parsed(pack: Path, state: str) -> Intents:  # noqa: ARG001 - another state is another result
    """The templates, kept from one who asks to the other: on the first start both do."""
    return parse_templates(read_templates(pack / "intents"))


def _topics(merged: Mapping[str, Any]) -> Intents:
    """Make a sentence of every phrase that says what a reminder is about."""
    lists = merged.get("lists", {})
    data = [
        {"slots": slots, "sentences": [sentence]}
        for name, sentence, slots in (
            ("about", "{about}", {}),
            ("taken_off", "{taken_off:about}", {"take_off": True}),
        )
        if name in lists
    ]
    return parse_templates({**merged, "intents": {"about": {"data": data}}})


def _fingerprint(folder: Path) -> str:
    """Name the state of the templates and of this format."""
    sha = hashlib.sha256(f"{_FORMAT}".encode())
    for file in sorted(folder.glob("*.yaml")):
        sha.update(file.name.encode() + file.read_bytes())
    return sha.hexdigest()[:24]


def _plain(graph: Graph) -> tuple[Any, ...]:
    """A graph as lists of numbers, words and tags: read back in half the time of nested ones."""
    arcs, finals = graph.plain()
    words = _numbered(word for state in arcs for word in state)
    tags = _numbered(
        tags
        for ways in (*(ways for state in arcs for ways in state.values()), *finals)
        for _, tags in ways
    )
    return (
        list(words),
        list(tags),
        [list(_flat_arcs(state, words, tags)) for state in arcs],
        [[number for order, more in ends for number in (order, tags[more])] for ends in finals],
        [(one.intent, one.slots, one.template) for one in graph.meanings],
    )


def _numbered(items: Iterable[_Item]) -> dict[_Item, int]:
    return {item: number for number, item in enumerate(dict.fromkeys(items))}


def _flat_arcs(
    state: Mapping[str, Sequence[Arc]], words: Mapping[str, int], tags: Mapping[Tags, int]
) -> Iterator[int]:
    for word, ways in state.items():
        for target, more in ways:
            yield from (words[word], target, tags[more])


def _graph(plain: Sequence[Any]) -> Graph:
    words, tags, arcs, finals, meanings = plain
    set_on_the_way = [_tags(pairs) for pairs in tags]
    if any(not 0 <= target < len(arcs) for flat in arcs for target in flat[1::3]):
        raise ValueError("an arc leads nowhere")
    return Graph(
        [_arcs(flat, words, set_on_the_way) for flat in arcs],
        [_ends(flat, set_on_the_way) for flat in finals],
        [Meaning(intent, _tags(slots), template) for intent, slots, template in meanings],
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Holds the garbage collector back: it would take five times as long as the work itself."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _tags(pairs: Sequence[Any]) -> Tags:
    return tuple((name, value) for name, value in pairs)


def _arcs(flat: Sequence[int], words: Sequence[str], tags: Sequence[Tags]) -> dict[str, list[Arc]]:
    arcs: dict[str, list[Arc]] = {}
    numbers = iter(flat)
    for word, target, more in zip(numbers, numbers, numbers, strict=True):
        arcs.setdefault(words[word], []).append((target, tags[more]))
    return arcs


def _ends(flat: Sequence[int], tags: Sequence[Tags]) -> list[tuple[int, Tags]]:
    numbers = iter(flat)
    return [(order, tags[more]) for order, more in zip(numbers, numbers, strict=True)]


def _file(what: str, pack: Path, cache: Path | None) -> Path | None:
    """Where it is kept, if anywhere."""
    return cache / f"{what}-{_fingerprint(pack / 'intents')}.json" if cache else None


def _write(file: Path | None, result: Any) -> None:
    """Write beside and rename, so that another process never reads half a file."""
    if file is None:
        return
    content = json.dumps(result, separators=(",", ":")).encode()
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
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
