"""The guided session in conversation: every control, pain, emergencies, silence, survival."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.assistant.room import Room
from voice.assistant import Quit, Woke
from voice.events import Interrupted, Partial, Saying, SpeechBegan
from voice.history import History, Session
from voice.knowledge import Pack
from voice.scripts.narrator import Held, Holding, Phase
from voice.scripts.script import Hold
from voice.understanding import Understanding

AFTERNOON = datetime(2026, 3, 4, 15, 0)


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite3")


Later = Callable[..., Room]


@pytest.fixture
def room_on(pack: Pack, understanding: Understanding, history: History) -> Later:
    """A conversation with the same history: so many days, hours and minutes from the first one."""
    return lambda **later: Room(pack, understanding, history, AFTERNOON + timedelta(**later))


@pytest.fixture
def room(room_on: Later) -> Room:
    return room_on()


def text(room: Room, key: str, **fields: str) -> str:
    return " ".join(room.pack.reply(key, **fields))


def hold(room: Room) -> Hold:
    """The hold that is under way or comes next."""
    script = room.assistant.narrator.script
    assert script is not None
    return next(s for s in script.steps[room.assistant.narrator.step :] if isinstance(s, Hold))


def where(room: Room) -> tuple[str, int]:
    return hold(room).side, hold(room).repetition


def to_the_gate(room: Room, words: str = "start stretching") -> None:
    room.hear(words)
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)


def to_the_first_hold(room: Room, words: str = "start stretching") -> None:
    to_the_gate(room, words)
    room.hear("ready")
    room.live_until(lambda: room.assistant.narrator.holding)


def into_the_hold(room: Room) -> None:
    to_the_first_hold(room)
    room.live(8.5)


def while_it_speaks(room: Room) -> None:
    to_the_gate(room)
    room.hear("ready")
    room.live_until(room.saying("Slowly bring it towards"))
    # Past the moment at which a short word might be taken for an echo of the voice.
    room.live(1.0)


def while_it_rests(room: Room) -> None:
    to_the_first_hold(room)
    room.live_until(room.saying("let it down"))
    room.live_until(lambda: room.assistant.narrator.phase is Phase.RESTING)
    room.live(3.0)


def while_it_waits(room: Room) -> None:
    to_the_gate(room)
    room.live(2.0)


def while_on_the_way_down(room: Room) -> None:
    room.hear("start stretching")
    room.live_until(room.saying("go down onto one knee"))
    room.live(1.0)


def while_paused(room: Room) -> None:
    into_the_hold(room)
    room.hear("wait")
    room.live(20.0)


MOMENTS = [into_the_hold, while_it_speaks, while_it_rests, while_it_waits, while_paused]

# How it begins


@pytest.mark.parametrize(
    ("words", "routines"),
    [
        ("start stretching", ["lie on your back", "done standing"]),
        ("guide me", ["lie on your back", "done standing"]),
        ("knees to chest", ["lie on your back"]),
        ("overhead reach", ["done standing"]),
    ],
)
def test_it_begins_by_a_word(room: Room, words: str, routines: list[str]) -> None:
    room.hear(words)
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    script = room.assistant.narrator.script
    assert script is not None
    whole = " ".join(getattr(step, "text", "") for step in script.steps)
    assert [words in whole for words in ("lie on your back", "done standing")] == [
        words in routines for words in ("lie on your back", "done standing")
    ]


def test_yes_after_the_stretching_section_begins_it(room: Room) -> None:
    room.hear("how do i stretch my back")
    room.let_it_finish()
    room.hear("yes please")
    assert room.tape.said[-1] == room.pack.safety.before_stretching[0].text


def test_before_the_first_one_it_tells_of_safety_and_who_should_not(room: Room) -> None:
    to_the_gate(room)
    said = " ".join(room.tape.said)
    for words in ("do not bounce", "it hurts", "stop at any time", "osteoporosis"):
        assert words in said
    assert "on something firm" in room.tape.said[-1]
    assert "Say ready" in room.tape.said[-1]


def test_the_words_about_safety_come_once_a_day(room: Room, room_on: Later) -> None:
    safety = room.pack.safety.before_stretching[0].text
    said = []
    for later in ({}, {"minutes": 30}, {"days": 1}):
        visit = room_on(**later)
        to_the_gate(visit)
        visit.hear("stop")
        said.append(safety in visit.tape.said)
    assert said == [True, False, True]


@pytest.mark.parametrize("words", ["ready", "yes", "go on", "next", "i'm ready", "let's start"])
def test_ready_goes_on(room: Room, words: str) -> None:
    to_the_gate(room)
    room.hear(words)
    assert room.tape.said[-1] == "Now your right knee."


def test_ready_is_heard_while_the_question_is_still_asked(room: Room) -> None:
    room.hear("start stretching")
    room.live_until(room.saying("Say ready"))
    room.live(0.5)
    room.hear("yes")
    assert room.tape.said[-1] == "Now your right knee."


def test_not_yet_waits(room: Room) -> None:
    to_the_gate(room)
    room.hear("no")
    room.live(60.0)
    assert room.tape.said[-1] == text(room, "ready_not_yet")
    room.hear("ready")
    assert room.tape.said[-1] == "Now your right knee."


def test_no_answer_gets_one_re_prompt_then_quiet_then_a_kind_end(room: Room) -> None:
    to_the_gate(room)
    said = len(room.tape.said)
    room.live(7.9)
    assert room.tape.said[said:] == []
    room.live(10.0)
    assert room.tape.said[said:] == [text(room, "ready_again")]
    room.live(580.0)
    assert room.tape.said[said:] == [text(room, "ready_again")]
    room.live(60.0)
    assert room.tape.said[said:] == [text(room, "ready_again"), text(room, "ready_lapsed")]
    assert not room.assistant.narrator.busy
    assert not room.ended()


# How it goes on by itself


def answering_every_check(room: Room) -> Callable[[], bool]:
    def at_the_end() -> bool:
        asked = room.assistant.narrator.question
        if (
            room.assistant.narrator.phase is Phase.ASKING
            and asked is not None
            and asked.yes is None
        ):
            room.hear("ready")
        return room.tape.said[-1] == text(room, "offer_reminder")

    return at_the_end


def test_a_whole_session_runs_to_its_end_with_both_sides_alike(
    room: Room, history: History
) -> None:
    room.hear("start stretching")
    room.live_until(answering_every_check(room))
    held = [event for event in room.shown if isinstance(event, Held)]
    assert [event.label for event in held] == [
        *["your right knee"] * 3,
        *["your left knee"] * 3,
        *["both knees"] * 3,
        *["your arms above your head"] * 3,
    ]
    assert {event.seconds for event in held} == {20.0}
    assert "minutes of stretching" in room.tape.said[-2]
    (kept,) = history.sessions()
    assert (kept.routine, kept.holds, kept.completed) == ("all", 12, True)
    assert 6 <= kept.minutes <= 14


def test_within_a_hold_each_thing_has_its_second(room: Room) -> None:
    to_the_first_hold(room)
    heard: list[tuple[float, str]] = []
    began = room.now
    said, tones = len(room.tape.said), len(room.tape.earcons)
    while room.assistant.narrator.phase is Phase.HOLDING:
        room.live(0.05)
        new = room.tape.said[said:] + room.tape.earcons[tones:]
        heard += [(room.now - began, what) for what in new if what != "hold_begins"]
        said, tones = len(room.tape.said), len(room.tape.earcons)
    expected = [
        (3.0, "Breathe slowly, in, and out."),
        (7.0, "tick"),
        (10.0, "Halfway."),
        (13.0, "tick"),
        (15.0, "Five."),
        (16.0, "Four."),
        (17.0, "Three."),
        (18.0, "Two."),
        (19.0, "One."),
        (20.0, "hold_ends"),
    ]
    assert [what for _, what in heard] == [what for _, what in expected]
    for (at, _), (second, _) in zip(heard, expected, strict=True):
        assert at == pytest.approx(second, abs=0.11)


def test_it_says_when_it_is_the_last_one_on_a_side(room: Room) -> None:
    to_the_first_hold(room)
    room.live_until(room.saying("One more on this side."))
    assert where(room) == ("right", 3)


def test_at_the_end_a_reminder_is_offered(room: Room) -> None:
    room.hear("start stretching")
    room.live_until(answering_every_check(room))
    offer = room.assistant.state().offer
    assert offer is not None
    assert (offer.intent, offer.slots) == ("set_reminder", {"about": "stretching"})


# Control

CONTROLS = [
    (into_the_hold, "wait", "paused"),
    (while_it_speaks, "hold on", "paused"),
    (while_it_rests, "one moment", "paused"),
    (into_the_hold, "how much longer", "time_left_hold"),
    (while_it_speaks, "how much longer", "time_left_stretch"),
    (while_it_rests, "how much longer", "time_left_stretch"),
    (into_the_hold, "where are we", "where_in_stretch"),
    (while_it_speaks, "where are we", "where_in_stretch"),
    (while_it_rests, "which step is this", "where_in_stretch"),
    (into_the_hold, "longer", "hold_changed"),
    (into_the_hold, "a bit shorter", "hold_changed"),
    (while_it_speaks, "hold it longer", "hold_changed"),
    (while_it_rests, "shorter please", "hold_changed"),
    (into_the_hold, "slower", "slower"),
    (into_the_hold, "faster", "faster"),
    (into_the_hold, "louder", "louder"),
    (into_the_hold, "quieter", "quieter"),
    (into_the_hold, "help", "help_stretching"),
]


@pytest.mark.parametrize(("moment", "words", "reply"), CONTROLS)
def test_what_each_control_says(
    room: Room, moment: Callable[[Room], None], words: str, reply: str
) -> None:
    moment(room)
    room.hear(words)
    told = room.pack.replies[reply][0].partition("{")[0].rstrip()
    assert room.tape.said[-1].startswith(told)


TOWARDS_THE_CHEST = "Slowly bring it towards your chest, with both hands."
GOES_TO = [
    (into_the_hold, "next", ("right", 2), "Slowly let it down again, and rest."),
    (while_it_speaks, "next", ("right", 1), "Go only to a mild pull, never to pain."),
    (while_it_rests, "next", ("right", 2), "And once more."),
    (into_the_hold, "back", ("right", 1), "And hold."),
    (while_it_speaks, "back", ("right", 1), "Now your right knee."),
    (
        while_it_speaks,
        "again",
        ("right", 1),
        "Slowly bring it towards your chest, with both hands.",
    ),
    (into_the_hold, "skip this side", ("left", 1), "Now your left knee."),
    (while_it_speaks, "the other side", ("left", 1), "Now your left knee."),
    (while_it_rests, "skip this knee", ("left", 1), "Now your left knee."),
    (while_paused, "skip this side", ("left", 1), "Now your left knee."),
    (while_paused, "next", ("right", 2), "Slowly let it down again, and rest."),
]


@pytest.mark.parametrize(("moment", "words", "place", "said"), GOES_TO)
def test_where_each_control_goes(
    room: Room, moment: Callable[[Room], None], words: str, place: tuple[str, int], said: str
) -> None:
    moment(room)
    room.hear(words)
    assert where(room) == place
    assert room.tape.said[-1] == said


@pytest.mark.parametrize("moment", MOMENTS)
def test_stop_ends_it_at_any_moment(room: Room, moment: Callable[[Room], None]) -> None:
    moment(room)
    room.hear("stop")
    said = len(room.tape.said)
    room.live(700.0)
    assert not room.assistant.narrator.busy
    assert len(room.tape.said) == said
    assert not room.ended()


@pytest.mark.parametrize("words", ["again", "go on"])
def test_a_hold_that_was_left_begins_afresh_with_a_count_in(room: Room, words: str) -> None:
    while_paused(room)
    tones = len(room.tape.earcons)
    said = len(room.tape.said)
    room.hear(words)
    resumed = room.now
    room.live_until(lambda: "hold_begins" in room.tape.earcons[tones:])
    assert room.tape.said[said:] == [
        text(room, "hold_resumes", label="your right knee", number="one", count="three"),
        "Three.",
        "Two.",
        "One.",
    ]
    assert 4.0 <= room.now - resumed <= 12.0
    assert room.assistant.narrator.hold_left() == pytest.approx(20.0)


def test_words_within_a_hold_do_not_make_it_longer(room: Room) -> None:
    to_the_first_hold(room)
    began = room.now
    for words in ("where are we", "louder", "slower", "help"):
        room.live(2.5)
        room.hear(words)
    room.live_until(lambda: room.assistant.narrator.phase is not Phase.HOLDING)
    assert room.now - began == pytest.approx(20.0)


def test_a_number_cuts_off_whatever_else_is_being_said(room: Room) -> None:
    to_the_first_hold(room)
    room.live(14.0)
    room.hear("help")
    room.live(1.01)
    assert room.tape.said[-1] == "Five."


@pytest.mark.parametrize(
    ("words", "lengths"),
    [
        (["longer"], [25.0]),
        (["longer", "longer"], [25.0, 25.0]),
        (["shorter"], [15.0]),
        (["shorter", "shorter", "shorter"], [15.0, 10.0, 10.0]),
        (["shorter", "longer"], [15.0, 20.0]),
    ],
)
def test_holds_change_within_the_limits(room: Room, words: list[str], lengths: list[float]) -> None:
    to_the_first_hold(room)
    found = []
    for said in words:
        room.live(2.0)
        room.hear(said)
        found.append(hold(room).seconds)
    assert found == lengths
    script = room.assistant.narrator.script
    assert script is not None
    holds = [s for s in script.steps[room.assistant.narrator.step :] if isinstance(s, Hold)]
    assert {h.seconds for h in holds} == {lengths[-1]}
    assert all(h.seconds * h.of <= 75 for h in holds)


def test_longer_counts_for_the_hold_under_way_and_its_clock_runs_on(room: Room) -> None:
    to_the_first_hold(room)
    began = room.now
    room.live(12.0)
    room.hear("longer")
    room.live_until(room.saying("Five."))
    assert room.now - began == pytest.approx(20.0)
    room.live_until(lambda: room.assistant.narrator.phase is not Phase.HOLDING)
    assert room.now - began == pytest.approx(25.0)


def test_shorter_than_what_has_passed_ends_the_hold_with_its_tone(room: Room) -> None:
    to_the_first_hold(room)
    room.live(18.5)
    room.hear("shorter")
    room.live(0.01)
    assert room.tape.earcons[-1] == "hold_ends"
    assert room.assistant.narrator.phase is Phase.RESTING


@pytest.mark.parametrize(("words", "factor"), [("slower", 1.15), ("faster", 1 / 1.15)])
def test_rests_follow_the_tempo_and_holds_do_not(room: Room, words: str, factor: float) -> None:
    into_the_hold(room)
    room.hear(words)
    room.live_until(room.saying("let it down"))
    room.live_until(lambda: room.assistant.narrator.phase is Phase.RESTING)
    rest_began = room.now
    room.live_until(room.saying("once more"))
    assert room.now - rest_began == pytest.approx(8.0 * factor)
    assert [event.seconds for event in room.shown if isinstance(event, Held)] == [20.0]


@pytest.mark.parametrize("words", ["longer", "shorter", "skip this side", "gentler"])
def test_what_only_a_session_has_is_explained_without_one(room: Room, words: str) -> None:
    room.hear(words)
    assert room.tape.said[-1] == text(room, "not_stretching")


def test_a_question_in_between_is_answered_and_the_way_back_is_offered(room: Room) -> None:
    into_the_hold(room)
    room.hear("can knots be prevented")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    assert room.tape.said[-1] == text(room, "offer_back", label="your right knee")
    room.hear("yes")
    assert room.tape.said[-1] == "Now your right knee."
    room.live_until(lambda: room.assistant.narrator.holding)
    assert where(room) == ("right", 1)


@pytest.mark.parametrize(
    "way_back", ["can knots be prevented / yes", "gentler", "it hurts / yes"], ids=str
)
@pytest.mark.parametrize("moment", [while_it_waits, while_on_the_way_down])
def test_who_was_not_in_position_yet_is_led_there_again(
    room: Room, moment: Callable[[Room], None], way_back: str
) -> None:
    moment(room)
    for words in way_back.split(" / "):
        room.hear(words)
        room.live(0.7)
        room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
        room.live(0.7)
    assert "Are you lying on something firm" in room.tape.said[-1]


# Pain


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("words", ["it hurts", "ouch that hurts"])
def test_pain_stops_it_and_asks(room: Room, moment: Callable[[Room], None], words: str) -> None:
    moment(room)
    said = len(room.tape.said)
    room.hear(words)
    assert not room.assistant.narrator.holding
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    assert room.tape.said[said:] == [
        *room.pack.replies["pain_in_stretch"],
        text(room, "pain_offer"),
    ]


def test_pain_is_obeyed_before_the_utterance_has_ended(room: Room) -> None:
    while_it_speaks(room)
    room.tell(SpeechBegan(90))
    room.tell(Partial(90, "it hurts", stable=0.2))
    assert room.tape.said[-1] == room.pack.replies["pain_in_stretch"][0]


@pytest.mark.parametrize("words", ["yes", "gentler", "more gently", "go on", "go on gently"])
def test_after_pain_it_goes_on_gently_where_it_was(room: Room, words: str) -> None:
    into_the_hold(room)
    room.hear("it hurts")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.live(0.6)
    said = len(room.tape.said)
    room.hear(words)
    room.live_until(lambda: room.assistant.narrator.holding)
    assert room.tape.said[said] == text(room, "gently")
    assert "Go only half of the way." in room.tape.said[said:]
    assert (where(room), hold(room).seconds) == (("right", 1), 10.0)
    script = room.assistant.narrator.script
    assert script is not None
    assert {s.seconds for s in script.steps if isinstance(s, Hold)} == {10.0}


def test_what_became_gentle_stays_gentle(room: Room) -> None:
    into_the_hold(room)
    room.hear("more gently please")
    room.live_until(lambda: room.assistant.narrator.holding)
    room.hear("how long does it take to get rid of a knot")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.hear("yes")
    room.live_until(lambda: room.assistant.narrator.holding)
    assert hold(room).seconds == 10.0


@pytest.mark.parametrize("words", ["no", "no thank you", "end", "stop"])
def test_after_pain_it_ends_if_asked_to(room: Room, words: str) -> None:
    into_the_hold(room)
    room.hear("it hurts")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.live(0.6)
    room.hear(words)
    room.live(30.0)
    assert not room.assistant.narrator.busy
    room.hear("go on gently")
    assert room.tape.said[-1] == text(room, "not_stretching")


def test_after_pain_nothing_goes_on_by_itself(room: Room) -> None:
    into_the_hold(room)
    room.hear("it hurts")
    shown = len(room.shown)
    room.live(700.0)
    assert not room.assistant.narrator.busy
    assert not [event for event in room.shown[shown:] if isinstance(event, Holding)]


def test_pain_for_the_second_time_ends_it_and_says_when_to_see_someone(
    room: Room, history: History
) -> None:
    to_the_first_hold(room)
    room.live_until(lambda: any(isinstance(event, Held) for event in room.shown))
    room.live(1.0)
    room.hear("it hurts")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.hear("yes")
    room.live_until(lambda: room.assistant.narrator.holding)
    said = len(room.tape.said)
    room.hear("ow it hurts again")
    room.live(60.0)
    assert room.tape.said[said:] == list(room.pack.replies["pain_ended"])
    assert "see a doctor or a physiotherapist" in room.tape.said[-1]
    assert not room.assistant.narrator.busy
    assert [kept.completed for kept in history.sessions()] == [False]


def test_the_same_cry_twice_is_one_pain(room: Room) -> None:
    into_the_hold(room)
    room.hear("ouch")
    room.live(0.3)
    room.hear("it really hurts")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    assert room.tape.said[-1] == text(room, "pain_offer")


# Emergencies

SIGNS = ["i can't feel my legs", "i have chest pain", "i lost control of my bladder"]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("words", SIGNS)
def test_an_emergency_ends_everything_and_is_said_slowly_and_twice(
    room: Room, moment: Callable[[Room], None], words: str
) -> None:
    moment(room)
    said = len(room.tape.said)
    room.hear(words, confidence=0.2)
    room.live(120.0)
    assert room.tape.said[said:] == 2 * list(
        room.pack.reply("red_flag", number="your local emergency number")
    )


@pytest.mark.parametrize("words", ["start stretching", "knees to chest", "guide me"])
def test_after_an_emergency_no_stretch_is_started(room: Room, words: str) -> None:
    into_the_hold(room)
    room.hear(SIGNS[0])
    room.live(120.0)
    room.hear(words)
    room.live(60.0)
    assert room.tape.said[-2:] == list(room.pack.replies["no_stretch_now"])
    assert not room.assistant.narrator.busy


def test_after_an_emergency_no_stretch_is_offered(room: Room, room_on: Later) -> None:
    into_the_hold(room)
    room.hear(SIGNS[0])
    room.live(120.0)
    room.hear("how do i stretch my back")
    room.let_it_finish()
    assert text(room, "offer_guided") not in room.tape.said
    again = room_on(minutes=10)
    again.assistant.greet()
    again.let_it_finish()
    assert again.tape.said == list(again.pack.replies["greeting"])


# Survival


def broken_off_at_the_left_knee(room: Room) -> None:
    to_the_first_hold(room)
    room.hear("skip this side")
    room.live_until(lambda: room.assistant.narrator.holding)


def crash(_: Room) -> None:
    """Nothing more is done: the process is gone."""


def close(room: Room) -> None:
    room.tell(Quit())


@pytest.mark.parametrize("end", [crash, close])
@pytest.mark.parametrize("begin", ["greeting", "start stretching"])
def test_a_session_that_broke_off_is_gone_on_with(
    room: Room, room_on: Later, end: Callable[[Room], None], begin: str
) -> None:
    broken_off_at_the_left_knee(room)
    end(room)
    again = room_on(minutes=30)
    if begin == "greeting":
        again.assistant.greet()
    else:
        again.hear(begin)
    again.let_it_finish()
    assert again.tape.said[-1] == text(room, "offer_resume", label="your left knee")
    again.hear("yes")
    again.live_until(lambda: again.assistant.narrator.phase is Phase.ASKING)
    assert "on something firm" in again.tape.said[-1]
    again.hear("ready")
    again.live_until(lambda: again.assistant.narrator.holding)
    assert where(again) == ("left", 1)


@pytest.mark.parametrize("moment", [into_the_hold, while_it_speaks, while_it_rests, while_it_waits])
def test_a_lid_that_was_closed_pauses_it_where_it_was(
    room: Room, moment: Callable[[Room], None]
) -> None:
    moment(room)
    room.live(1.5)
    place = where(room)
    room.tell(Woke())
    room.live(60.0)
    assert room.assistant.narrator.paused
    assert room.tape.said[-1] == text(room, "interrupted")
    room.hear("go on")
    room.live(3.0)
    assert where(room) == place
    assert not room.assistant.narrator.paused


def test_no_to_going_on_is_not_asked_again(room: Room, room_on: Later) -> None:
    broken_off_at_the_left_knee(room)
    again = room_on(minutes=30)
    again.assistant.greet()
    again.let_it_finish()
    again.hear("no")
    third = room_on(minutes=40)
    third.assistant.greet()
    assert third.tape.said == [third.pack.replies["greeting"][0]]


def test_no_to_going_on_when_asked_to_start_starts_anew(room: Room, room_on: Later) -> None:
    broken_off_at_the_left_knee(room)
    again = room_on(minutes=30)
    again.hear("start stretching")
    again.let_it_finish()
    again.hear("no")
    again.live_until(lambda: again.assistant.narrator.phase is Phase.ASKING)
    again.hear("ready")
    again.live_until(lambda: again.assistant.narrator.holding)
    assert where(again) == ("right", 1)


@pytest.mark.parametrize(
    "end", ["stop", "it hurts / no", "it hurts / yes / it hurts"], ids=["stop", "pain", "pains"]
)
def test_a_session_that_was_ended_is_not_offered_again(
    room: Room, room_on: Later, end: str
) -> None:
    broken_off_at_the_left_knee(room)
    for words in end.split(" / "):
        room.hear(words)
        room.live(25.0)
    again = room_on(minutes=5)
    again.assistant.greet()
    assert again.tape.said == [again.pack.replies["greeting"][0]]


def test_after_half_a_day_it_is_forgotten(room: Room, room_on: Later) -> None:
    broken_off_at_the_left_knee(room)
    again = room_on(hours=13)
    again.assistant.greet()
    assert again.tape.said == [again.pack.replies["greeting"][0]]


# History


def days_ago(*days: int) -> list[Session]:
    return [Session(AFTERNOON - timedelta(days=n), "all", 9.0, 12, completed=True) for n in days]


@pytest.mark.parametrize("words", ["how often did i stretch this week", "what is my streak"])
@pytest.mark.parametrize(
    ("before", "said"),
    [
        ([], ["I know of no stretching in the last seven days."]),
        (days_ago(9), ["I know of no stretching in the last seven days."]),
        (days_ago(3), ["You have stretched once in the last seven days."]),
        (
            days_ago(2, 1, 0),
            [
                "You have stretched three times in the last seven days.",
                "That makes three days in a row.",
            ],
        ),
    ],
)
def test_the_history_is_told(
    room: Room, history: History, words: str, before: list[Session], said: list[str]
) -> None:
    for session in before:
        history.add(session)
    room.hear(words)
    room.let_it_finish()
    assert room.tape.said == said


def test_a_history_that_is_off_is_said_to_be_off(room: Room, history: History) -> None:
    history.switch(on=False)
    room.hear("how often did i stretch this week")
    room.let_it_finish()
    assert room.tape.said == list(room.pack.replies["history_off"])


def test_what_was_stopped_counts_only_if_something_was_held(room: Room, history: History) -> None:
    to_the_first_hold(room)
    room.hear("stop")
    assert history.sessions() == ()
    to_the_first_hold(room)
    room.live_until(room.saying("let it down"))
    room.live(2.0)
    room.hear("stop")
    (kept,) = history.sessions()
    assert (kept.holds, kept.completed) == (1, False)


def test_a_broken_history_does_not_stop_a_session(
    pack: Pack, understanding: Understanding, tmp_path: Path
) -> None:
    broken = tmp_path / "history.sqlite3"
    broken.write_bytes(b"this is no database" * 100)
    room = Room(pack, understanding, History(broken))
    to_the_first_hold(room)
    room.live_until(room.saying("once more"))
    troubles = [event for event in room.shown if getattr(event, "part", "") == "history"]
    assert len(troubles) == 1


def test_screens_are_told_of_each_hold(room: Room) -> None:
    into_the_hold(room)
    holding = [event for event in room.shown if isinstance(event, Holding)]
    assert holding == [Holding("your right knee", 20.0, 0.0)]
    room.hear("stop")
    assert isinstance(room.shown[-1], Interrupted)
    assert [event.text for event in room.shown if isinstance(event, Saying)][-1]
