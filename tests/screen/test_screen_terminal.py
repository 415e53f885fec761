"""What the terminal shows while the assistant runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from voice.assistant import Event
from voice.events import (
    Heard,
    Level,
    Mended,
    Partial,
    Performed,
    Request,
    Saying,
    SpeechBegan,
    Trouble,
)
from voice.screen import LiveView, PlainView
from voice.screen.terminal import meter

SAYING = Saying("reading", "heat", "Use a heating pad.", 1, 7)
TROUBLE = Trouble("microphone", "The microphone is gone.", "Plug it in.")


def shown(*events: Event) -> str:
    """What an 80-column terminal shows after these events."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    view = LiveView(console, title="Knot in your back", hints="say: help")
    with view:
        for event in events:
            view.show(event)
    with console.capture() as capture:
        console.print(view.render())
    return capture.get()


@pytest.mark.parametrize(
    ("events", "visible"),
    [
        ((), ["listening", "Knot in your back", "say: help"]),
        ((SpeechBegan(1),), ["hearing"]),
        ((SpeechBegan(1), Partial(1, "how do i", 0.1)), ["hearing", "how do i"]),
        ((Heard("what are my options", 1),), ["listening", "what are my options"]),
        ((Heard("", 1),), ["not for me"]),
        ((Request("read_section", {"section": "heat"}),), ["read_section section=heat"]),
        ((SAYING,), ["speaking", "2/7", "Use a heating pad."]),
        ((SAYING, Performed("reading", "heat")), ["listening"]),
        ((Level(-20.0),), ["-20 dBFS"]),
        ((Level(-20.0, overflows=3),), ["3 blocks lost"]),
        ((TROUBLE,), ["The microphone is gone. Plug it in."]),
    ],
)
def test_the_live_view_shows_state_words_and_level(
    events: tuple[Event, ...], visible: list[str]
) -> None:
    picture = shown(*events)
    assert [words for words in visible if words not in picture] == []
    assert max(len(line.rstrip()) for line in picture.splitlines()) <= 80


def test_a_trouble_goes_when_it_is_mended() -> None:
    console = Console(file=io.StringIO(), width=80)
    view = LiveView(console, title="", hints="")
    with view:
        view.show(TROUBLE)
        view.show(Mended("microphone"))
    with console.capture() as capture:
        console.print(view.render())
    assert "gone" not in capture.get()


@pytest.mark.parametrize(("dbfs", "filled"), [(-120.0, 0), (-60.0, 0), (-30.0, 5), (0.0, 10)])
def test_the_meter_is_a_bar(dbfs: float, filled: int) -> None:
    assert meter(dbfs, width=10) == "█" * filled + "░" * (10 - filled)


def test_the_plain_view_prints_a_line_for_each_thing_that_matters() -> None:
    paper = io.StringIO()
    view = PlainView(Console(file=paper, width=80))
    with view:
        for event in (
            Level(-20.0),
            SpeechBegan(1),
            Partial(1, "stop", 0.0),
            Heard("stop", 1),
            Request("stop"),
            SAYING,
            TROUBLE,
            Mended("microphone"),
        ):
            view.show(event)
    assert paper.getvalue().splitlines() == [
        "heard       stop",
        "understood  stop",
        "saying      Use a heating pad.",
        "trouble     microphone: The microphone is gone. Plug it in.",
        "mended      microphone works again",
    ]
