"""The microphone: a virtual card that can be unplugged, and machines that have none."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from tests.sound.virtual_card import VirtualCard, tone
from tests.sound.voices import RMS, Voices
from voice.events import Heard, Mended, Trouble
from voice.listening.listener import Event, Listener
from voice.listening.recognizer import Recognizer
from voice.listening.sound import Block
from voice.listening.sources import MicrophoneError, MicrophoneSource, refresh_devices

pytestmark = pytest.mark.sound


class Taken:
    """Takes a source's blocks on a thread, and what it reports."""

    def __init__(self, source: MicrophoneSource) -> None:
        self.blocks: list[Block] = []
        self.reports: queue.Queue[Trouble | Mended] = queue.Queue()
        self._source = source
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    def _take(self) -> None:
        for block in self._source.blocks(self.reports.put):
            self.blocks.append(block)

    def wait_for_sound(self) -> None:
        deadline = time.monotonic() + 10
        already = len(self.blocks)
        while not any(np.abs(block.samples).max() > 500 for block in self.blocks[already:]):
            assert time.monotonic() < deadline, "no sound came"
            time.sleep(0.02)

    def close(self) -> None:
        self._source.close()
        self._thread.join(5)
        assert not self._thread.is_alive()


@pytest.fixture
def taken(sound_here: VirtualCard) -> Iterator[Taken]:
    del sound_here
    source = MicrophoneSource(refresh=refresh_devices)
    source.open()
    taking = Taken(source)
    yield taking
    taking.close()


def test_sound_arrives_in_small_blocks_soon_after_it_was_made(
    sound_here: VirtualCard, taken: Taken
) -> None:
    playing = sound_here.play(tone(440, 2.0), wait=False)
    taken.wait_for_sound()
    playing.stop()
    assert {block.samples.dtype for block in taken.blocks} == {np.dtype(np.int16)}
    assert max(block.samples.size for block in taken.blocks) <= 800
    assert all(a.at <= b.at for a, b in zip(taken.blocks, taken.blocks[1:], strict=False))


def test_a_device_that_vanishes_is_reported_and_comes_back(
    sound_here: VirtualCard, taken: Taken
) -> None:
    sound_here.unplug_microphone()
    trouble = taken.reports.get(timeout=10)
    assert isinstance(trouble, Trouble)
    assert trouble.part == "microphone"
    assert trouble.remedy
    sound_here.connect()
    assert taken.reports.get(timeout=15) == Mended("microphone")
    playing = sound_here.play(tone(440, 3.0), wait=False)
    taken.wait_for_sound()
    playing.stop()


def test_blocks_that_nobody_takes_are_counted(sound_here: VirtualCard) -> None:
    del sound_here
    source = MicrophoneSource()
    source.open()
    blocks = source.blocks(lambda _event: None)
    next(blocks)
    time.sleep(2.6)
    assert source.overflows > 0
    source.close()
    assert not list(blocks)


def test_a_request_spoken_into_the_microphone_is_heard(
    sound_here: VirtualCard, recognizer: Recognizer, voices: Voices
) -> None:
    heard: queue.Queue[Event] = queue.Queue()
    listener = Listener(
        recognizer,
        report=lambda event: heard.put(event) if isinstance(event, Heard) else None,
        is_complete=lambda text: text == "tell me about massage",
    )
    listener.start(MicrophoneSource())
    time.sleep(0.3)
    sound_here.play(voices.say("tell me about massage", RMS, before=0.3, after=1.0))
    event = heard.get(timeout=10)
    listener.stop()
    assert isinstance(event, Heard)
    assert event.text == "tell me about massage"


@pytest.mark.parametrize("device", ["no such microphone", 997])
def test_a_microphone_that_is_not_there(sound_here: VirtualCard, device: str | int) -> None:
    del sound_here
    with pytest.raises(MicrophoneError) as refused:
        MicrophoneSource(device).open()
    assert str(device) in str(refused.value)
    assert "--device" in refused.value.remedy


BARE = """
from voice.listening.sources import MicrophoneError, MicrophoneSource
try:
    MicrophoneSource().open()
except MicrophoneError as error:
    print(error, "|", error.remedy)
"""


def test_a_machine_without_a_microphone(virtual_sound: VirtualCard) -> None:
    virtual_sound.unplug_microphone()
    told = subprocess.run(
        [sys.executable, "-c", BARE],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | virtual_sound.env,
    )
    assert told.stdout == (
        "There is no microphone. | "
        "Plug a microphone in and choose it with --device; `unknot doctor` lists them.\n"
    )
    assert "Traceback" not in told.stderr
