"""A store in a real file, the words of the real pack, and a clock that the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from voice.events import Due, Request, Slot
from voice.reminders import Answer, Reminders, Store, Wording, load_wording, moments
from voice.reminders.store import Claim
from voice.reminders.watch import reports

PACK = Path(__file__).resolve().parents[2] / "prompts" / "knot-in-your-back"


@dataclass
class Bench:
    """Reminders whose clock and zone the test sets."""

    path: Path
    wording: Wording
    zone: str = "Europe/Berlin"
    ms: int = 0

    def __post_init__(self) -> None:
        self.at("2026-11-24T15:50")
        self.store = Store(self.path)
        self.reminders = Reminders(
            self.store, self.wording, now=lambda: self.ms, zone=lambda: self.zone
        )

    def at(self, wall: str) -> None:
        """Set the clock on the wall."""
        self.ms = moments.resolve(datetime.fromisoformat(wall), self.zone)

    def later(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let time pass."""
        self.ms += round(minutes * moments.MINUTE + seconds * moments.SECOND)

    def ask(self, intent: str, **slots: Slot) -> Answer:
        """Ask for something about reminders."""
        answer = self.reminders.answer(Request(intent, slots))
        assert answer is not None
        return answer

    def said(self, intent: str, **slots: Slot) -> str:
        """Ask for something; what is said."""
        return " ".join(self.ask(intent, **slots).sentences)

    def claim(self) -> Claim:
        """Claim what has fallen due."""
        return self.store.claim(self.ms, self.zone)

    def due(self) -> tuple[Due, ...]:
        """The events of what has fallen due."""
        return reports(self.claim(), self.ms)

    def rung(self) -> str:
        """What is said for what has fallen due."""
        answer = self.reminders.ring(*self.due())
        self.reminders.spoken(answer)
        return " ".join(answer.sentences)


@pytest.fixture(scope="session")
def wording() -> Wording:
    return load_wording(PACK)


@pytest.fixture
def bench(tmp_path: Path, wording: Wording) -> Iterator[Bench]:
    made = Bench(tmp_path / "home" / "reminders.sqlite3", wording)
    yield made
    made.store.close()
