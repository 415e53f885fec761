"""What the benchmark of latency reads from two recordings, on recordings made by calculation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.latency.measuring import Measured, Program, Streams
from tests.benchmarks.latency.questions import PEOPLE, SENTENCES, Question, answers, questions
from tests.benchmarks.latency.report import silenced, spread, turn
from tests.benchmarks.latency.stages import Stages, stages_of
from tests.benchmarks.latency.table import facts, table
from tests.benchmarks.latency.talking import Mark, answered, barge_ins
from tests.sound.timing import moment_under_speech
from tests.sound.virtual_card import RATE, Samples, silence, tone
from tests.sound.voices import SLT
from voice import places
from voice.knowledge import load_pack
from voice.speaking import earcons
from voice.timing import Timed

LENGTH = 10.0
EXACT = 0.002
"""Seconds within which a calculated tone is found: its first samples are below what is audible."""


def sounding(*spans: tuple[float, float], dbfs: float = -12.0) -> Samples:
    """A recording in which something sounds from and to these seconds."""
    sound = silence(LENGTH)
    for begins, ends in spans:
        loud = tone(440.0, ends - begins, dbfs)
        sound[round(begins * RATE) : round(begins * RATE) + len(loud)] = loud
    return sound


def with_tone(sound: Samples, name: str, at: float) -> Samples:
    """The recording with an earcon over it."""
    shape = earcons.render(name, RATE)
    both = sound.copy()
    both[round(at * RATE) : round(at * RATE) + len(shape)] += shape
    return both


@pytest.mark.parametrize(
    ("speaker", "latency", "cut_off"),
    [
        (sounding((2.45, 4.0)), 0.45, False),
        (sounding((0.2, 0.5), (2.31, 4.0)), 0.31, False),
        (sounding((1.8, 4.0)), None, True),
        (sounding((6.5, 7.0)), None, False),
        (sounding((2.1, 2.4), dbfs=-60.0), None, False),
    ],
)
def test_the_time_from_the_end_of_a_question_to_the_first_sound(
    speaker: Samples, latency: float | None, cut_off: bool
) -> None:
    found = turn(speaker, sounding((1.0, 2.0), (7.0, 7.5)), 0.9, 6.0)
    assert found is not None
    assert found.began == pytest.approx(1.0, abs=EXACT)
    assert found.ended == pytest.approx(2.0, abs=EXACT)
    assert found.cut_off is cut_off
    assert found.latency == (None if latency is None else pytest.approx(latency, abs=EXACT))


def test_a_question_that_never_reached_the_microphone_is_no_turn() -> None:
    assert turn(sounding((2.0, 3.0)), sounding((7.0, 8.0)), 0.9, 6.0) is None


@pytest.mark.parametrize(
    ("speaker", "seconds"),
    [
        (sounding((0.0, 3.4)), 0.4),
        (with_tone(sounding((0.0, 3.4)), "taken", 3.41), 0.4),
        (sounding((0.0, 3.2), (3.7, 4.5)), 1.5),
        (sounding((0.0, 9.0)), None),
        (sounding((0.0, 3.2), (3.7, 7.4)), None),
    ],
)
def test_the_time_from_the_start_of_a_word_to_silence(
    speaker: Samples, seconds: float | None
) -> None:
    found = silenced(speaker, sounding((3.0, 3.3)), 2.9, 9.0)
    assert found == (None if seconds is None else pytest.approx(seconds, abs=EXACT))


def test_the_tone_of_a_program_that_listens_is_found_under_its_voice() -> None:
    speech = sounding((0.5, 9.0), dbfs=-3.0) // 2
    assert moment_under_speech("listening", speech) is None
    assert moment_under_speech("listening", with_tone(speech, "listening", 4.2)) == 4.2


def test_questions_and_interruptions_are_told_apart_by_their_marks() -> None:
    first, second = Question("one", SLT, "help"), Question("two", SLT, "help")
    room = sounding((1.0, 1.5), (3.0, 3.2), (4.5, 4.7), (6.0, 6.5))
    speaker = sounding((2.0, 4.9), (7.25, 8.0))
    marks = [Mark(first, 0.9), Mark(None, 2.9), Mark(None, 4.4, again=True), Mark(second, 5.9)]
    told = answered(marks, speaker, room)
    assert [one.question for one in told] == [first, second]
    latencies = [one.turn.latency for one in told if one.turn is not None]
    assert latencies == pytest.approx([0.5, 0.75], abs=EXACT)
    assert len(told[0].sound) / RATE == pytest.approx(0.9, abs=EXACT)
    assert barge_ins(marks, speaker, room) == [None]


def test_percentiles_are_values_that_were_measured() -> None:
    found = spread([value / 100 for value in range(1, 101)])
    assert found is not None
    assert (found.count, found.median, found.p95, found.worst) == (100, 0.5, 0.95, 1.0)
    assert spread([]) is None


def test_stages_add_up_to_what_was_measured_from_outside() -> None:
    asked = [Question("help", person, "help") for person in PEOPLE]
    parts = [Timed("help", (0.3, 0.02, 0.001, 0.015, 0.0), 0.1)] * len(asked)
    [row] = stages_of(asked, parts, [0.5, 0.45, None], sound_card=0.05, output=0.03)
    assert row.sentence == "help"
    waited = (0.5 + 0.45) / 2 - 0.086
    assert row.seconds == pytest.approx((0.02, 0.02, waited, 0.001, 0.015, 0.03))
    assert sum(row.seconds) == pytest.approx((0.5 + 0.45) / 2)


def test_each_sentence_is_asked_once_by_each_person_and_wants_an_answer_that_exists() -> None:
    asked = questions()
    assert len(asked) == len({(one.text, one.person) for one in asked}) == 60
    assert [one.text for one in asked[:20]] == [text for text, _ in SENTENCES]
    assert {one.wanted for one in asked} <= answers(load_pack(places.pack())).keys()
    assert {one.person for one in asked[:20]} == set(PEOPLE)


def program(
    latencies: list[float | None], right: int | None, resting: float | None = None
) -> Program:
    return Program(latencies, len(latencies), 3, 1, right, 0.1, 0.05, 0.02, resting, 120.0, 600.0)


def test_the_table_has_ratios_and_the_facts_hold_everything() -> None:
    measured = Measured(
        machine="a machine",
        product=program([0.4, 0.5, 0.6, None], 3, resting=0.01),
        recipe=program([1.0, 1.5, 2.0, None], None),
        barge_ins=[0.7, None],
        starts=[1.2],
        sound_card=[0.05],
        alone=[],
        streams=[Streams(1, [0.4], 1, 0.1, 100.0), Streams(5, [0.5, 0.6], 3, 0.4, 180.0)],
        stages=[Stages("help", tuple(np.full(6, 0.1)))],
    )
    lines = table(measured).splitlines()
    assert "| end of speech to first sound, p50, ms | 500 | 1500 | 0.33 | 450 |" in lines
    assert "| cut off, % of questions | 25 | 25 | 1.00 | 1.0 |" in lines
    assert "| never answered, % of questions | 25 | 25 | 1.00 | - |" in lines
    assert "| right answers, % of 4 | 75 | - | - | - |" in lines
    assert "| memory after 10 min, MiB resident | 120 | 120 | 1.00 | 220 |" in lines
    assert "| idle, CPU seconds a minute | 1.2 | 1.2 | 1.00 | 1.8 |" in lines
    assert (
        "| idle, loudspeaker given back, CPU seconds a minute | 0.6 | 1.2 | 0.50 | 1.8 |" in lines
    )
    assert "| help | 100 | 100 | 100 | 100 | 100 | 100 | 600 |" in lines
    assert "| 5 | 500 | 600 | 2 of 3 | 0.40 | 180 | 20.0 |" in lines
    assert facts(measured)["starts"] == [1.2]
