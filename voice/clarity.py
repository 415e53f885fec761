"""Which voice is clearest: each says the article, and the recogniser writes down what it hears.

The recogniser stands for ears, so this compares voices and says little about people. A voice is
called clearer than the usual one only where that is no chance.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.knowledge import Pack
from voice.listening.model import Model
from voice.listening.transcription import transcribe
from voice.speaking.speech import write_wav
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import VoiceInfo
from voice.speaking.voices import synthesizer_for
from voice.understanding.numbers import number_in_words
from voice.understanding.words import edits

CHANCE = 0.05
"""How likely one voice at least may be called clearer though none is."""
DRAWS = 20_000
"""How often sentences are drawn anew, to see what chance does."""
_SEED = 20261127
_WORD = re.compile(r"\d{1,3}|[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Clarity:
    """How a voice was heard."""

    voice: VoiceInfo
    wrong: tuple[int, ...]
    """Words to change, drop or put in, for each sentence; the same sentences for each voice."""
    words: int
    """How many were said in all."""

    @property
    def share(self) -> float:
        """Words wrong of words said; 0 is best."""
        return sum(self.wrong) / self.words


def measure(
    voices: Sequence[VoiceInfo],
    pack: Pack,
    model: Model,
    progress: Callable[[float, float], None] = lambda *_: None,
) -> list[Clarity]:
    """Have each voice say every sentence of a pack's article, and recognise it without a grammar.

    Args:
        voices: those that are compared.
        pack: has the article, the pace, and words as they are written for voices.
        model: hears.
        progress: told how many sentences are done, of how many.

    Raises:
        VoiceError: one of the voices cannot speak.
    """
    texts = [one.text for section in pack.sections.values() for one in section.sentences]
    words = sum(len(words_of(text)) for text in texts)
    measured = []
    for number, voice in enumerate(voices):
        wrong = []
        for text, heard in _heard_again(voice.id, texts, pack, model):
            wrong.append(edits(words_of(text), words_of(heard)))
            progress(number * len(texts) + len(wrong), len(voices) * len(texts))
        measured.append(Clarity(voice, tuple(wrong), words))
    return measured


def _heard_again(
    voice: str, texts: Sequence[str], pack: Pack, model: Model
) -> Iterator[tuple[str, str]]:
    """Each text, and what is heard when a voice says it."""
    spelling = Spelling(pack.voice.says)
    with (
        synthesizer_for(voice) as synthesizer,
        tempfile.TemporaryDirectory(prefix="unknot-voices-") as folder,
    ):
        file = Path(folder) / "sentence.wav"
        for text in texts:
            pace = pack.voice.words_per_minute
            write_wav(file, synthesizer.render(spelling(text), rate_wpm=pace, voice=voice))
            yield text, transcribe(file, model).text


def clearest(usual: Clarity, others: Sequence[Clarity]) -> Clarity:
    """The voice with the fewest words wrong among the clearly clearer ones, else the usual one.

    Clearly means: in all but `CHANCE` of the cases, shared among all the others, it stays ahead
    when the sentences are drawn anew (a paired bootstrap).
    """
    clearer = [one for one in others if lead(usual, one, CHANCE / len(others)) > 0]
    return min([*clearer, usual], key=lambda one: one.share)


def lead(usual: Clarity, other: Clarity, chance: float) -> float:
    """By how much of all words a voice is heard better than the usual one, at the least.

    Args:
        usual: what it is compared with.
        other: the voice.
        chance: how likely it is less than what is returned; 0 to 1.
    """
    ahead = np.array(usual.wrong) - np.array(other.wrong)
    drawn = np.random.default_rng(_SEED).integers(0, ahead.size, (DRAWS, ahead.size))
    return float(np.quantile(ahead[drawn].sum(axis=1), chance)) / usual.words


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are said: lower case, numbers in words, without signs."""
    plain = text.replace("’", "'").lower()  # noqa: RUF001 - as it is typed
    return tuple(
        part
        for word in _WORD.findall(plain)
        for part in (number_in_words(int(word)) if word.isdecimal() else word).split()
    )
