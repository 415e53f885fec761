"""What comes out, to the sample: pauses lose nothing, cuts do not click, gains are right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.speaking.conftest import decibels
from voice.speaking.mixer import FADE, RAMP, Mixer
from voice.speaking.speech import RATE, Pcm

FADE_LENGTH = round(FADE * RATE)
RAMP_LENGTH = round(RAMP * RATE)

Control = Callable[[Mixer], object]


def sine(seconds: float, hertz: float = 300.0, peak: float = 12_000) -> Pcm:
    at = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(np.rint(np.sin(2 * np.pi * hertz * at) * peak), np.int16)


def mix(mixer: Mixer, count: int, block: int = 256) -> tuple[Pcm, list[tuple[int, int]]]:
    """The next `count` samples in blocks, and which utterance ended after how many of them."""
    out = np.zeros(count, np.int16)
    ended = []
    for begin in range(0, count, block):
        part = out[begin : begin + block]
        ended += [(utterance, begin + after) for utterance, after in mixer.mix(part)]
    return out, ended


def playing(pcm: Pcm, *, after: int = 0) -> Mixer:
    mixer = Mixer(RATE)
    mixer.play(1, pcm)
    mix(mixer, after)
    return mixer


@pytest.mark.parametrize("block", [1, 100, 256, 1000, 5000])
def test_utterances_follow_each_other_without_a_gap(block: int) -> None:
    first, second = sine(0.1), sine(0.05, 700)
    mixer = playing(first)
    mixer.play(2, second)
    out, ended = mix(mixer, len(first) + len(second) + 100, block)
    assert np.array_equal(out[:-100], np.concatenate([first, second]))
    assert not out[-100:].any()
    assert ended == [(1, len(first)), (2, len(first) + len(second))]


def test_an_empty_utterance_ends_at_once() -> None:
    mixer = playing(np.zeros(0, np.int16))
    assert mix(mixer, 256)[1] == [(1, 0)]
    assert not mixer.speaking


@settings(max_examples=50, deadline=None)
@given(before=st.integers(1, 4000), away=st.integers(FADE_LENGTH, 3000), block=st.integers(32, 700))
def test_a_pause_loses_no_sample(before: int, away: int, block: int) -> None:
    whole = sine(0.2)
    mixer = Mixer(RATE)
    mixer.play(1, whole)
    out, _ = mix(mixer, before, block)
    mixer.pause()
    gap, _ = mix(mixer, away, block)
    mixer.resume()
    rest, ended = mix(mixer, len(whole) - before, block)
    # The samples that faded out come again fading in: their sum is what they were.
    fading = min(FADE_LENGTH, len(rest))
    rest[:fading] += gap[:fading]
    assert np.allclose(np.concatenate([out, rest]), whole, atol=2)
    assert not gap[FADE_LENGTH:].any()
    assert ended == [(1, len(rest))]


def test_a_pause_taken_back_at_once_is_not_heard() -> None:
    whole = sine(0.2)
    mixer = playing(whole, after=1000)
    mixer.pause()
    mixer.resume()
    assert np.allclose(mix(mixer, 2000)[0], whole[1000:3000], atol=2)


def test_what_is_said_during_a_pause_waits() -> None:
    mixer = Mixer(RATE)
    mixer.pause()
    mixer.play(1, sine(0.1))
    assert not mix(mixer, 5000)[0].any()
    mixer.resume()
    assert np.array_equal(mix(mixer, 2205)[0], sine(0.1))


def test_stop_forgets_everything_and_names_it_in_order() -> None:
    mixer = playing(sine(0.1), after=1000)
    mixer.play(2, sine(0.1))
    mixer.play(3, sine(0.1))
    assert mixer.stop() == [1, 2, 3]
    out, ended = mix(mixer, 5000)
    assert out[: FADE_LENGTH // 2].any()
    assert not out[FADE_LENGTH:].any()
    assert ended == []


def test_stop_ends_a_pause() -> None:
    mixer = playing(sine(0.1), after=1000)
    mixer.pause()
    mix(mixer, 1000)
    assert mixer.stop() == [1]
    mixer.play(2, sine(0.1))
    assert np.array_equal(mix(mixer, 2205)[0], sine(0.1))


@pytest.mark.parametrize(
    ("control", "loss"),
    [
        (lambda m: m.duck(True), -15.0),
        (lambda m: m.set_gain(0.5), -6.02),
        (lambda m: m.set_gain(0.1), -20.0),
        (lambda m: (m.duck(True), m.set_gain(0.5)), -21.02),
        (lambda m: (m.duck(True), mix(m, 2000), m.duck(False)), 0.0),
    ],
    ids=["duck", "half gain", "tenth gain", "both", "duck and back"],
)
def test_gains_in_decibels(control: Control, loss: float) -> None:
    whole = sine(0.5)
    mixer = playing(whole, after=2205)
    control(mixer)
    mix(mixer, RAMP_LENGTH)
    assert decibels(mix(mixer, 2205)[0], whole[:2205]) == pytest.approx(loss, abs=0.1)


@pytest.mark.parametrize(
    "control",
    [
        Mixer.pause,
        Mixer.stop,
        lambda m: m.duck(True),
        lambda m: m.set_gain(0.0),
        lambda m: (m.pause(), mix(m, 300), m.resume()),
    ],
    ids=["pause", "stop", "duck", "mute", "resume"],
)
def test_no_control_clicks(control: Control) -> None:
    whole = sine(0.5)
    mixer = playing(whole, after=2260)
    control(mixer)
    steepest = np.abs(np.diff(whole.astype(np.int32))).max()
    after = mix(mixer, 2000)[0].astype(np.int32)
    assert np.abs(np.diff(after)).max() < steepest * 1.3


def test_a_tone_sounds_over_speech_through_a_pause_and_undamped() -> None:
    beep = sine(0.1, 900, 3000)
    mixer = playing(sine(0.5), after=1000)
    mixer.duck(True)
    mixer.pause()
    mix(mixer, 1000)
    mixer.tone(beep)
    assert np.array_equal(mix(mixer, len(beep))[0], beep)
    assert not mix(mixer, 1000)[0].any()


def test_too_loud_a_sum_is_clipped_not_wrapped() -> None:
    mixer = playing(np.full(1000, 30_000, np.int16))
    mixer.tone(np.full(1000, 30_000, np.int16))
    assert (mix(mixer, 1000)[0] == 32_767).all()


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, 4410), max_size=5), block=st.integers(32, 700))
def test_pieces_that_come_in_time_leave_no_seam(cuts: list[int], block: int) -> None:
    whole = sine(0.2)
    first, *others = np.split(whole, sorted(cuts))
    mixer = Mixer(RATE)
    mixer.play(1, first, whole=False)
    for piece in others:
        mixer.extend(1, piece)
    mixer.finish(1)
    out, ended = mix(mixer, len(whole), block)
    assert np.array_equal(out, whole)
    assert ended == [(1, len(whole))]


@settings(max_examples=50, deadline=None)
@given(cut=st.integers(1500, 3000), late=st.integers(10, 40), block=st.integers(32, 700))
def test_a_piece_that_comes_late_neither_clicks_nor_loses_a_sample(
    cut: int, late: int, block: int
) -> None:
    whole = sine(0.4)
    mixer = Mixer(RATE)
    mixer.play(1, whole[:cut], whole=False)
    before, _ = mix(mixer, (late + cut // block) * block, block)
    assert mixer.waits == 1
    mixer.extend(1, whole[cut:])
    mixer.finish(1)
    after, ((_, left),) = mix(mixer, len(whole), block)
    steepest = np.abs(np.diff(whole.astype(int))).max()
    heard = np.concatenate([before, after[:left]]).astype(int)
    assert np.abs(np.diff(heard)).max() < 1.5 * steepest
    # The samples that faded out come again fading in: their sum is what they were.
    said = len(whole) - left
    after[:FADE_LENGTH] += before[said : said + FADE_LENGTH]
    assert np.allclose(np.concatenate([before[:said], after[:left]]), whole, atol=2)
    assert not before[said + FADE_LENGTH :].any()


def test_what_was_stopped_takes_no_more_pieces() -> None:
    mixer = Mixer(RATE)
    mixer.play(1, sine(0.1), whole=False)
    mix(mixer, 512)
    assert mixer.stop() == [1]
    mixer.extend(1, sine(0.1))
    mixer.finish(1)
    mix(mixer, FADE_LENGTH)
    assert not mix(mixer, 4096)[0].any()
    assert not mixer.speaking


def test_a_sentence_whose_rest_is_lost_fades_and_the_next_is_whole() -> None:
    whole = sine(0.1)
    mixer = Mixer(RATE)
    mixer.play(1, sine(0.2), whole=False)
    mix(mixer, 1024)
    assert mixer.drop(1)
    assert not mixer.drop(1)
    mix(mixer, 512)
    mixer.play(2, whole)
    out, ended = mix(mixer, len(whole))
    assert np.array_equal(out, whole)
    assert ended == [(2, len(whole))]


def test_the_volume_moves_on_while_nothing_sounds() -> None:
    mixer = Mixer(RATE)
    mixer.set_gain(0.5)
    quiet, _ = mix(mixer, RAMP_LENGTH)
    mixer.play(1, sine(0.1))
    loud, _ = mix(mixer, len(sine(0.1)))
    assert not quiet.any()
    assert decibels(loud, sine(0.1)) == pytest.approx(-6.02, abs=0.05)
