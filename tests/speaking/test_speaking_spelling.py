"""Words are written for the voice as it has to read them."""

from __future__ import annotations

import pytest

from voice.speaking.spelling import AS_WRITTEN, Spelling

SAYS = Spelling({"pilates": "pilahteez", "Myofascial": "myo fashial", "a.m.": "in the morning"})


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Yoga and Pilates help.", "Yoga and pilahteez help."),
        ("PILATES", "pilahteez"),
        ("myofascial release", "myo fashial release"),
        ("myofascials", "myo fashials"),
        ("pilatesque", "pilatesque"),
        ("prepilates", "prepilates"),
        ("", ""),
    ],
)
def test_whole_words_are_written_differently(text: str, written: str) -> None:
    assert SAYS(text) == written


def test_nothing_is_changed_without_words() -> None:
    assert AS_WRITTEN("Pilates") == "Pilates"
