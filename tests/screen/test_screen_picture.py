"""What the page is told of a conversation: state, words, figure, hold, what comes next."""

from __future__ import annotations

import json
from importlib.resources import files
from itertools import groupby

import pytest

from tests.assistant.room import Room
from voice.events import Heard, Level, Mended, Partial, Request, SpeechBegan, Trouble
from voice.knowledge import Pack
from voice.screen.board import LEVEL_EVERY, Board
from voice.screen.controls import controls, starts
from voice.screen.picture import Figure, Picture, figure_at
from voice.scripts.script import Hold
from voice.scripts.stretching import session
from voice.understanding import Understanding

POSES = json.loads((files("voice.screen") / "page" / "poses.json").read_text())["poses"]


class Watched(Room):
    """A conversation with a board, which sees each step at once."""

    def __init__(self, pack: Pack, understanding: Understanding, *, hears: bool = True) -> None:
        self.board = Board(pack, hears=hears, clock=lambda: self.now)
        super().__init__(pack, understanding, board=self.board)

    @property
    def picture(self) -> Picture:
        self.assistant.step(timeout=0)
        return self.board.shown.picture

    def state(self) -> str:
        return self.picture.state

    def troubles(self) -> list[Trouble]:
        self.assistant.step(timeout=0)
        return list(self.board.shown.troubles)


@pytest.fixture
def watched(pack: Pack, understanding: Understanding) -> Watched:
    return Watched(pack, understanding)


def to_the_gate(room: Watched) -> None:
    room.hear("start stretching")
    room.live_until(lambda: room.picture.state == "waiting")


def to_a_hold(room: Watched) -> None:
    to_the_gate(room)
    room.hear("ready")
    room.live_until(lambda: room.assistant.narrator.holding)


def test_states_of_a_stretch(watched: Watched) -> None:
    assert watched.state() == "listening"
    to_the_gate(watched)
    assert watched.picture.asked
    watched.hear("ready")
    assert watched.state() == "speaking"
    watched.live_until(lambda: watched.state() == "holding")
    watched.hear("wait")
    assert watched.state() == "paused"
    watched.hear("go on")
    assert watched.state() == "holding"
    watched.live_until(lambda: watched.state() == "resting")
    watched.tell(SpeechBegan(99))
    assert watched.state() == "hearing"
    watched.tell(Heard("", 99))
    assert watched.state() == "resting"
    watched.hear("stop")
    assert watched.state() == "listening"


def test_without_a_microphone_silence_is_not_listening(
    pack: Pack, understanding: Understanding
) -> None:
    assert Watched(pack, understanding, hears=False).picture.state == "ready"


def test_a_reading_shows_its_sentences_around_the_present_one(watched: Watched) -> None:
    watched.hear("read the heat section")
    watched.let_it_speak(2)
    script = watched.assistant.narrator.script
    assert script is not None
    texts = [getattr(step, "text", "") for step in script.steps]
    words = watched.picture.words
    assert (*words.before, words.now, *words.after) == tuple(texts[:6])
    assert words.now == texts[2]
    assert words.sounding
    assert (watched.picture.kind, watched.picture.figure) == ("reading", None)


def test_a_hold_has_a_clock_a_side_and_what_comes_after_it(watched: Watched) -> None:
    to_a_hold(watched)
    watched.live(5.0)
    shown = watched.picture
    assert shown.place is not None
    assert (shown.place.side, shown.place.repetition, shown.place.of) == ("right", 1, 3)
    assert shown.place.seconds == 20.0
    assert shown.clock is not None
    assert shown.clock.elapsed == pytest.approx(5.0, abs=4.0)
    assert shown.coming is not None
    assert (shown.coming.label, shown.coming.repetition) == ("your right knee", 2)
    assert shown.figure == Figure("one_knee_to_chest", "right")


def test_the_clock_of_a_hold_is_exact_and_grows_old(watched: Watched) -> None:
    to_a_hold(watched)
    assert watched.picture.clock is not None
    seen, began = watched.board.shown, watched.now
    assert seen.picture.clock is not None
    assert seen.picture.clock.elapsed == pytest.approx(0.0)
    watched.now += 3.0
    assert watched.board.age(seen) == pytest.approx(watched.now - began)


def test_longer_holds_are_shown_at_once(watched: Watched) -> None:
    to_a_hold(watched)
    before = watched.board.shown.version
    watched.hear("longer")
    assert watched.picture.place is not None
    assert watched.picture.place.seconds == 25.0
    assert watched.board.shown.version > before


def test_every_figure_of_the_pack_is_drawn(pack: Pack) -> None:
    figures = {stretch.figure for r in pack.routines.values() for stretch in r.stretches}
    positions = {routine.position for routine in pack.routines.values()}
    assert figures | positions <= POSES.keys()


def test_a_session_goes_through_its_figures_in_order(pack: Pack) -> None:
    script = session(pack)
    figures = [figure_at(pack, script, step) for step in range(len(script.steps))]
    seen = [(figure.name, figure.side) for figure, _ in groupby(figures) if figure is not None]
    right, left = ("one_knee_to_chest", "right"), ("one_knee_to_chest", "left")
    both, arms = ("both_knees_to_chest", ""), ("arms_overhead", "")
    lying, standing = ("lying", ""), ("standing", "")
    assert seen == [
        *[lying, right] * 3,
        *[lying, left] * 3,
        *[lying, both] * 3,
        lying,
        *[standing, arms] * 3,
        standing,
    ]


def test_each_hold_shows_its_own_figure(pack: Pack) -> None:
    script = session(pack)
    for number, step in enumerate(script.steps):
        if isinstance(step, Hold):
            assert figure_at(pack, script, number) == Figure(step.figure, step.side)


def test_what_was_heard_understood_and_answered(watched: Watched) -> None:
    watched.tell(SpeechBegan(1))
    watched.tell(Partial(1, "how long", 0.0))
    assert watched.picture.state == "hearing"
    assert (watched.board.shown.exchange.heard, watched.board.shown.exchange.final) == (
        "how long",
        False,
    )
    watched.hear("how long does it take")
    watched.let_it_finish()
    assert watched.picture.kind == ""
    exchange = watched.board.shown.exchange
    assert (exchange.heard, exchange.final) == ("how long does it take", True)
    assert exchange.understood == "answer_faq question=how_long"
    assert exchange.answer == tuple(s.text for s in watched.pack.questions["how_long"].sentences)


def test_a_trouble_stays_until_it_is_mended(watched: Watched) -> None:
    trouble = Trouble("loudspeaker", "The loudspeaker has gone.", "Plug it in.")
    watched.tell(trouble)
    assert watched.troubles() == [trouble]
    watched.tell(Mended("loudspeaker"))
    assert watched.troubles() == []


def test_followers_are_told_of_news_alone(watched: Watched) -> None:
    told: list[int] = []
    assert watched.picture
    with watched.board.followed(lambda: told.append(watched.board.shown.version)):
        for _ in range(3):
            watched.assistant.step(timeout=0)
        assert told == []
        watched.hear("help")
        assert watched.picture
        assert told != []
    count = len(told)
    watched.hear("stop")
    assert len(told) == count


def test_the_level_is_shown_a_few_times_a_second(watched: Watched) -> None:
    told: list[float | None] = []
    with watched.board.followed(lambda: told.append(watched.board.shown.level)):
        for number in range(100):
            watched.board.show(Level(-40.0 + number / 10))
            watched.now += LEVEL_EVERY / 10
    assert 8 <= len(told) <= 11


def test_every_control_is_understood_by_the_assistant(
    pack: Pack, understanding: Understanding
) -> None:
    room = Room(pack, understanding)
    for request in controls(pack).values():
        room.tell(request)
        assert room.requests()[-1] == request.intent


def test_what_one_can_begin_with_can_be_asked_for(pack: Pack) -> None:
    names = [start.name for start in starts(pack)]
    assert len(names) == len(pack.routines) + len(pack.methods) + len(pack.questions)
    assert set(names) <= controls(pack).keys()
    assert controls(pack)["section:heat"] == Request(
        "read_section", {"section": "heat"}, reason="pressed on the screen"
    )
