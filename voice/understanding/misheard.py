"""Templates found through what the recogniser misheard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice.understanding.graph import Graph, Match, Tags
from voice.understanding.sounds import SoundIndex, sound_of

_FURTHEST = 0.34
"""Distance of two sounds beyond which one is not taken for the other."""
_OTHER_WORD = 0.12
"""Cost of taking a word for another, before the difference of their sounds."""
_SOUND = 1.6
"""Cost of a whole difference in sound."""
_JOINED = 0.1
"""Cost of taking two words for one, for each."""
_SMALL = frozenset(
    (
        *("a", "an", "the", "to", "of", "is", "do", "i", "in", "it", "and", "my", "me", "that"),
        *("this", "for", "are", "with", "on", "can", "you", "does", "how", "oh", "so"),
    )
)
"""Words that the recogniser drops or adds."""
_SMALL_WORD = 0.55
_MOST_JOINED = 3
_SINGLE = 0.3
"""Most that one lone word may differ: "necks" for "next", not "top" for "stop"."""
_EACH = 0.16
_MOST = 0.9
_FEWEST_KNOWN = 0.6
"""Share of the words, but one, that the templates must know."""
_SAME = 0.2
"""A small word is only taken for one that sounds nearly the same."""
_CLEAN = 0.3
"""A small word is only put in where little else was changed."""
_MOST_ALIKE = 8
_WIDEST = 400
"""States followed at a time, the cheapest first."""

_Key = tuple[int, Tags]


@dataclass(frozen=True, slots=True)
class Near:
    """A template that a sentence nearly follows."""

    match: Match
    cost: float
    heard_as: str
    """The sentence as it is taken."""
    score: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class _Path:
    cost: float
    said: tuple[str, ...]


class Misheard:
    """Looks for the template that sounds most like a sentence."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._words = graph.words()
        self._sounds = SoundIndex(word for word in self._words if not word.startswith("{"))
        self._small: dict[int, list[tuple[str, int, Tags]]] = {}

    def nearest(self, words: Sequence[str]) -> Near | None:
        """Find the template that a sentence most nearly follows, if any is near enough."""
        known = sum(word in self._words for word in words)
        if not words or known < _FEWEST_KNOWN * (len(words) - 1):
            return None
        most = _SINGLE if len(words) == 1 else min(_MOST, _EACH * len(words) + 0.05)
        layers: list[dict[_Key, _Path]] = [{} for _ in range(len(words) + 1)]
        layers[0][0, ()] = _Path(0.0, ())
        for place in range(len(words)):
            self._step(words, place, layers, most)
        return self._best(layers[-1], most)

    def _step(
        self, words: Sequence[str], place: int, layers: list[dict[_Key, _Path]], most: float
    ) -> None:
        """Follow every state by every way in which the next words may be taken."""
        layer = layers[place]
        self._insert_small(layer, most)
        readings = self._readings(words, place)
        droppable = words[place] in _SMALL
        for key, path in sorted(layer.items(), key=lambda item: item[1].cost)[:_WIDEST]:
            arcs = self._graph.arcs(key[0])
            for length, word, cost in readings:
                if word in arcs and path.cost + cost <= most:
                    said = (*path.said, word)
                    for target, more in arcs[word]:
                        _keep(
                            layers[place + length], (target, key[1] + more), path.cost + cost, said
                        )
            if droppable and path.cost + _SMALL_WORD <= most:
                _keep(layers[place + 1], key, path.cost + _SMALL_WORD, path.said)

    def _readings(self, words: Sequence[str], place: int) -> list[tuple[int, str, float]]:
        """What the words from a place on may be: how many, the template's word, the cost."""
        heard = words[place]
        readings = [(1, heard, 0.0)]
        furthest = _FURTHEST if heard not in _SMALL else _SAME
        for length in range(1, _MOST_JOINED + 1):
            part = words[place : place + length]
            if len(part) < length or any(word.startswith("{") for word in part):
                break
            if length > 1 and self._words.issuperset(part):
                continue
            base = _OTHER_WORD + _JOINED * (length - 1)
            alike = self._sounds.alike(sound_of("".join(part)), furthest)
            readings += [
                (length, word, base + _SOUND * apart)
                for word, apart in alike[:_MOST_ALIKE]
                if word != heard or length > 1
            ]
            furthest = _FURTHEST
        return readings

    def _insert_small(self, layer: dict[_Key, _Path], most: float) -> None:
        """Let one small word be missing."""
        for (state, tags), path in list(layer.items()):
            total = path.cost + _SMALL_WORD
            if total > most or path.cost > _CLEAN:
                continue
            for word, target, more in self._small_arcs(state):
                _keep(layer, (target, tags + more), total, (*path.said, word))

    def _small_arcs(self, state: int) -> list[tuple[str, int, Tags]]:
        if state not in self._small:
            arcs = self._graph.arcs(state)
            self._small[state] = [
                (word, target, more)
                for word in sorted(_SMALL & arcs.keys())
                for target, more in arcs[word]
            ]
        return self._small[state]

    def _best(self, layer: Mapping[_Key, _Path], most: float) -> Near | None:
        found = [
            (path.cost, -len(self._graph.match(order, tags + more).slots), order, tags + more, path)
            for (state, tags), path in layer.items()
            for order, more in self._graph.finals(state)
        ]
        if not found:
            return None
        cost, _, order, tags, path = min(found, key=lambda one: one[:3])
        score = 1.0 - 0.5 * cost / max(most, cost)
        return Near(self._graph.match(order, tags), cost, " ".join(path.said), score)


def _keep(layer: dict[_Key, _Path], key: _Key, cost: float, said: tuple[str, ...]) -> None:
    """Keep the cheapest way to a state."""
    known = layer.get(key)
    if known is None or cost < known.cost:
        layer[key] = _Path(cost, said)
