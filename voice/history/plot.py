"""The minutes of the last weeks as a picture.

Matplotlib draws it: the usual library, but with what it needs 100 MB, too large for everybody to
carry. So it is the extra `plot`, and is imported when something is drawn.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from voice.history.days import WEEK

FORMATS = ("png", "svg", "pdf")
"""What a picture may be: the end of its file's name says it."""

BAR, INK, GRID = "#0b5fa5", "#1f2328", "#c9ced4"
"""On white, bars have a contrast of 6.6 to 1 and words one of 15 to 1; no colour tells anything."""
STYLE: Mapping[str, Any] = {"color": INK, "fontsize": 12}
WIDE, HIGH, DOTS_PER_INCH = 9.6, 4.8, 125
"""Inches: 1200 by 600 dots."""
LOWEST_TOP = 10.0
"""Minutes at the top of the scale at least: half a minute shall not look like a feat."""


class PlotError(RuntimeError):
    """A picture cannot be drawn on this machine."""

    remedy = f"Install it: `{sys.executable} -m pip install matplotlib`."


def blank_figure(high: float) -> Any:
    """A Matplotlib figure with nothing on it, as wide as all of ours.

    Args:
        high: inches.

    Raises:
        PlotError: Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise PlotError("Matplotlib, which draws the picture, is not installed.") from error
    return Figure(figsize=(WIDE, high), dpi=DOTS_PER_INCH)


def draw(minutes: Mapping[date, float], said: str, file: Path) -> None:
    """Draw a bar for each day.

    Args:
        minutes: of stretching by day, without a gap and the oldest day first.
        said: what it shows, in a line; stands above it, and in the file for who cannot see it.
        file: where it is written, in one of `FORMATS`.

    Raises:
        PlotError: Matplotlib is not installed.
        OSError: the file cannot be written.
    """
    days = list(minutes)
    figure = blank_figure(HIGH)
    figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.12)
    figure.suptitle("Minutes of stretching a day", color=INK, fontsize=17, fontweight="bold")
    axes = figure.add_subplot()
    axes.set_title(said, **STYLE)
    axes.bar(days, list(minutes.values()), width=0.8, color=BAR)
    axes.set_xticks(days[:: -WEEK.days], [_written(day, days[-1]) for day in days[:: -WEEK.days]])
    axes.margins(x=0.02)
    axes.set_ylim(0, max(LOWEST_TOP, *minutes.values()) * 1.08)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.tick_params(colors=INK, labelsize=12)
    axes.grid(axis="y", color=GRID)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Title": said})


def _written(day: date, today: date) -> str:
    return "today" if day == today else f"{day.day} {day:%b}"
