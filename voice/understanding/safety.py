"""Pain and signs of an emergency: decided before anything else, by rules of the pack."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from voice.events import Slot
from voice.understanding.errors import TemplateError
from voice.understanding.pack import read_yaml


@dataclass(frozen=True, slots=True)
class Sign:
    """What a sentence is a sign of."""

    intent: str
    about: str
    slots: Mapping[str, Slot] = field(default_factory=dict)


PERHAPS = "danger_perhaps"
"""The intent of what may be half of a sign of an emergency: it is asked about."""


@dataclass(frozen=True, slots=True)
class _Rule:
    sign: Sign
    every: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]


class Safety:
    """The safety rules of a pack."""

    def __init__(self, file: Path) -> None:
        """Read the rules.

        Args:
            file: `understanding/safety.yaml` of the pack.

        Raises:
            TemplateError: The file is missing, or a rule names a concept that is not there.
        """
        content = read_yaml(file)
        try:
            concepts = {name: _pattern(phrases) for name, phrases in content["concepts"].items()}
            self._rules = [_rule(raw, concepts) for raw in content["rules"]]
            self._halves = [
                _rule({**raw, "intent": PERHAPS}, concepts) for raw in content.get("perhaps", ())
            ]
            self._doubts = [concepts[name] for name in content.get("doubted", ())]
            self._denials = [concepts[name] for name in content.get("denials", ())]
            self._well = [concepts[name] for name in content.get("well", ())]
            alike = content.get("alike", {}).items()
            self._alike = [(said, _pattern(phrases)) for said, phrases in alike]
        except (KeyError, TypeError, AttributeError, re.error) as trouble:
            raise TemplateError(
                f"{file}: a safety rule is malformed: {trouble!r}",
                "Every rule needs intent, about and all; every concept it names must be listed.",
            ) from trouble

    def sign(self, words: Sequence[str]) -> Sign | None:
        """Tell what a sentence is a sign of; the first rule that holds decides."""
        sentence = self._without_denials(words)
        sign = _first(self._rules, sentence)
        if sign is not None and sign.intent == "red_flag" and self._doubted(words):
            return Sign(PERHAPS, sign.about)
        return sign

    def half_a_sign(self, words: Sequence[str]) -> Sign | None:
        """Tell whether a sentence that means nothing else may be half of a sign."""
        if self._doubted(words):
            return Sign(PERHAPS, "either that something can be done or that it cannot")
        return None if self.denied(words) else _first(self._halves, self._without_denials(words))

    def _doubted(self, words: Sequence[str]) -> bool:
        """Tell whether a sign is more likely misheard: "i can't feel my legs fine"."""
        sentence = self._plainly(words)
        return any(doubt.search(sentence) for doubt in self._doubts)

    def denied(self, words: Sequence[str]) -> bool:
        """Tell whether a sentence says that all is well: "i can feel my legs fine"."""
        sentence = self._plainly(words)
        return any(said.search(sentence) for said in (*self._denials, *self._well))

    def _without_denials(self, words: Sequence[str]) -> str:
        """Cut out what is denied, and nothing else: what is left may still be a sign."""
        sentence = self._plainly(words)
        for denial in self._denials:
            sentence = denial.sub("-", sentence)
        return sentence

    def _plainly(self, words: Sequence[str]) -> str:
        """Put one way of saying a thing for all the others."""
        sentence = " ".join(words)
        for plain, others in self._alike:
            sentence = others.sub(plain, sentence)
        return sentence


def _first(rules: Sequence[_Rule], sentence: str) -> Sign | None:
    for rule in rules:
        if all(concept.search(sentence) for concept in rule.every) and not any(
            concept.search(sentence) for concept in rule.unless
        ):
            return rule.sign
    return None


def _rule(raw: Mapping[str, Any], concepts: Mapping[str, re.Pattern[str]]) -> _Rule:
    return _Rule(
        Sign(raw["intent"], raw["about"], MappingProxyType(dict(raw.get("slots", {})))),
        tuple(concepts[name] for name in raw["all"]),
        tuple(concepts[name] for name in raw.get("unless", ())),
    )


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """Make one expression of a concept's phrases; each matches whole words."""
    return re.compile(r"(?<!\S)(?:" + "|".join(map(_phrase, phrases)) + r")(?!\S)")


def _phrase(phrase: str) -> str:
    text = re.escape(phrase).replace(r"\ ", " ")
    text = text.replace(r"\(", "(?:").replace(r"\)", ")").replace(r"\|", "|")
    text = re.sub(r" \\\[(.*?)\\\]", r"(?: (?:\1))?", text)
    text = re.sub(r"^\\\[(.*?)\\\] ", r"(?:(?:\1) )?", text)
    return text.replace(r"\*", r"\S*")
