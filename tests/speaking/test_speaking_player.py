"""The player on a real sound server: what the loudspeaker really gives, and when."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.sound.virtual_card import RATE as CARD_RATE
from tests.sound.virtual_card import Recording, VirtualCard, first_sound, last_sound, tone
from tests.speaking.conftest import decibels
from tests.waiting import wait_for
from voice.speaking.errors import LoudspeakerError
from voice.speaking.player import Listener, Player
from voice.speaking.speech import RATE, Pcm, Speech

pytestmark = pytest.mark.sound


class Log:
    """What a player has told, with the moment."""

    def __init__(self) -> None:
        self.ended: dict[int, tuple[bool, float]] = {}
        self.troubles: list[tuple[str, str]] = []
        self.mended = 0

    def listener(self) -> Listener:
        return Listener(self._end, lambda *trouble: self.troubles.append(trouble), self._mend)

    def _end(self, utterance: int, completed: bool) -> None:
        assert utterance not in self.ended, "reported twice"
        self.ended[utterance] = (completed, time.monotonic())

    def _mend(self) -> None:
        self.mended += 1


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def player(sound_here: VirtualCard, log: Log) -> Iterator[Player]:
    assert sound_here.speaker_present
    opened = Player()
    opened.open(log.listener())
    yield opened
    opened.close()


@pytest.fixture
def recording(player: Player, sound_here: VirtualCard) -> Iterator[Recording]:
    assert player.latency > 0
    with sound_here.record() as running:
        yield running


def beep(seconds: float, hertz: float = 440.0) -> Speech:
    return Speech(tone(hertz, seconds, rate=RATE), RATE)


def cut(recording: Recording, begin: float, seconds: float) -> Pcm:
    return recording.speaker[round(begin * CARD_RATE) : round((begin + seconds) * CARD_RATE)]


def test_an_utterance_is_heard_at_once_whole_and_reported_when_it_has_been_heard(
    player: Player, recording: Recording, log: Log
) -> None:
    asked = time.monotonic()
    player.play(7, beep(0.5))
    begins = recording.wait_for_speaker()
    ends = recording.wait_for_silence(0.2)
    assert recording.started_at + begins - asked < 0.15
    assert ends - begins == pytest.approx(0.5, abs=0.02)
    completed, at = log.ended[7]
    assert completed
    assert at == pytest.approx(recording.started_at + ends, abs=0.06)


@pytest.mark.parametrize("attempt", range(3))
def test_stop_is_heard_within_50_ms_and_drops_what_was_queued(
    player: Player, recording: Recording, log: Log, attempt: int
) -> None:
    for utterance in range(3):
        player.play(utterance, beep(2.0))
    recording.wait_for_speaker()
    time.sleep(0.2 + attempt * 0.007)
    asked = time.monotonic()
    player.stop()
    assert time.monotonic() - asked < 0.02
    ends = recording.wait_for_silence(0.4)
    # The recorder's own clock is good to 20 ms; the asked-for latency leaves that room.
    assert recording.started_at + ends - asked < 0.05 + 0.02
    wait_for(lambda: len(log.ended) == 3)
    assert not any(completed for completed, _ in log.ended.values())


def test_after_a_pause_it_goes_on_where_it_was(
    player: Player, recording: Recording, log: Log
) -> None:
    player.play(1, beep(1.0))
    begins = recording.wait_for_speaker()
    time.sleep(0.3)
    player.pause()
    paused = recording.wait_for_silence(0.4)
    assert player.speaking
    assert not log.ended
    player.resume()
    resumed = recording.wait_for_speaker(after=paused + 0.05)
    ends = recording.wait_for_silence(0.2)
    assert (paused - begins) + (ends - resumed) == pytest.approx(1.0, abs=0.03)
    assert log.ended[1][0]


def test_ducking_and_volume_in_decibels_at_the_loudspeaker(
    player: Player, recording: Recording
) -> None:
    player.play(1, beep(5.0))
    begins = recording.wait_for_speaker()
    levels = []
    controls: list[Callable[[], None]] = [
        lambda: player.duck(True),
        lambda: player.duck(False),
        lambda: player.set_gain(0.25),
    ]
    for control in controls:
        recording.wait_until(recording.seconds + 0.4)
        levels.append(cut(recording, recording.seconds - 0.2, 0.2))
        control()
    recording.wait_until(recording.seconds + 0.4)
    levels.append(cut(recording, recording.seconds - 0.2, 0.2))
    player.stop()
    full, ducked, back, quiet = levels
    assert len(full)
    assert begins >= 0
    assert decibels(ducked, full) == pytest.approx(-15, abs=0.5)
    assert decibels(back, full) == pytest.approx(0, abs=0.5)
    assert decibels(quiet, full) == pytest.approx(-12.04, abs=0.5)


def test_an_earcon_is_heard_through_a_pause(player: Player, recording: Recording) -> None:
    player.pause()
    player.sound("listening")
    begins = recording.wait_for_speaker()
    assert recording.wait_for_silence(0.3) - begins < 0.25


def test_speech_of_another_rate_keeps_its_length(player: Player, recording: Recording) -> None:
    player.play(1, Speech(tone(440, 0.5, rate=48_000), 48_000))
    begins = recording.wait_for_speaker()
    assert recording.wait_for_silence(0.2) - begins == pytest.approx(0.5, abs=0.02)


def test_a_missing_loudspeaker_is_an_error_with_a_remedy(sound_here: VirtualCard, log: Log) -> None:
    sound_here.unplug_speaker()
    with pytest.raises(LoudspeakerError) as caught:
        Player().open(log.listener())
    assert "loudspeaker" in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("device", ["no such thing", 999])
def test_an_unknown_device_is_an_error_that_names_it(
    sound_here: VirtualCard, log: Log, device: str | int
) -> None:
    assert sound_here.speaker_present
    with pytest.raises(LoudspeakerError, match=str(device)):
        Player(device).open(log.listener())


def test_a_device_can_be_named(sound_here: VirtualCard, log: Log) -> None:
    assert sound_here.speaker_present
    player = Player("pulse")
    player.open(log.listener())
    player.play(1, beep(0.05))
    wait_for(lambda: 1 in log.ended)
    assert log.ended[1][0]
    player.close()


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["unplugged", "server down"])
def test_a_loudspeaker_that_vanishes_is_reported_and_used_again_when_it_is_back(
    player: Player, sound_here: VirtualCard, log: Log, loss: str
) -> None:
    player.play(1, beep(30))
    player.play(2, beep(1))
    time.sleep(0.3)
    if loss == "unplugged":
        sound_here.unplug_speaker()
    else:
        sound_here.stop()
    wait_for(lambda: bool(log.troubles))
    wait_for(lambda: set(log.ended) == {1, 2})
    assert not log.ended[1][0]
    assert not log.ended[2][0]
    player.play(3, beep(1))
    wait_for(lambda: 3 in log.ended)
    assert not log.ended[3][0]
    what, remedy = log.troubles[0]
    assert "loudspeaker" in what
    assert remedy
    sound_here.start()
    sound_here.connect()
    wait_for(lambda: log.mended == 1)
    with sound_here.record() as recording:
        player.play(4, beep(0.3))
        begins = recording.wait_for_speaker()
        assert recording.wait_for_silence(0.2) - begins == pytest.approx(0.3, abs=0.05)
    assert log.ended[4][0]
    assert len(log.troubles) == 1


def test_closing_reports_what_is_cut_off_and_leaves_no_thread(
    sound_here: VirtualCard, log: Log
) -> None:
    assert sound_here.speaker_present
    before = set(threading.enumerate())
    player = Player()
    player.open(log.listener())
    player.play(1, beep(30))
    player.close()
    assert log.ended[1][0] is False
    assert set(threading.enumerate()) == before


NAP = 0.5
"""Seconds of silence after which the sleepy player sleeps."""


@pytest.fixture
def sleepy(sound_here: VirtualCard, log: Log) -> Iterator[Player]:
    """A player that sleeps already."""
    assert sound_here.speaker_present
    opened = Player(sleeps_after=NAP)
    opened.open(log.listener())
    wait_until_it_sleeps(sound_here)
    yield opened
    opened.close()


def wait_until_it_sleeps(card: VirtualCard) -> None:
    wait_for(lambda: not card.speaker_in_use)


def test_after_long_silence_the_device_is_given_back_and_nothing_is_said_of_it(
    sleepy: Player, sound_here: VirtualCard, log: Log
) -> None:
    time.sleep(2 * NAP)
    assert not sound_here.speaker_in_use
    assert not sleepy.speaking
    assert not log.troubles


@pytest.mark.parametrize("attempt", range(3))
def test_the_first_sound_after_sleep_is_whole_and_soon_heard(
    sleepy: Player, sound_here: VirtualCard, log: Log, attempt: int
) -> None:
    with sound_here.record() as recording:
        asked = time.monotonic()
        sleepy.play(attempt, beep(0.5))
        begins = recording.wait_for_speaker()
        assert recording.started_at + begins - asked < 0.4
        assert recording.wait_for_silence(0.2) - begins == pytest.approx(0.5, abs=0.02)
    assert log.ended[attempt][0]


def test_an_earcon_wakes_it(sleepy: Player, sound_here: VirtualCard) -> None:
    with sound_here.record() as recording:
        sleepy.sound("listening")
        begins = recording.wait_for_speaker()
        assert recording.wait_for_silence(0.3) - begins < 0.25


def test_it_wakes_when_somebody_begins_to_speak(sleepy: Player, sound_here: VirtualCard) -> None:
    sleepy.duck(False)
    wait_for(lambda: sound_here.speaker_in_use)
    wait_until_it_sleeps(sound_here)


def test_it_does_not_sleep_over_speech_that_sounds_or_is_paused(
    sleepy: Player, sound_here: VirtualCard, log: Log
) -> None:
    sleepy.play(1, beep(2 * NAP + 0.5))
    time.sleep(2 * NAP)
    assert sound_here.speaker_in_use
    sleepy.pause()
    time.sleep(2 * NAP)
    assert sound_here.speaker_in_use
    sleepy.resume()
    wait_for(lambda: 1 in log.ended)
    assert log.ended[1][0]


def test_a_loudspeaker_that_vanishes_in_its_sleep_is_reported_when_it_is_needed(
    sleepy: Player, sound_here: VirtualCard, log: Log
) -> None:
    sound_here.unplug_speaker()
    time.sleep(2 * NAP)
    assert not log.troubles
    sleepy.play(1, beep(0.3))
    wait_for(lambda: bool(log.troubles) and 1 in log.ended)
    assert not log.ended[1][0]
    sound_here.connect()
    wait_for(lambda: log.mended == 1)
    sleepy.play(2, beep(0.3))
    wait_for(lambda: 2 in log.ended)
    assert log.ended[2][0]
    assert len(log.troubles) == 1


def test_a_player_that_sleeps_can_be_closed(sleepy: Player, sound_here: VirtualCard) -> None:
    sleepy.close()
    sleepy.duck(True)
    sleepy.play(1, beep(0.3))
    time.sleep(2 * NAP)
    assert not sound_here.speaker_in_use
    assert not sleepy.speaking


def test_silence_comes_out_as_silence(player: Player, recording: Recording) -> None:
    recording.wait_until(0.5)
    assert player.rate == RATE
    assert first_sound(recording.speaker, floor=0) is None
    assert last_sound(recording.speaker, floor=0) is None
    assert np.abs(recording.speaker).sum() == 0
