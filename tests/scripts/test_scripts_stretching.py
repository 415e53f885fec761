"""A routine becomes a script: holds, cues, sides, rests, limits, the rest of it from a place on."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from voice.knowledge import load_pack
from voice.scripts import stretching
from voice.scripts.script import Ask, Hold, Say, Script, Step
from voice.scripts.stretching import ALL, Place

PACK = load_pack(Path(__file__).parents[2] / "prompts" / "knot-in-your-back")
SUBJECTS = [ALL, *PACK.routines]
EVERY_PLACE = [
    pytest.param(Place(ALL, step.part, step.repetition, step.label), id=f"{step.label} {i}")
    for i, step in enumerate(stretching.session(PACK).steps)
    if isinstance(step, Hold)
]


def holds(script: Script) -> list[Hold]:
    return [step for step in script.steps if isinstance(step, Hold)]


def texts(steps: tuple[Step, ...]) -> list[str]:
    return [step.text for step in steps if isinstance(step, Say | Ask)]


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("gentle", [False, True])
def test_no_session_goes_past_the_paces(subject: str, gentle: bool) -> None:
    for hold in holds(stretching.session(PACK, subject, gentle=gentle)):
        assert 10 <= hold.seconds <= 30
        assert 2 <= hold.of <= 4
        assert hold.seconds * hold.of <= 60


@pytest.mark.parametrize("subject", SUBJECTS)
def test_sides_are_balanced(subject: str) -> None:
    seconds: dict[tuple[str, str], list[float]] = {}
    for hold in holds(stretching.session(PACK, subject)):
        seconds.setdefault((hold.figure, hold.side), []).append(hold.seconds)
    for figure, side in seconds:
        if side:
            assert seconds[figure, "right"] == seconds[figure, "left"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_routine_waits_for_ready_before_its_first_hold(subject: str) -> None:
    script = stretching.session(PACK, subject)
    waiting = [s.part.partition("/")[0] for s in script.steps if isinstance(s, Ask)]
    assert waiting == (list(PACK.routines) if subject == ALL else [subject])
    assert all(s.yes is None and s.wait == 600 for s in script.steps if isinstance(s, Ask))
    for routine in waiting:
        own = [s for s in script.steps if s.part.startswith(routine)]
        first_hold = next(i for i, s in enumerate(own) if isinstance(s, Hold))
        assert any(isinstance(s, Ask) for s in own[:first_hold])


def test_between_two_holds_there_is_a_rest() -> None:
    steps = stretching.session(PACK).steps
    at = [i for i, step in enumerate(steps) if isinstance(step, Hold)]
    for one, other in itertools.pairwise(at):
        between = [s.pause for s in steps[one:other] if isinstance(s, Say)]
        assert sum(between) >= 8


def test_the_way_to_the_floor_and_up_again_is_said_in_its_place() -> None:
    said = texts(stretching.session(PACK).steps)
    down = next(i for i, text in enumerate(said) if "Lie down on your side first" in text)
    up = next(i for i, text in enumerate(said) if "rise slowly" in text)
    standing = next(i for i, text in enumerate(said) if "done standing" in text)
    assert down < up < standing


@pytest.mark.parametrize("seconds", range(10, 31))
def test_cues_of_a_hold_of_any_length(seconds: int) -> None:
    hold = stretching.resized(PACK, holds(stretching.session(PACK))[0], float(seconds))
    moments = [cue.at for cue in hold.cues]
    assert moments == sorted(moments)
    assert (hold.cues[0].at, hold.cues[0].earcon) == (0.0, "hold_begins")
    assert (hold.cues[-1].at, hold.cues[-1].earcon) == (seconds, "hold_ends")
    counted = [(cue.at, cue.text) for cue in hold.cues if cue.text and not cue.soft]
    numbers = ["Five.", "Four.", "Three.", "Two.", "One."]
    assert counted == [(seconds - 5 + n, text) for n, text in enumerate(numbers)]
    silences = [b - a for a, b in itertools.pairwise(moments)]
    assert max(silences) <= 6.5, "nobody is left wondering"
    spoken = [cue for cue in hold.cues if cue.text and cue.soft]
    for cue in spoken:
        ends = cue.at + len(cue.text.split()) * 60 / 165
        assert not any(cue.at < other.at < ends for other in hold.cues), "nothing is crowded"


@pytest.mark.parametrize("by", [5.0, -5.0])
def test_resizing_ends_at_the_limits_and_leaves_the_rest_alone(by: float) -> None:
    resize = stretching.resizer(PACK, by)
    script = stretching.session(PACK)
    steps = script.steps
    for _ in range(10):
        steps = tuple(map(resize, steps))
    found = {step.seconds for step in steps if isinstance(step, Hold)}
    assert found == ({25.0} if by > 0 else {10.0})
    assert texts(steps) == texts(script.steps)
    assert tuple(map(resize, steps)) == steps


@pytest.mark.parametrize("there", EVERY_PLACE)
@pytest.mark.parametrize("gentle", [False, True])
@pytest.mark.parametrize("settled", [False, True])
def test_the_rest_of_a_session(there: Place, gentle: bool, settled: bool) -> None:
    whole = holds(stretching.session(PACK, gentle=gentle))
    rest = stretching.rest_of(PACK, there, gentle=gentle, settled=settled)
    kept = holds(rest)
    assert kept == whole[len(whole) - len(kept) :]
    assert (kept[0].part, kept[0].repetition) == (there.part, there.repetition)
    before = rest.steps[: rest.steps.index(kept[0])]
    routine, stretch = there.part.split("/")[:2]
    lead_in = next(s for s in PACK.routines[routine].stretches if s.id == stretch)
    said = " ".join(texts(before))
    assert lead_in.into[-1].format(side=kept[0].side) in said
    assert (PACK.routines[routine].check in said) is not settled
    assert (lead_in.gentler in said) is gentle


@pytest.mark.parametrize(
    "there",
    [
        Place(ALL, "knees_to_chest/no_knee", 1, ""),
        Place(ALL, "knees_to_chest/one_knee/left", 9, ""),
        Place(ALL, "", 1, ""),
        Place("hanging", "hanging/on", 1, ""),
    ],
)
def test_a_place_that_the_pack_no_longer_has(there: Place) -> None:
    with pytest.raises(KeyError):
        stretching.rest_of(PACK, there)


def test_a_place_is_the_next_hold() -> None:
    script = stretching.session(PACK)
    assert stretching.place(script, 0) == Place(
        ALL, "knees_to_chest/one_knee/right", 1, "your right knee"
    )
    assert stretching.place(script, len(script.steps) - 1) is None
