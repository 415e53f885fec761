"""What the player notes is what the loudspeaker gives, at about the time it gives it."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.sound.virtual_card import VirtualCard, tone
from tests.waiting import wait_for
from voice.speaking.played import RATE, Played
from voice.speaking.player import Listener, Player
from voice.speaking.speech import RATE as VOICE_RATE
from voice.speaking.speech import Speech

pytestmark = pytest.mark.sound


def test_after_a_sleep_the_reference_tells_what_sounds_as_truly_as_before(
    sound_here: VirtualCard,
) -> None:
    played, ended = Played(), []
    player = Player(played=played, sleeps_after=0.5)
    player.open(Listener(lambda *end: ended.append(end), lambda *_: None, lambda: None))
    late = []
    try:
        with sound_here.record() as recording:
            for number in range(2):
                from_here = recording.seconds
                player.play(number, Speech(tone(440, 0.5, rate=VOICE_RATE), VOICE_RATE))
                begins = recording.wait_for_speaker(after=from_here)
                wait_for(lambda: not sound_here.speaker_in_use)
                assert ended.pop() == (number, True)
                began = played.silent_from - RATE // 2
                late.append(played.position(begins + recording.started_at) - began)
    finally:
        player.close()
    assert played.openings == 2
    assert abs(late[1] - late[0]) < 0.05 * RATE


def test_the_reference_holds_what_sounds_and_when(sound_here: VirtualCard) -> None:
    played, ended = Played(), []
    player = Player(played=played)
    player.open(Listener(lambda *end: ended.append(end), lambda *_: None, lambda: None))
    try:
        with sound_here.record() as recording:
            asked = time.monotonic()
            player.play(1, Speech(tone(440, 0.5, rate=VOICE_RATE), VOICE_RATE))
            heard_at = recording.wait_for_speaker() + recording.started_at
            wait_for(lambda: bool(ended))
    finally:
        player.close()
    ends = played.silent_from
    sound = played.read(ends - RATE // 2, RATE // 2)
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) / 0.5 == pytest.approx(440, abs=4)
    began = ends - RATE // 2
    assert played.position(asked) < began
    assert abs(played.position(heard_at) - began) < 0.15 * RATE
