"""The live view shows a hold as a bar with the seconds that are left."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from voice.assistant import Event
from voice.events import Interrupted, Performed, Saying
from voice.screen import LiveView
from voice.scripts.narrator import Holding

HOLDING = Holding("your right knee", 20.0, 0.0)


class Screen:
    def __init__(self) -> None:
        self.now = 50.0
        self.view = LiveView(
            Console(file=io.StringIO(), width=90), title="", hints="", clock=lambda: self.now
        )

    def picture(self) -> str:
        console = Console(file=io.StringIO(), width=90)
        console.print(self.view.render())
        file = console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()


@pytest.mark.parametrize(
    ("seconds", "bar"),
    [
        (0.0, "░" * 30 + "   20 s  your right knee"),
        (10.0, "█" * 15 + "░" * 15 + "   10 s  your right knee"),
        (18.0, "█" * 27 + "░" * 3 + "    2 s  your right knee"),
    ],
)
def test_bar_of_a_hold(seconds: float, bar: str) -> None:
    screen = Screen()
    screen.view.show(HOLDING)
    screen.now += seconds
    assert bar in screen.picture()


@pytest.mark.parametrize(
    "event",
    [
        Saying("aside", "", "I will wait.", 0, 1),
        Interrupted("stretching", "all", 12),
        Performed("stretching", "all"),
    ],
)
def test_bar_goes_when_the_hold_is_left(event: Event) -> None:
    screen = Screen()
    screen.view.show(HOLDING)
    screen.view.show(event)
    assert "holding" not in screen.picture()


def test_bar_goes_when_the_time_is_over() -> None:
    screen = Screen()
    screen.view.show(HOLDING)
    screen.now += 20.5
    assert "holding" not in screen.picture()


def test_bar_follows_a_change_of_length() -> None:
    screen = Screen()
    screen.view.show(HOLDING)
    screen.now += 10.0
    screen.view.show(Holding("your right knee", 25.0, 10.0))
    assert "  15 s  your right knee" in screen.picture()
