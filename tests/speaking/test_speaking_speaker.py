"""The voice as the assistant uses it: at once, in order, and never what was stopped."""

from __future__ import annotations

import functools
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sound.ears import recognise, share_heard
from tests.sound.virtual_card import VirtualCard
from tests.speaking.conftest import HandDriven, decibels, hear_until
from tests.waiting import wait_for
from voice.speaking.cache import SpeechCache
from voice.speaking.player import Player
from voice.speaking.recorder import RecordingSpeaker
from voice.speaking.speaker import REMEMBERED, Output, Speaker
from voice.speaking.speech import RATE
from voice.speaking.synthesizer import Synthesizer

SENTENCE = "How do I stretch my back?"


class Log:
    """What a speaker has told."""

    def __init__(self) -> None:
        self.ended: dict[int, bool] = {}
        self.troubles: list[tuple[str, str, str]] = []
        self.mended: list[str] = []

    def end(self, utterance: int, completed: bool) -> None:
        assert utterance not in self.ended, "reported twice"
        self.ended[utterance] = completed

    def trouble(self, part: str, what: str, remedy: str) -> None:
        self.troubles.append((part, what, remedy))


Maker = Callable[..., Speaker]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def make(synthesizer: Synthesizer, output: HandDriven, log: Log) -> Iterator[Maker]:
    made: list[Speaker] = []

    def maker(
        *,
        cache: SpeechCache | None = None,
        player: Output = output,
        voice: Synthesizer = synthesizer,
    ) -> Speaker:
        speaker = Speaker(
            voice,
            player,
            cache,
            on_ended=log.end,
            on_trouble=log.trouble,
            on_mended=log.mended.append,
        )
        made.append(speaker)
        return speaker

    yield maker
    for speaker in made:
        speaker.close()


@pytest.mark.sound
def test_what_is_said_is_understood_at_the_loudspeaker(
    make: Maker, sound_here: VirtualCard, log: Log, synthesizer: Synthesizer
) -> None:
    synthesizer.render("warm")
    player = Player()
    speaker = make(player=player)
    with sound_here.record() as recording:
        asked = time.monotonic()
        speaker.say(1, SENTENCE)
        assert time.monotonic() - asked < 0.02
        begins = recording.wait_for_speaker()
        recording.wait_for_silence(0.5)
    assert recording.started_at + begins - asked < 0.3
    assert share_heard(SENTENCE, recognise(recording.speaker)) >= 0.8
    assert log.ended == {1: True}


def test_utterances_are_said_in_order_and_each_ends_once(
    make: Maker, output: HandDriven, log: Log
) -> None:
    speaker = make()
    for number in range(5):
        speaker.say(number, f"number {number}")
    hear_until(output, lambda: len(log.ended) == 5)
    assert list(log.ended.items()) == [(number, True) for number in range(5)]


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_to_say_ends_at_once(make: Maker, output: HandDriven, log: Log, text: str) -> None:
    make().say(1, text)
    hear_until(output, lambda: 1 in log.ended)
    assert log.ended == {1: True}


def test_stop_forgets_what_plays_what_is_queued_and_what_is_being_rendered(
    make: Maker, output: HandDriven, log: Log
) -> None:
    speaker = make()
    speaker.say(1, SENTENCE)
    wait_for(lambda: output.speaking)
    for number in range(2, 8):
        speaker.say(number, f"{SENTENCE} {number}")
    speaker.stop()
    output.hear(0.1)
    wait_for(lambda: len(log.ended) == 7)
    assert not any(log.ended.values())
    time.sleep(0.1)
    assert not output.hear(1.0).any()


@pytest.mark.slow
def test_after_stop_only_the_new_is_ever_played(make: Maker, output: HandDriven, log: Log) -> None:
    speaker = make()
    delays = itertools.cycle([0, 0.002, 0, 0.01, 0.03, 0.015, 0])
    for number in range(150):
        speaker.say(number, f"old {number}")
        time.sleep(next(delays))
        speaker.stop()
        output.hear(0.05)
        wait_for(functools.partial(log.ended.__contains__, number))
        assert not output.speaking
    speaker.say(999, "new")
    hear_until(output, lambda: 999 in log.ended)
    assert [number for number, completed in log.ended.items() if completed] == [999]


def test_many_threads_may_use_it_and_every_utterance_ends_once(
    make: Maker, output: HandDriven, log: Log
) -> None:
    speaker = make()

    def use(first: int) -> None:
        for number in range(first, first + 40):
            speaker.say(number, f"word {number % 5}")
            (speaker.stop, speaker.pause, speaker.resume, lambda: speaker.duck(True))[number % 4]()

    threads = [threading.Thread(target=use, args=(n * 100,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    speaker.resume()
    hear_until(output, lambda: len(log.ended) == 160)


def test_a_prepared_sentence_needs_no_rendering(make: Maker, output: HandDriven, log: Log) -> None:
    voice = Synthesizer()
    speaker = make(voice=voice)
    speaker.say(1, "hello")
    speaker.prepare(["A sentence that will be said soon."], tempo=0.9)
    hear_until(output, lambda: 1 in log.ended)
    time.sleep(0.5)
    voice.close()
    speaker.say(2, "A sentence that will be said soon.", tempo=0.9)
    hear_until(output, lambda: 2 in log.ended)
    assert log.ended[2]


def test_tempo_makes_it_shorter(make: Maker, output: HandDriven, log: Log) -> None:
    speaker = make()
    lengths = []
    for utterance, tempo in enumerate((0.7, 1.0, 1.4)):
        speaker.say(utterance, SENTENCE, tempo=tempo)
        wait_for(lambda: output.speaking)
        blocks = 0
        while utterance not in log.ended:
            output.hear(0.05)
            blocks += 1
        lengths.append(blocks)
        assert speaker.lasts(utterance) == pytest.approx(0.05 * blocks, abs=0.1)
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > lengths[2] * 1.4


def test_how_long_an_utterance_takes_is_known_for_a_while(
    make: Maker, output: HandDriven, log: Log
) -> None:
    speaker = make()
    assert speaker.lasts(0) is None
    for number in range(REMEMBERED + 1):
        speaker.say(number, f"number {number}")
    hear_until(output, lambda: len(log.ended) == REMEMBERED + 1)
    assert speaker.lasts(0) is None
    assert all(speaker.lasts(number) for number in range(1, REMEMBERED + 1))


@pytest.mark.parametrize(("volume", "loss"), [(0.5, -18.06), (0.85, -4.23), (2.0, 0.0)], ids=str)
def test_volume_is_even_to_the_ear(
    make: Maker, output: HandDriven, volume: float, loss: float
) -> None:
    speaker = make()
    speaker.earcon("trouble")
    full = output.hear(0.3)
    speaker.volume = volume
    output.hear(0.1)
    speaker.earcon("trouble")
    assert decibels(output.hear(0.3), full) == pytest.approx(loss, abs=0.2)
    assert speaker.volume == min(1.0, volume)


def test_only_fixed_sentences_reach_the_disk(
    make: Maker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    speaker = make(cache=SpeechCache(tmp_path))
    speaker.say(1, "a fixed sentence")
    speaker.say(2, "what the user said", keep=False)
    speaker.prepare(["what they will say"], keep=False)
    hear_until(output, lambda: len(log.ended) == 2)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_kept_sentence_is_said_without_a_synthesiser_again(
    make: Maker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    first = make(cache=SpeechCache(tmp_path))
    first.say(1, SENTENCE)
    hear_until(output, lambda: 1 in log.ended)
    first.close()
    second_output = HandDriven()
    with Synthesizer() as second_voice:
        assert second_voice.version
        second = make(cache=SpeechCache(tmp_path), player=second_output, voice=second_voice)
        second_voice.close()
        second.say(2, SENTENCE)
        hear_until(second_output, lambda: 2 in log.ended)
    assert log.ended[2]


def test_a_voice_that_fails_is_reported_and_when_it_is_back_too(
    make: Maker, output: HandDriven, log: Log, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    program = f"""
import pathlib, sys
from voice.speaking import worker
sys.exit(1 if pathlib.Path({str(broken)!r}).exists() else worker.main())
"""
    with Synthesizer(command=(sys.executable, "-c", program)) as voice:
        speaker = make(voice=voice)
        speaker.say(1, SENTENCE)
        wait_for(lambda: 1 in log.ended)
        assert log.ended == {1: False}
        ((part, what, remedy),) = log.troubles
        assert part == "voice"
        assert what
        assert remedy
        broken.unlink()
        speaker.say(2, SENTENCE)
        hear_until(output, lambda: 2 in log.ended)
        assert log.ended[2]
        assert log.mended == ["voice"]
        speaker.close()


def test_closing_reports_what_is_cut_off_and_leaves_no_thread(
    make: Maker, output: HandDriven, log: Log
) -> None:
    before = set(threading.enumerate())
    speaker = make()
    speaker.say(1, SENTENCE)
    wait_for(lambda: output.speaking)
    speaker.say(2, SENTENCE)
    speaker.close()
    assert log.ended == {1: False, 2: False}
    assert set(threading.enumerate()) == before
    speaker.close()


@pytest.fixture
def recorder(synthesizer: Synthesizer, log: Log) -> RecordingSpeaker:
    return RecordingSpeaker(synthesizer, on_ended=log.end, on_trouble=log.trouble)


def test_a_recording_holds_utterances_and_pauses_one_after_the_other(
    recorder: RecordingSpeaker, log: Log, tmp_path: Path
) -> None:
    recorder.say(1, SENTENCE)
    assert log.ended == {}
    assert recorder.advance()
    assert log.ended == {1: True}
    spoken = recorder.clock()
    assert recorder.advance(spoken + 30.0)
    recorder.say(2, SENTENCE)
    recorder.advance()
    recorder.write(tmp_path / "answer.wav")
    sound, rate = soundfile.read(tmp_path / "answer.wav", dtype="int16")
    assert rate == RATE
    assert len(sound) / rate == pytest.approx(2 * spoken + 30, abs=0.1)
    first, second = round(spoken * rate), round((spoken + 30) * rate)
    assert not sound[first:second].any()
    assert np.abs(sound[:first]).max() > 5000
    assert np.abs(sound[second:]).max() > 5000


def test_a_recording_takes_no_real_time(recorder: RecordingSpeaker) -> None:
    began = time.monotonic()
    recorder.advance(600.0)
    recorder.say(1, SENTENCE)
    recorder.advance()
    assert recorder.clock() > 600
    assert time.monotonic() - began < 3


def test_a_recording_has_nothing_of_what_was_stopped_and_waits_while_paused(
    recorder: RecordingSpeaker, log: Log
) -> None:
    recorder.say(1, SENTENCE)
    recorder.pause()
    assert recorder.advance(2.0)
    assert recorder.clock() == pytest.approx(2.0)
    recorder.stop()
    assert recorder.advance(2.0)
    assert log.ended == {1: False}
    assert not recorder.advance(2.0)
    assert not recorder.speech.pcm.any()


def test_volume_and_earcons_are_recorded(recorder: RecordingSpeaker) -> None:
    recorder.earcon("taken")
    half = recorder.clock()
    recorder.volume = 0.5
    recorder.earcon("taken")
    pcm = recorder.speech.pcm
    cut = round(half * RATE)
    assert decibels(pcm[cut:], pcm[:cut]) == pytest.approx(-18.06, abs=0.2)


def test_a_recording_without_a_voice_says_so(log: Log) -> None:
    with Synthesizer(command=(sys.executable, "-c", "")) as voice:
        recorder = RecordingSpeaker(voice, on_ended=log.end, on_trouble=log.trouble)
        recorder.say(1, SENTENCE)
        recorder.advance()
    assert log.ended == {1: False}
    assert log.troubles[0][0] == "voice"
