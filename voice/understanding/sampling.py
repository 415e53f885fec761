"""Sentences drawn from templates, the same on every run."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hassil import (
    Alternative,
    Expression,
    Group,
    Intents,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
    WildcardSlotList,
)

from voice.events import Slot
from voice.understanding.graph import hole, list_values

PHRASES_EACH = 24
"""Most phrases that one template gives to the recogniser's grammar."""
TIMES_EACH = 300
"""Spoken times, so that every number word stands beside its neighbours."""
_HOLES = ("when", "span")
_OPTIONAL = 0.35
"""Share of the optional parts that are spoken: people are brief."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sentence that a template allows."""

    text: str
    intent: str
    slots: Mapping[str, Slot]


def sample_templates(intents: Intents, each: int, seed: int = 0) -> Iterator[Sample]:
    """Draw sentences from every template.

    Args:
        intents: Templates as hassil parsed them.
        each: Most sentences for one template; a template that allows fewer gives fewer.
        seed: Of the random choice.

    Yields:
        Sentences; the same one never twice for the same template.
    """
    for intent in intents.intents.values():
        for data in intent.data:
            rules = {**intents.expansion_rules, **data.expansion_rules}
            lists = {**intents.slot_lists, **data.slot_lists}
            for sentence in data.sentences:
                draw = _Draw(random.Random(f"{seed} {sentence.text}"), rules, lists)  # noqa: S311 - no secret
                seen: set[str] = set()
                for _ in range(2 * each):
                    text, slots = draw.sentence(sentence.expression)
                    if text and text not in seen and len(seen) < each:
                        seen.add(text)
                        yield Sample(text, intent.name, {**data.slots, **slots})


def sample_phrases(intents: Intents, without: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Draw the phrases of the recogniser's grammar, for each intent.

    A place that a spoken time fills is filled from the rules `when_spoken` and `span_spoken`.

    Args:
        intents: Templates as hassil parsed them.
        without: Intents that give none of their own.

    Returns:
        Sorted phrases, the same on every run.
    """
    chance = random.Random(0)  # noqa: S311 - no secret
    times = _Draw(chance, intents.expansion_rules, intents.slot_lists)
    found: dict[str, set[str]] = {}
    for sample in sample_templates(intents, PHRASES_EACH):
        if sample.intent not in without:
            found.setdefault(sample.intent, set()).add(times.filled(sample.text))
    for name in _HOLES:
        rule = intents.expansion_rules.get(f"{name}_spoken")
        for _ in range(TIMES_EACH if rule else 0):
            found.setdefault("set_reminder", set()).add(times.filled(f"remind me {hole(name)}"))
    return {intent: tuple(sorted(lines)) for intent, lines in sorted(found.items())}


class _Draw:
    """Walks a template and takes one way at every fork."""

    def __init__(
        self, chance: random.Random, rules: Mapping[str, Any], lists: Mapping[str, Any]
    ) -> None:
        self._chance = chance
        self._rules = rules
        self._lists = lists

    def sentence(self, expression: Expression) -> tuple[str, dict[str, Slot]]:
        slots: dict[str, Slot] = {}
        return " ".join(self._text(expression, slots).split()), slots

    def filled(self, text: str) -> str:
        """Put a spoken time into every place for one."""
        for name in _HOLES:
            rule = self._rules.get(f"{name}_spoken")
            while rule is not None and hole(name) in text:
                said, _ = self.sentence(rule.expression)
                text = text.replace(hole(name), said, 1)
        return text

    def _text(self, expression: Expression, slots: dict[str, Slot]) -> str:
        if isinstance(expression, TextChunk):
            return expression.text.lower()
        if isinstance(expression, Alternative):
            return self._choice(expression, slots)
        if isinstance(expression, Permutation):
            items = self._chance.sample(expression.items, len(expression.items))
            return "".join(self._text(item, slots) for item in items)
        if isinstance(expression, Group):
            return "".join(self._text(item, slots) for item in expression.items)
        if isinstance(expression, RuleReference):
            return self._text(self._rules[expression.rule_name].expression, slots)
        if isinstance(expression, ListReference):
            return self._value(expression, slots)
        raise TypeError(f"hassil knows an expression that this room does not: {expression!r}")

    def _choice(self, choice: Alternative, slots: dict[str, Slot]) -> str:
        if choice.is_optional and self._chance.random() > _OPTIONAL:
            return ""
        return self._text(self._chance.choice(choice.items), slots)

    def _value(self, reference: ListReference, slots: dict[str, Slot]) -> str:
        slot_list = self._lists[reference.list_name]
        if isinstance(slot_list, WildcardSlotList):
            return hole(reference.list_name)
        text, value = self._chance.choice(list(list_values(slot_list)))
        slots[reference.slot_name] = value
        return self._text(text, slots)
