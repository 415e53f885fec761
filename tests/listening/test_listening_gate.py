"""The speech gate: opens for speech, with its first sound, and for little else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sound.timing import speech_begins
from tests.sound.voices import EVERYBODY, RMS, SLT, Voice, Voices
from voice.listening.gate import CHUNK_SECONDS, Gated, GateSettings, SpeechGate
from voice.listening.sound import DIGITAL_SILENCE, RATE, Block, Samples

OUR_OWN = -70.0
"""dBFS of our own voice that is expected in what is heard."""


def through(
    gate: SpeechGate, sound: Samples, block: int = 320, echo: float = DIGITAL_SILENCE
) -> list[Gated]:
    """What comes through a gate that nobody closes."""
    return [
        gated
        for start in range(0, sound.size, block)
        for gated in gate.accept(
            Block(sound[start : start + block], (min(start + block, sound.size)) / RATE, echo)
        )
    ]


def noise(dbfs: float, seconds: float = 3.0) -> Samples:
    white = np.random.default_rng(7).standard_normal(round(seconds * RATE))
    return np.asarray(np.clip(white * 32768 * 10 ** (dbfs / 20), -32768, 32767), np.int16)


def clicks() -> Samples:
    """A table that is knocked at, twice a second."""
    sound = np.zeros(3 * RATE, np.float64)
    decay = np.exp(-np.arange(800) / 120) * np.sin(np.arange(800) * 0.4) * 20000
    for start in range(4000, sound.size - 800, RATE // 2):
        sound[start : start + 800] = decay
    return sound.astype(np.int16)


@pytest.mark.parametrize("voice", EVERYBODY, ids=lambda voice: voice.name)
@pytest.mark.parametrize(
    ("dbfs", "snr_db"),
    [(-20.0, None), (-45.0, None), (-20.0, 20.0), (-20.0, 10.0)],
    ids=["near", "far", "noise 20 dB", "noise 10 dB"],
)
def test_opens_in_time_and_knows_when_the_voice_stopped(
    voices: Voices, voice: Voice, dbfs: float, snr_db: float | None
) -> None:
    sound = voices.say("stop", voice, dbfs=dbfs, snr_db=snr_db, before=1.0, after=1.0)
    gated = through(SpeechGate(), sound)
    assert [piece.began for piece in gated].count(True) == 1
    let_in = sound.size / RATE - sum(piece.samples.size for piece in gated) / RATE
    assert let_in <= 1.05, "the first sound is lost"
    assert gated[-1].voiced_until == pytest.approx(sound.size / RATE - 1.0, abs=0.25)
    assert gated[-1].silence > 0.7


def may_be_speaking(gate: SpeechGate, sound: Samples) -> list[tuple[float, bool]]:
    """The moments at which somebody may have begun to speak over our own voice, or is heard."""
    moments, before, size = [], False, 320
    for end in range(size, sound.size + 1, size):
        for _ in gate.accept(Block(sound[end - size : end], end / RATE, OUR_OWN)):
            pass
        if (now := gate.perhaps or gate.is_open) is not before:
            moments.append((end / RATE, now))
            before = now
    return moments


@pytest.mark.parametrize("voice", EVERYBODY, ids=lambda voice: voice.name)
@pytest.mark.parametrize("word", ["stop", "slower", "pause", "how much longer", "it hurts"])
def test_over_our_own_voice_somebody_is_suspected_at_the_first_sound(
    voices: Voices, voice: Voice, word: str
) -> None:
    begins = 1.0 + speech_begins(voices.say(word, voice, before=0.0))
    far = voices.say(word, voice, dbfs=-45, snr_db=20, before=1.0)
    first, speaks = may_be_speaking(SpeechGate(), far)[0]
    assert speaks
    assert first - begins <= 0.25, "an s is followed by a closure"


def test_what_was_nothing_is_forgotten_soon(voices: Voices) -> None:
    """A gate that never opens, so that a word is enough to be suspected and no more."""
    gate = SpeechGate(GateSettings(opens_at=1.1))
    word = voices.say("stop", SLT, before=1.0, after=1.0)
    (_, suspected), (over, still) = may_be_speaking(gate, word)
    assert suspected
    assert not still
    assert over == pytest.approx(word.size / RATE - 1.0 + GateSettings().perhaps_for, abs=0.2)


def test_nobody_is_suspected_while_nothing_of_ours_sounds(voices: Voices) -> None:
    gate = SpeechGate(GateSettings(opens_at=1.1))
    through(gate, voices.say("stop", SLT))
    assert not gate.perhaps


@pytest.mark.parametrize(
    "sound",
    [np.zeros(3 * RATE, np.int16), noise(-60), noise(-40), noise(-25), clicks()],
    ids=["silence", "faint noise", "noise", "loud noise", "knocks"],
)
@pytest.mark.parametrize("echo", [DIGITAL_SILENCE, OUR_OWN], ids=["quiet", "over our own voice"])
def test_stays_shut(sound: Samples, echo: float) -> None:
    gate = SpeechGate()
    assert not through(gate, sound, echo=echo)
    assert not gate.perhaps


@pytest.mark.parametrize("dbfs", [None, -75.0, -55.0], ids=["digital silence", "still", "a fan"])
def test_a_quiet_room_does_not_ask_the_network(dbfs: float | None) -> None:
    gate = SpeechGate()
    sound = np.zeros(10 * RATE, np.int16) if dbfs is None else noise(dbfs, 10.0)
    through(gate, sound)
    assert gate.asked <= 0.15 * 10 / CHUNK_SECONDS


@pytest.mark.parametrize("block", [1, 160, 512, 700, 16000])
def test_the_size_of_blocks_does_not_matter(voices: Voices, block: int) -> None:
    sound = voices.say("go back", SLT, before=0.5, after=0.6)
    expected = through(SpeechGate(), sound)
    gated = through(SpeechGate(), sound, block)
    assert np.array_equal(
        np.concatenate([g.samples for g in gated]), np.concatenate([g.samples for g in expected])
    )
    assert gated[-1].voiced_until == pytest.approx(expected[-1].voiced_until)


def test_closing_forgets_what_was_heard(voices: Voices) -> None:
    gate = SpeechGate()
    first = through(gate, voices.say("next", RMS, before=0.5, after=0.4))
    gate.close()
    assert not gate.is_open
    second = through(gate, voices.say("help", RMS, before=0.6, after=0.4))
    assert first[0].began
    assert second[0].began
    assert sum(piece.samples.size for piece in second) < 1.6 * RATE
