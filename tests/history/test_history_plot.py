"""Minutes by day, and the picture of them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from voice.history import Session, minutes_by_day
from voice.history.plot import FORMATS, PlotError, draw

TODAY = date(2026, 3, 4)
EAST = timezone(timedelta(hours=13))


def at(moment: datetime, minutes: float = 9.5) -> Session:
    return Session(moment, "all", minutes, 12, completed=True)


@pytest.mark.parametrize(
    ("sessions", "minutes"),
    [
        ([], {}),
        ([at(datetime(2026, 3, 4, 8, tzinfo=UTC))], {0: 9.5}),
        ([at(datetime(2026, 3, 3, hour, tzinfo=UTC)) for hour in (8, 18)], {1: 19.0}),
        ([at(datetime(2026, 2, 19, 12, tzinfo=UTC))], {13: 9.5}),
        ([at(datetime(2026, 2, 18, 12, tzinfo=UTC))], {}),
        ([at(datetime(2026, 3, 5, 12, tzinfo=UTC))], {}),
        ([at(datetime(2026, 3, 4, 0, 30, tzinfo=EAST))], {0: 9.5}),
    ],
    ids=["none", "today", "two of a day", "oldest day", "too old", "to come", "day of the place"],
)
def test_minutes_of_each_day(sessions: list[Session], minutes: Mapping[int, float]) -> None:
    found = minutes_by_day(sessions, 2, TODAY)
    assert list(found) == [TODAY - timedelta(days=ago) for ago in reversed(range(14))]
    assert {(TODAY - day).days: count for day, count in found.items() if count} == minutes


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_picture_carries_what_it_shows_in_words(tmp_path: Path, suffix: str) -> None:
    pytest.importorskip("matplotlib", reason="the extra plot is not installed")
    file = tmp_path / f"minutes.{suffix}"
    draw(minutes_by_day([], 8, TODAY), "19 minutes", file)
    content = file.read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix])
    assert b"19 minutes" in content


def test_without_matplotlib_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotError) as raised:
        draw({TODAY: 1.0}, "", tmp_path / "minutes.png")
    assert "pip install matplotlib" in raised.value.remedy
    assert not list(tmp_path.iterdir())
