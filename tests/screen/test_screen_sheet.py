"""Rows laid out on a terminal of any size."""

from __future__ import annotations

import pytest

from voice.screen.sheet import BLOCKS, GAP, LETTERS, Line, Marks, Row, laid_out

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


def text(lines: list[Line]) -> list[str]:
    return [(line.label + line.text).rstrip() for line in lines]


def test_labels_stand_in_a_column_where_there_is_room() -> None:
    assert text(laid_out([Row("heard", LONG, 1), GAP, Row("", "Bye.", 1)], 60, 9, BLOCKS)) == [
        "heard        one two three four five six seven eight nine",
        "             ten eleven twelve thirteen fourteen fifteen",
        "",
        "             Bye.",
    ]


def test_on_a_narrow_terminal_a_label_stands_in_its_line() -> None:
    assert text(laid_out([Row("heard", "one two three", 1)], 16, 9, BLOCKS)) == [
        "heard: one two",
        "three",
    ]


@pytest.mark.parametrize(
    ("height", "left"),
    [
        (6, ["a", "", "b", "c one two", "three four", "d"]),
        (5, ["a", "b", "c one two", "three four", "d"]),
        (4, ["a", "b", "c one …", "d"]),
        (3, ["a", "b", "d"]),
        (2, ["a", "d"]),
        (1, ["d"]),
        (0, []),
    ],
)
def test_what_matters_least_makes_room_first(height: int, left: list[str]) -> None:
    rows = [
        Row("", "a", 3),
        GAP,
        Row("", "b", 2),
        Row("", "c one two three four", 1),
        Row("", "d", 9),
    ]
    assert text(laid_out(rows, 10, height, BLOCKS)) == left


@pytest.mark.parametrize(("marks", "end"), [(BLOCKS, " …"), (LETTERS, " ...")])
def test_what_is_cut_short_says_so(marks: Marks, end: str) -> None:
    (line,) = laid_out([Row("", LONG, 1, most=1)], 50, 9, marks)
    assert line.text.endswith(end)
    assert len(line.label + line.text) <= 50


@pytest.mark.parametrize(
    ("share", "bar"), [(-1.0, "...."), (0.0, "...."), (0.5, "##.."), (1.0, "####"), (7.0, "####")]
)
def test_a_bar_keeps_its_length(share: float, bar: str) -> None:
    assert LETTERS.bar(share, 4) == bar
