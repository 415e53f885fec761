"""How likely words follow each other: a back-off model of words, two or three, as an acceptor.

Each state is what was said last; an arc from it is a word with its cost there; the one arc
without a word goes back to a state that remembers less, at a cost. Absolute discounting,
interpolated: Ney, Essen and Kneser, 1994.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from voice.vocabulary.errors import VocabularyError
from voice.vocabulary.fst import ARC, Fst, assemble, read_fst
from voice.vocabulary.lexicon import UNKNOWN_WORD

_BEGIN, _END = "<s>", "</s>"
_NEW = 0.75
"""Share of the known words that are rarer than one that was not counted."""

_Gram = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """How likely words follow each other."""

    words: tuple[str, ...]
    """Word n has label n + 1; `[unk]` among them."""
    acceptor: Fst

    @staticmethod
    def read(folder: Path) -> Language:
        """That of a model's folder.

        Raises:
            VocabularyError: `graph/Gr.fst` or `graph/words.txt` is missing or damaged.
        """
        path = folder / "graph/words.txt"
        try:
            rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
            words = {int(label): word for word, label in rows}
        except (OSError, ValueError) as error:
            raise VocabularyError(
                f"The list of words {path} cannot be read.", "Run `unknot models verify`."
            ) from error
        acceptor = read_fst(folder / "graph/Gr.fst")
        if sorted(words) != list(range(len(words))) or acceptor.arcs["input"].max() >= len(words):
            raise VocabularyError(
                f"{path} does not belong to the graph beside it.", "Run `unknot models verify`."
            )
        return Language(tuple(words[label] for label in range(1, len(words))), acceptor)

    def relabelled(self, words: Sequence[str]) -> Fst:
        """The acceptor for a list of words, of which the first has label 1.

        Words that it did not count are as likely as its upper quarter, said alone; words that
        are not in the list are left out.
        """
        label = {word: number for number, word in enumerate(words, 1)}
        mapped = np.array([0, *(label.get(word, -1) for word in self.words)], np.int32)
        arcs = self.acceptor.arcs.copy()
        arcs["input"] = arcs["output"] = mapped[arcs["input"]]
        sources = np.repeat(
            np.arange(self.acceptor.states, dtype=np.int32), np.diff(self.acceptor.offsets)
        )
        kept = arcs["input"] >= 0
        fresh = self._new_arcs(sorted(set(label) - set(self.words), key=label.__getitem__), label)
        return assemble(
            np.concatenate([arcs[kept], fresh]),
            np.concatenate([sources[kept], np.full(len(fresh), self._alone, np.int32)]),
            self.acceptor.final,
            by="input",
            start=self.acceptor.start,
        )

    @property
    def _alone(self) -> int:
        """The state that remembers nothing: the only one that cannot go back."""
        goes_back = self.acceptor.arcs["input"] == 0
        counted = np.concatenate([[0], np.cumsum(goes_back)])[self.acceptor.offsets]
        (alone,) = np.flatnonzero(np.diff(counted) == 0)
        return int(alone)

    def _new_arcs(self, words: Sequence[str], label: Mapping[str, int]) -> np.ndarray:
        known = self.acceptor.of(self._alone)["cost"]
        cost = float(np.quantile(known, 1 - _NEW)) if len(known) else 0.0
        return np.array([(label[word], label[word], cost, self._alone) for word in words], ARC)


@dataclass(frozen=True, slots=True)
class Counting:
    """How sentences become a model."""

    order: int = 2
    """2 or 3: how many words are looked at together."""
    at_least: tuple[float, ...] = (2.0, 3.0)
    """How often two, three words must have followed each other to be kept."""
    discount: float = 0.6
    """What is taken from each count for what was never counted, 0 to 1."""
    prior: float = 0.5
    """Added to how often each word of the vocabulary was counted."""
    common: Mapping[str, float] = field(default_factory=dict)
    """How often words are said in general, which is added when nothing is remembered."""
    unknown: float = 1e-9
    """Probability of `[unk]` when nothing is remembered."""


def estimate(
    sentences: Iterable[tuple[str, float]],
    vocabulary: Iterable[str],
    counting: Counting | None = None,
) -> Language:
    """Counts sentences.

    Args:
        sentences: each with how often it counts; words are lower-cased, punctuation is dropped.
        vocabulary: the words that are possible; what goes across others is not counted.
        counting: None: pairs of words.
    """
    counting = counting or Counting()
    words = tuple(dict.fromkeys([*vocabulary, UNKNOWN_WORD]))
    counts = _counts(sentences, frozenset(words), counting.order)
    return Language(words, _Model(counts, words, counting).acceptor())


def _counts(
    sentences: Iterable[tuple[str, float]], vocabulary: frozenset[str], order: int
) -> list[dict[_Gram, float]]:
    """By length, 1 first."""
    counts: list[dict[_Gram, float]] = [defaultdict(float) for _ in range(order)]
    for text, times in sentences:
        said = re.findall(
            r"[\w'.-]*\w'?", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        )
        if not said:
            continue
        row = [_BEGIN, *(word if word in vocabulary else "" for word in said), _END]
        for last in range(1, len(row)):
            for length in range(1, min(order, last + 1) + 1):
                gram = tuple(row[last + 1 - length : last + 1])
                if "" in gram:
                    break
                counts[length - 1][gram] += times
    return counts


class _Model:
    """The counts, as states and costs."""

    def __init__(
        self, counts: Sequence[Mapping[_Gram, float]], words: Sequence[str], counting: Counting
    ) -> None:
        self._label = {word: number for number, word in enumerate(words, 1)}
        self._counting = counting
        self._alone = self._unigram(counts[0], words)
        self._seen: dict[_Gram, dict[str, float]] = defaultdict(dict)
        """By what was said last: the discounted probability of each word that was kept."""
        self._left: dict[_Gram, float] = {}
        """By what was said last: what is left for all other words."""
        for number, at_least in zip(counts[1:], counting.at_least, strict=False):
            self._take(number, at_least)

    def _unigram(self, counts: Mapping[_Gram, float], words: Sequence[str]) -> dict[str, float]:
        prior, common = self._counting.prior, self._counting.common
        known = {word: counts.get((word,), 0.0) + prior + common.get(word, 0.0) for word in words}
        known.pop(UNKNOWN_WORD, None)
        known[_END] = counts.get((_END,), 0.0) + 1.0
        total = sum(known.values())
        return {word: count / total for word, count in known.items()} | {
            UNKNOWN_WORD: self._counting.unknown
        }

    def _take(self, counts: Mapping[_Gram, float], at_least: float) -> None:
        totals: dict[_Gram, float] = defaultdict(float)
        for gram, count in counts.items():
            totals[gram[:-1]] += count
        for gram, count in counts.items():
            if count >= at_least:
                kept = max(count - self._counting.discount, 0.0) / totals[gram[:-1]]
                self._seen[gram[:-1]][gram[-1]] = kept
        for history in {gram[:-1] for gram in counts} & self._seen.keys():
            self._left[history] = 1.0 - sum(self._seen[history].values())

    def _probability(self, history: _Gram, word: str) -> float:
        if not history:
            return self._alone[word]
        shorter = self._probability(history[1:], word)
        if history not in self._left:
            return shorter
        return self._seen[history].get(word, 0.0) + self._left[history] * shorter

    def acceptor(self) -> Fst:
        """The states, of which the first is the beginning of a sentence and the last `()`."""
        histories = [(_BEGIN,), *sorted(self._seen.keys() - {(_BEGIN,)}), ()]
        state = {history: number for number, history in enumerate(histories)}
        final = np.full(len(histories), math.inf, np.float32)
        arcs: list[tuple[int, int, float, int]] = []
        sources: list[int] = []
        for history in histories:
            following = self._seen.get(history, {}) if history else self._alone
            for word in following:
                cost = -math.log(self._probability(history, word))
                if word == _END:
                    final[state[history]] = cost
                else:
                    label = self._label[word]
                    arcs.append((label, label, cost, state[_longest((*history, word), state)]))
                    sources.append(state[history])
            if history:
                cost = -math.log(max(self._left.get(history, 1.0), 1e-9))
                arcs.append((0, 0, cost, state[_longest(history[1:], state)]))
                sources.append(state[history])
        return assemble(np.array(arcs, ARC), np.array(sources, np.int32), final, by="input")


def _longest(said: _Gram, state: Mapping[_Gram, int]) -> _Gram:
    """The end of what was said that a state remembers, as long as there is one."""
    while said not in state:
        said = said[1:]
    return said
