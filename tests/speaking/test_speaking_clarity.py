"""Which voice is clearest: what is heard wrong is counted right, and chance chooses nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voice.clarity import CHANCE, Clarity, clearest, lead, measure, words_of
from voice.knowledge import load_pack
from voice.listening.model import load_model
from voice.speaking.synthesizer import Synthesizer, VoiceInfo
from voice.understanding.words import edits

ROOT = Path(__file__).parents[2]


def voice(name: str) -> VoiceInfo:
    return VoiceInfo(name, name, "en", "")


def clarity(name: str, wrong: list[int]) -> Clarity:
    return Clarity(voice(name), tuple(wrong), 10 * len(wrong))


def by_chance(name: str, rate: float, seed: int, sentences: int = 42) -> Clarity:
    chance = np.random.default_rng(seed)
    return clarity(name, [int(one) for one in chance.binomial(10, rate, sentences)])


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("", "", 0),
        ("lie on your back", "lie on your back", 0),
        ("lie on your back", "lie on your", 1),
        ("lie on your back", "lie on on your pack", 2),
        ("lie on your back", "", 4),
        ("", "hm", 1),
    ],
)
def test_wrong_words_are_counted(said: str, heard: str, wrong: int) -> None:
    assert edits(said.split(), heard.split()) == wrong


def test_words_are_compared_as_they_are_said() -> None:
    assert words_of("Don’t hold for 25 seconds, self-massage!") == (  # noqa: RUF001 - as it is typed
        *("don't", "hold", "for", "twenty", "five", "seconds", "self", "massage"),
    )


def test_a_voice_that_is_clearly_clearer_is_chosen_and_the_best_of_several() -> None:
    usual = by_chance("usual", 0.4, 1)
    better, best = by_chance("better", 0.25, 2), by_chance("best", 0.1, 3)
    assert clearest(usual, [better, best]).voice.id == "best"
    assert clearest(usual, [better]).voice.id == "better"


def test_the_usual_one_stays_where_the_others_are_worse_or_there_are_none() -> None:
    usual = by_chance("usual", 0.2, 1)
    assert clearest(usual, [by_chance("worse", 0.3, 2)]) is usual
    assert clearest(usual, []) is usual


def test_chance_chooses_hardly_ever() -> None:
    """Voices that are as clear as the usual one, many times over."""
    chosen = 0
    for seed in range(60):
        usual = by_chance("usual", 0.3, 1000 + seed)
        others = [by_chance(f"other {n}", 0.3, 100 * seed + n) for n in range(5)]
        chosen += clearest(usual, others) is not usual
    assert chosen <= 60 * CHANCE * 3


def test_one_sentence_alone_is_no_lead() -> None:
    usual = clarity("usual", [9, *[2] * 30])
    assert lead(usual, clarity("other", [0, *[2] * 30]), 0.05) == 0


@pytest.mark.slow
def test_real_ears_hear_a_calm_voice_better_than_a_hasty_one() -> None:
    """Real voices, real ears: at its own pace a voice is heard better than in a great hurry."""
    pack = load_pack(ROOT / "prompts" / "knot-in-your-back")
    few = replace(pack, sections=dict(list(pack.sections.items())[:2]))
    hurried = replace(few, voice=replace(few.voice, words_per_minute=430))
    model = load_model(ROOT / "models" / "en-small")
    with Synthesizer() as synthesizer:
        (usual,) = (one for one in synthesizer.voices() if one.usual)
    told: list[tuple[float, float]] = []
    (calm,) = measure([usual], few, model, lambda *done: told.append(done))
    (hasty,) = measure([usual], hurried, model)
    assert told[-1][0] == told[-1][1] == len(calm.wrong)
    assert calm.share < 0.5 < 1.3 * hasty.share
    assert clearest(hasty, [calm]) is calm
    assert clearest(calm, [hasty]) is calm
