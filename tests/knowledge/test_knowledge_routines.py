"""Routines keep to safe paces and balanced sides; a broken one is named with its place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from voice.knowledge import Pack, PackError, Problem, Routine, Stretch, check_pack, load_pack
from voice.knowledge.routines import LONGEST, MOST, SHORTEST

REAL = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
PACK = load_pack(REAL)
KNEES, REACH = "routines/knees_to_chest.yaml", "routines/overhead_reach.yaml"

EVERY_STRETCH = [
    pytest.param(routine, stretch, id=f"{routine.id}/{stretch.id}")
    for routine in PACK.routines.values()
    for stretch in routine.stretches
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REAL, tmp_path / "pack"))


# What the real ones promise


def test_routines_of_the_contract_in_the_order_of_doing() -> None:
    assert list(PACK.routines) == ["knees_to_chest", "overhead_reach"]
    assert [routine.position for routine in PACK.routines.values()] == ["lying", "standing"]


@pytest.mark.parametrize(("routine", "stretch"), EVERY_STRETCH)
def test_pace_is_that_of_the_guidance(routine: Routine, stretch: Stretch) -> None:
    assert 10 <= stretch.hold <= 30
    assert 2 <= stretch.times <= 4
    assert stretch.hold * stretch.times == 60
    assert "American College of Sports Medicine" in stretch.source + routine.pace.source


def test_knees_to_chest_is_that_of_its_guide() -> None:
    knees = PACK.routines["knees_to_chest"]
    assert (knees.pace.shortest, knees.pace.longest) == (20, 30)
    assert [(s.id, s.sides) for s in knees.stretches] == [
        ("one_knee", ("right", "left")),
        ("both_knees", ()),
    ]
    assert "osteoporosis" in " ".join(caution.text for caution in knees.cautions)
    assert "firm" in knees.check
    for source in (knees.pace.source, knees.into.source, *(s.source for s in knees.stretches)):
        assert "Mayo Clinic" in source


@pytest.mark.parametrize("routine", PACK.routines.values(), ids=PACK.routines)
def test_ways_into_and_out_of_position_are_told_with_their_source(routine: Routine) -> None:
    assert routine.into.sentences
    assert routine.into.source
    assert routine.out.sentences
    assert routine.check.endswith("?")


def test_way_up_from_the_floor_goes_over_the_side_and_holds_on() -> None:
    way = " ".join(PACK.routines["knees_to_chest"].out.sentences)
    for words in ("your side", "hands and knees", "Hold on", "slowly"):
        assert words in way


def test_safety_is_told_before_the_first_stretch_of_a_day() -> None:
    told = " ".join(advice.text for advice in PACK.safety.before_stretching)
    for words in ("slowly", "mild pull", "do not bounce", "hurts is stopped", "stop at any time"):
        assert words in told
    assert all(advice.source for advice in PACK.safety.before_stretching)


# Broken ones: file, what is changed, where the mistake is, what is said of it

BROKEN = [
    (REACH, "    hold: 20", "    hold: 5", "hold: 5", "hold must be a number from 10 to 30"),
    (REACH, "    hold: 20", "    hold: 40", "hold: 40", "hold must be a number from 10 to 30"),
    (REACH, "    hold: 20", "    hold: long", "hold: long", "hold must be a number"),
    (REACH, "    times: 3", "    times: 1", "times: 1", "times must be a number from 2 to 4"),
    (REACH, "    times: 3", "    times: 9", "times: 9", "times must be a number from 2 to 4"),
    (REACH, "    times: 3", "    times: 2.5", "times: 2.5", "must be a whole number"),
    (REACH, "    times: 3", "    times: 2", "times: 2", "40 in all; it must be about sixty"),
    (REACH, "    times: 3", "    times: 4", "times: 4", "80 in all; it must be about sixty"),
    (REACH, "    rest: 8", "    rest: 600", "rest: 600", "rest must be a number from 0 to 60"),
    (REACH, "    settle: 3", "    settle: 90", "settle: 90", "settle must be a number from 0"),
    (REACH, "  shortest: 10", "  shortest: 1", "shortest: 1", "from 10 to 30"),
    (REACH, "  longest: 30", "  longest: 90", "longest: 90", "from 10 to 30"),
    (KNEES, "  shortest: 20", "  shortest: 25", "hold: 20", "a number from 25 to 30"),
    (KNEES, "[right, left]", "[right]", "[right]", "sides must be two that differ"),
    (KNEES, "[right, left]", "[right, right]", "[right, right]", "sides must be two that differ"),
    (KNEES, "[right, left]", "[a, b, c]", "[a, b, c]", "sides must be two that differ"),
    (KNEES, "label: your {side} knee", "label: a knee", "label: a knee", "must say {side}"),
    (KNEES, "label: both knees", 'label: "the {side} ones"', 'label: "the', "no field {side}"),
    (KNEES, "Now your {side} knee.", "Now your {other} knee.", "{other}", "no field {other}"),
    (KNEES, "Now your {side} knee.", "Now your {side knee.", "{side knee", "do not pair up"),
    (KNEES, "Now your {side} knee.", "Now your {side} knee", "- Now your", "must end with"),
    (KNEES, "Now your {side} knee.", "Now for 20 seconds.", "for 20", "has a digit"),
    (KNEES, "position: lying", "position: hanging", "position: h", "must be lying or standing"),
    (KNEES, "id: both_knees", "id: one_knee", "id: one_knee\n    figure: both", "there twice"),
    (KNEES, "id: knees_to_chest", "id: knees", "id: knees", "the id must be knees_to_chest"),
    (KNEES, "check: Are", "chek: Are", "chek: Are", "the routine does not know chek"),
    (KNEES, "  - say: Please", "  - tell: Please", "tell: Please", "does not know tell"),
    (
        REACH,
        "  source: Has no source; a caution of our own.\n",
        "",
        "  sentences:\n    - This",
        "lacks",
    ),
    ("safety.yaml", "  - say: First, a word", "  - say: 1 word", "say: 1", "begin with a letter"),
]


@pytest.mark.parametrize(("file", "old", "new", "at", "reason"), BROKEN)
def test_mistake_in_a_routine_is_named(
    folder: Path, file: str, old: str, new: str, at: str, reason: str
) -> None:
    before = (folder / file).read_text("utf-8")
    assert old in before
    text = before.replace(old, new, 1)
    (folder / file).write_text(text, "utf-8")
    line = text[: text.index(at)].count("\n") + 1
    with pytest.raises(PackError) as raised:
        load_pack(folder)
    named = [p for p in raised.value.problems if (p.file, p.line) == (file, line)]
    assert any(reason in problem.reason for problem in named), raised.value.problems


def test_missing_routine_is_named(folder: Path) -> None:
    (folder / KNEES).unlink()
    assert check_pack(folder) == (Problem(KNEES, 0, "the file is missing"),)


def test_routine_that_no_pack_names_is_named(folder: Path) -> None:
    shutil.copy(folder / KNEES, folder / "routines" / "spare.yaml")
    problem = Problem("routines/spare.yaml", 0, "pack.yaml names no routine spare")
    assert problem in check_pack(folder)


@pytest.mark.parametrize("name", ["../safety", "Knees", "a b", "/etc/passwd"])
def test_name_of_a_routine_must_be_an_id(folder: Path, name: str) -> None:
    text = (folder / "pack.yaml").read_text("utf-8")
    (folder / "pack.yaml").write_text(text.replace("  knees_to_chest:", f"  {name}:"), "utf-8")
    problems = check_pack(folder)
    assert any("an id must be small letters" in problem.reason for problem in problems)
    assert all(problem.file != f"routines/{name}.yaml" for problem in problems)


def test_limits_are_those_of_the_guidance() -> None:
    assert (SHORTEST, LONGEST, MOST) == (10, 30, 4)


def test_pack_needs_no_word_before_stretching(folder: Path) -> None:
    text = (folder / "safety.yaml").read_text("utf-8")
    kept = text[: text.index("# Said before the first guided stretch")]
    (folder / "safety.yaml").write_text(kept, "utf-8")
    loaded: Pack = load_pack(folder)
    assert loaded.safety.before_stretching == ()
