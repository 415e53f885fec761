"""The signal tones are short, soft, and differ from each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from voice.speaking.earcons import EARCONS, render
from voice.speaking.speech import Pcm

RATES = [16_000, 22_050, 44_100, 48_000]


def contour(pcm: Pcm, rate: int) -> list[float]:
    """The loudest frequency of each 50 ms; 0 where it is silent."""
    width = round(rate * 0.05)
    parts = [pcm[i : i + width] for i in range(0, len(pcm) - width // 2, width)]
    spectra = [np.abs(np.fft.rfft(part * np.hanning(len(part)), rate)) for part in parts]
    return [float(np.argmax(spectrum)) if spectrum.max() else 0.0 for spectrum in spectra]


@pytest.mark.parametrize(
    "name",
    [
        "listening",
        "taken",
        "not_understood",
        "paused",
        "tick",
        "hold_begins",
        "hold_ends",
        "trouble",
    ],
)
@pytest.mark.parametrize("rate", RATES)
def test_each_is_short_soft_and_begins_and_ends_in_silence(name: str, rate: int) -> None:
    pcm = render(name, rate)
    assert 0.05 < len(pcm) / rate <= 0.25
    peak_dbfs = 20 * np.log10(np.abs(pcm).max() / 32_767)
    assert -21 < peak_dbfs < -17
    assert max(abs(int(pcm[0])), abs(int(pcm[-1]))) < 30


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(EARCONS, 2)))
def test_no_two_sound_alike(one: str, other: str) -> None:
    first, second = (contour(render(name, 22_050), 22_050) for name in (one, other))
    differing = [
        a for a, b in itertools.zip_longest(first, second, fillvalue=0.0) if abs(a - b) > 60
    ]
    assert differing


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("fanfare", 22_050)
