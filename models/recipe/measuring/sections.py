"""The sections of the report: what is listened to, and what counts as right."""

from __future__ import annotations

import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from models.recipe.measuring import cost, orders, telephone
from models.recipe.measuring.clips import (
    CONTROL,
    FOR_US,
    ORDERS,
    SENTENCES,
    TALK,
    Clip,
    of_kinds,
    read_clips,
    some,
)
from models.recipe.measuring.engines import Ear, Engine, Vosk
from models.recipe.measuring.figures import Figure, Goal, Row, share
from models.recipe.measuring.noise import mixed, read_noise
from models.recipe.measuring.product import Product
from models.recipe.measuring.scoring import words_of
from models.recipe.progress import Progress
from models.recipe.pronunciations import standard
from models.recipe.texts import SHARES, Split
from voice import places
from voice.assistant import WORD_FOR_WORD
from voice.listening.sound import Samples
from voice.understanding.words import edits

SNRS_DB = (24, 18, 12, 6)
_RIVAL_AT_MOST, _RIVAL_NOISY_AT_MOST = 200, 60
"""Synthetic recordings, and orders at each loudness of the noise, that engines other than Vosk
hear: pocketsphinx needs up to half as long as they last, and no goal depends on these."""
_RHINO = (
    f"published: Picovoice Rhino {orders.RHINO_AVERAGE} % of all 619, the average over kitchen, "
    "café and 6 to 24 dB"
)
_COST_CLIPS = 40
_CONFUSIONS = 25
_NOTHING = "none"


class NotMeasuredError(RuntimeError):
    """A section lacks what it would measure; the message says what, and where it comes from."""


@dataclass
class Bench:
    """What is measured, on what."""

    work: Path
    models: Mapping[str, Path]
    """Vosk models by name; the first is the one that is judged."""
    rivals: Sequence[Engine]
    """Engines that are no Vosk models."""
    split: Split = "test"
    quick: int | None = None
    """At most so many recordings for each measurement."""
    benchmark: Path | None = None
    """A checkout of Picovoice's speech-to-intent benchmark."""
    sounds: Path = telephone.SOUNDS
    texts: Path | None = None
    curves: dict[str, list[Figure]] = field(default_factory=dict)
    """Filled by `people_order`, for the picture."""
    confusions: list[str] = field(default_factory=list)
    """Filled by `control_words`: lines to print."""

    @cached_property
    def engines(self) -> list[Engine]:
        """All that recognise by themselves."""
        vosk: list[Engine] = [Vosk(name, folder) for name, folder in self.models.items()]
        return [*vosk, *self.rivals]

    @cached_property
    def products(self) -> dict[str, Product]:
        """The product with each of the Vosk models."""
        return {name: Product(folder) for name, folder in self.models.items()}

    @cached_property
    def clips(self) -> list[Clip]:
        """The recordings of the split."""
        return read_clips(self.work, self.split)

    def spoken(self, kinds: Iterable[str]) -> list[Clip]:
        """Synthetic recordings of some kinds, at most `quick` of them.

        Raises:
            NotMeasuredError: there are none.
        """
        found = some(of_kinds(self.clips, kinds), self.quick)
        if not found:
            raise NotMeasuredError(
                f"no recording of {', '.join(sorted(kinds))} is in the split {self.split} of "
                f"{self.work / 'speech'}: `python -m models.recipe speech` makes them"
            )
        return found


def synthetic_voices(bench: Bench) -> list[Row]:
    """Free recognition of sentences never trained on by voices never trained on."""
    section = "Synthetic voices and sentences never trained on, free recognition"
    clips = bench.spoken(SENTENCES)
    besides = some(of_kinds(bench.clips, SHARES.keys() - SENTENCES - {CONTROL}), bench.quick)
    total = Row(section, "words wrong", goals=(Goal("at most", 8.0),))
    rows = {"": total}
    for engine in bench.engines:
        heard = clips + besides if isinstance(engine, Vosk) else some(clips, _RIVAL_AT_MOST)
        errors = _word_errors(engine.free(), heard, f"{engine.name}, free")
        counted: dict[str, _Tally] = defaultdict(_Tally)
        for clip, tally in zip(heard, errors, strict=True):
            if clip.kind in SENTENCES:
                counted[""].add(tally)
                counted[f"- voice {clip.voice}"].add(tally)
            counted[f"- {_kind_named(clip.kind)}"].add(tally)
        for title, tally in sorted(counted.items()):
            row = rows.setdefault(title, Row(section, title))
            row.figures[engine.name] = tally.words()
    return list(rows.values())


def _kind_named(kind: str) -> str:
    return f"kind {kind}" if kind in SENTENCES else f"besides, not in the sum: kind {kind}"


@dataclass
class _Tally:
    wrong: int = 0
    of: int = 0

    def add(self, other: _Tally) -> None:
        self.wrong += other.wrong
        self.of += other.of

    def words(self) -> Figure:
        return share(self.wrong, self.of, "words")


def _word_errors(ear: Ear, clips: Sequence[Clip], title: str) -> list[_Tally]:
    tallies = []
    with Progress(title, len(clips), unit="recordings") as progress:
        for clip in clips:
            said = words_of(clip.text)
            tallies.append(_Tally(edits(said, words_of(ear(clip.samples()))), len(said)))
            progress.step()
    return tallies


def requests(bench: Bench) -> list[Row]:
    """What the product makes of requests, beside what it makes of their true texts."""
    section = "The same, through the product: pack's grammar, second opinion, understanding"
    clips = bench.spoken(FOR_US - {CONTROL})
    intents = Row(section, "intent right", goals=(Goal("at least", 97.0),))
    slots = Row(section, "intent and slots right")
    rows = {"": intents, "slots": slots}
    for name, product in bench.products.items():
        counted = _intents_right(product, clips, f"{name}, requests")
        for title, (right, of) in sorted(counted.items()):
            row = rows.setdefault(title, Row(section, f"- {title}"))
            row.figures[name] = share(right, of, "requests")
    return list(rows.values())


def _intents_right(
    product: Product, clips: Sequence[Clip], title: str
) -> dict[str, tuple[int, int]]:
    """Right and asked, by what they are counted for; texts that ask for nothing are left out."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    with Progress(title, len(clips), unit="recordings") as progress:
        for clip in clips:
            progress.step()
            wanted = product.understood(clip.text)
            if wanted.intent == _NOTHING:
                continue
            meant = [product.meaning(heard) for heard in product.hear(clip.samples())]
            got = [request for request in meant if request.intent != _NOTHING]
            same = {request.intent for request in got} == {wanted.intent}
            worded = "as a template" if wanted.layer in WORD_FOR_WORD else "otherwise"
            groups = ("", f"worded {worded}", f"kind {clip.kind}", f"voice {clip.voice}")
            asked.update((*groups, "slots"))
            right.update(groups if same else ())
            right["slots"] += same and dict(got[0].slots) == dict(wanted.slots)
    return {title: (right[title], count) for title, count in asked.items()}


def strangers(bench: Bench) -> list[Row]:
    """People who were never heard in training."""
    section = "People never heard in training"
    clips = _prompts(bench)
    chosen = telephone.hundred(clips)
    free = Row(section, "telephone prompts, words wrong", goals=(Goal("less than the others"),))
    bound = Row(section, "100 of them as the grammar, right", goals=(Goal("at least", 95.0),))
    lacking = Row(section, "- phrases of these with a word that it cannot know", unit="")
    others = _other_people(bench)
    rows = {source: Row(section, f"{source}, words wrong") for source in others}
    for engine in bench.engines:
        heard = some(clips, bench.quick)
        errors = _summed(_word_errors(engine.free(), heard, f"{engine.name}, prompts"))
        free.figures[engine.name] = errors.words()
        right, unknown = _phrases_right(engine, chosen, some(chosen, bench.quick))
        bound.figures[engine.name] = right
        lacking.figures[engine.name] = unknown
        for source, recordings in others.items():
            summed = _summed(_word_errors(engine.free(), recordings, f"{engine.name}, {source}"))
            rows[source].figures[engine.name] = summed.words()
    return [free, bound, lacking, *rows.values()]


def _prompts(bench: Bench) -> list[Clip]:
    texts = bench.texts or bench.work / telephone.TEXTS
    if not bench.sounds.is_dir() or not texts.is_file():
        raise NotMeasuredError(
            "needs Debian's package asterisk-core-sounds-en-wav and, as "
            f"{texts}, the file core-sounds-en.txt of the archive that it is made from"
        )
    return telephone.read_prompts(bench.sounds, texts, standard())


def _other_people(bench: Bench) -> dict[str, list[Clip]]:
    """Recordings of people in this split by source, other than the orders."""
    found: dict[str, list[Clip]] = defaultdict(list)
    for clip in bench.clips:
        if clip.kind not in SHARES and clip.source != ORDERS and clip.text:
            found[clip.source].append(clip)
    return {source: some(clips, bench.quick) for source, clips in found.items()}


def _summed(tallies: Iterable[_Tally]) -> _Tally:
    total = _Tally()
    for tally in tallies:
        total.add(tally)
    return total


def _phrases_right(
    engine: Engine, grammar: Sequence[Clip], clips: Sequence[Clip]
) -> tuple[Figure, Figure]:
    """How many are heard as what they are, and how many can never be."""
    phrases = [clip.text for clip in grammar]
    known = [phrase for phrase in phrases if not engine.missing(phrase)]
    ear = engine.bound(telephone.grammar_of(known))
    with Progress(f"{engine.name}, 100 phrases", len(clips), unit="recordings") as progress:
        right = 0
        for clip in clips:
            right += words_of(ear(clip.samples())) == words_of(clip.text)
            progress.step()
    missing = Figure(len(phrases) - len(known), len(phrases), "phrases")
    return share(right, len(clips), "recordings"), missing


def people_order(bench: Bench) -> list[Row]:
    """Orders at a coffee machine, clean and in a kitchen's noise."""
    section = "200 orders by people (speech-to-intent benchmark), grammar of that domain"
    clips = [clip for clip in bench.clips if clip.source == ORDERS and clip.slots]
    if not clips:
        raise NotMeasuredError(
            f"no order is in the split {bench.split} of {bench.work / 'speech'}: "
            "`python -m models.recipe people` takes them from a checkout of the benchmark"
        )
    clips = some(clips, bench.quick)
    goals = (Goal("at least", 95.0), Goal("more than the others"))
    clean = Row(section, "all slots right, clean", goals=goals, note=_RHINO)
    lacking = Row(section, "- words of the grammar that it cannot know", unit="")
    noise, why = _kitchen(bench)
    noisy = {snr: Row(section, f"- kitchen, {snr} dB", note=_published(snr)) for snr in SNRS_DB}
    grammar = orders.grammar()
    words = sorted({word for phrase in grammar.phrases for word in phrase.split()})
    for engine in bench.engines:
        ear = engine.bound(grammar)
        unknown = sum(bool(engine.missing(word)) for word in words)
        lacking.figures[engine.name] = Figure(unknown, len(words), "words")
        clean.figures[engine.name] = _orders_right(ear, clips, f"{engine.name}, orders")
        if noise is None:
            continue
        heard = clips if isinstance(engine, Vosk) else some(clips, _RIVAL_NOISY_AT_MOST)
        for snr, row in noisy.items():
            title = f"{engine.name}, orders at {snr} dB"
            row.figures[engine.name] = _orders_right(ear, heard, title, _in(noise, snr))
            bench.curves.setdefault(engine.name, []).append(row.figures[engine.name])
    kitchen = list(noisy.values()) if noise is not None else [Row(section, "- kitchen", note=why)]
    return [clean, *kitchen, lacking]


def _kitchen(bench: Bench) -> tuple[Samples | None, str]:
    if bench.benchmark is None:
        return None, "not measured: `--speech-to-intent` names a checkout of the benchmark"
    try:
        return read_noise(bench.benchmark), ""
    except (OSError, ValueError) as error:
        return None, f"not measured: {error}"


def _published(snr_db: int) -> str:
    place = orders.PUBLISHED_SNR.index(snr_db)
    said = (f"{name} {shares[place]}" for name, shares in orders.PUBLISHED_KITCHEN.items())
    return f"published for all 619, %: {', '.join(said)}"


def _in(noise: Samples, snr_db: int) -> Callable[[Samples, int], Samples]:
    return lambda samples, number: mixed(
        samples, noise, snr_db, np.random.default_rng([snr_db, number])
    )


def _orders_right(
    ear: Ear,
    clips: Sequence[Clip],
    title: str,
    changed: Callable[[Samples, int], Samples] = lambda samples, _number: samples,
) -> Figure:
    right = 0
    with Progress(title, len(clips), unit="recordings") as progress:
        for number, clip in enumerate(clips):
            heard = ear(changed(clip.samples(), number))
            right += orders.all_right(clip.slots, heard)
            progress.step()
    return share(right, len(clips), "orders")


def not_for_us(bench: Bench) -> list[Row]:
    """Sentences that are said to somebody else, by voices never trained on."""
    section = "Speech that is not for us (CLINC150 and clauses of fortunes), by the same voices"
    clips = bench.spoken(TALK)
    goal = (Goal("at most", 2.0),)
    rows = {
        "accepted": Row(section, "taken for a request by grammar and second opinion", goals=goal),
        "acted": Row(section, "something is done about it", goals=goal),
        "typed": Row(section, "- something would be done about it if it were typed"),
    }
    for name, product in bench.products.items():
        counts = _taken(product, clips, f"{name}, not for us")
        for what, row in rows.items():
            row.figures[name] = share(counts[what], len(clips), "sentences")
    return list(rows.values())


def _taken(product: Product, clips: Sequence[Clip], title: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    with Progress(title, len(clips), unit="recordings") as progress:
        for clip in clips:
            heard = product.hear(clip.samples())
            counts["accepted"] += any(one.text for one in heard)
            counts["acted"] += any(product.meaning(one).intent != _NOTHING for one in heard)
            counts["typed"] += product.understood(clip.text).intent != _NOTHING
            progress.step()
    return counts


def control_words(bench: Bench) -> list[Row]:
    """Words of control, alone."""
    section = "Control words, alone, by voices never trained on (their texts were)"
    clips = bench.spoken({CONTROL})
    rows = {"": Row(section, "heard word for word"), "rejected": Row(section, "- rejected")}
    for name, product in bench.products.items():
        counted, confused = _words_right(product, clips, f"{name}, control words")
        for title, figure in sorted(counted.items()):
            rows.setdefault(title, Row(section, f"- {title}")).figures[name] = figure
        bench.confusions += [
            f"{name}: {said!r} heard as {heard!r}, {count} x"
            for (said, heard), count in confused.most_common(_CONFUSIONS)
        ]
    return list(rows.values())


def _words_right(
    product: Product, clips: Sequence[Clip], title: str
) -> tuple[dict[str, Figure], Counter[tuple[str, str]]]:
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    with Progress(title, len(clips), unit="recordings") as progress:
        for clip in clips:
            heard = " ".join(one.text for one in product.hear(clip.samples()) if one.text)
            length = "single words" if " " not in clip.text else "two words and more"
            groups = ("", length, f"voice {clip.voice}")
            said.update((*groups, "rejected", "intent right"))
            right["rejected"] += not heard
            wanted = product.understood(clip.text).intent
            right["intent right"] += product.understood(heard).intent == wanted
            if heard == clip.text:
                right.update(groups)
            else:
                confused[clip.text, heard or "nothing"] += 1
            progress.step()
    figures = {title: share(right[title], count, "recordings") for title, count in said.items()}
    return figures, confused


def costs(bench: Bench) -> list[Row]:
    """Time, memory, load and size."""
    section = "Cost, each engine in a process of its own"
    recordings = _recordings_for_cost(bench)
    fast = (Goal("at most", 0.12),)
    rows = {
        "grammar": Row(section, "CPU for a second of speech, pack's grammar", "s", fast),
        "free": Row(section, "CPU for a second of speech, free", "s", fast),
        "pair": Row(section, "CPU for a second of speech, both and the judgement", "s", fast),
        "memory": Row(section, "resident memory after both", "MB", (Goal("at most", 130.0),)),
        "load": Row(section, "load, median of 5", "s", (Goal("at most", 0.6),)),
        "size": Row(section, "size on disk", "MB", (Goal("at most", 25.0),)),
    }
    for name, folder in (*bench.models.items(), *((rival.name, None) for rival in bench.rivals)):
        phrases = bench.products[name].phrases if folder else ()
        for title, figure in _cost(name, folder, recordings, phrases).items():
            rows[title].figures[name] = figure
    return list(rows.values())


def _recordings_for_cost(bench: Bench) -> list[Path]:
    spoken = some(of_kinds(bench.clips, SENTENCES), _COST_CLIPS)
    if spoken:
        return [clip.path for clip in spoken]
    return sorted((places.pack() / "examples").glob("*.flac"))


def _cost(
    name: str, folder: Path | None, recordings: Sequence[Path], phrases: Sequence[str]
) -> dict[str, Figure]:
    try:
        measured = cost.measure(name, folder, recordings, phrases)
    except subprocess.CalledProcessError as error:
        raise NotMeasuredError(f"the process that measures {name} failed: {error}") from error
    seconds = round(measured.seconds)
    figures = {
        "free": Figure(measured.free, seconds, "s of speech"),
        "memory": Figure(measured.memory, 1, "process"),
        "load": Figure(measured.load, 5, "processes"),
    }
    if folder is not None:
        files = [file for file in folder.rglob("*") if file.is_file()]
        figures |= {
            "grammar": Figure(measured.grammar, seconds, "s of speech"),
            "pair": Figure(measured.pair, seconds, "s of speech"),
            "size": Figure(sum(f.stat().st_size for f in files) / 1e6, len(files), "files"),
        }
    return figures


SECTIONS: Mapping[str, Callable[[Bench], list[Row]]] = {
    "synthetic": synthetic_voices,
    "requests": requests,
    "strangers": strangers,
    "orders": people_order,
    "not-for-us": not_for_us,
    "controls": control_words,
    "cost": costs,
}
"""By the name that `--only` takes."""
