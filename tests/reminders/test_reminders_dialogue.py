"""What is said to what is asked, with the reminders in a real file."""

from __future__ import annotations

import pytest

from tests.reminders.conftest import Bench
from voice.events import Request, Slot
from voice.reminders import as_json

CONFIRMATIONS = [
    (
        {"about": "heat", "minutes": 20},
        "I will remind you to use your heating pad at ten past four, in twenty minutes.",
    ),
    (
        {"about": "stretching", "minutes": 30},
        "I will remind you to stretch your back at twenty past four, in half an hour.",
    ),
    (
        {"about": "cold", "at": "2026-11-24T18:00"},
        "I will remind you to use your cold pack at six o'clock, in two hours and ten minutes.",
    ),
    (
        {"about": "massage", "at": "2026-11-25T09:00"},
        "I will remind you to massage the knot tomorrow at nine in the morning.",
    ),
    (
        {"about": "massage", "at": "2026-12-03T14:45"},
        "I will remind you to massage the knot on the third of December at quarter to three in the "
        "afternoon.",
    ),
    (
        {"about": "break", "every_minutes": 120},
        "I will remind you to take a break every two hours. The first time is at ten to six.",
    ),
    (
        {"about": "break", "every_minutes": 60, "until": "2026-11-24T18:00"},
        "I will remind you to take a break every hour, until six o'clock. "
        "The first time is at ten to five.",
    ),
    (
        {"about": "exercise", "repeat": "weekdays", "at": "2026-11-25T09:00"},
        "I will remind you to exercise every weekday at nine in the morning. "
        "The first time is tomorrow at nine in the morning.",
    ),
    (
        {"about": "exercise", "repeat": "daily", "at": "17:30"},
        "I will remind you to exercise every day at half past five in the afternoon. "
        "The first time is at half past five.",
    ),
    (
        {"about": "stretching", "repeat": "monday", "at": "2026-11-24T08:00"},
        "I will remind you to stretch your back every Monday at eight in the morning. "
        "The first time is on Monday at eight in the morning.",
    ),
    (
        {"about": "call the doctor", "minutes": 60},
        "I will remind you to call the doctor at ten to five, in an hour.",
    ),
]


@pytest.mark.parametrize(("slots", "said"), CONFIRMATIONS)
def test_the_confirmation_says_the_resolved_time(
    bench: Bench, slots: dict[str, Slot], said: str
) -> None:
    assert bench.said("set_reminder", **slots) == said
    assert len(bench.store.live()) == 1


DIALOGUES: list[tuple[list[dict[str, Slot]], list[str]]] = [
    (
        [{"about": "heat"}, {"minutes": 20}],
        [
            "When shall I remind you to use your heating pad?",
            "I will remind you to use your heating pad at ten past four, in twenty minutes.",
        ],
    ),
    (
        [{"minutes": 20}, {"about": "cold"}],
        [
            "What shall I remind you about?",
            "I will remind you to use your cold pack at ten past four, in twenty minutes.",
        ],
    ),
    (
        [{}, {"about": "stretching"}, {"minutes": 5}],
        [
            "What shall I remind you about?",
            "When shall I remind you to stretch your back?",
            "I will remind you to stretch your back at five to four, in five minutes.",
        ],
    ),
    (
        [{"about": "exercise", "repeat": "weekdays"}, {"at": "09:00"}],
        [
            "At what time shall I remind you to exercise?",
            "I will remind you to exercise every weekday at nine in the morning. "
            "The first time is tomorrow at nine in the morning.",
        ],
    ),
    (
        [{"about": "heat", "at": "2026-11-24T15:00"}, {"minutes": 10}],
        [
            "That would be at three o'clock, which has passed already. "
            "When shall I remind you to use your heating pad?",
            "I will remind you to use your heating pad at four o'clock, in ten minutes.",
        ],
    ),
    (
        [{"about": "heat", "minutes": 0}, {"minutes": 2}],
        [
            "That would be right now. When shall I remind you to use your heating pad?",
            "I will remind you to use your heating pad at eight minutes to four, in two minutes.",
        ],
    ),
    (
        [{"about": "break"}, {"about": "heat", "minutes": 20}],
        [
            "When shall I remind you to take a break?",
            "I will remind you to use your heating pad at ten past four, in twenty minutes.",
        ],
    ),
    (
        [{"about": "heat", "minutes": 20}, {"about": "heat", "minutes": 20}],
        [
            "I will remind you to use your heating pad at ten past four, in twenty minutes.",
            "That reminder is set already, at ten past four.",
        ],
    ),
]


@pytest.mark.parametrize(("turns", "said"), DIALOGUES)
def test_what_is_missing_is_asked_for(
    bench: Bench, turns: list[dict[str, Slot]], said: list[str]
) -> None:
    assert [bench.said("set_reminder", **slots) for slots in turns] == said
    assert len(bench.store.live()) == 1
    assert bench.reminders.asks_for is None


BAD_TIMES = [
    ({"minutes": 0}, "That would be right now."),
    ({"minutes": -5}, "That would be right now."),
    ({"minutes": 10**9}, "That is too far away for me."),
    ({"minutes": True}, "I did not understand the time."),
    ({"minutes": "soon"}, "I did not understand the time."),
    ({"at": "2026-11-24T15:49"}, "That would be at eleven minutes to four, which has passed"),
    ({"at": "2019-01-01T00:00"}, "which has passed already."),
    ({"at": "9999-12-31T23:59"}, "That is too far away for me."),
    ({"at": "half past nothing"}, "I did not understand the time."),
    ({"at": "25:61"}, "I did not understand the time."),
    ({"at": 9}, "I did not understand the time."),
    ({"every_minutes": 1}, "That would come too often, every five minutes is the most I can do."),
    ({"every_minutes": 0}, "That would be right now."),
    ({"every_minutes": 10**9}, "That is too far away for me."),
    ({"repeat": "sometimes", "at": "09:00"}, "I did not understand the time."),
    ({"repeat": "daily", "at": "nine-ish"}, "I did not understand the time."),
    ({"every_minutes": 60, "until": "2026-11-24T16:00"}, "That would end before it begins."),
]


@pytest.mark.parametrize(("slots", "said"), BAD_TIMES)
def test_a_time_that_cannot_be_kept_is_asked_for_again(
    bench: Bench, slots: dict[str, Slot], said: str
) -> None:
    answer = bench.ask("set_reminder", about="heat", **slots)
    assert said in " ".join(answer.sentences)
    assert answer.asks_for == "time"
    assert bench.store.live() == ()


def test_a_question_that_nobody_answers_lapses(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat")
    bench.later(minutes=3)
    assert bench.said("set_reminder", minutes=20) == "What shall I remind you about?"


def test_never_mind_ends_the_question(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat")
    assert bench.said("cancel_reminder") == "All right, no reminder."
    assert bench.reminders.asks_for is None


def test_the_list_names_the_next_ones_first(bench: Bench) -> None:
    assert bench.said("list_reminders") == "You have no reminders."
    bench.ask("set_reminder", about="stretching", repeat="daily", at="20:00")
    bench.ask("set_reminder", about="heat", minutes=20)
    assert bench.said("list_reminders") == (
        "You have two reminders. At ten past four, use your heating pad. "
        "Every day at eight in the evening, stretch your back, the next time at eight o'clock."
    )
    assert bench.said("list_reminders", about="heat") == (
        "You have one reminder. At ten past four, use your heating pad."
    )
    assert bench.said("list_reminders", about="cold") == (
        "You have no reminder to use your cold pack."
    )


def test_lines_for_a_terminal_carry_the_number(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.ask("set_reminder", about="break", every_minutes=120)
    assert list(bench.reminders.lines()) == [
        "    1  At ten past four, use your heating pad.",
        "    2  Every two hours, take a break, the next time at ten to six.",
    ]


def test_of_a_thousand_the_list_names_five(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    (one,) = bench.store.live()
    bench.store.add_all(
        one._replace(uid="", due_ms=later, ring_ms=later)
        for later in range(one.due_ms + 60_000, one.due_ms + 1000 * 60_000, 60_000)
    )
    sentences = bench.ask("list_reminders").sentences
    assert sentences[:2] == ("You have one thousand reminders.", "These are the next five.")
    assert len(sentences) == 7


def test_cancelling_one_of_several_asks_which(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.ask("set_reminder", about="heat", minutes=40)
    asked = bench.ask("cancel_reminder", about="heat")
    assert asked.asks_for == "which"
    assert asked.sentences[-2] == "Which one shall I cancel?"
    second = bench.reminders.answer(asked.choices[1])
    assert second is not None
    assert second.sentences == (
        "I have cancelled the reminder to use your heating pad at half past four.",
    )
    assert [one.about for one in bench.store.live()] == ["heat"]


CANCELS = [
    ({}, "I have cancelled the reminder to use your heating pad at ten past four.", 0),
    (
        {"about": "heat"},
        "I have cancelled the reminder to use your heating pad at ten past four.",
        0,
    ),
    (
        {"all": True},
        "I have cancelled the reminder to use your heating pad at ten past four.",
        0,
    ),
    ({"about": "cold"}, "You have no reminder to use your cold pack.", 1),
    ({"id": 1}, "I have cancelled the reminder to use your heating pad at ten past four.", 0),
    ({"id": 99}, "You have no reminders.", 1),
]


@pytest.mark.parametrize(("slots", "said", "left"), CANCELS)
def test_cancelling(bench: Bench, slots: dict[str, Slot], said: str, left: int) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    assert bench.said("cancel_reminder", **slots) == said
    assert len(bench.store.live()) == left


def test_all_are_cancelled_at_once(bench: Bench) -> None:
    for minutes in (10, 20, 30):
        bench.ask("set_reminder", about="heat", minutes=minutes)
    bench.ask("set_reminder", about="cold", minutes=5)
    assert bench.said("cancel_reminder", about="heat", all=True) == (
        "I have cancelled three reminders."
    )
    assert [one.about for one in bench.store.live()] == ["cold"]


CHANGES: list[tuple[dict[str, Slot], str]] = [
    (
        {"minutes": 30},
        "I will now remind you to stretch your back at twenty past four, in half an hour.",
    ),
    (
        {"about": "heat", "minutes": 60},
        "I will now remind you to use your heating pad at ten to five, in an hour.",
    ),
    (
        {"every_minutes": 60},
        "I will now remind you to stretch your back every hour. The next time is at ten to five.",
    ),
    ({"about": "cold", "minutes": 5}, "You have no reminder to use your cold pack."),
    ({"minutes": 0}, "That would be right now. When shall I remind you to stretch your back?"),
]


@pytest.mark.parametrize(("slots", "said"), CHANGES)
def test_make_it_half_an_hour(bench: Bench, slots: dict[str, Slot], said: str) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.ask("set_reminder", about="stretching", minutes=20)
    assert bench.said("change_reminder", **slots) == said
    assert len(bench.store.live()) == 2


def test_a_snooze_right_after_setting_means_the_reminder_that_was_set(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    assert bench.said("snooze_reminder", minutes=30) == (
        "I will now remind you to use your heating pad at twenty past four, in half an hour."
    )
    bench.later(minutes=3)
    assert bench.said("snooze_reminder", minutes=30) == "No reminder is ringing."


def test_cancelling_another_one_is_no_answer_to_a_question(bench: Bench) -> None:
    bench.ask("set_reminder", about="cold", minutes=20)
    bench.ask("set_reminder", about="heat")
    assert bench.said("cancel_reminder", about="cold") == (
        "I have cancelled the reminder to use your cold pack at ten past four."
    )


def test_a_heat_reminder_says_how_and_offers_the_timer(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.later(minutes=20)
    answer = bench.reminders.ring(*bench.due())
    assert answer.sentences == (
        "It is time for heat.",
        "Put a cloth between the heat and your skin.",
        "Fifteen to twenty minutes are enough.",
        "Do not fall asleep on it.",
    )
    assert answer.offer is not None
    assert answer.offer.ask == (
        "Shall I start the twenty minute timer, and tell you when to take it off?"
    )
    bench.ask("done_reminder")
    started = bench.reminders.answer(answer.offer.yes)
    assert started is not None
    assert started.sentences == (
        "I will remind you to take the heat off at half past four, in twenty minutes.",
    )
    bench.later(minutes=20)
    assert bench.rung() == (
        "Your time of heat is over. Take the heat off now, and let your skin cool down."
    )


OFFERS = [
    ("heat", "set_reminder", {"about": "heat_off", "minutes": 20}),
    ("cold", "set_reminder", {"about": "cold_off", "minutes": 20}),
    ("stretching", "start_stretch", {}),
]


@pytest.mark.parametrize(("about", "intent", "slots"), OFFERS)
def test_what_a_ring_offers(bench: Bench, about: str, intent: str, slots: dict[str, Slot]) -> None:
    bench.ask("set_reminder", about=about, minutes=1)
    bench.later(minutes=1)
    offer = bench.reminders.ring(*bench.due()).offer
    assert offer is not None
    assert (offer.yes.intent, dict(offer.yes.slots)) == (intent, slots)


def test_snoozing_rings_again_in_full(bench: Bench) -> None:
    bench.ask("set_reminder", about="break", minutes=5)
    bench.later(minutes=5)
    first = bench.rung()
    assert bench.said("snooze_reminder") == (
        "I will remind you again in ten minutes, at five past four."
    )
    bench.later(minutes=9, seconds=59)
    assert bench.rung() == ""
    bench.later(seconds=1)
    assert bench.rung() == first
    assert bench.said("snooze_reminder", minutes=30) == (
        "I will remind you again in half an hour, at twenty-five to five."
    )
    bench.later(minutes=30)
    assert bench.rung() == first
    assert bench.said("done_reminder") == "Well done."
    bench.later(minutes=600)
    assert bench.rung() == ""


def test_done_ends_one_turn_of_what_recurs(bench: Bench) -> None:
    bench.ask("set_reminder", about="break", every_minutes=60)
    bench.later(minutes=60)
    bench.rung()
    assert bench.said("done_reminder") == "Well done. The next time is at ten to six."


def test_several_at_once_are_said_together_and_answered_together(bench: Bench) -> None:
    for about in ("break", "stretching", "break"):
        bench.ask("set_reminder", about=about, minutes=5)
        bench.later(seconds=1)
    bench.later(minutes=5)
    assert bench.rung() == (
        "It is time for a break. Change your position, and move a little. "
        "It is time to stretch your back."
    )
    assert bench.said("done_reminder") == "Well done."
    assert bench.store.live() == ()


def test_an_answer_to_nothing(bench: Bench) -> None:
    assert bench.said("done_reminder") == "No reminder is ringing."
    assert bench.said("snooze_reminder") == "No reminder is ringing."
    assert " ".join(bench.reminders.hush().sentences) == "No reminder is ringing."


def test_what_rang_unheard_can_still_be_snoozed(bench: Bench) -> None:
    bench.ask("set_reminder", about="cold", minutes=5)
    bench.later(minutes=30)
    assert bench.rung() == "You missed a reminder to use your cold pack, at five to four."
    assert bench.said("snooze_reminder", minutes=5) == (
        "I will remind you again in five minutes, at twenty-five past four."
    )
    bench.later(minutes=5)
    assert bench.rung().startswith("It is time for your cold pack.")


def test_what_nobody_has_told_yet_is_not_snoozed(bench: Bench) -> None:
    bench.ask("set_reminder", about="cold", minutes=5)
    bench.later(minutes=30)
    bench.due()
    assert bench.said("snooze_reminder") == "No reminder is ringing."
    assert len(bench.reminders.untold().sentences) == 1


def test_a_ring_that_was_answered_meanwhile_is_not_said(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=5)
    bench.later(minutes=5)
    due = bench.due()
    bench.ask("cancel_reminder", about="heat")
    assert bench.reminders.ring(*due).sentences == ()


def test_two_rings_that_waited_for_a_hold_are_said_once(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=5)
    bench.later(minutes=5)
    first = bench.due()
    bench.later(minutes=1)
    second = bench.due()
    assert bench.reminders.ring(*first).sentences != ()
    assert bench.reminders.ring(*second).sentences == ()


def test_another_intent_is_none_of_ours(bench: Bench) -> None:
    assert bench.reminders.answer(Request("read_section", {"section": "heat"})) is None


def test_json_has_the_names_of_the_contract(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.ask("set_reminder", about="exercise", repeat="weekdays", at="09:00")
    assert [as_json(one) for one in bench.store.live()] == [
        {
            "id": 1,
            "about": "heat",
            "due": "2026-11-24T16:10:00+01:00",
            "repeat": None,
            "state": "set",
        },
        {
            "id": 2,
            "about": "exercise",
            "due": "2026-11-25T09:00:00+01:00",
            "repeat": "weekdays",
            "state": "set",
        },
    ]
