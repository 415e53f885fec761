"""The recordings that are listened to, as the manifests of the work folder list them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models.recipe.manifest import read_all
from models.recipe.texts import Split
from voice.listening.audio_file import FileSource
from voice.listening.sound import RATE, Samples

CONTROL = "control"
"""Kind of the sentences that control a session; their words alone were trained on."""
FOR_US = frozenset({CONTROL, "pack", "reminder"})
"""Kinds of sentences that are said to the product."""
TALK = frozenset({"clinc", "fortune"})
"""Kinds of sentences that are said to somebody else."""
SENTENCES = frozenset({"pack", "reminder"}) | TALK
"""Kinds that somebody says and that are never trained on where they are tested."""
ORDERS = "speech-to-intent"
"""Source of the recordings of people who order coffee."""

_SILENCE_BEFORE, _SILENCE_AFTER = 0.3, 0.5
"""Seconds around a recording. Synthetic speech is cut close, and nobody's microphone is."""
_FLOOR = 1.0
"""Root mean square of that silence in steps of 16 bits; a microphone is never quite silent."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and what is said in it."""

    path: Path
    text: str
    kind: str
    voice: str
    source: str
    slots: Mapping[str, str] = field(default_factory=dict)
    """Only of orders; the rest have their text."""

    def samples(self) -> Samples:
        """The sound as the product reads it, with a moment of silence around it.

        Raises:
            AudioFileError: it cannot be read.
        """
        blocks = [block.samples for block in FileSource(self.path).blocks()]
        return in_silence(np.concatenate(blocks))


def in_silence(
    samples: Samples, before: float = _SILENCE_BEFORE, after: float = _SILENCE_AFTER
) -> Samples:
    """Puts so many seconds of faint noise before and after a sound, the same each time."""
    first, last = round(before * RATE), round(after * RATE)
    noise = np.random.default_rng(0).normal(0.0, _FLOOR, first + last)
    silence = np.rint(noise).astype(np.int16)
    return np.concatenate((silence[:first], samples, silence[first:]))


def read_clips(work: Path, split: Split) -> list[Clip]:
    """The recordings of a split, from every manifest.

    Args:
        work: the recipe's folder.
        split: `dev` or `test`.
    """
    return [
        Clip(
            path=work / one.path,
            text=one.text or "",
            kind=one.kind,
            voice=one.voice,
            source=one.source,
            slots=one.slots or {},
        )
        for one in read_all(work)
        if one.split == split
    ]


def of_kinds(clips: Iterable[Clip], kinds: Iterable[str]) -> list[Clip]:
    """Those of some kinds."""
    wanted = frozenset(kinds)
    return [clip for clip in clips if clip.kind in wanted]


def some(clips: Sequence[Clip], most: int | None) -> list[Clip]:
    """At most so many, chosen by chance, the same in every run; None: all."""
    if most is None or len(clips) <= most:
        return list(clips)
    return random.Random(0).sample(clips, most)
