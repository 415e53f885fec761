"""What the terminal shows while the assistant runs."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from rich.console import Console

from tests.assistant.room import Room
from voice.assistant import Event
from voice.events import Heard, Level, Mended, Partial, Request, Saying, SpeechBegan, Trouble
from voice.knowledge import Pack
from voice.screen import LiveView, PlainView, sentence
from voice.screen.board import Board
from voice.screen.coming import Coming
from voice.scripts.narrator import Holding
from voice.understanding import Understanding

SAYING = Saying("reading", "heat", "Use a heating pad.", 1, 7)
TROUBLE = Trouble("microphone", "The microphone is gone.", "Plug it in.")
HEAT = Coming("use your heating pad", datetime(2026, 3, 4, 16, 40, tzinfo=UTC), 754.0, rings=False)
BREAK = Coming("take a break", datetime(2026, 3, 4, 16, 20, tzinfo=UTC), 0.0, rings=True)


class Seen(Room):
    """A conversation as a terminal shows it."""

    def __init__(
        self,
        pack: Pack,
        understanding: Understanding,
        width: int = 80,
        height: int = 24,
        environment: Mapping[str, str] | None = None,
        encoding: str = "utf-8",
    ) -> None:
        self.raw = io.BytesIO()
        console = Console(
            file=io.TextIOWrapper(self.raw, encoding=encoding, write_through=True),
            width=width,
            height=height,
            force_terminal=True,
            _environ={"TERM": "xterm-256color", **(environment or {})},
        )
        board = Board(pack, hears=True, clock=lambda: self.now)
        self.view = LiveView(
            console,
            board,
            title=pack.name,
            coming=lambda: (BREAK, HEAT),
            clock=lambda: self.now,
        )
        super().__init__(pack, understanding, board=board)

    def _show(self, event: Event) -> None:
        self.shown.append(event)
        self.view.show(event)

    def lines(self) -> list[str]:
        self.assistant.step(timeout=0)
        return [(line.label + line.text).rstrip() for line in self.view.lines()]

    def text(self) -> str:
        return "\n".join(self.lines())


@pytest.fixture
def seen(pack: Pack, understanding: Understanding) -> Seen:
    return Seen(pack, understanding)


def quiet(room: Seen) -> None:
    """Nothing has happened yet."""


def reading(room: Seen) -> None:
    room.hear("read the heat section")


def read(room: Seen) -> None:
    room.hear("can knots be prevented")
    room.let_it_finish()
    room.hear("no")
    room.live(60.0)


def to_a_hold(room: Seen) -> None:
    room.hear("start stretching")
    room.live_until(lambda: room.assistant.narrator.question is not None)
    room.hear("ready")
    room.live_until(lambda: room.assistant.narrator.holding)


def told(*events: Event) -> Callable[[Seen], None]:
    def tell(room: Seen) -> None:
        for event in events:
            room.tell(event)

    return tell


@pytest.mark.parametrize(
    ("happens", "visible"),
    [
        (quiet, ["Knot in your back", "[listening]", "you can say  Ask me about massage"]),
        (told(SpeechBegan(1)), ["[hearing you]"]),
        (told(SpeechBegan(1), Partial(1, "how do i", 0.1)), ["heard        how do i …"]),
        (told(Heard("", 1)), ["heard        (nothing for me)"]),
        (told(Level(-30.0)), ["microphone   " + "█" * 20 + "░" * 20 + " -30 dB\n"]),
        (told(Level(-120.0)), ["░ no sound: is it muted?"]),
        (told(Level(-20.0, overflows=3)), ["-20 dB, 3 blocks lost"]),
        (told(TROUBLE), ["trouble      microphone: The microphone is gone. Plug it in."]),
        (quiet, ["reminders    now take a break", "in 13 min use your heating pad, Wed 16:40"]),
        (
            reading,
            [
                "heard        read the heat section",
                "understood   read section, section heat",
                "why          template: ",
                "reading      heat, ",
                " left\n",
                "saying       > ",
                "you can say  You can say wait, go on, next",
            ],
        ),
        (read, ["[listening]", "said         Yes, there is a lot that helps"]),
        (
            to_a_hold,
            [
                "[holding]",
                "hold         " + "░" * 40 + " 20 s left of 20 s",
                "             your right knee, 1 of 3",
                "then         your right knee, 2 of 3, 20 s",
                "skip this side",
            ],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_80_by_24_shows(seen: Seen, happens: Callable[[Seen], None], visible: list[str]) -> None:
    happens(seen)
    assert [words for words in visible if words not in seen.text() + "\n"] == []


def test_the_bar_of_a_hold_follows_the_clock(seen: Seen) -> None:
    to_a_hold(seen)
    seen.now += 9.9
    assert "hold         " + "█" * 20 + "░" * 20 + " 10 s left of 20 s" in seen.text()
    seen.hear("wait")
    assert "[paused]" in seen.text()
    assert "hold         " not in seen.text()


def test_a_trouble_goes_when_it_is_mended(seen: Seen) -> None:
    seen.tell(TROUBLE)
    seen.tell(Mended("microphone"))
    assert "trouble" not in seen.text()


def test_what_is_noted_stays_at_the_foot(seen: Seen) -> None:
    seen.view.note("the screen is at http://127.0.0.1:5668/")
    assert seen.lines()[-2:] == [
        "             the screen is at http://127.0.0.1:5668/",
        "             Ctrl+C ends it.",
    ]


@pytest.mark.parametrize("happens", [quiet, reading, to_a_hold])
@pytest.mark.parametrize("size", [(80, 24), (40, 24), (20, 5), (80, 8), (200, 60)])
def test_it_fits_every_size(
    pack: Pack, understanding: Understanding, size: tuple[int, int], happens: Callable[[Seen], None]
) -> None:
    width, height = size
    room = Seen(pack, understanding, width, height)
    happens(room)
    lines = room.lines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    if happens is to_a_hold:
        assert "20 s left of 20 s" in " ".join(lines)


@pytest.mark.parametrize(
    ("environment", "encoding", "absent"),
    [({"NO_COLOR": "1"}, "utf-8", b"\x1b[31m"), ({}, "ascii", "█".encode())],
)
def test_without_colours_and_without_blocks(
    pack: Pack,
    understanding: Understanding,
    environment: Mapping[str, str],
    encoding: str,
    absent: bytes,
) -> None:
    room = Seen(pack, understanding, environment=environment, encoding=encoding)
    with room.view:
        room.tell(TROUBLE)
        to_a_hold(room)
        room.tell(Level(-20.0))
    painted = room.raw.getvalue()
    assert b"20 s left of 20 s" in painted
    assert absent not in painted


def test_it_paints_no_more_often_than_eight_times_a_second(seen: Seen) -> None:
    with seen.view:
        to_a_hold(seen)
        before = seen.raw.getvalue().count(b"[holding]")
        for tenth in range(50):
            seen.pass_time(0.1)
            seen.tell(Level(-20.0 - tenth % 7))
        paintings = seen.raw.getvalue().count(b"[holding]") - before
    assert 20 <= paintings <= 40


def test_the_terminal_is_given_back(seen: Seen) -> None:
    with seen.view:
        seen.hear("help")
    painted = seen.raw.getvalue()
    assert painted.startswith(b"\x1b[?1049h")
    assert painted.endswith(b"\x1b[?25h\x1b[?1049l")


EVENTS = (
    Level(-20.0),
    SpeechBegan(1),
    Partial(1, "how much longer", 0.0),
    Heard("how much longer", 1),
    Request("time_left"),
    SAYING,
    Holding("your right knee", 20.0, 0.0),
    Holding("your right knee", 25.0, 10.0),
    TROUBLE,
    Mended("microphone"),
)


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (
            PlainView,
            [
                "heard       how much longer",
                "understood  time left",
                "saying      Use a heating pad.",
                "hold        20 s",
                "hold        15 s",
                "trouble     microphone: The microphone is gone. Plug it in.",
                "mended      microphone works again",
            ],
        ),
        (
            lambda console: PlainView(console, sentence),
            ["Use a heating pad.", "The microphone is gone. Plug it in."],
        ),
    ],
    ids=["spoken", "typed"],
)
def test_lines_without_signs(view: Callable[[Console], PlainView], lines: list[str]) -> None:
    paper = io.StringIO()
    with view(Console(file=paper, width=30)) as plain:
        for event in EVENTS:
            plain.show(event)
    assert paper.getvalue().splitlines() == lines
