"""Reads `safety.yaml`: the signs of an emergency, and the rule for pain."""

from __future__ import annotations

from yaml.nodes import Node

from voice.knowledge.fields import YamlFile
from voice.knowledge.pack import Advice, Safety, Sign

_KEYS = frozenset({"red_flags", "stop_at_once", "emergency_number"})
_ALSO = frozenset({"before_stretching"})


def read_safety(file: YamlFile) -> Safety:
    """What the file says; mistakes go to its findings."""
    entries = file.entries(file.root, "the file", required=_KEYS, optional=_ALSO)
    rule = file.entries(
        entries.get("stop_at_once"), "stop_at_once", required=frozenset({"rule", "source"})
    )
    return Safety(
        red_flags=_signs(file, entries.get("red_flags")),
        stop_at_once=Advice(
            file.sentence(rule.get("rule"), "rule"), file.text(rule.get("source"), "source")
        ),
        before_stretching=read_advice(file, entries.get("before_stretching"), "before_stretching"),
        emergency_number=file.phrase(entries.get("emergency_number"), "emergency_number"),
    )


def read_advice(file: YamlFile, node: Node | None, what: str) -> tuple[Advice, ...]:
    """A list, which may be empty, of sentences with their sources."""
    advice: list[Advice] = []
    for item in file.items(node, what, least=0):
        entries = file.entries(item, what, required=frozenset({"say", "source"}))
        advice.append(
            Advice(
                file.sentence(entries.get("say"), "say"), file.text(entries.get("source"), "source")
            )
        )
    return tuple(advice)


def _signs(file: YamlFile, node: Node | None) -> tuple[Sign, ...]:
    signs: dict[str, Sign] = {}
    for item in file.items(node, "red_flags"):
        entries = file.entries(item, "a red flag", required=frozenset({"id", "sign", "source"}))
        name = file.id(entries.get("id"))
        if name and name in signs:
            file.wrong(item, f"{name} is there twice")
        signs[name] = Sign(
            name,
            file.phrase(entries.get("sign"), "sign"),
            file.text(entries.get("source"), "source"),
        )
    return tuple(signs.values())
