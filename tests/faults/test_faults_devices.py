"""Microphone and loudspeaker go and come back, in a conversation on the virtual card."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from tests.end_to_end.conftest import Talk
from tests.faults.conftest import count, handles_of, threads_of, wait_for_lines
from tests.sound.conversation import Conversation
from tests.sound.ears import recognise
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import RMS, SLT, Voices
from tests.waiting import wait_for
from voice.knowledge import load_pack
from voice.places import pack

pytestmark = [pytest.mark.slow, pytest.mark.sound]

TIMES = int(os.environ.get("UNKNOT_LOSSES", "40"))
"""How often both devices go; `UNKNOT_LOSSES=100` is the long run of `docs/dependability.md`."""
SETTLED = 10
"""Losses after which threads and handles are counted for the first time."""
BACK_WITHIN = 2.0
"""Seconds from a device's return until it is used again: what the product promises."""
PARTS = ("microphone", "loudspeaker")
LOST, MENDED = "trouble     {}:", "mended      {} works again"
HEAT = [sentence.text for sentence in load_pack(pack()).sections["heat"].sentences]


def wait_until_all(conversation: Conversation, line: str, times: int) -> float:
    """Waits until each part has been told of so often; returns the seconds that it took."""
    began = time.monotonic()
    for part in PARTS:
        wait_for_lines(conversation, line.format(part), times)
    return time.monotonic() - began


@pytest.mark.timeout(400)
def test_both_devices_vanish_and_come_back_again_and_again(
    talk: Talk,
    virtual_sound: VirtualCard,
    voices: Voices,
    record_property: Callable[[str, object], None],
) -> None:
    conversation = talk()
    pid = conversation.process.pid
    took: list[float] = []
    used: list[tuple[int, int]] = []
    for number in range(1, TIMES + 1):
        virtual_sound.unplug_microphone()
        virtual_sound.unplug_speaker()
        wait_until_all(conversation, LOST, number)
        virtual_sound.connect()
        took.append(wait_until_all(conversation, MENDED, number))
        if number in {SETTLED, TIMES}:
            time.sleep(1.0)
            used.append((threads_of(pid), handles_of(pid)))
    record_property("seconds until it works again, at most", round(max(took), 2))
    record_property("threads, handles after 10 and 100 losses", used)
    assert max(took) < BACK_WITHIN
    assert used[0] == used[1]
    assert [count(conversation, LOST.format(part)) for part in PARTS] == [TIMES, TIMES]
    virtual_sound.play(voices.say("what are my options", RMS))
    conversation.wait_for_line("understood  list methods")


def test_a_lost_microphone_is_said_and_shown_and_heard_again_at_once(
    talk: Talk, virtual_sound: VirtualCard, voices: Voices
) -> None:
    conversation = talk()
    begins = conversation.recording.seconds
    virtual_sound.unplug_microphone()
    assert "Plug it in again" in conversation.wait_for_line(LOST.format("microphone"))
    reply = conversation.listen(begins)
    assert "microphone" in reply.text
    virtual_sound.connect()
    assert wait_for_lines(conversation, MENDED.format("microphone"), 1) < BACK_WITHIN
    virtual_sound.play(voices.say("read the heat section", SLT))
    conversation.wait_for_line("understood  read section")


def test_a_reading_goes_on_when_the_loudspeaker_is_back(
    talk: Talk, virtual_sound: VirtualCard
) -> None:
    conversation = talk()
    conversation.say("read the heat section", SLT)
    conversation.wait_for_line(f"saying      {HEAT[1]}")
    virtual_sound.unplug_speaker()
    assert "Connect" in conversation.wait_for_line(LOST.format("loudspeaker"))
    lost = len(conversation.lines)
    virtual_sound.connect()
    assert wait_for_lines(conversation, MENDED.format("loudspeaker"), 1) < BACK_WITHIN
    mended = conversation.recording.seconds
    conversation.recording.wait_for_speaker(after=mended)
    wait_for(lambda: f"saying      {HEAT[2]}\n" in conversation.lines[lost:], 20)


def test_the_sound_server_restarts_at_another_rate(
    talk: Talk, virtual_sound: VirtualCard, voices: Voices
) -> None:
    conversation = talk()
    virtual_sound.stop()
    wait_until_all(conversation, LOST, 1)
    virtual_sound.start(44_100)
    assert wait_until_all(conversation, MENDED, 1) < BACK_WITHIN
    with virtual_sound.record() as recording:
        virtual_sound.play(voices.say("can knots be prevented", RMS, after=0.0))
        begins = recording.wait_for_speaker(after=recording.seconds)
        recording.wait_for_silence(2.0, after=begins)
    assert "prevent" in recognise(recording.speaker)
    of_libraries = [line for line in conversation.lines if "Expression" in line or "ALSA" in line]
    assert of_libraries == [], "the sound libraries print among what is shown"


def test_the_desktop_moves_it_to_other_devices_and_nothing_is_lost(
    talk: Talk, virtual_sound: VirtualCard
) -> None:
    conversation = talk()
    with virtual_sound.other_devices():
        time.sleep(1.0)
    reply = conversation.ask("what are my options", RMS)
    assert "stretching" in reply.text
    assert count(conversation, "trouble") == 0
