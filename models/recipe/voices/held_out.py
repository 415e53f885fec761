"""The voices that no training hears.

Their recordings with sentences of the same split, which no training reads either, are what the
synthetic half of the report measures on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.recipe.texts import Split

HELD_OUT: Mapping[Split, Mapping[str, tuple[str, ...]]] = {
    "dev": {"kokoro": ("af_kore", "bm_lewis"), "flite": ("rms",)},
    "test": {"kokoro": ("am_eric", "bf_lily", "if_sara", "hm_psi")},
}
"""By split and engine; everything else is for training."""


class NoVoiceError(ValueError):
    """An engine has no voice for a split."""


def voices_for(engine: str, split: Split, every: Iterable[str]) -> tuple[str, ...]:
    """Those of an engine's voices that may speak the sentences of a split.

    Args:
        engine: its name.
        split: of the sentences.
        every: all voices that the engine has here.

    Raises:
        NoVoiceError: there is none.
    """
    kept = {voice for voices in HELD_OUT.values() for voice in voices.get(engine, ())}
    wanted = HELD_OUT[split].get(engine, ()) if split in HELD_OUT else None
    found = tuple(
        voice for voice in every if (voice not in kept if wanted is None else voice in wanted)
    )
    if not found:
        raise NoVoiceError(f"{engine} has no voice for the split {split}")
    return found
