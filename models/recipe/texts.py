"""The sentences that the recipe has spoken, and counts for the language model.

Most are drawn from the templates of the content packs, like the classifier's (see
`voice.understanding.sampling`), and from a pack's reports of danger and pain, whose words nothing
else would bring. The others keep the model from hearing the packs' words in
everything: CLINC150 (Larson and others, 2019; CC BY 3.0), Debian's package `fortunes` (public
domain and the like, see its copyright file), and words at random from the commonest 20,000 (PyPI
package `wordfreq`; data CC BY-SA 4.0). The single words that control a session weigh most: a
recogniser finds nothing harder than "stop", alone, beside "start".

Whether a sentence is for training, for choosing (dev) or for the report (test) follows from its
own words, so that it is the same in every run and for every voice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from models.recipe.neighbours import neighbours
from models.recipe.pronunciations import Pronunciations, standard
from voice.understanding.graph import hole
from voice.understanding.interrupting import interrupting_phrases
from voice.understanding.numbers import number_in_words
from voice.understanding.pack import parse_templates, read_templates, read_yaml
from voice.understanding.sampling import sample_templates

Split: TypeAlias = Literal["train", "dev", "test"]
Kind: TypeAlias = Literal[
    "control", "confusable", "danger", "pack", "reminder", "number", "clinc", "fortune", "words"
]
SHARES: dict[Kind, int] = {
    "control": 16,
    "confusable": 8,
    "danger": 8,
    "pack": 18,
    "reminder": 10,
    "number": 4,
    "clinc": 14,
    "fortune": 11,
    "words": 11,
}
"""Of a hundred spoken sentences."""
NOT_LANGUAGE: frozenset[Kind] = frozenset({"words", "number"})
"""Kinds that nobody says: they are spoken for their sounds, and count for no language model."""
FILE = "texts.jsonl"

CONTROLS: dict[str, int] = dict.fromkeys(
    (
        "stop start pause please quieter resume again slower wait next back repeat yes no ready"
        " faster louder continue skip help done quiet enough cancel previous begin okay ouch hello"
        " hey finished"
    ).split(),
    8,
) | dict.fromkeys(
    (
        "it hurts,that hurts,this hurts,go on,go back,hold on,carry on,keep going,slow down,"
        "speed up,stop please,please stop,stop it,stop now,stop that,pause please,"
        "please pause,wait please,please wait,next please,next one,next step,start please,"
        "please start,start now,start it,start again,yes please,no thanks,no thank you,"
        "thank you,thanks,say that again,repeat that,repeat please,again please,once more,"
        "one more time,slower please,faster please,louder please,quieter please,a bit slower,"
        "a bit faster,a bit louder,a bit quieter,too fast,too slow,too loud,too quiet,"
        "speak up,be quiet,help me,i'm ready,i am ready,i'm done,i'm finished,not yet,not now,"
        "never mind,that's enough,one moment,just a moment,wait a moment,wait a second,"
        "hold it,how long,how much longer,time left,what next,what's next,what can i say,"
        "where am i,skip this,skip it,go ahead,turn it up,turn it down,volume up,volume down,"
        "start over,from the top,snooze,later,remind me,read on,go,left,right,both,halfway,"
        "more,less,maybe,sure,nope,yeah,yep,goodbye,bye,good night,begin again,stop talking,"
        "stop reading,pause reading,resume reading,start reading,start stretching,"
        "stop stretching,pause stretching,"
        "hey captain stretch,okay captain stretch,captain stretch,unknot"
    ).split(","),
    2,
)
"""What controls a session, and how much more often than other sentences each is said. The list is
closed and short: it is always trained on, and told apart by its kind wherever it is measured."""

_MOST_WORDS = 14
_MOST_LETTERS = 80
_TEMPLATE_EACH = 24
_NOT_FOR_US_EACH = 16
_REPORT_EACH = 80
_TIMES_EACH = 400
_NEIGHBOURS = 12
_CONTROL_PAIRS = 600
_WORDS = 6000
_NUMBERS = 900
_COMMON = 20_000
_SHORTEST_WORD = 3
"""Letters; what is shorter is mostly no word but an abbreviation."""
_FORTUNE_WORDS = range(3, 12)
_DEV, _TEST = 5, 5
"""Of a hundred sentences."""
PACK = Path("prompts/knot-in-your-back")
"""The content pack whose words count unless others are named."""
_MEASURED = (
    Path("tests/understanding/data/safety-test.jsonl"),
    Path("tests/understanding/data/safety-fresh.jsonl"),
)
_TIME_TEMPLATES = (
    "<when_spoken>",
    "<span_spoken>",
    "remind me <when_spoken>",
    "remind me <when_spoken> to {about}",
    "remind me to {about} <when_spoken>",
    "set a reminder <when_spoken>",
    "[make it|change it to|no] <when_spoken> [instead|please]",
    "snooze [it] [for] <span_spoken>",
    "[give me|i need|another|just] <span_spoken> [more] [please]",
    "cancel (the|my) reminder (to|about|for) [my|the] {about}",
    "how long is <span_spoken>",
    "wake me [up] <when_spoken>",
)
_CARRIERS = (
    "{0}",
    "{0}",
    "{0} please",
    "say {0}",
    "i said {0}",
    "i said {0} not {1}",
    "not {1} but {0}",
    "{0} or {1}",
    "{0} {1}",
    "the word is {0}",
)
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?'?")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "-": " "})  # noqa: RUF001 - as typed
_CLAUSE_END = re.compile(r"[.;:!?%\"()\[\]]+(?:\s|$)|--")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to be spoken."""

    text: str
    """Lower-case words between single spaces, all of them with a known pronunciation."""
    kind: Kind
    split: Split
    weight: int = 1
    """How many times more often it is said than others of its kind."""


def split_of(text: str) -> Split:
    """What a sentence is for, by its normalised words alone."""
    if text in CONTROLS:
        return "train"
    place = int(hashlib.sha256(text.encode()).hexdigest(), 16) % 100
    if place < _TEST:
        return "test"
    return "dev" if place < _TEST + _DEV else "train"


def normalised(text: str) -> str | None:
    """A sentence as it is said: lower-case words, numbers in words.

    Returns:
        None where something in it is no English word or number below a thousand.
    """
    plain = text.translate(_APOSTROPHES).lower()
    try:
        plain = _DIGITS.sub(lambda found: f" {number_in_words(int(found[0]))} ", plain)
    except ValueError:
        return None
    words = [word.strip(".,;:!?\"()'") for word in plain.split()]
    words = [word for word in words if word]
    return " ".join(words) if words and all(map(_WORD.fullmatch, words)) else None


class Gathered:
    """Sentences as they are found, each once; the first kind that brings one keeps it.

    Args:
        known: how words are said; sentences with other words are left out.
        apart: sentences that something else is measured with; drawn reports are none of them.
    """

    def __init__(self, known: Pronunciations, apart: frozenset[str] = frozenset()) -> None:
        self._known, self._apart = known, apart
        self._sentences: dict[str, Sentence] = {}

    def __iter__(self) -> Iterator[Sentence]:
        return iter(self._sentences.values())

    def add(self, kind: Kind, texts: Iterable[str], weight: int = 1) -> None:
        """Take those that can be said, are short enough and are not there yet."""
        for raw in texts:
            text = normalised(raw)
            if kind == "danger" and text in self._apart:
                continue
            if text and text not in self._sentences and self._sayable(text):
                self._sentences[text] = Sentence(text, kind, split_of(text), weight)

    def _sayable(self, text: str) -> bool:
        words = text.split()
        short = len(words) <= _MOST_WORDS and len(text) <= _MOST_LETTERS
        return short and all(word in self._known for word in words)


def from_pack(pack: Path, rng: random.Random) -> Iterator[tuple[Kind, str]]:
    """What may be said to a content pack, and what its classifier learns to leave alone."""
    templates = read_templates(pack / "intents")
    times = list(_drawn({**templates, "intents": _one_intent("<when_spoken>")}, _TIMES_EACH))
    spans = list(_drawn({**templates, "intents": _one_intent("<span_spoken>")}, _TIMES_EACH))

    def filled(text: str) -> str:
        for name, said in (("when", times), ("span", spans)):
            while hole(name) in text:
                text = text.replace(hole(name), rng.choice(said), 1)
        return text

    sources: tuple[tuple[Kind, Any, int], ...] = (
        ("reminder", _one_intent(*_TIME_TEMPLATES), _TIMES_EACH),
        ("danger", _intents_in(pack / "understanding" / "reports.yaml"), _REPORT_EACH),
        ("pack", templates["intents"], _TEMPLATE_EACH),
        ("pack", _intents_in(pack / "understanding" / "paraphrases.yaml"), _TEMPLATE_EACH),
        ("pack", _intents_in(pack / "understanding" / "not_for_us.yaml"), _NOT_FOR_US_EACH),
    )
    for kind, intents, each in sources:
        for text in _drawn({**templates, "intents": intents}, each):
            yield ("reminder" if hole("when") in text else kind), filled(text)
    yield from (("pack", phrase) for phrase in interrupting_phrases(pack))


def _one_intent(*sentences: str) -> dict[str, Any]:
    return {"spoken": {"data": [{"sentences": list(sentences)}]}}


def _intents_in(file: Path) -> Any:
    return read_yaml(file)["intents"] if file.exists() else {}


def _drawn(merged: dict[str, Any], each: int) -> Iterator[str]:
    return (sample.text for sample in sample_templates(parse_templates(merged), each))


def confusable(
    vocabulary: Sequence[str], known: Pronunciations, rng: random.Random
) -> Iterator[str]:
    """Control words beside the words that sound nearly like them, and alone."""
    single = [word for word in CONTROLS if " " not in word]
    for word, others in neighbours(single, vocabulary, known).items():
        for other in others[:_NEIGHBOURS]:
            yield other
            for first, second in ((word, other), (other, word)):
                yield from (one.format(first, second) for one in rng.sample(_CARRIERS, 3))
    for _ in range(_CONTROL_PAIRS):
        first, second = rng.sample(single, 2)
        yield rng.choice(_CARRIERS).format(first, second)


def clinc(file: Path) -> list[str]:
    """The sentences of CLINC150, from a JSON object whose lists hold texts."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return [text for texts in content.values() if isinstance(texts, list) for text in texts]


def fortunes(folder: Path) -> Iterator[str]:
    """Clauses of Debian's fortune cookies, of a length that one says in a breath."""
    for file in sorted(folder.glob("*")):
        if file.is_file() and not file.suffix:
            text = " ".join(file.read_text(encoding="utf-8", errors="ignore").split())
            for clause in _CLAUSE_END.split(text):
                if len(clause.split()) in _FORTUNE_WORDS:
                    yield clause


def random_words(vocabulary: Sequence[str], rng: random.Random) -> Iterator[str]:
    """One to four words that have nothing to do with each other: every sound beside every other."""
    for _ in range(_WORDS):
        yield " ".join(rng.choice(vocabulary) for _ in range(rng.randint(1, 4)))


def random_numbers(rng: random.Random) -> Iterator[str]:
    """Numbers alone and in a row."""
    for _ in range(_NUMBERS):
        yield " ".join(
            number_in_words(rng.choice((rng.randint(0, 20), rng.randint(0, 99))))
            for _ in range(rng.randint(1, 4))
        )


def common_words(known: Pronunciations) -> list[str]:
    """The commonest English words that can be said, the commonest first."""
    import wordfreq

    listed = wordfreq.top_n_list("en", 2 * _COMMON)
    return [word for word in listed if word in known and len(word) >= _SHORTEST_WORD][:_COMMON]


def gather(
    packs: Sequence[Path],
    vocabulary: Sequence[str],
    known: Pronunciations,
    *,
    clinc_file: Path | None = None,
    fortunes_folder: Path | None = None,
    apart: frozenset[str] = frozenset(),
    seed: int = 0,
) -> list[Sentence]:
    """All sentences, shuffled.

    Args:
        packs: folders of content packs.
        vocabulary: words for the random strings, the commonest first.
        known: how words are said; sentences with other words are left out.
        clinc_file: see `clinc`; None or no file: none.
        fortunes_folder: see `fortunes`; None or no folder: none.
        apart: see `Gathered`.
        seed: of the random choice.

    Returns:
        Sentences; the same for the same arguments.
    """
    rng = random.Random(seed)
    found = Gathered(known, apart)
    for text, weight in CONTROLS.items():
        found.add("control", [text], weight)
    for pack in packs:
        for kind, text in from_pack(pack, rng):
            found.add(kind, [text])
    found.add("confusable", confusable(vocabulary, known, rng))
    found.add("number", random_numbers(rng))
    found.add("clinc", clinc(clinc_file) if clinc_file and clinc_file.exists() else ())
    found.add("fortune", fortunes(fortunes_folder) if fortunes_folder else ())
    found.add("words", random_words(vocabulary, rng))
    sentences = list(found)
    rng.shuffle(sentences)
    return sentences


def read_texts(work: Path) -> list[Sentence]:
    """The sentences that the step `texts` wrote.

    Raises:
        FileNotFoundError: it has not been run in this folder.
    """
    lines = (work / FILE).read_text(encoding="utf-8").splitlines()
    return [Sentence(**json.loads(line)) for line in lines]


def write_texts(work: Path, sentences: Iterable[Sentence]) -> Path:
    """Write one JSON object a line, beside and then in place, so that it is never half there."""
    work.mkdir(parents=True, exist_ok=True)
    half = work / f"{FILE}.part"
    half.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in sentences), encoding="utf-8")
    return half.replace(work / FILE)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument(
        "--pack",
        type=Path,
        action="append",
        help=f"a content pack, more than once for several (default: {PACK})",
    )
    parser.add_argument("--clinc", type=Path, help="JSON with sentences of CLINC150")
    parser.add_argument(
        "--fortunes",
        type=Path,
        default=Path("/usr/share/games/fortunes"),
        help="folder of Debian's package fortunes (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0)


def _measured_with() -> Iterator[str]:
    """The reports of danger and pain that are spoken to measure how many are noticed."""
    for file in _MEASURED:
        if file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)["text"]


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Writes the sentences and says how many there are of each kind."""
    for name, place in (("CLINC150", arguments.clinc), ("fortunes", arguments.fortunes)):
        if place is None or not place.exists():
            sys.stderr.write(f"texts: without {name}, which is not there\n")
    known = standard()
    sentences = gather(
        arguments.pack or [PACK],
        common_words(known),
        known,
        clinc_file=arguments.clinc,
        fortunes_folder=arguments.fortunes,
        apart=frozenset(_measured_with()),
        seed=arguments.seed,
    )
    file = write_texts(work, sentences)
    counts = Counter((one.kind, one.split) for one in sentences)
    for kind in SHARES:
        numbers = ", ".join(f"{split} {counts[kind, split]}" for split in get_args(Split))
        sys.stderr.write(f"texts: {kind}: {numbers}\n")
    sys.stderr.write(f"texts: {len(sentences)} sentences in {file}\n")
