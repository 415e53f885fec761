"""Reads `routines/`: the guided sessions, and whether their pace is a safe one."""

from __future__ import annotations

import re
from collections.abc import Callable

from yaml.nodes import Node, ScalarNode

from voice.knowledge.ear import complaint_about_phrase, complaint_about_sentence
from voice.knowledge.fields import YamlFile
from voice.knowledge.pack import Pace, Routine, Stretch, Way
from voice.knowledge.replies import check_template
from voice.knowledge.safety import read_advice

POSITIONS = ("lying", "standing")

SHORTEST, LONGEST = 10.0, 30.0
"""Seconds of one hold; American College of Sports Medicine, flexibility guidance."""
FEWEST, MOST = 2, 4
"""Holds on each side; the same source."""
LEAST_IN_ALL, MOST_IN_ALL = 45.0, 75.0
"""Seconds of all holds on one side: the same source says about 60."""
LONGEST_SETTLE = 15.0
"""Seconds to get into a position."""
LONGEST_REST = 60.0
"""Seconds between two holds."""

_SIDE = "side"
_POSITION = re.compile("|".join(POSITIONS))
_ROUTINE = frozenset({"id", "position", "pace", "cautions", "into", "check", "out", "stretches"})
_STRETCH = frozenset(
    {
        "id",
        "figure",
        "sides",
        "label",
        "into",
        "again",
        "gentler",
        "breathing",
        "hold",
        "times",
        "settle",
        "out",
        "rest",
        "source",
    }
)


def read_routine(file: YamlFile, name: str, spoken_name: str) -> Routine:
    """What a file says of the routine `name`; mistakes go to its findings."""
    entries = file.entries(file.root, "the routine", required=_ROUTINE)
    if (node := entries.get("id")) is not None and file.id(node) not in {name, ""}:
        file.wrong(node, f"the id must be {name}, as the file is called")
    pace = _pace(file, entries.get("pace"))
    stretches: dict[str, Stretch] = {}
    for item in file.items(entries.get("stretches"), "stretches"):
        stretch = _stretch(file, item, pace)
        if stretch.id in stretches:
            file.wrong(item, f"{stretch.id} is there twice")
        stretches[stretch.id] = stretch
    return Routine(
        id=name,
        spoken_name=spoken_name,
        position=file.matching(
            entries.get("position"), "position", _POSITION, " or ".join(POSITIONS)
        ),
        pace=pace,
        cautions=read_advice(file, entries.get("cautions"), "cautions"),
        into=_way(file, entries.get("into"), "into"),
        check=file.sentence(entries.get("check"), "check"),
        out=_way(file, entries.get("out"), "out"),
        stretches=tuple(stretches.values()),
    )


def _pace(file: YamlFile, node: Node | None) -> Pace:
    entries = file.entries(node, "pace", required=frozenset({"shortest", "longest", "source"}))
    shortest = file.number(entries.get("shortest"), "shortest", SHORTEST, LONGEST)
    return Pace(
        shortest=shortest,
        longest=file.number(entries.get("longest"), "longest", shortest, LONGEST),
        source=file.text(entries.get("source"), "source"),
    )


def _way(file: YamlFile, node: Node | None, what: str) -> Way:
    entries = file.entries(node, what, required=frozenset({"sentences", "source"}))
    sentences = file.items(entries.get("sentences"), f"the sentences of {what}")
    return Way(
        tuple(file.sentence(item, "a sentence") for item in sentences),
        file.text(entries.get("source"), "source"),
    )


def _stretch(file: YamlFile, node: Node, pace: Pace) -> Stretch:
    entries = file.entries(node, "a stretch", required=_STRETCH)
    sides = _sides(file, entries.get("sides"))
    hold = file.number(entries.get("hold"), "hold", pace.shortest, pace.longest)
    times = _times(file, entries.get("times"))
    if not LEAST_IN_ALL <= hold * times <= MOST_IN_ALL:
        file.wrong(
            entries.get("times", node),
            f"{times} holds of {hold:g} seconds are {hold * times:g} in all; "
            f"it must be about sixty, from {LEAST_IN_ALL:g} to {MOST_IN_ALL:g}",
        )

    def sentence(item: Node | None, what: str) -> str:
        return _said(file, item, what, sides, complaint_about_sentence)

    return Stretch(
        id=file.id(entries.get("id")),
        figure=file.id(entries.get("figure")),
        sides=sides,
        label=_label(file, entries.get("label"), sides),
        into=tuple(sentence(item, "into") for item in file.items(entries.get("into"), "into")),
        again=sentence(entries.get("again"), "again"),
        gentler=sentence(entries.get("gentler"), "gentler"),
        breathing=sentence(entries.get("breathing"), "breathing"),
        hold=hold,
        times=times,
        settle=file.number(entries.get("settle"), "settle", 0, LONGEST_SETTLE),
        out=sentence(entries.get("out"), "out"),
        rest=file.number(entries.get("rest"), "rest", 0, LONGEST_REST),
        source=file.text(entries.get("source"), "source"),
    )


def _sides(file: YamlFile, node: Node | None) -> tuple[str, ...]:
    """Two sides, or none: what one side gets, the other must get too."""
    sides = tuple(file.phrase(item, "a side") for item in file.items(node, "sides", least=0))
    if node is not None and (len(sides) not in {0, 2} or len(set(sides)) != len(sides)):
        file.wrong(node, "sides must be two that differ, so that both get the same, or none")
    return sides


def _times(file: YamlFile, node: Node | None) -> int:
    times = file.number(node, "times", FEWEST, MOST)
    if times != int(times):
        file.wrong(node, "times must be a whole number")
    return int(times)


def _label(file: YamlFile, node: Node | None, sides: tuple[str, ...]) -> str:
    label = _said(file, node, "label", sides, complaint_about_phrase)
    if sides and label and f"{{{_SIDE}}}" not in label:
        file.wrong(node, f"label must say {{{_SIDE}}}")
    return label


def _said(
    file: YamlFile,
    node: Node | None,
    what: str,
    sides: tuple[str, ...],
    complaint_about: Callable[[str], str | None],
) -> str:
    """Words that may name the side, if there are sides."""
    text = file.text(node, what)
    if not text or not isinstance(node, ScalarNode):
        return text
    allowed = {_SIDE} if sides else set()
    for name in sorted(check_template(file, node, text, complaint_about) - allowed):
        file.wrong(node, f"{what} has no field {{{name}}}")
    return text
