"""Reminders within a conversation: asked for, rung beside what is performed, and answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant.conftest import PACK
from tests.assistant.room import AFTERNOON, Room
from voice.events import Due, Trouble
from voice.knowledge import Pack
from voice.reminders import Reminders, Store, load_wording, moments
from voice.scripts.narrator import Phase
from voice.understanding import Understanding

HEAT_RINGS = "It is time for heat."


class House(Room):
    """A room with reminders in a real store; its clock is the test's."""

    def __init__(self, pack: Pack, understanding: Understanding, store: Store) -> None:
        self.began = moments.to_ms(AFTERNOON.astimezone())
        self.now = 1000.0
        self.reminders = Reminders(store, load_wording(PACK), now=self.milliseconds)
        super().__init__(pack, understanding, reminders=self.reminders)

    def milliseconds(self) -> int:
        return self.began + round((self.now - 1000.0) * moments.SECOND)

    def fall_due(self) -> None:
        """What the watch does: claim what is due and report it."""
        claim = self.reminders.store.claim(self.milliseconds(), self.reminders.zone())
        for step in claim.rings:
            self.tell(Due(step.reminder.id, step.reminder.about, 0.0))

    def states(self) -> list[str]:
        return [reminder.state for reminder in self.reminders.store.live()]


@pytest.fixture
def house(pack: Pack, understanding: Understanding, tmp_path: Path) -> Iterator[House]:
    store = Store(tmp_path / "reminders.sqlite3")
    yield House(pack, understanding, store)
    store.close()


def with_heat_due(house: House) -> None:
    house.hear("remind me to use my heating pad in twenty minutes")
    house.let_it_finish()
    house.pass_time(20 * 60 + 1)


def test_the_confirmation_says_when_it_will_be(house: House) -> None:
    house.hear("remind me to use my heating pad in twenty minutes")
    house.let_it_finish()
    assert house.tape.said[-1].endswith("at twenty past three, in twenty minutes.")
    assert house.states() == ["set"]


def test_what_is_missing_is_asked_for(house: House) -> None:
    house.hear("remind me to use my heating pad")
    house.let_it_finish()
    assert house.tape.said[-1] == "When shall I remind you to use your heating pad?"
    house.hear("in twenty minutes")
    house.let_it_finish()
    assert house.states() == ["set"]


def test_the_subject_that_is_asked_for_may_be_one_word(house: House) -> None:
    house.hear("remind me in twenty minutes")
    house.let_it_finish()
    house.hear("heat")
    house.let_it_finish()
    assert [reminder.about for reminder in house.reminders.store.live()] == ["heat"]


def test_no_gives_up_what_was_asked_back(house: House) -> None:
    house.hear("remind me to use my heating pad")
    house.let_it_finish()
    house.hear("never mind")
    house.let_it_finish()
    house.hear("in twenty minutes")
    assert house.states() == []


def test_it_rings_at_once_when_nothing_is_said(house: House) -> None:
    with_heat_due(house)
    house.fall_due()
    assert house.tape.earcons[-1] == "reminder"
    assert house.tape.said[-1].startswith(HEAT_RINGS)


def test_it_lets_the_sentence_end_and_goes_on_after_it(house: House) -> None:
    with_heat_due(house)
    house.hear("tell me about massage")
    house.fall_due()
    massage = house.sentences("massage")
    assert house.tape.said[-1] == massage[0]
    house.let_it_speak()
    assert house.tape.said[-1].startswith(HEAT_RINGS)
    house.let_it_speak()
    assert house.tape.said[-1] == massage[1]


def test_within_a_hold_it_waits_for_its_end(house: House) -> None:
    with_heat_due(house)
    house.hear("guide me through knees to chest")
    house.live_until(lambda: house.assistant.narrator.phase is Phase.ASKING)
    house.hear("ready")
    house.live_until(lambda: house.assistant.narrator.holding)
    house.fall_due()
    house.live(3.0)
    assert not any(said.startswith(HEAT_RINGS) for said in house.tape.said)
    house.live_until(lambda: not house.assistant.narrator.holding, longest=60.0)
    house.live(1.0)
    assert any(said.startswith(HEAT_RINGS) for said in house.tape.said)


def test_stop_after_a_ring_answers_it_and_does_not_end_the_session(house: House) -> None:
    with_heat_due(house)
    house.fall_due()
    house.let_it_finish()
    assert house.states() == ["ringing"]
    house.hear("stop")
    house.let_it_finish()
    assert house.states() == []
    assert not house.ended()


def test_snooze_lets_it_ring_later(house: House) -> None:
    with_heat_due(house)
    house.fall_due()
    house.let_it_finish()
    house.hear("snooze for five minutes")
    house.let_it_finish()
    assert house.states() == ["snoozed"]
    house.pass_time(5 * 60 + 1)
    house.fall_due()
    assert house.tape.said[-1].startswith(HEAT_RINGS)


def test_yes_after_a_ring_starts_the_timer_that_takes_it_off(house: House) -> None:
    with_heat_due(house)
    house.fall_due()
    house.let_it_finish()
    house.hear("yes")
    house.let_it_finish()
    assert "heat_off" in [reminder.about for reminder in house.reminders.store.live()]


def test_a_ring_that_was_not_said_to_its_end_is_not_counted(house: House) -> None:
    with_heat_due(house)
    house.fall_due()
    assert not house.reminders.store.live()[0].heard
    house.let_it_finish()
    assert house.reminders.store.live()[0].heard


def test_a_store_that_fails_is_said_and_shown(house: House) -> None:
    house.reminders.store.path.unlink()
    house.reminders.store.path.mkdir()
    house.hear("what reminders do i have")
    assert house.tape.said[-1] == " ".join(house.pack.replies["reminders_broken"])
    assert [event.part for event in house.shown if isinstance(event, Trouble)] == ["reminders"]


def test_what_was_missed_while_nothing_was_open_is_told_at_the_greeting(house: House) -> None:
    house.hear("remind me to use my heating pad in twenty minutes")
    house.let_it_finish()
    house.pass_time(3 * 60 * 60)
    house.reminders.store.claim(house.milliseconds(), house.reminders.zone())
    house.assistant.greet()
    house.let_it_finish()
    told = [said for said in house.tape.said if "missed" in said]
    assert len(told) == 1
    house.assistant.greet()
    house.let_it_finish()
    assert [said for said in house.tape.said if "missed" in said] == told
