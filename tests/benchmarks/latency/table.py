"""The measurements as one table, with ratios and goals, and as plain facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks.latency.measuring import Measured, Program, Streams
from tests.benchmarks.latency.report import Spread, spread
from tests.benchmarks.latency.stages import STAGES


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; numbers in its unit."""

    name: str
    unit: str
    product: float | None
    recipe: float | None = None
    goal: float | None = None

    def __str__(self) -> str:
        ratio = f"{self.product / self.recipe:.2f}" if self.product and self.recipe else "-"
        numbers = (_number(self.product), _number(self.recipe), ratio, _number(self.goal))
        return f"| {self.name}, {self.unit} | {' | '.join(numbers)} |"


def rows(measured: Measured) -> list[Row]:
    """Everything that is compared with a goal or with the recipe."""
    return [
        *_times("end of speech to first sound", measured.product.latencies,
                (0.45, 0.7, None), measured.recipe.latencies),
        *_times("start of “stop” to silence", measured.barge_ins, (None, None, None)),
        *_times("start to listening", measured.starts, (None, None, 1.5)),
        *_counts(measured.product, measured.recipe),
        *_costs(measured.product, measured.recipe),
    ]  # fmt: skip


def table(measured: Measured) -> str:
    """All of it as Markdown."""
    lines = ["| | unknot | tutorial recipe | ratio | goal |", "|---|---|---|---|---|"]
    lines += map(str, rows(measured))
    lines += ["", *_floors(measured), "", *_stages(measured), "", *_several(measured.streams)]
    return "\n".join(lines)


def facts(measured: Measured) -> dict[str, object]:
    """Everything that was measured, for a program to read; seconds, shares of a core, MiB."""
    return asdict(measured) | {"stage_names": STAGES}


def _times(
    name: str,
    ours: Sequence[float | None],
    goals: Sequence[float | None],
    theirs: Sequence[float | None] = (),
) -> list[Row]:
    mine, other = _spread(ours), _spread(theirs)
    names = ("p50", "p95", "worst")
    parts = zip(names, _three(mine), _three(other), goals, strict=True)
    return [
        Row(f"{name}, {part}", "ms", _scaled(a, 1000), _scaled(b, 1000), _scaled(goal, 1000))
        for part, a, b, goal in parts
    ]


def _counts(ours: Program, theirs: Program) -> list[Row]:
    def percent(program: Program, count: int) -> float:
        return 100 * count / program.asked

    missing = percent(ours, ours.asked - ours.answered)
    return [
        Row("cut off", "% of questions", percent(ours, ours.cut_off),
            percent(theirs, theirs.cut_off), 1),
        Row("never answered", "% of questions", missing,
            percent(theirs, theirs.asked - theirs.answered)),
        Row("right answers", f"% of {ours.asked}", percent(ours, ours.right or 0)),
    ]  # fmt: skip


def _costs(ours: Program, theirs: Program) -> list[Row]:
    minute = 60
    unit = "CPU seconds a minute"
    return [
        Row("idle", unit, minute * ours.idle, minute * theirs.idle, minute * 0.03),
        Row("idle, loudspeaker given back", unit, _scaled(ours.resting, minute),
            minute * theirs.idle, minute * 0.03),
        Row("while it hears", unit, minute * ours.hearing, minute * theirs.hearing, minute * 0.25),
        Row("while it speaks", unit, minute * ours.speaking, minute * theirs.speaking),
        Row(f"memory after {ours.memory_at / minute:.0f} min", "MiB resident",
            ours.memory, theirs.memory, 220),
    ]  # fmt: skip


def _floors(measured: Measured) -> list[str]:
    closing = spread([one.closing for one in measured.alone])
    share = spread([one.processor for one in measured.alone])
    card = spread(measured.sound_card)
    lines = ["| floor | p50 | p95 |", "|---|---|---|"]
    for name, one, factor in (
        ("sound card alone, click to tone, ms", card, 1000),
        ("Vosk alone, last block to its words, ms", closing, 1000),
        ("Vosk alone, CPU seconds a minute of sound", share, 60),
    ):
        if one is not None:
            lines.append(f"| {name} | {factor * one.median:.1f} | {factor * one.p95:.1f} |")
    return lines


def _stages(measured: Measured) -> list[str]:
    lines = [f"| ms | {' | '.join(STAGES)} | in all |", "|---" * (len(STAGES) + 2) + "|"]
    for one in measured.stages:
        cells = " | ".join(f"{1000 * seconds:.0f}" for seconds in one.seconds)
        lines.append(f"| {one.sentence} | {cells} | {1000 * sum(one.seconds):.0f} |")
    return lines


def _several(streams: Sequence[Streams]) -> list[str]:
    lines = ["| microphones in one process | end of speech to understood, ms, p50 | p95 | "
             "understood | cores | MiB | MiB for each further |", "|---" * 7 + "|"]  # fmt: skip
    for one in streams:
        took = spread(one.took)
        if took is not None:
            more = (one.memory - streams[0].memory) / max(one.streams - streams[0].streams, 1)
            lines.append(
                f"| {one.streams} | {1000 * took.median:.0f} | {1000 * took.p95:.0f} "
                f"| {took.count} of {one.asked} | {one.processor:.2f} | {one.memory:.0f} "
                f"| {more:.1f} |"
            )
    return lines


def _spread(values: Sequence[float | None]) -> Spread | None:
    return spread([value for value in values if value is not None])


def _three(one: Spread | None) -> tuple[float | None, float | None, float | None]:
    return (one.median, one.p95, one.worst) if one is not None else (None, None, None)


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else factor * value


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if abs(value) >= 20 else f"{value:.1f}"
