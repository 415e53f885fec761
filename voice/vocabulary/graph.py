"""The recognition graph: from the network's sounds to words, and the folder that Vosk reads.

Words are a tree of phones, so that words which begin alike share their beginning; each says
itself on the first arc from which no other word is possible, and from there on words that end
alike share their end. A phone is its first frame and any number of further ones; a blank may
follow, as the network was trained with CTC. `[unk]` is any string of two or more sounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from voice.vocabulary import phones
from voice.vocabulary.ahead import look_ahead
from voice.vocabulary.fst import ARC, Fst, assemble
from voice.vocabulary.language import Language
from voice.vocabulary.lexicon import UNKNOWN_WORD, Lexicon

_FEW = 2
"""Branches up to which each is drawn twice, from the phone and from the blank behind it; more
are drawn once, from a state between. Either is right; this keeps graphs small."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Costs within the graph, negative natural logarithms; part of how well a model hears."""

    unknown_word: float = 4.0
    """Of each `[unk]`."""
    unknown_sound: float = 1.5
    """Of each sound of `[unk]`."""
    blank: float = 0.2
    """Of each further frame of a blank within a word; without it Vosk's end-pointing may wait
    in a blank of the last word and not see that it is silent."""


def build_graph(
    folder: Path, lexicon: Lexicon, language: Language, settings: Settings | None = None
) -> None:
    """Writes the `graph` folder of a model, for Vosk to read.

    20,000 words take about 1 s on one core.

    Args:
        folder: the model's folder; `folder/graph` is made, or its files written over.
        lexicon: the words and how they sound; `[unk]` comes of itself.
        language: how likely words follow each other. Words of it that the lexicon lacks are
            left out; words of the lexicon that it lacks are as likely as its upper quarter.
        settings: costs; None: the embedded model's.
    """
    sounds, words = build_sounds(lexicon, settings or Settings())
    graph = folder / "graph"
    (graph / "phones").mkdir(parents=True, exist_ok=True)
    sounds.write(graph / "HCLr.fst")
    language.relabelled(words).write(graph / "Gr.fst")
    numbered = "".join(f"{word} {label}\n" for label, word in enumerate(words, 1))
    (graph / "words.txt").write_text(f"<eps> 0\n{numbered}", encoding="utf-8")
    (graph / "disambig_tid.int").write_text(f"{phones.TRANSITIONS + 1}\n")
    (graph / "phones/word_boundary.int").write_text(
        "".join(f"{phone} {place}\n" for phone, place in phones.word_boundary())
    )


def build_sounds(lexicon: Lexicon, settings: Settings) -> tuple[Fst, list[str]]:
    """The graph from sounds to words, with look-ahead.

    Returns:
        It, and its words in the order of their labels, the first of which is 1.
    """
    drawing = _Drawing(settings)
    drawing.words(_tree(lexicon))
    drawing.unknown()
    sounds = drawing.finished()
    return replace(sounds, ahead=look_ahead(sounds)), list(drawing.labels)


def spoken_words(sounds: Fst, words: Sequence[str]) -> set[tuple[str, tuple[str, ...]]]:
    """Every word of a graph with each of its pronunciations, told from the graph alone.

    Args:
        sounds: a graph of `build_sounds`, or a file's; `[unk]` is left out.
        words: its words in the order of their labels.
    """
    root = _root(sounds)
    found: set[tuple[str, tuple[str, ...]]] = set()
    paths: list[tuple[int, tuple[str, ...], int]] = [(root, (), 0)]
    seen = set(paths)
    while paths:
        state, said, label = paths.pop()
        for step, output, _, following in sounds.of(state).tolist():
            phone = phones.entered(step)
            if phone is None and (following == root or step not in {0, phones.BLANK_STEP}):
                continue
            path = (
                following,
                said if phone is None else (*said, phones.name(phone)),
                output or label,
            )
            if path not in seen:
                seen.add(path)
                paths.append(path)
        if label and _ends(sounds, state, root):
            found.add((words[label - 1], said))
    return found


def _root(sounds: Fst) -> int:
    """The state between words: the one to which the start leads without a sound."""
    arcs = sounds.of(sounds.start)
    return int(arcs["next"][arcs["input"] == 0][0])


def _ends(sounds: Fst, state: int, root: int) -> bool:
    arcs = sounds.of(state)
    return bool(((arcs["next"] == root) & (arcs["input"] == 0)).any())


@dataclass(slots=True)
class _Node:
    """A place in the tree of words."""

    branches: dict[int, _Node] = field(default_factory=dict)
    """By Kaldi phone."""
    words: dict[str, None] = field(default_factory=dict)
    """That pass through here."""

    @property
    def decided(self) -> str | None:
        """The word, where no other is possible any more."""
        return next(iter(self.words)) if len(self.words) == 1 else None


def _tree(lexicon: Lexicon) -> _Node:
    root = _Node()
    for word, pronunciation in lexicon:
        node = root
        for phone in phones.in_word(pronunciation):
            node = node.branches.setdefault(phone, _Node())
            node.words[word] = None
    return root


class _Drawing:
    """A graph that is being drawn, arc by arc."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._arcs: list[tuple[int, int, float, int]] = []
        self._sources: list[int] = []
        self._states = 0
        self._ends: dict[int, int] = {}
        self._shapes: dict[tuple[tuple[int, int], ...], int] = {(): 0}
        self._shared: dict[tuple[int, int] | None, int] = {}
        self.labels: dict[str, int] = {}
        """By word, in the order in which the tree says them: neighbours have neighbouring
        labels, which is what keeps `ahead.look_ahead` short."""
        start, self._root, self._silence = self._state(), self._state(), self._state()
        self._arc(start, self._root)
        self._arc(start, self._silence, phones.enter(phones.SILENCE))
        self._arc(self._silence, self._silence, phones.stay(phones.SILENCE))
        self._arc(self._silence, self._root)

    def words(self, tree: _Node) -> None:
        """Draws all words."""
        self._branches([self._root], tree, said=False)

    def unknown(self) -> None:
        """Draws `[unk]`: a first sound, any number of others, a last one; all one phone."""
        cost = self._settings.unknown_sound
        between, blank = self._state(), self._state()
        self._arc(blank, blank, phones.unknown_middle(0), cost=self._settings.blank)
        self._arc(blank, between)
        for output in range(1, phones.OUTPUTS):
            middle, sound = self._state(), phones.unknown_middle(output)
            self._arc(
                self._root,
                middle,
                phones.unknown_first(output),
                self._label(UNKNOWN_WORD),
                self._settings.unknown_word + cost,
            )
            self._arc(between, middle, sound, cost=cost)
            self._arc(middle, middle, sound)
            self._arc(middle, between)
            self._arc(middle, blank, phones.unknown_middle(0))
            first, further = phones.unknown_last(output)
            last = self._state()
            self._arc(between, last, first, cost=cost)
            self._arc(last, last, further)
            self._between_words(last)

    def finished(self) -> Fst:
        """What was drawn."""
        final = np.full(self._states, math.inf, np.float32)
        final[self._root] = 0.0
        arcs = np.array(self._arcs, ARC)
        return assemble(arcs, np.array(self._sources, np.int32), final, by="output")

    def _branches(self, origins: Iterable[int], node: _Node, *, said: bool) -> None:
        """Draws what follows a place in the tree, from each of the states that stand for it."""
        for phone, after in sorted(node.branches.items()):
            for word in self._says(after, said=said):
                label = self._label(word) if word else 0
                entry = self._entry(phone, after, said=said or bool(word))
                for origin in origins:
                    self._arc(origin, entry, phones.enter(phone), label)

    @staticmethod
    def _says(node: _Node, *, said: bool) -> list[str | None]:
        """What the arc into a place says: a word; or each of those that sound alike; or nothing."""
        if said:
            return [None]
        return [node.decided] if node.branches else [*sorted(node.words)]

    def _entry(self, phone: int, node: _Node, *, said: bool) -> int:
        """The state in which a phone has begun; shared by all that go on alike."""
        if not node.branches:
            return self._end(phone)
        shape = (phone, self._shape(node)) if said else None
        if shape in self._shared:
            return self._shared[shape]
        sound, blank = self._state(), self._state()
        self._arc(sound, sound, phones.stay(phone))
        self._arc(sound, blank, phones.BLANK_STEP)
        self._arc(blank, blank, phones.BLANK_STEP, cost=self._settings.blank)
        origins = [sound, blank]
        if len(node.branches) > _FEW:
            origins = [self._state()]
            self._arc(sound, origins[0])
            self._arc(blank, origins[0])
        if shape is not None:
            self._shared[shape] = sound
        self._branches(origins, node, said=said)
        return sound

    def _end(self, phone: int) -> int:
        if phone not in self._ends:
            self._ends[phone] = state = self._state()
            self._arc(state, state, phones.stay(phone))
            self._between_words(state)
        return self._ends[phone]

    def _between_words(self, state: int) -> None:
        self._arc(state, self._root)
        self._arc(state, self._silence, phones.enter(phones.SILENCE))

    def _shape(self, node: _Node) -> int:
        """A number that is the same for places which go on alike."""
        key = tuple((phone, self._shape(after)) for phone, after in sorted(node.branches.items()))
        return self._shapes.setdefault(key, len(self._shapes))

    def _label(self, word: str) -> int:
        return self.labels.setdefault(word, len(self.labels) + 1)

    def _state(self) -> int:
        self._states += 1
        return self._states - 1

    def _arc(
        self, source: int, target: int, step: int = 0, label: int = 0, cost: float = 0.0
    ) -> None:
        self._sources.append(source)
        self._arcs.append((step, label, cost, target))
