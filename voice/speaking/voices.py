"""Which voices there are, and who speaks with each."""

from __future__ import annotations

import sys

from voice.speaking import natural
from voice.speaking.synthesizer import Synthesizer, VoiceInfo

_NATURAL = (sys.executable, "-m", "voice.speaking.natural")


def all_voices() -> list[VoiceInfo]:
    """What this machine offers, the natural ones first.

    Raises:
        VoiceError: there is no synthesiser at all.
    """
    with Synthesizer() as synthesizer:
        usual = synthesizer.voices()
    return [*(VoiceInfo(**voice) for voice in natural.listed()), *usual]


def synthesizer_for(voice: str | None) -> Synthesizer:
    """The synthesiser that has a voice; None is the usual one. Nothing is started yet."""
    return Synthesizer(command=_NATURAL) if natural.is_natural(voice) else Synthesizer()
