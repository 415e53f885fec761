"""What was measured: figures with their intervals, goals, rows of the report and how they look."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

_Z = 1.959964
"""Of the normal distribution: 95 % lie within."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number."""

    value: float
    """In the row's unit; shares in per cent."""
    n: int
    """What it was counted over."""
    counted: str
    """What these are: words, recordings, ..."""
    low: float | None = None
    high: float | None = None
    """Ends of the 95 % interval; None: it is no share."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must reach."""

    kind: Literal["at most", "at least", "less than the others", "more than the others"]
    value: float = 0.0

    def reached(self, figure: Figure, others: Sequence[Figure]) -> bool | None:
        """Whether it is reached; None where there is nothing to compare with."""
        if self.kind == "at most":
            return figure.value <= self.value
        if self.kind == "at least":
            return figure.value >= self.value
        if not others:
            return None
        if self.kind == "less than the others":
            return all(figure.value < other.value for other in others)
        return all(figure.value > other.value for other in others)

    def in_words(self, unit: str) -> str:
        """As the table shows it."""
        if self.kind == "at most":
            return f"≤ {self.value:g} {unit}".rstrip()
        if self.kind == "at least":
            return f"≥ {self.value:g} {unit}".rstrip()
        return f"{self.kind.split()[0]} than pocketsphinx"


@dataclass(slots=True)
class Row:
    """One line of the report."""

    section: str
    title: str
    unit: str = "%"
    goals: tuple[Goal, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    """By the name of the engine; the one that is judged comes first."""
    note: str = ""
    """Why it is not measured, or what else is to be known."""

    def reached(self) -> bool | None:
        """Whether all goals are reached; None: there is none, or nothing was measured."""
        if not self.goals or not self.figures:
            return None
        judged = next(iter(self.figures.values()))
        rivals = [figure for name, figure in self.figures.items() if name == RIVAL]
        answers = [goal.reached(judged, rivals) for goal in self.goals]
        if False in answers:
            return False
        return None if None in answers else True


RIVAL = "pocketsphinx"
"""The engine that goals compare with."""


def share(count: int, of: int, counted: str) -> Figure:
    """A share in per cent, with Wilson's interval (1927).

    Words of one sentence depend on each other, so that intervals over words are a little too
    narrow; where more words are wrong than were said, which is no share, there is none.

    Raises:
        ValueError: it is a share of nothing.
    """
    if of <= 0:
        raise ValueError(f"A share of no {counted}.")
    if count > of:
        return Figure(100 * count / of, of, counted)
    low, high = wilson(count, of)
    return Figure(100 * count / of, of, counted, 100 * low, 100 * high)


def wilson(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, 0 to 1, after Wilson (1927), without continuity correction."""
    part = count / of
    centre = part + _Z**2 / (2 * of)
    spread = _Z * math.sqrt(part * (1 - part) / of + _Z**2 / (4 * of**2))
    scale = 1 + _Z**2 / of
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)


def table(rows: Sequence[Row], engines: Sequence[str]) -> Iterator[str]:
    """The lines of the report in Markdown, one table for each section."""
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            yield f"\n**{section}**\n"
            yield f"| | goal | {' | '.join(engines)} | reached |"
            yield "|---|---|" + "---|" * len(engines) + "---|"
        goal = ", ".join(goal.in_words(row.unit) for goal in row.goals) or "-"
        cells = [_cell(row.figures.get(name), row.unit) for name in engines]
        reached = {True: "yes", False: "**no**", None: "-"}[row.reached()]
        yield f"| {row.title} | {goal} | {' | '.join(cells)} | {reached} |"
        if row.note:
            yield f"| {row.note} |{' |' * (len(engines) + 2)}"


def _cell(figure: Figure | None, unit: str) -> str:
    if figure is None:
        return "-"
    digits = {"%": 1, "MB": 1, "": 0}.get(unit, 3)
    text = f"{figure.value:.{digits}f} {unit}".strip()
    if figure.low is not None and figure.high is not None:
        text += f" ({figure.low:.1f} to {figure.high:.1f})"
    return f"{text}, n {figure.n} {figure.counted}"


def as_json(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """All rows as plain data."""
    return [{**asdict(row), "reached": row.reached()} for row in rows]
