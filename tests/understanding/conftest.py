"""One loaded understanding for all tests of the room, and its tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from voice.understanding import State, Understanding

ROOT = Path(__file__).parents[2]
DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Sentence:
    """One line of a table of sentences."""

    text: str
    intent: str
    slots: dict[str, str | int | bool] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)


def sentences(name: str) -> Iterator[Sentence]:
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        yield Sentence(**json.loads(line))


@pytest.fixture(scope="session")
def pack() -> Path:
    return ROOT / "prompts" / "knot-in-your-back"


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("understanding")


@pytest.fixture(scope="session")
def understanding(pack: Path, cache: Path) -> Understanding:
    return Understanding(pack, cache)


@pytest.fixture(scope="session")
def tuesday() -> State:
    """The moment from which the tables count: Tuesday 10 March 2026, 14:00."""
    return State(now=datetime(2026, 3, 10, 14, 0))
