"""Holds are as long as they say, and each counted number comes on its second.

Measured from what comes out of the loudspeaker while other processes keep every
core of the machine busy.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from tests.sound.conversation import Conversation
from tests.sound.timing import moments_of, word_begins
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import Voices
from voice.knowledge import load_pack

PACK = load_pack(Path(__file__).parents[2] / "prompts" / "knot-in-your-back")
STRETCH = PACK.routines["overhead_reach"].stretches[0]
SPIN = "while True: pass"

HOLD_ERROR = 0.05
"""Seconds by which one hold may be too long or too short."""
DRIFT = 0.1
"""Seconds in a minute of holding."""
NUMBER_ERROR = 0.08
"""Seconds between a number and its second."""


@contextmanager
def every_core_busy() -> Iterator[None]:
    cores = os.cpu_count() or 1
    busy = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(cores)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(400)
def test_holds_and_numbers_keep_time_on_a_busy_machine(
    virtual_sound: VirtualCard,
    voices: Voices,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    command = ("stretch", "overhead_reach", "--plain")
    with every_core_busy(), Conversation(virtual_sound, voices, tmp_path, command) as talk:
        talk.wait_for_line("Say ready when you are.", timeout=120.0)
        asked = talk.recording.seconds
        talk.recording.wait_until(asked + 6.0)
        talk.say("ready")
        talk.wait_for_line("Well done.", timeout=240.0)
        sound = talk.recording.speaker

    begins, ends = moments_of("hold_begins", sound), moments_of("hold_ends", sound)
    assert len(begins) == len(ends) == STRETCH.times
    lengths = np.array(ends) - np.array(begins)
    errors = lengths - STRETCH.hold
    numbers = np.array(
        [
            (word_begins(sound, begin + second) or np.inf) - begin - second
            for begin in begins
            for second in range(round(STRETCH.hold) - 5, round(STRETCH.hold))
        ]
    )
    record_property("holds, off by at most", f"{1000 * np.abs(errors).max():.0f} ms")
    record_property("counted numbers, off by at most", f"{1000 * np.abs(numbers).max():.0f} ms")
    assert np.abs(errors).max() <= HOLD_ERROR
    assert abs(errors.sum()) <= DRIFT * lengths.sum() / 60
    assert np.abs(numbers).max() <= NUMBER_ERROR
