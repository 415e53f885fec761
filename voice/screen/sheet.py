"""A sheet of lines that fits a terminal: what matters least makes room first."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

LABEL = 13
"""Columns of the labels, where there is room for them."""
NARROW = 48
"""Columns below which a label stands in its text's line."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn with."""

    full: str
    empty: str
    rule: str
    more: str
    """Ends what was cut short."""

    def bar(self, share: float, width: int) -> str:
        """A bar of `width` characters, `share` (0 to 1) of it full."""
        full = round(max(0.0, min(1.0, share)) * width)
        return self.full * full + self.empty * (width - full)


BLOCKS = Marks("█", "░", "─", " …")
LETTERS = Marks("#", ".", "-", " ...")
"""For terminals that know ASCII alone."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something to show, wrapped to the width."""

    label: str
    text: str
    weight: int
    """How much it matters: the least makes room first."""
    style: str = ""
    """Of the text, as rich names it."""
    most: int = 6
    """Lines that it takes at most."""
    indent: str = ""
    """Stands before each line but the first."""


class Line(NamedTuple):
    """One line of the sheet."""

    label: str
    """As wide as labels are, or empty."""
    text: str
    style: str
    """Of the text, as rich names it."""


GAP = Row("", "", 0)
"""An empty line, where there is room for it."""


def bar_width(width: int) -> int:
    """Columns for a bar and what is told beside it, on a sheet of `width` columns."""
    return max(0, width - LABEL)


def laid_out(rows: Sequence[Row], width: int, height: int, marks: Marks) -> list[Line]:
    """Lay rows out on `width` columns and at most `height` lines."""
    wrapped = [_wrapped(row, width, marks) for row in rows]
    while sum(map(len, wrapped)) > height:
        least = min(
            (i for i, lines in enumerate(wrapped) if lines), key=lambda i: (rows[i].weight, -i)
        )
        shorter = replace(rows[least], most=len(wrapped[least]) - 1)
        wrapped[least] = _wrapped(shorter, width, marks)
    return [line for lines in wrapped for line in lines]


def _wrapped(row: Row, width: int, marks: Marks) -> list[Line]:
    if row.most == 0:
        return []
    narrow = width < NARROW
    text = f"{row.label}: {row.text}" if narrow and row.label else row.text
    lines = textwrap.wrap(
        text,
        width if narrow else width - LABEL,
        max_lines=row.most,
        subsequent_indent=row.indent,
        placeholder=marks.more,
        break_on_hyphens=False,
    )
    labels = [row.label] + [""] * len(lines)
    return [
        Line("" if narrow else f"{label:{LABEL}}", line, row.style)
        for label, line in zip(labels, lines or [""], strict=False)
    ]
