"""Words are written for the voice as it has to read them."""

from __future__ import annotations

import pytest

from voice.speaking.spelling import AS_WRITTEN, Spelling, as_ssml, without_stress

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


def test_phrases_may_say_what_is_stressed() -> None:
    say = Spelling({"never to pain": "*never* to pain"})
    assert say("Pull, never to pain.") == "Pull, *never* to pain."


@pytest.mark.parametrize(
    ("text", "ssml", "plain"),
    [
        ("do *not* bounce", "do <emphasis>not</emphasis> bounce", "do not bounce"),
        ("*both* knees, *now*", "<emphasis>both</emphasis> knees, <emphasis>now</emphasis>",
         "both knees, now"),
        ("heat & cold, 3 < 4", "heat &amp; cold, 3 &lt; 4", "heat & cold, 3 < 4"),
        ("2 * 3", "2 * 3", "2 * 3"),
        ("**", "**", "**"),
    ],
)  # fmt: skip
def test_stress_is_marked_for_voices_that_can_and_left_out_for_others(
    text: str, ssml: str, plain: str
) -> None:
    assert as_ssml(text) == ssml
    assert without_stress(text) == plain


def test_nothing_is_changed_without_words() -> None:
    assert AS_WRITTEN("Pilates") == "Pilates"
