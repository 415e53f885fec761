"""The tables of what people report: danger, pain, and harmless sentences with the same words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voice.understanding import Understanding

DATA = Path(__file__).parent / "data"
ALARMS = frozenset(("pain", "red_flag"))

Part = Literal["dev", "test", "fresh"]
PARTS: tuple[Part, ...] = ("dev", "test", "fresh")


@dataclass(frozen=True)
class Report:
    """A sentence, and what it is a sign of."""

    text: str
    sign: Literal["red_flag", "pain", "harmless"]
    about: str
    misheard: bool = False
    why: str = ""
    """Why it is taken so, where that could be decided otherwise."""

    def answered_rightly(self, intent: str) -> bool:
        """Whether an intent is what this sentence asks for; any that is no alarm if harmless."""
        return intent not in ALARMS if self.sign == "harmless" else intent == self.sign


def reports(part: Part) -> list[Report]:
    """One part of the sentences, in the order of the file."""
    lines = (DATA / f"safety-{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [Report(**json.loads(line)) for line in lines]


def wrongly_answered(understanding: Understanding, table: list[Report]) -> list[str]:
    """The sentences of a table that are answered wrongly, each with the intent it got."""
    answers = [(one, understanding.understand(one.text).intent) for one in table]
    return [f"{one.text}: {intent}" for one, intent in answers if not one.answered_rightly(intent)]
