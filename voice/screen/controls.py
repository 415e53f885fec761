"""What the page can ask for: a fixed table of requests, each under a short name, or a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from voice.events import Heard, Request
from voice.knowledge import Pack

LONGEST_SENTENCE = 200
"""Characters of a sentence that is typed on the page."""
PRESSED = "pressed on the screen"
"""The reason of these requests, for a person who asks why."""

BUTTONS = (
    *("pause", "resume", "next", "back", "repeat", "stop", "pain", "yes", "no"),
    *("slower", "faster", "louder", "quieter", "longer", "shorter", "skip_side"),
    *("time_left", "where_am_i", "help", "start_stretch", "list_methods", "list_reminders"),
)
"""Intents without slots that a button or a key asks for."""


@dataclass(frozen=True, slots=True)
class Start:
    """Something to begin with."""

    name: str
    label: str
    """As the pack calls it."""


def controls(pack: Pack) -> Mapping[str, Request]:
    """Every request that the page may make, by the name that it sends."""
    return MappingProxyType(
        {name: Request(name, reason=PRESSED) for name in BUTTONS}
        | {
            f"section:{id_}": Request("read_section", {"section": id_}, reason=PRESSED)
            for id_ in pack.sections
        }
        | {
            f"question:{id_}": Request("answer_faq", {"question": id_}, reason=PRESSED)
            for id_ in pack.questions
        }
        | {
            f"routine:{id_}": Request("start_stretch", {"routine": id_}, reason=PRESSED)
            for id_ in pack.routines
        }
    )


def starts(pack: Pack) -> tuple[Start, ...]:
    """What the page offers to begin with: the stretches, the methods, the questions."""
    routines = [Start(f"routine:{r.id}", r.spoken_name) for r in pack.routines.values()]
    sections = [Start(f"section:{id_}", pack.sections[id_].spoken_name) for id_ in pack.methods]
    questions = [Start(f"question:{q.id}", q.spoken_name) for q in pack.questions.values()]
    return (*routines, *sections, *questions)


def read(body: bytes, table: Mapping[str, Request]) -> Request | Heard | None:
    """What a page asks for; None where it is neither a control of the table nor a sentence.

    Args:
        body: JSON: {"do": NAME} for a control, {"say": SENTENCE} for what somebody typed.
        table: see `controls`.
    """
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match asked:
        case {"do": str(name)} if len(asked) == 1:
            return table.get(name)
        case {"say": str(text)} if len(asked) == 1 and len(text) <= LONGEST_SENTENCE:
            said = text.strip()
            return Heard(said) if said and said.isprintable() else None
        case _:
            return None
