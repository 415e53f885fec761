"""Half of a sign of an emergency is asked about: better a question than silence, or an alarm."""

from __future__ import annotations

import pytest

from tests.assistant.room import Room
from voice.events import Heard
from voice.scripts.narrator import Phase

ASKED = "Do you need medical help now?"
HELP = "Please get medical help now."
CALL = "If you need medical help, call your local emergency number."

HALVES = [
    "my genitals",
    "i think it's numb around something",
    "i've become in continent",
    "i can't control my you",
    "my legs won't help me at ten",
    "the gist just won't come",
    "there's numbness all the way down to that",
    "since i fell at my turn",
    "call nine nine",
    "my bladder something",
    "i can't hold my",
    "i landed on my tail",
    "neither of them will move",
]
CAN_RATHER = [
    "i can't feel my legs fine",
    "i can't pee just fine",
    "i can't breathe easier now",
    "i can't feel the stretch in both legs",
]
HARMLESS = [
    "what number is this",
    "find me the number of the bank",
    "squeeze your buttocks",
    "i had to get it off my chest",
    "does cold numb the pain",
    "the numbness is gone",
    "it's nine o'clock",
    "remind me to call the hospital",
    "i can't wait",
    "he fell asleep",
    "i can't find my keys",
    "my feet are on the floor",
    "help me with my homework",
    "i can't believe it",
]


def hear_freely(room: Room, text: str, *, bound: str = "", confidence: float = 0.2) -> None:
    """Free recognition hears this; the grammar something else, or nothing that is believed."""
    room.utterances += 1
    heard = Heard(bound, utterance=room.utterances, confidence=confidence, free_text=text)
    room.tell(heard)


def with_the_question_asked(room: Room) -> None:
    hear_freely(room, "my genitals are something")
    room.let_it_finish()
    assert room.tape.said[-1] == ASKED
    assert room.assistant.narrator.phase is Phase.ASKING


@pytest.mark.parametrize("text", [*HALVES, *CAN_RATHER])
def test_half_a_sign_is_asked_about(room: Room, text: str) -> None:
    hear_freely(room, text)
    room.let_it_finish()
    assert room.requests() == ["danger_perhaps"]
    assert room.tape.said == ["I am not sure that I heard you right.", ASKED]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_not_asked_about(room: Room, text: str) -> None:
    hear_freely(room, text)
    room.let_it_finish()
    assert ASKED not in room.tape.said
    assert HELP not in room.tape.said


def test_yes_brings_the_whole_warning(room: Room) -> None:
    with_the_question_asked(room)
    room.hear("yes")
    room.let_it_finish()
    assert room.tape.said.count(HELP) == 2
    room.hear("start stretching")
    room.let_it_finish()
    assert room.tape.said[-1].startswith("What you told me needs a doctor first")


def test_no_ends_it(room: Room) -> None:
    with_the_question_asked(room)
    room.hear("no")
    room.let_it_finish()
    assert room.tape.said[-1] == "All right. I am here if you need me."
    assert HELP not in room.tape.said


def test_who_says_it_again_instead_of_yes_needs_help(room: Room) -> None:
    with_the_question_asked(room)
    hear_freely(room, "my genitals are gone")
    hear_freely(room, "i can't control my you")
    room.let_it_finish()
    assert room.tape.said.count(HELP) == 2


def test_who_does_not_answer_hears_whom_to_call(room: Room) -> None:
    with_the_question_asked(room)
    room.live(30.0)
    assert "Say yes if you need medical help, or say no." in room.tape.said
    assert room.tape.said[-1] == CALL


def test_a_stretch_waits_for_the_answer_and_is_offered_again(room: Room) -> None:
    room.hear("knees to chest")
    room.live_until(lambda: room.assistant.narrator.phase is Phase.ASKING)
    room.hear("ready")
    room.live_until(lambda: room.assistant.narrator.holding)
    hear_freely(room, "my genitals are something")
    room.live_until(room.saying(ASKED))
    room.hear("no")
    room.live_until(room.saying("Shall we go on with the stretch"))


def test_a_whole_sentence_that_the_grammar_heard_is_obeyed_instead(room: Room) -> None:
    room.hear("read the heat section")
    hear_freely(room, "my genitals", bound="stop", confidence=0.9)
    room.let_it_finish()
    assert room.requests()[-1] == "stop"
    assert ASKED not in room.tape.said


def test_an_emergency_that_is_only_alike_is_asked_about(room: Room) -> None:
    hear_freely(room, "i can't feel my pin us", bound="", confidence=0.1)
    assert room.requests() == ["danger_perhaps"]


def test_a_whole_sign_is_never_only_asked_about(room: Room) -> None:
    hear_freely(room, "i can't feel my legs")
    assert room.requests() == ["red_flag"]


def test_the_echo_of_our_own_voice_asks_nothing(room: Room) -> None:
    room.hear("i can't feel my legs")
    said = len(room.tape.said)
    hear_freely(room, "go to the emergency department")
    assert ASKED not in room.tape.said[said:]
