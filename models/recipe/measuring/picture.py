"""The curve of orders understood in a kitchen's noise, beside the published ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

from models.recipe.measuring.figures import Figure
from models.recipe.measuring.orders import PUBLISHED_KITCHEN, PUBLISHED_SNR

mpl.use("agg")  # before pyplot, which would look for a screen

from matplotlib import pyplot as plt


def draw(curves: Mapping[str, Sequence[Figure]], snrs_db: Sequence[int], file: Path) -> None:
    """Writes a PNG.

    Args:
        curves: per cent of orders with all slots right by engine, one for each ratio.
        snrs_db: the ratios.
        file: where to.
    """
    figure, axes = plt.subplots(figsize=(8, 5.5), dpi=130)
    for name, points in curves.items():
        values = [point.value for point in points]
        lows = [point.value - (point.low or 0.0) for point in points]
        highs = [(point.high or 0.0) - point.value for point in points]
        label = f"{name} ({points[0].n} recordings)"
        axes.errorbar(
            snrs_db, values, yerr=(lows, highs), marker="o", linewidth=2, capsize=3, label=label
        )
    for name, shares in PUBLISHED_KITCHEN.items():
        axes.plot(
            PUBLISHED_SNR, shares, linestyle="--", linewidth=1, label=f"{name} (published, all 619)"
        )
    axes.set_xticks(PUBLISHED_SNR)
    axes.set_xlabel("signal-to-noise ratio of the kitchen's noise in dB")
    axes.set_ylabel("orders with all slots right in %")
    axes.set_ylim(0, 100)
    axes.grid(alpha=0.3)
    axes.set_title("Orders of people in a kitchen's noise, 95 % intervals")
    axes.legend(fontsize=8, loc="lower right")
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)
