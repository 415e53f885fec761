"""What is advised is safe: no medicine, no diagnosis, no cure, and no heat or cold for too long."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.room import Room
from tests.assistant.test_assistant_reminders import House
from voice.knowledge import Pack
from voice.reminders import Store
from voice.understanding import Understanding

DATA = Path(__file__).parents[1] / "understanding" / "data"

ASKED = [
    tuple(line.split("\t")) for line in (DATA / "professional.tsv").read_text("utf-8").splitlines()
]
NOT_ASKED = (DATA / "professional-not.tsv").read_text("utf-8").splitlines()


@pytest.mark.parametrize(("about", "text"), ASKED)
def test_medicine_a_diagnosis_and_a_cure_are_for_a_professional(
    room: Room, about: str, text: str
) -> None:
    room.hear(text)
    room.let_it_finish()
    assert tuple(room.tape.said) == room.pack.replies[f"ask_{about}"]
    assert re.search(r"\bI cannot\b", room.tape.said[0])
    assert re.search(r"\bPlease (ask|see) a doctor\b", room.tape.said[-1])


def test_what_only_sounds_like_it_is_answered_as_ever(understanding: Understanding) -> None:
    declined = [
        text for text in NOT_ASKED if understanding.understand(text).intent == "ask_professional"
    ]
    assert len(declined) <= 0.05 * len(NOT_ASKED), declined


def test_the_tables_are_as_large_as_promised() -> None:
    assert len({text for _, text in ASKED}) == len(ASKED) >= 40
    assert {about for about, _ in ASKED} == {"medicine", "diagnosis", "cure"}
    assert len(set(NOT_ASKED)) == len(NOT_ASKED) >= 40


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("i have chest pain should i take aspirin", "red_flag"),
        ("i can't feel my legs is it a slipped disc", "red_flag"),
        ("ow it hurts can i take a pill", "pain"),
    ],
)
def test_danger_and_pain_outrank_the_question(room: Room, text: str, intent: str) -> None:
    room.hear(text)
    assert room.requests() == [intent]


# Time limits

HEAT = "As general advice, use heat for fifteen to twenty minutes at a time."
COLD = "As general advice, use cold for up to twenty minutes at a time."
OFFER = "Shall I tell you after twenty minutes as well?"

TOO_LONG = [
    ("remind me to take the heat off in two hours", "heat_off", 120),
    ("remind me to take off the heating pad in forty five minutes", "heat_off", 45),
    ("tell me when to take the heat off in half an hour", "heat_off", 30),
    ("remind me to turn off the heating pad in three hours", "heat_off", 180),
    ("remind me to remove the hot water bottle in twenty two minutes", "heat_off", 22),
    ("remind me to take the heat off at five o'clock", "heat_off", 120),
    ("heat for forty five minutes", "heat_off", 45),
    ("heat for 45 minutes", "heat_off", 45),
    ("use the heating pad for an hour", "heat_off", 60),
    ("i'll put the heat on for half an hour", "heat_off", 30),
    ("start a heat timer for an hour", "heat_off", 60),
    ("set a thirty minute heat timer", "heat_off", 30),
    ("set a timer for the heat for forty minutes", "heat_off", 40),
    ("remind me to take the ice off in half an hour", "cold_off", 30),
    ("remind me to take off the cold pack in forty minutes", "cold_off", 40),
    ("ice for an hour", "cold_off", 60),
    ("put the ice pack on for thirty minutes", "cold_off", 30),
    ("start a cold timer for twenty five minutes", "cold_off", 25),
]
LONG_ENOUGH = [
    ("remind me to take the heat off in twenty minutes", "heat_off", 20),
    ("heat for fifteen minutes", "heat_off", 15),
    ("set a twenty minute heat timer", "heat_off", 20),
    ("start a heat timer", "heat_off", 20),
    ("remind me to take the heat off", "heat_off", 20),
    ("ice for ten minutes", "cold_off", 10),
    ("remind me to take the ice off in fifteen minutes", "cold_off", 15),
    ("start a cold timer", "cold_off", 20),
]


@pytest.fixture
def house(pack: Pack, understanding: Understanding, tmp_path: Path) -> Iterator[House]:
    store = Store(tmp_path / "reminders.sqlite3")
    yield House(pack, understanding, store)
    store.close()


def waiting(house: House) -> list[tuple[str, int]]:
    """What will ring: about what, and in how many minutes."""
    return [
        (one.about, round((one.ring_ms - house.milliseconds()) / 60_000))
        for one in house.reminders.store.live()
    ]


@pytest.mark.parametrize(("text", "about", "minutes"), TOO_LONG)
def test_heat_or_cold_for_too_long_is_not_set_without_saying_so(
    house: House, text: str, about: str, minutes: int
) -> None:
    house.hear(text)
    house.let_it_finish()
    assert waiting(house) == [(about, minutes)]
    assert house.tape.said[-2:] == [HEAT if about == "heat_off" else COLD, OFFER]
    house.hear("yes please")
    house.let_it_finish()
    assert waiting(house) == [(about, 20), (about, minutes)]
    assert OFFER not in house.tape.said[-1]


@pytest.mark.parametrize(("text", "about", "minutes"), LONG_ENOUGH)
def test_heat_or_cold_within_the_limit_is_set_without_a_word_about_it(
    house: House, text: str, about: str, minutes: int
) -> None:
    house.hear(text)
    house.let_it_finish()
    assert waiting(house) == [(about, minutes)]
    assert not {HEAT, COLD, OFFER} & set(house.tape.said)


def test_a_timer_that_is_made_longer_says_so(house: House) -> None:
    house.hear("heat for twenty minutes")
    house.let_it_finish()
    house.hear("make it an hour")
    house.let_it_finish()
    assert waiting(house) == [("heat_off", 60)]
    assert house.tape.said[-2:] == [HEAT, OFFER]


def test_a_timer_that_is_put_off_when_it_rings_says_so(house: House) -> None:
    house.hear("heat for twenty minutes")
    house.let_it_finish()
    house.pass_time(20 * 60 + 1)
    house.fall_due()
    house.let_it_finish()
    assert "Your time of heat is over. Take the heat off now" in house.tape.said[-1]
    house.hear("snooze")
    house.let_it_finish()
    assert waiting(house) == [("heat_off", 10)]
    assert HEAT in house.tape.said[-1]


@pytest.mark.parametrize(
    "text",
    ["can i use heat for an hour", "can i sleep on my heating pad", "is an hour of heat okay"],
)
def test_who_asks_whether_that_is_too_long_hears_the_limit_and_sets_nothing(
    house: House, text: str
) -> None:
    house.hear(text)
    house.let_it_finish()
    assert HEAT in house.tape.said
    assert waiting(house) == []


def test_a_timer_is_cancelled_by_the_name_of_what_is_on(house: House) -> None:
    house.hear("start a heat timer")
    house.let_it_finish()
    house.hear("cancel the heat timer")
    house.let_it_finish()
    assert waiting(house) == []


def test_a_reminder_to_use_heat_is_none_to_take_it_off(house: House) -> None:
    house.hear("remind me to use heat in an hour")
    house.let_it_finish()
    assert waiting(house) == [("heat", 60)]
    assert HEAT not in house.tape.said
