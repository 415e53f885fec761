"""Moments in recordings: what is measured from them is only as true as they are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sound.timing import speech_begins
from tests.sound.virtual_card import Samples, silence, tone
from tests.sound.voices import FESTIVAL, KAL16, SLT, Voice, Voices

PHRASE = tone(200, 0.4, dbfs=-12)
HUM = tone(100, 0.05, dbfs=-26)


@pytest.mark.parametrize(
    ("before", "begins"),
    [
        (silence(0.0), 0.0),
        (silence(0.25), 0.25),
        (np.concatenate([HUM, silence(0.06)]), 0.0),
        (np.concatenate([HUM, silence(0.2)]), 0.25),
        (np.concatenate([HUM, silence(0.2), HUM, silence(0.05)]), 0.25),
    ],
    ids=["at once", "after silence", "with a closure", "after a hum", "after a hum and a closure"],
)
def test_a_phrase_begins_after_what_a_pause_parts_from_it(before: Samples, begins: float) -> None:
    assert speech_begins(np.concatenate([before, PHRASE])) == pytest.approx(begins, abs=0.011)


def test_silence_begins_at_once() -> None:
    assert speech_begins(silence(0.5)) == 0.0


@pytest.mark.parametrize(
    ("voice", "said", "earliest", "latest"),
    [
        (KAL16, "wait", 0.2, 0.24),
        (FESTIVAL, "wait", 0.2, 0.25),
        (KAL16, "stop", 0.0, 0.03),
        (SLT, "stop please", 0.0, 0.03),
    ],
)
def test_a_diphone_voice_s_hum_is_no_word(
    voices: Voices, voice: Voice, said: str, earliest: float, latest: float
) -> None:
    begins = speech_begins(voices.say(said, voice, before=0.0, after=0.0))
    assert earliest <= begins <= latest
