"""Sentence templates as a graph of words: what matches exactly, and what may come next.

hassil parses the templates; this module turns its tree of expressions into one graph whose arcs
are whole words, so that matching a sentence costs one dictionary look-up a word whatever the
number of templates, and so that the recogniser's grammar can be read off the same arcs.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hassil import (
    Alternative,
    Expression,
    Group,
    IntentData,
    Intents,
    ListReference,
    Permutation,
    RangeSlotList,
    RuleReference,
    Sentence,
    SlotList,
    TextChunk,
    TextSlotList,
    WildcardSlotList,
)

from voice.events import Slot
from voice.understanding.errors import TemplateError
from voice.understanding.numbers import number_in_words

Tags = tuple[tuple[str, Slot], ...]
"""Slots set on the way."""
Arc = tuple[int, Tags]
"""Where a word leads, and the slots it sets."""

MOST_STATES = 400_000
"""States that a pack's templates may cost, and steps that one word of them may: two seconds."""
_SPACE = " "
_START = 0


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a path through the graph means."""

    intent: str
    slots: tuple[tuple[str, Slot], ...]
    template: str
    """The template as it is written in the pack: the reason given to people who ask."""


@dataclass(frozen=True, slots=True)
class Match:
    """A sentence found in the graph."""

    intent: str
    slots: Mapping[str, Slot]
    template: str


def hole(name: str) -> str:
    """The word that stands in a sentence for something found by another part: a time."""
    return f"{{{name}}}"


class Graph:
    """All templates of a pack, as states and word arcs. The start is state 0."""

    def __init__(
        self,
        arcs: Sequence[Mapping[str, Sequence[Arc]]],
        finals: Sequence[Sequence[tuple[int, Tags]]],
        meanings: Sequence[Meaning],
    ) -> None:
        """Hold a graph that `graph_of` made.

        Args:
            arcs: For each state: the words that may follow, and where each leads.
            finals: For each state: the meanings of a sentence that ends in it, by their place.
            meanings: In the order in which the pack has the templates.
        """
        self._arcs = arcs
        self._finals = finals
        self.meanings = meanings

    def arcs(self, state: int) -> Mapping[str, Sequence[Arc]]:
        """Words that may follow in a state, and where each leads."""
        return self._arcs[state]

    def finals(self, state: int) -> Sequence[tuple[int, Tags]]:
        """Which meanings a sentence has that ends in a state; empty: it may not end there."""
        return self._finals[state]

    def words(self) -> set[str]:
        """Every word of the templates, holes included."""
        return {word for arcs in self._arcs for word in arcs}

    def plain(
        self,
    ) -> tuple[Sequence[Mapping[str, Sequence[Arc]]], Sequence[Sequence[tuple[int, Tags]]]]:
        """The arcs and the ends of every state, to be written down."""
        return self._arcs, self._finals

    def matches(self, words: Iterable[str]) -> list[Match]:
        """Find the templates that a sentence follows from its first word to its last.

        Returns:
            What it may mean, likeliest first: the more slots the better, then as written.
        """
        states: dict[Arc, None] = {(_START, ()): None}
        for word in words:
            following: dict[Arc, None] = {}
            for state, tags in states:
                for target, more in self._arcs[state].get(word, ()):
                    following[target, tags + more] = None
            if not following:
                return []
            states = following
        found = {
            order: self.match(order, tags + more)
            for state, tags in states
            for order, more in self._finals[state]
        }
        in_order = [found[order] for order in sorted(found)]
        return sorted(in_order, key=lambda match: -len(match.slots))

    def match(self, order: int, tags: Tags) -> Match:
        """Put a meaning and the slots set on the way together."""
        meaning = self.meanings[order]
        return Match(meaning.intent, dict(meaning.slots) | dict(tags), meaning.template)

    def begins(self, words: Iterable[str]) -> bool:
        """Tell whether some template begins with these words."""
        states = {_START}
        for word in words:
            states = {target for state in states for target, _ in self._arcs[state].get(word, ())}
        return bool(states)


def graph_of(intents: Intents) -> Graph:
    """Build the graph of all templates.

    Args:
        intents: Templates as hassil parsed them.

    Raises:
        TemplateError: A template names a list or rule that does not exist.
    """
    builder = _Builder()
    for intent in intents.intents.values():
        for data in intent.data:
            for sentence in data.sentences:
                builder.add(intents, intent.name, data, sentence)
    return builder.graph()


class _Builder:
    """Builds a graph of letters and spaces first, then reads the words off it."""

    def __init__(self) -> None:
        self._edges: list[list[tuple[str, int, Tags]]] = [[]]
        self._meanings: list[Meaning] = []
        self._ends: dict[int, int] = {}

    def graph(self) -> Graph:
        """Read the words off, state by state, the reachable ones only."""
        numbers = {_START: 0}
        queue = deque([_START])
        arcs: list[dict[str, list[Arc]]] = []
        finals: list[list[tuple[int, Tags]]] = []
        while queue:
            found, ends = self._expand(queue.popleft())
            for word, targets in found.items():
                for target, _ in targets:
                    if target not in numbers:
                        numbers[target] = len(numbers)
                        queue.append(target)
                found[word] = [(numbers[target], tags) for target, tags in dict.fromkeys(targets)]
            arcs.append(found)
            finals.append(ends)
        return Graph(arcs, finals, self._meanings)

    def _expand(self, state: int) -> tuple[dict[str, list[Arc]], list[tuple[int, Tags]]]:
        """Work out the word arcs that leave a state, and the meanings that end in it."""
        arcs: dict[str, list[Arc]] = {}
        finals: list[tuple[int, Tags]] = []
        seen: set[tuple[int, str, Tags]] = set()
        todo: list[tuple[int, str, Tags]] = [(state, "", ())]
        while todo:
            step = todo.pop()
            if step in seen:
                continue
            seen.add(step)
            _give_up_beyond(len(seen))
            at, word, tags = step
            if at in self._ends:
                if word:
                    arcs.setdefault(word, []).append((at, tags))
                else:
                    finals.append((self._ends[at], tags))
            for label, target, more in reversed(self._edges[at]):
                if label != _SPACE:
                    todo.append((target, word + label, tags + more))
                elif word:
                    arcs.setdefault(word, []).append((target, tags))
                else:
                    todo.append((target, "", tags))
        return arcs, finals

    def _state(self) -> int:
        self._edges.append([])
        _give_up_beyond(len(self._edges))
        return len(self._edges) - 1

    def _edge(self, start: int, label: str, end: int, tags: Tags = ()) -> None:
        self._edges[start].append((label, end, tags))

    def add(self, intents: Intents, name: str, data: IntentData, sentence: Sentence) -> None:
        """Add one template."""
        rules = {**intents.expansion_rules, **data.expansion_rules}
        lists = {**intents.slot_lists, **data.slot_lists}
        try:
            end = self._add(sentence.expression, _START, rules, lists)
        except KeyError as missing:
            raise TemplateError(
                f"Intent {name}: the template {sentence.text!r} names {missing}, "
                "which no file of the pack defines.",
                "Define it under lists or expansion_rules, or correct the name.",
            ) from None
        final = self._state()
        self._edge(end, "", final)
        slots = tuple((key, value) for key, value in data.slots.items())
        self._ends[final] = len(self._meanings)
        self._meanings.append(Meaning(name, slots, sentence.text or ""))

    def _add(
        self,
        expression: Expression,
        start: int,
        rules: Mapping[str, Sentence],
        lists: Mapping[str, SlotList],
    ) -> int:
        """Add an expression after a state and return the state it ends in."""
        if isinstance(expression, TextChunk):
            return self._add_text(expression.text, start)
        if isinstance(expression, Alternative):
            return self._add_choice(expression.items, start, rules, lists)
        if isinstance(expression, Permutation):
            orders = (Group(list(items)) for items in itertools.permutations(expression.items))
            return self._add_choice(orders, start, rules, lists)
        if isinstance(expression, Group):
            for item in expression.items:
                start = self._add(item, start, rules, lists)
            return start
        if isinstance(expression, RuleReference):
            return self._add(rules[expression.rule_name].expression, start, rules, lists)
        if isinstance(expression, ListReference):
            return self._add_list(expression, start, rules, lists)
        raise TypeError(f"hassil knows an expression that this room does not: {expression!r}")

    def _add_text(self, text: str, start: int) -> int:
        for position, piece in enumerate(text.lower().split(_SPACE)):
            if position:
                end = self._state()
                self._edge(start, _SPACE, end)
                start = end
            if piece:
                end = self._state()
                self._edge(start, piece, end)
                start = end
        return start

    def _add_choice(
        self,
        items: Iterable[Expression],
        start: int,
        rules: Mapping[str, Sentence],
        lists: Mapping[str, SlotList],
    ) -> int:
        end = self._state()
        for item in items:
            self._edge(self._add(item, start, rules, lists), "", end)
        return end

    def _add_list(
        self,
        reference: ListReference,
        start: int,
        rules: Mapping[str, Sentence],
        lists: Mapping[str, SlotList],
    ) -> int:
        slot_list = lists[reference.list_name]
        end = self._state()
        if isinstance(slot_list, WildcardSlotList):
            self._edge(start, hole(reference.list_name), end)
            return end
        for text, value in list_values(slot_list):
            last = self._add(text, start, rules, lists)
            self._edge(last, "", end, ((reference.slot_name, value),))
        return end


def _give_up_beyond(effort: int) -> None:
    """Refuse templates that would keep the machine busy: nine parts in any order."""
    if effort > MOST_STATES:
        raise TemplateError(
            "The templates of the pack allow far too many sentences.",
            "Write fewer parts in any order, shorter ranges, or fewer choices in one word.",
        )


def list_values(slot_list: SlotList) -> Iterator[tuple[Expression, Any]]:
    """Every value of a list: how it is said and what it means."""
    if isinstance(slot_list, TextSlotList):
        for value in slot_list.values:
            yield value.text_in, value.value_out
    elif isinstance(slot_list, RangeSlotList):
        for number in range(slot_list.start, slot_list.stop + 1, slot_list.step):
            yield TextChunk(number_in_words(number)), number
            yield TextChunk(str(number)), number
