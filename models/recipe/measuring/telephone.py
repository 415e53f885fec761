"""Prompts of a telephone exchange: a person who was never trained on.

The recordings are Debian's package `asterisk-core-sounds-en-wav` (Allison Smith; CC BY-SA 3.0;
8 kHz), their texts the file `core-sounds-en.txt` of the archive that the package is made from. The
package `asterisk-core-sounds-en-g722` holds the same at 16 kHz: fairer to a recogniser that was
trained on nothing less.
"""

from __future__ import annotations

import random
from collections.abc import Container, Iterator
from pathlib import Path

from models.recipe.measuring.clips import Clip
from models.recipe.measuring.engines import Grammar
from models.recipe.measuring.scoring import words_of

SOUNDS = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
"""Where Debian's package puts the recordings."""
TEXTS = "prompts/core-sounds-en.txt"
"""Below the work folder, unless told otherwise."""

_LENGTHS = range(2, 13)
"""Words."""
_UNSPOKEN = frozenset("*#[]<>@/")
"""Signs of keys, noises and addresses: it is not certain what is said for them."""


def read_prompts(sounds: Path, texts: Path, known: Container[str]) -> list[Clip]:
    """The prompts of 2 to 12 words, all of them known, each text once.

    Args:
        sounds: the folder of recordings.
        texts: lines like `call-waiting: Call waiting.`
        known: words of the dictionary.

    Raises:
        OSError: the texts cannot be read.
    """
    clips: dict[str, Clip] = {}
    for name, said in _lines(texts):
        path = sounds / f"{name}.wav"
        words = words_of(said)
        usual = len(words) in _LENGTHS and all(word in known for word in words)
        if usual and not _UNSPOKEN & set(said) and path.is_file():
            text = " ".join(words)
            clips.setdefault(text, Clip(path, text, "prompt", "Allison Smith", "asterisk"))
    return list(clips.values())


def _lines(texts: Path) -> Iterator[tuple[str, str]]:
    for line in texts.read_text(encoding="utf-8", errors="replace").splitlines():
        name, colon, said = line.partition(":")
        if colon and not name.startswith(";"):
            yield name.strip().removesuffix(".wav"), said


def hundred(clips: list[Clip]) -> list[Clip]:
    """A hundred of them by chance, the same in every run; all where there are fewer."""
    return random.Random(0).sample(clips, min(100, len(clips)))


def grammar_of(phrases: list[str]) -> Grammar:
    """Phrases of which exactly one is said."""
    rule = f"public <phrase> = {' | '.join(phrases)};"
    return Grammar(tuple(phrases), f"#JSGF V1.0;\ngrammar phrases;\n{rule}")
