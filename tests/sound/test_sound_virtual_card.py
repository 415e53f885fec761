"""The virtual sound card itself: what goes in comes out, and it can be unplugged."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np
import pytest
import sounddevice

from tests.sound.virtual_card import (
    RATE,
    VirtualCard,
    first_sound,
    last_sound,
    loudest_hertz,
    silence,
    tone,
)

pytestmark = pytest.mark.sound

LISTEN = """
import sys, numpy, sounddevice
with sounddevice.InputStream(samplerate=16000, channels=1, dtype="int16", blocksize=320) as stream:
    print("ready", flush=True)
    heard = numpy.concatenate([stream.read(320)[0] for _ in range(100)])
sys.stdout.buffer.write(heard.tobytes())
"""

PLAY = """
import numpy, sounddevice
at = numpy.arange(16000) / 16000
wave = (numpy.sin(2 * numpy.pi * 660 * at) * 8000).astype("int16")
# Stopping a stream that is written to cuts off what PortAudio still holds: a tail of silence.
wave = numpy.concatenate([wave, numpy.zeros(3200, "int16")])
with sounddevice.OutputStream(samplerate=16000, channels=1, dtype="int16") as stream:
    stream.write(wave.reshape(-1, 1))
"""

DEVICES = """
import sounddevice
found = sounddevice.query_devices()
listed = [any(d[f"max_{way}_channels"] for d in found) for way in ("input", "output")]
for name, there, kind in zip(("microphone", "speaker"), listed, ("InputStream", "OutputStream")):
    try:
        getattr(sounddevice, kind)(samplerate=16000, channels=1, dtype="int16").close()
        opened = True
    except sounddevice.PortAudioError:
        opened = False
    assert there == opened, f"{name} listed: {there}, opened: {opened}"
    if there:
        print(name)
"""


def child(card: VirtualCard, program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", program], env=os.environ | card.env, stdout=subprocess.PIPE
    )


def devices(card: VirtualCard) -> list[str]:
    """What a program that starts now finds and can open."""
    return child(card, DEVICES).communicate(timeout=20)[0].decode().split()


def test_a_program_hears_what_is_played_to_the_microphone(virtual_sound: VirtualCard) -> None:
    with child(virtual_sound, LISTEN) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == b"ready\n"
        playing = virtual_sound.play(tone(440, 3.0), wait=False)
        heard = np.frombuffer(listener.stdout.read(), dtype="<i2")
        playing.stop()
    assert len(heard) == 2 * RATE
    assert loudest_hertz(heard[RATE:]) == pytest.approx(440, abs=2)


def test_what_a_program_plays_is_seen_at_the_loudspeaker_alone(virtual_sound: VirtualCard) -> None:
    with virtual_sound.record() as recording:
        with child(virtual_sound, PLAY) as player:
            assert player.wait(20) == 0
        recording.wait_for_silence(0.2)
    begins, ends = first_sound(recording.speaker), last_sound(recording.speaker)
    assert begins is not None
    assert ends is not None
    assert ends - begins == pytest.approx(1.0, abs=0.02)
    sound = recording.speaker[round(begins * RATE) : round(ends * RATE)]
    assert loudest_hertz(sound) == pytest.approx(660, abs=2)
    assert first_sound(recording.room, after=0.05) is None


def test_both_sides_of_a_recording_lie_on_one_clock(virtual_sound: VirtualCard) -> None:
    with virtual_sound.record() as recording, virtual_sound.echo(gain_db=-12, delay=0.1):
        before = time.monotonic()
        with child(virtual_sound, PLAY) as player:
            assert player.wait(20) == 0
        recording.wait_for_silence(0.3)
    played, echoed = first_sound(recording.speaker), first_sound(recording.room)
    assert played is not None
    assert echoed is not None
    assert 0.02 < echoed - played < 0.4
    assert recording.started_at + played > before - 0.1
    loss = np.abs(recording.room).max() / np.abs(recording.speaker).max()
    assert 20 * np.log10(loss) == pytest.approx(-12, abs=1)


def test_played_sound_is_whole_and_in_real_time(virtual_sound: VirtualCard) -> None:
    sound = np.concatenate([tone(300, 0.5), silence(0.5), tone(300, 0.5)])
    with virtual_sound.record() as recording:
        began = time.monotonic()
        virtual_sound.play(sound)
        assert time.monotonic() - began == pytest.approx(1.5, abs=0.4)
        recording.wait_until(recording.seconds + 0.1)
    begins, ends = first_sound(recording.room), last_sound(recording.room)
    assert begins is not None
    assert ends is not None
    assert ends - begins == pytest.approx(1.5, abs=0.002)
    assert first_sound(recording.speaker) is None


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
def test_sound_of_any_rate_keeps_its_pitch(virtual_sound: VirtualCard, rate: int) -> None:
    with virtual_sound.record() as recording:
        virtual_sound.play(tone(500, 0.4, rate=rate), rate)
        recording.wait_until(recording.seconds + 0.1)
    begins = first_sound(recording.room)
    assert begins is not None
    heard = recording.room[round(begins * RATE) :][: round(0.4 * RATE)]
    assert loudest_hertz(heard) == pytest.approx(500, abs=3)


def test_devices_vanish_and_return(virtual_sound: VirtualCard) -> None:
    assert devices(virtual_sound) == ["microphone", "speaker"]
    virtual_sound.unplug_microphone()
    assert devices(virtual_sound) == ["speaker"]
    virtual_sound.unplug_speaker()
    assert devices(virtual_sound) == []
    virtual_sound.connect()
    assert devices(virtual_sound) == ["microphone", "speaker"]


def test_a_program_that_plays_on_an_unplugged_loudspeaker_breaks_off(
    virtual_sound: VirtualCard,
) -> None:
    endless = PLAY.replace("stream.write(", "while True: stream.write(")
    with virtual_sound.record() as recording, child(virtual_sound, endless) as player:
        recording.wait_for_speaker()
        virtual_sound.unplug_speaker()
        try:
            status = player.wait(20)
        finally:
            player.kill()
        assert status != 0
        recording.wait_for_silence(0.2, timeout=5)


def test_a_program_that_records_from_an_unplugged_microphone_breaks_off(
    virtual_sound: VirtualCard,
) -> None:
    endless = LISTEN.replace("range(100)", "iter(int, 1)")
    with child(virtual_sound, endless) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == b"ready\n"
        virtual_sound.unplug_microphone()
        try:
            assert listener.wait(20) != 0
        finally:
            listener.kill()


def test_the_whole_server_can_go_down_and_come_back(virtual_sound: VirtualCard) -> None:
    virtual_sound.stop()
    assert devices(virtual_sound) == []
    virtual_sound.start()
    assert devices(virtual_sound) == ["microphone", "speaker"]


def test_this_process_can_use_it_too(sound_here: VirtualCard) -> None:
    assert sounddevice.query_devices(kind="output")["max_output_channels"] > 0
    sound_here.unplug_speaker()
    with pytest.raises(sounddevice.PortAudioError):
        sounddevice.OutputStream(samplerate=RATE, channels=1, dtype="int16")
