"""The product's own pack and understanding, and a room to talk in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.assistant.room import Room
from voice.knowledge import Pack, load_pack
from voice.understanding import Understanding

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(PACK)


@pytest.fixture
def room(pack: Pack, understanding: Understanding) -> Room:
    return Room(pack, understanding)
