"""Speech synthesisers, one a module, and who of them may speak for which split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.recipe.pronunciations import Pronunciations
from models.recipe.texts import Split
from models.recipe.voices.base import Engine, EngineMissingError, Spoken
from models.recipe.voices.espeak import Espeak
from models.recipe.voices.festival import Festival
from models.recipe.voices.flite import Flite
from models.recipe.voices.held_out import HELD_OUT, NoVoiceError, voices_for
from models.recipe.voices.kokoro import Kokoro
from models.recipe.voices.pico import Pico
from models.recipe.voices.piper import Piper

__all__ = [
    "ENGINES",
    "HELD_OUT",
    "Engine",
    "EngineMissingError",
    "NoVoiceError",
    "Setting",
    "Spoken",
    "voices_for",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """What engines are made from; each takes what it needs."""

    split: Split
    known: Pronunciations
    kokoro_voices: Path | None = None
    """The folder `voices` of the npm package `kokoro-js`."""


ENGINES: Mapping[str, Callable[[Setting], Engine]] = {
    "espeak": lambda setting: Espeak(setting.split, setting.known),
    "festival": lambda setting: Festival(setting.split),
    "flite": lambda setting: Flite(setting.split),
    "kokoro": lambda setting: Kokoro(setting.split, setting.known, setting.kokoro_voices),
    "pico": lambda setting: Pico(setting.split, setting.known),
    "piper": lambda setting: Piper(setting.split, setting.known),
}
"""By the name that manifests call their source."""
