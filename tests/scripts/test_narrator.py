"""Each control in each state of the narrator, and what is heard of it.

The voice here is a tape: it notes what it is told to do, and a test says when an
utterance ends. The clock stands still until a test moves it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from voice.events import Interrupted, Performed, Request
from voice.scripts.narrator import (
    FASTEST,
    LOUDEST,
    QUIETEST,
    SLOWEST,
    Held,
    Narrator,
    Phase,
    Report,
)
from voice.scripts.script import Ask, Cue, Hold, Say, Script

READING = Script(
    "reading",
    "heat",
    "Heat therapy",
    (Say("One."), Say("Two.", pause=0.5), Say("Three."), Ask("More?", yes=Request("next"))),
)
STRETCH = Script(
    "stretching",
    "knees_to_chest",
    "Knees to chest",
    (
        Say("Pull your knee in."),
        Hold(20.0, "your right knee", cues=(Cue(10.0, "Halfway."), Cue(15.0, "Five."))),
        Say("Let go."),
    ),
)
PERSISTENT = Script(
    "stretching",
    "start",
    "Start",
    (Ask("Ready?", yes=Request("next"), again="Say ready.", patience=8.0), Say("Then we begin.")),
)


class Tape:
    """A voice that notes what it is told."""

    def __init__(self) -> None:
        self.volume = 0.7
        self.log: list[str] = []
        self.utterance = 0
        self.tempos: list[float] = []
        self.prepared: list[str] = []

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        self.utterance = utterance
        self.tempos.append(tempo)
        self.log.append(text if keep else f"{text} (not kept)")

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        assert tempo > 0
        self.prepared.extend(texts)

    def pause(self) -> None:
        self.log.append("<pause>")

    def resume(self) -> None:
        self.log.append("<resume>")

    def stop(self) -> None:
        if self.log and self.log[-1] != "<stop>":
            self.log.append("<stop>")

    def earcon(self, name: str) -> None:
        self.log.append(f"<{name}>")


class Stage:
    """A narrator with its tape, its clock and its reports."""

    def __init__(self) -> None:
        self.now = 100.0
        self.tape = Tape()
        self.reports: list[Report] = []
        self.narrator = Narrator(self.tape, self.reports.append, clock=lambda: self.now)

    def finish_utterance(self) -> None:
        self.narrator.ended(self.tape.utterance)

    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.narrator.tick()

    def said(self) -> list[str]:
        return [line for line in self.tape.log if not line.startswith("<")]


def idle(_: Stage) -> None:
    """Nothing is performed."""


def speaking(stage: Stage) -> None:
    stage.narrator.perform(READING)
    stage.finish_utterance()
    stage.wait(0.3)
    assert stage.narrator.phase is Phase.SPEAKING


def resting(stage: Stage) -> None:
    speaking(stage)
    stage.finish_utterance()
    assert stage.narrator.phase is Phase.RESTING


def paused(stage: Stage) -> None:
    speaking(stage)
    stage.narrator.pause()
    assert stage.narrator.paused


def asking(stage: Stage) -> None:
    stage.narrator.perform(READING)
    for _ in READING.steps[1:]:
        stage.narrator.next()
    stage.finish_utterance()
    assert stage.narrator.phase is Phase.ASKING


def holding(stage: Stage) -> None:
    stage.narrator.perform(STRETCH)
    stage.narrator.next()
    stage.wait(4.0)
    assert stage.narrator.phase is Phase.HOLDING


def aside(stage: Stage) -> None:
    speaking(stage)
    stage.narrator.aside("By the way.")
    assert stage.narrator.phase is Phase.ASIDE


# For each state and control: whether it took effect, the step, the phase, what is said last.
CONTROLS = [
    (idle, "pause", False, 0, Phase.IDLE, None),
    (idle, "resume", False, 0, Phase.IDLE, None),
    (idle, "next", False, 0, Phase.IDLE, None),
    (idle, "back", False, 0, Phase.IDLE, None),
    (idle, "repeat", False, 0, Phase.IDLE, None),
    (idle, "stop", False, 0, Phase.IDLE, None),
    (speaking, "pause", True, 1, Phase.SPEAKING, "Two."),
    (speaking, "resume", False, 1, Phase.SPEAKING, "Two."),
    (speaking, "next", True, 2, Phase.SPEAKING, "Three."),
    (speaking, "back", True, 0, Phase.SPEAKING, "One."),
    (speaking, "repeat", True, 1, Phase.SPEAKING, "Two."),
    (speaking, "stop", True, 1, Phase.IDLE, "Two."),
    (resting, "pause", True, 1, Phase.RESTING, "Two."),
    (resting, "next", True, 2, Phase.SPEAKING, "Three."),
    (resting, "back", True, 0, Phase.SPEAKING, "One."),
    (resting, "repeat", True, 1, Phase.SPEAKING, "Two."),
    (resting, "stop", True, 1, Phase.IDLE, "Two."),
    (paused, "pause", False, 1, Phase.SPEAKING, "Two."),
    (paused, "resume", True, 1, Phase.SPEAKING, "Two."),
    (paused, "next", True, 2, Phase.SPEAKING, "Three."),
    (paused, "back", True, 0, Phase.SPEAKING, "One."),
    (paused, "repeat", True, 1, Phase.SPEAKING, "Two."),
    (paused, "stop", True, 1, Phase.IDLE, "Two."),
    (asking, "pause", True, 3, Phase.ASKING, "More?"),
    (asking, "next", True, 3, Phase.IDLE, "More?"),
    (asking, "back", True, 2, Phase.SPEAKING, "Three."),
    (asking, "repeat", True, 0, Phase.SPEAKING, "One."),
    (asking, "stop", True, 3, Phase.IDLE, "More?"),
    (holding, "pause", True, 1, Phase.HOLDING, "Pull your knee in."),
    (holding, "next", True, 2, Phase.SPEAKING, "Let go."),
    (holding, "back", True, 0, Phase.SPEAKING, "Pull your knee in."),
    (holding, "repeat", True, 1, Phase.HOLDING, "Pull your knee in."),
    (holding, "stop", True, 1, Phase.IDLE, "Pull your knee in."),
    (aside, "pause", True, 1, Phase.ASIDE, "By the way."),
    (aside, "next", True, 2, Phase.SPEAKING, "Three."),
    (aside, "back", True, 0, Phase.SPEAKING, "One."),
    (aside, "repeat", True, 1, Phase.SPEAKING, "Two."),
    (aside, "stop", True, 1, Phase.IDLE, "By the way."),
]


@pytest.mark.parametrize(("state", "control", "took_effect", "step", "phase", "last"), CONTROLS)
def test_each_control_in_each_state(
    state: Callable[[Stage], None],
    control: str,
    took_effect: bool,
    step: int,
    phase: Phase,
    last: str | None,
) -> None:
    stage = Stage()
    state(stage)
    assert getattr(stage.narrator, control)() is took_effect
    assert (stage.narrator.step, stage.narrator.phase) == (step, phase)
    assert (stage.said()[-1] if stage.said() else None) == last


@pytest.mark.parametrize("state", [speaking, resting, paused, asking, holding, aside])
def test_after_stop_nothing_more_is_said_however_long_one_waits(
    state: Callable[[Stage], None],
) -> None:
    stage = Stage()
    state(stage)
    utterance = stage.tape.utterance
    stage.narrator.stop()
    before = len(stage.tape.log)
    stage.narrator.ended(utterance)
    stage.wait(1000.0)
    assert len(stage.tape.log) == before
    assert stage.narrator.deadline is None
    assert not stage.narrator.busy


@pytest.mark.parametrize("state", [speaking, resting, asking, holding, aside])
def test_while_paused_nothing_goes_on(state: Callable[[Stage], None]) -> None:
    stage = Stage()
    state(stage)
    stage.narrator.pause()
    step = stage.narrator.step
    stage.finish_utterance()
    stage.wait(1000.0)
    assert stage.narrator.step == step
    assert stage.narrator.paused


@pytest.mark.parametrize("state", [speaking, resting, asking, holding, aside])
def test_resume_goes_on_to_the_end(state: Callable[[Stage], None]) -> None:
    stage = Stage()
    state(stage)
    stage.narrator.pause()
    stage.wait(60.0)
    stage.narrator.resume()
    for _ in range(40):
        stage.finish_utterance()
        stage.wait(25.0)
    assert isinstance(stage.reports[-1], Performed)


def test_a_script_is_said_in_order_with_its_pauses_and_reported() -> None:
    stage = Stage()
    stage.narrator.perform(Script("answering", "how_long", "", READING.steps[:3]))
    for pause in (0.3, 0.5, 0.3):
        stage.finish_utterance()
        stage.wait(pause - 0.01)
        assert stage.narrator.phase is Phase.RESTING
        stage.wait(0.02)
    assert stage.said() == ["One.", "Two.", "Three."]
    assert stage.reports[-1] == Performed("answering", "how_long")


def test_the_next_sentence_is_prepared_while_one_is_said() -> None:
    stage = Stage()
    stage.narrator.perform(READING)
    assert stage.tape.prepared == ["Two."]


def test_an_interruption_says_where_it_was() -> None:
    stage = Stage()
    speaking(stage)
    stage.narrator.stop()
    assert stage.reports[-1] == Interrupted("reading", "heat", 1)


def test_the_end_of_an_old_utterance_changes_nothing() -> None:
    stage = Stage()
    stage.narrator.perform(READING)
    old = stage.tape.utterance
    stage.narrator.next()
    stage.narrator.ended(old)
    assert stage.narrator.phase is Phase.SPEAKING


def test_a_sentence_that_breaks_off_is_said_again_on_resuming() -> None:
    stage = Stage()
    speaking(stage)
    stage.narrator.ended(stage.tape.utterance, completed=False)
    stage.wait(60.0)
    assert stage.narrator.paused
    stage.narrator.resume()
    assert stage.said()[-2:] == ["Two.", "Two."]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(1.0, ["<pause>", "<resume>"]), (30.0, ["<pause>", "<stop>", "Two."])],
    ids=["a short pause goes on within the sentence", "a long one says it again"],
)
def test_resuming(seconds: float, expected: list[str]) -> None:
    stage = Stage()
    speaking(stage)
    before = len(stage.tape.log)
    stage.narrator.pause()
    stage.now += seconds
    stage.narrator.resume()
    assert stage.tape.log[before:] == expected


def test_a_hold_lasts_its_time_and_its_cues_come_on_their_second() -> None:
    stage = Stage()
    stage.narrator.perform(STRETCH)
    stage.narrator.next()
    began = stage.now
    moments = []
    while stage.narrator.phase is Phase.HOLDING:
        deadline = stage.narrator.deadline
        assert deadline is not None
        stage.now = deadline
        stage.narrator.tick()
        moments.append((stage.now - began, stage.said()[-1]))
    assert moments == [(10.0, "Halfway."), (15.0, "Five."), (20.0, "Let go.")]


def test_an_aside_in_a_hold_does_not_stop_its_clock() -> None:
    stage = Stage()
    holding(stage)
    deadline = stage.narrator.deadline
    stage.narrator.aside("Six seconds.")
    assert stage.narrator.deadline == deadline
    stage.finish_utterance()
    assert stage.narrator.phase is Phase.HOLDING


def test_a_sentence_that_ends_as_it_is_paused_is_said_again() -> None:
    stage = Stage()
    stage.narrator.perform(READING)
    stage.narrator.pause()
    stage.finish_utterance()
    stage.narrator.resume()
    stage.finish_utterance()
    stage.wait(0.5)
    assert stage.said() == ["One.", "One.", "Two."]


def test_a_hold_begins_afresh_after_a_pause() -> None:
    stage = Stage()
    holding(stage)
    stage.narrator.pause()
    stage.now += 30.0
    stage.narrator.resume()
    assert stage.narrator.deadline == stage.now + 10.0
    assert stage.narrator.time_left() == pytest.approx(20.0 + 2 * 60 / 165 + 0.3)


def test_an_aside_is_followed_by_the_sentence_it_cut_off() -> None:
    stage = Stage()
    aside(stage)
    stage.finish_utterance()
    assert stage.said()[-2:] == ["By the way.", "Two."]


def test_an_aside_in_a_pause_leaves_the_pause() -> None:
    stage = Stage()
    paused(stage)
    stage.narrator.aside("Two minutes.")
    assert stage.narrator.audible
    stage.finish_utterance()
    assert stage.narrator.paused
    stage.narrator.resume()
    assert stage.said()[-1] == "Two."


def test_a_question_without_answer_is_asked_again_once_and_then_lapses() -> None:
    stage = Stage()
    stage.narrator.perform(PERSISTENT)
    stage.finish_utterance()
    stage.wait(8.1)
    assert stage.said() == ["Ready?", "Say ready."]
    stage.finish_utterance()
    stage.wait(8.1)
    assert stage.reports[-1] == Performed("stretching", "start", unanswered=True)


def test_an_answer_goes_on_with_the_step_after_the_question() -> None:
    stage = Stage()
    stage.narrator.perform(PERSISTENT)
    stage.narrator.answered()
    assert stage.said() == ["Ready?", "Then we begin."]


# Parts, changes under way, waiting

SIDES = Script(
    "stretching",
    "",
    "",
    (
        Say("Right.", part="right"),
        Hold(
            20.0,
            "your right knee",
            cues=(
                Cue(3.0, "Breathe.", soft=True),
                Cue(7.0, earcon="tick", soft=True),
                Cue(15.0, "Five."),
                Cue(20.0, earcon="hold_ends"),
            ),
            lead=(Cue(-6.0, "Back to it."), Cue(-1.0, "One.")),
            pause=0.4,
            part="right",
        ),
        Say("Rest.", pause=8.0, part="right"),
        Say("Left.", part="left"),
    ),
)
GATE = Script(
    "stretching",
    "",
    "",
    (
        Ask("Ready?", yes=None, no="I wait.", again="Say ready.", wait=600.0, lapsed="Then not."),
        Say("We begin."),
    ),
)


def on_the_right(stage: Stage) -> None:
    stage.narrator.perform(SIDES, at=1)
    stage.wait(1.0)


def at_rest(stage: Stage) -> None:
    stage.narrator.perform(SIDES, at=2)
    stage.finish_utterance()
    stage.wait(2.0)
    assert stage.narrator.phase is Phase.RESTING


@pytest.mark.parametrize("state", [on_the_right, at_rest])
def test_skipping_a_part_goes_to_the_first_step_of_the_next(
    state: Callable[[Stage], None],
) -> None:
    stage = Stage()
    state(stage)
    assert stage.narrator.skip_part()
    assert stage.said()[-1] == "Left."


def test_skipping_the_last_part_ends_the_script() -> None:
    stage = Stage()
    stage.narrator.perform(SIDES, at=3)
    assert stage.narrator.skip_part()
    assert stage.reports[-1] == Performed("stretching", "")
    assert not stage.narrator.skip_part()


@pytest.mark.parametrize("state", [idle, speaking])
def test_what_has_no_parts_cannot_be_skipped(state: Callable[[Stage], None]) -> None:
    stage = Stage()
    state(stage)
    assert not stage.narrator.skip_part()


@pytest.mark.parametrize(
    ("elapsed", "seconds", "ends"), [(1.0, 25.0, 25.0), (1.0, 10.0, 10.0), (18.0, 10.0, 18.0)]
)
def test_a_hold_that_changes_its_length_keeps_its_clock(
    elapsed: float, seconds: float, ends: float
) -> None:
    stage = Stage()
    stage.narrator.perform(SIDES, at=1)
    began = stage.now
    stage.wait(elapsed)
    end = (Cue(seconds, earcon="hold_ends"),)
    changed = stage.narrator.revise(
        lambda s: replace(s, seconds=seconds, cues=end) if isinstance(s, Hold) else s
    )
    assert changed
    while stage.narrator.phase is Phase.HOLDING:
        assert stage.narrator.deadline is not None
        stage.now = max(stage.now, stage.narrator.deadline)
        stage.narrator.tick()
    assert stage.now - began == pytest.approx(ends)
    assert stage.tape.log.count("<hold_ends>") == 1
    assert Held("your right knee", seconds) in stage.reports


@pytest.mark.parametrize("state", [idle, on_the_right])
def test_a_change_that_changes_nothing_says_so(state: Callable[[Stage], None]) -> None:
    stage = Stage()
    state(stage)
    assert not stage.narrator.revise(lambda step: step)


@pytest.mark.parametrize("control", ["resume", "repeat", "back"])
def test_a_hold_that_begins_afresh_is_counted_in(control: str) -> None:
    stage = Stage()
    on_the_right(stage)
    if control == "resume":
        stage.narrator.pause()
    elif control == "back":
        stage.narrator.next()
    began = stage.now
    getattr(stage.narrator, control)()
    stage.wait(0.0)
    assert stage.said()[-1] == "Back to it."
    stage.wait(5.0)
    assert stage.said()[-1] == "One."
    assert stage.narrator.hold_left() == pytest.approx(21.0)
    stage.now = began + 6.0
    assert stage.narrator.hold_left() == pytest.approx(20.0)


def test_a_soft_cue_yields_and_a_number_cuts_off() -> None:
    stage = Stage()
    stage.narrator.perform(SIDES, at=1)
    stage.wait(2.5)
    stage.narrator.aside("A long remark.")
    stage.wait(0.5)
    stage.wait(4.0)
    assert stage.said()[-1] == "A long remark."
    assert "<tick>" not in stage.tape.log
    stage.wait(8.0)
    assert stage.tape.log[-2:] == ["<stop>", "Five."]


def test_an_aside_in_a_rest_does_not_make_it_longer() -> None:
    stage = Stage()
    at_rest(stage)
    stage.narrator.aside("Two minutes to go.")
    stage.finish_utterance()
    stage.wait(5.9)
    assert stage.said()[-1] == "Two minutes to go."
    stage.wait(0.2)
    assert stage.said()[-1] == "Left."


def test_an_aside_at_the_end_of_a_rest_is_said_to_its_end() -> None:
    stage = Stage()
    at_rest(stage)
    stage.wait(5.0)
    stage.narrator.aside("Two minutes to go.")
    stage.wait(2.0)
    assert stage.said()[-1] == "Two minutes to go."
    stage.finish_utterance()
    assert stage.said()[-1] == "Left."


def test_rests_follow_the_tempo() -> None:
    stage = Stage()
    stage.narrator.change_tempo(faster=False)
    stage.narrator.perform(SIDES, at=2)
    stage.finish_utterance()
    assert stage.narrator.deadline == pytest.approx(stage.now + 8.0 * 1.15)


def test_the_cues_of_a_hold_are_prepared_before_it_begins() -> None:
    stage = Stage()
    stage.narrator.perform(SIDES)
    assert stage.tape.prepared == ["Breathe.", "Five."]


def test_a_gate_asks_once_more_then_waits_long_then_gives_up() -> None:
    stage = Stage()
    stage.narrator.perform(GATE)
    for patience, words in [(8.0, "Say ready."), (600.0, "Then not.")]:
        stage.finish_utterance()
        stage.wait(patience - 0.1)
        assert stage.said()[-1] != words
        stage.wait(0.2)
        assert stage.said()[-1] == words
    stage.finish_utterance()
    assert stage.reports[-1] == Performed("stretching", "", unanswered=True)


def test_no_at_a_gate_waits_on() -> None:
    stage = Stage()
    stage.narrator.perform(GATE)
    stage.finish_utterance()
    stage.narrator.wait_on()
    stage.finish_utterance()
    stage.wait(500.0)
    assert stage.said() == ["Ready?", "I wait."]
    stage.narrator.answered()
    assert stage.said()[-1] == "We begin."


@pytest.mark.parametrize("state", [speaking, paused, idle])
@pytest.mark.parametrize(("faster", "limit"), [(True, FASTEST), (False, SLOWEST)])
def test_tempo_changes_within_its_limits(
    state: Callable[[Stage], None], faster: bool, limit: float
) -> None:
    stage = Stage()
    state(stage)
    changes = 0
    while stage.narrator.change_tempo(faster):
        changes += 1
    assert 2 <= changes <= 5
    assert SLOWEST <= stage.narrator.tempo <= FASTEST
    assert abs(stage.narrator.tempo - limit) < 0.2


def test_a_new_tempo_says_the_sentence_again_with_it() -> None:
    stage = Stage()
    speaking(stage)
    stage.narrator.change_tempo(faster=False)
    assert stage.said()[-2:] == ["Two.", "Two."]
    assert stage.tape.tempos[-1] < 1.0


def test_a_slow_sentence_is_slow_at_any_tempo() -> None:
    stage = Stage()
    stage.narrator.perform(Script("safety", "", "", (Say("Get help.", tempo=0.85),)))
    assert stage.tape.tempos == [0.85]


@pytest.mark.parametrize(("louder", "limit"), [(True, LOUDEST), (False, QUIETEST)])
def test_volume_changes_at_once_within_its_limits(louder: bool, limit: float) -> None:
    stage = Stage()
    speaking(stage)
    said = stage.said()
    while stage.narrator.change_volume(louder):
        pass
    assert stage.tape.volume == pytest.approx(limit)
    assert stage.said() == said


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (idle, 0.0),
        (speaking, 3 * 60 / 165 + 0.5 + 0.3),
        (holding, 20.0 - 4.0 + 2 * 60 / 165 + 0.3),
    ],
)
def test_time_left(state: Callable[[Stage], None], seconds: float) -> None:
    stage = Stage()
    state(stage)
    assert stage.narrator.time_left() == pytest.approx(seconds)


def test_performing_something_else_interrupts_what_was_performed() -> None:
    stage = Stage()
    speaking(stage)
    stage.narrator.perform(STRETCH)
    assert Interrupted("reading", "heat", 1) in stage.reports
    assert stage.said()[-1] == "Pull your knee in."


def test_repeat_after_the_end_performs_the_last_script_again() -> None:
    stage = Stage()
    speaking(stage)
    stage.narrator.stop()
    assert stage.narrator.repeat()
    assert stage.said()[-1] == "One."
