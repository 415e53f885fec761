"""What the fuzzing shares between its files."""

from __future__ import annotations

from functools import lru_cache

import pytest

from voice import session
from voice.understanding import Understanding


@pytest.fixture
def understanding_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack's own understanding is loaded once a test: it is not what is spoilt there."""
    monkeypatch.setattr(session, "Understanding", lru_cache(maxsize=4)(Understanding))
