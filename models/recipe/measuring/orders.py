"""Orders at a coffee machine: the domain of Picovoice's speech-to-intent benchmark.

The phrases of the slots and the ways to ask are the benchmark's (Picovoice Inc.,
github.com/Picovoice/speech-to-intent-benchmark, Apache-2.0, `data/rhino/coffee_maker.yaml`), and so
are the rule by which an order counts as right (`src/engine.py`) and the figures it publishes
(`src/plot.py`, at commit 47b1ca6).
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping

from models.recipe.measuring.engines import Grammar

_AMOUNTS = ("", "some", "a bit of", "a little bit of", "a lot of", "lots of")


def _amounts_of(*things: str) -> tuple[str, ...]:
    return tuple(f"{amount} {thing}".strip() for thing in things for amount in _AMOUNTS)


SLOTS: Mapping[str, tuple[str, ...]] = {
    "size": (
        *("small", "medium", "large"),
        *("eight ounce", "twelve ounce", "sixteen ounce", "twenty ounce"),
    ),
    "roast": ("light roast", "medium roast", "dark roast"),
    "numberOfShots": ("single shot", "double shot", "triple shot"),
    "coffeeDrink": (
        *("americano", "cappuccino", "espresso", "latte", "mocha", "iced mocha"),
        *("coffee", "drip coffee", "house coffee", "iced coffee"),
    ),
    "milkAmount": _amounts_of(
        "milk", "skim milk", "whole milk", "soy milk", "almond milk", "cream"
    ),
    "sugarAmount": _amounts_of("sugar", "brown sugar", "sweetener"),
}
"""What may be said of each, as the labels write it."""

_OPENINGS = (
    *("brew", "can i get", "can i have", "i want", "get me", "give me"),
    *("i'd like", "make me", "may i have"),
)
_ARTICLES = ("", "a", "an")
_BEFORE, _AFTER = ("size", "roast", "numberOfShots"), ("milkAmount", "sugarAmount")
_SENTENCES = 3000
"""Drawn for Vosk's bigrams."""

PUBLISHED_SNR = (6, 9, 12, 15, 18, 21, 24)
"""dB."""
PUBLISHED_KITCHEN: Mapping[str, tuple[int, ...]] = {
    "Picovoice Rhino": (96, 97, 98, 99, 99, 99, 99),
    "IBM Watson": (72, 84, 89, 93, 95, 95, 96),
    "Microsoft LUIS": (86, 89, 90, 91, 92, 93, 93),
    "Amazon Lex": (80, 84, 85, 87, 87, 87, 88),
    "Google Dialogflow": (70, 78, 78, 80, 81, 82, 83),
}
"""Per cent of all 619 orders with every slot right, in the kitchen's noise, at those ratios."""
RHINO_AVERAGE = 97.3
"""Per cent, over kitchen and café and all ratios, as the benchmark's summary says."""

_KNOWN = {phrase: slot for slot, phrases in SLOTS.items() for phrase in phrases}
_LONGEST = max(len(phrase.split()) for phrase in _KNOWN)


def slots_in(sentence: str) -> dict[str, str]:
    """The slots of an order: from left to right the longest phrase that begins at each word."""
    words = sentence.split()
    found: dict[str, str] = {}
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + length])
            if phrase in _KNOWN:
                found[_KNOWN[phrase]] = phrase
                at += length
                break
        else:
            at += 1
    return found


def all_right(wanted: Mapping[str, str], heard: str) -> bool:
    """Whether every labelled slot was heard as it is labelled: the benchmark's own rule."""
    found = slots_in(heard)
    return all(found.get(slot) == " ".join(said.split()) for slot, said in wanted.items())


def grammar() -> Grammar:
    """What may be ordered, for both engines; the same language for both.

    Vosk's bigrams of sentences drawn from it allow more than pocketsphinx's finite automaton.
    """
    return Grammar(tuple(dict.fromkeys(itertools.islice(_drawn(), _SENTENCES))), _jsgf())


def _drawn() -> Iterator[str]:
    chance = random.Random(0)
    while True:
        before = chance.sample(_BEFORE, chance.randint(0, len(_BEFORE)))
        after = chance.sample(_AFTER, chance.randint(0, len(_AFTER)))
        parts = [chance.choice(("", *_OPENINGS)), chance.choice(_ARTICLES)]
        parts += [chance.choice(SLOTS[slot]) for slot in (*before, "coffeeDrink")]
        parts += ["with"] if after else []
        parts += [" and ".join(chance.choice(SLOTS[slot]) for slot in after)]
        yield " ".join(" ".join(parts).split())


def _jsgf() -> str:
    rules = [f"<{slot}> = {' | '.join(phrases)};" for slot, phrases in SLOTS.items()]
    orders = " | ".join(
        " ".join(f"[<{slot}>]" for slot in order) for order in itertools.permutations(_BEFORE)
    )
    milk, sugar = _AFTER
    return "\n".join(
        (
            "#JSGF V1.0;",
            "grammar order;",
            *rules,
            f"<opening> = {' | '.join(_OPENINGS)};",
            f"<before> = {orders};",
            f"<after> = <{milk}> [and <{sugar}>] | <{sugar}> [and <{milk}>];",
            "public <order> = [<opening>] [a | an] <before> <coffeeDrink> [with <after>];",
        )
    )
