"""The Vosk recogniser twice over one model: bound to the grammar, and free.

A grammar turns any speech into something within the grammar, so what it says
is believed only as far as unrestricted recognition of the same sound agrees;
`judgement` holds how far that is.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterable, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypedDict, TypeVar, cast

import vosk

from voice.events import Heard, Word
from voice.listening.judgement import INTERRUPTING, Evidence, Weights, confidence
from voice.listening.model import UNKNOWN, Model, ModelError
from voice.listening.sound import RATE, Samples

REJECT_BELOW = 0.45
"""Confidence under which an utterance is not for us.

A little below the half at which both kinds of error weigh alike, because a "stop" that is
missed is worse than a sentence too many that understanding then finds no meaning in.
"""

FRESH_AFTER = 5.0
"""Seconds of sound after which free recognition gets a native recogniser of its own anew.

Vosk puts its graph together as it goes and keeps every state that it has seen: after 150 sentences
that is 140 MB, and no sentence frees any. A new one takes 5 ms and begins with 2 MB.
"""
AGREED = 0.6
"""Confidence in a phrase that both recognisers heard among other words."""
FREELY = 2
"""Words that a phrase has at least which free recognition is believed alone."""
AMONG_OTHERS = 2
"""How many other words free recognition may hear around it: our own voice leaves one or two."""


_Done = TypeVar("_Done")


class _Word(TypedDict):
    word: str
    start: float
    end: float


class _Path(TypedDict, total=False):
    confidence: float
    text: str
    result: list[_Word]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """The best path of one recogniser."""

    words: tuple[_Word, ...]
    log_likelihood: float
    """Of the whole path, acoustic and language together; natural logarithm."""

    @property
    def text(self) -> str:
        """Its words, `[unk]` among them."""
        return " ".join(word["word"] for word in self.words)


class Judged(NamedTuple):
    """A path, and what is thought of it."""

    sure: float
    """Confidence, 0 to 1."""
    path: Hypothesis
    whole: bool
    """Its words are a phrase of the grammar, from first to last."""


class _Stream:
    """One native recogniser, utterance by utterance, with times that start at 0 each time."""

    def __init__(self, native: vosk.KaldiRecognizer) -> None:
        native.SetMaxAlternatives(1)
        native.SetWords(True)
        self._native = native
        self._fed = 0
        self._began = 0
        self._made_up: list[tuple[float, float]] = []

    def accept(self, sound: bytes, *, made_up: bool = False) -> None:
        """Takes sound; what was made up and never heard does not count in the words' times."""
        seconds = len(sound) / 2 / RATE
        if made_up:
            self._made_up.append(((self._fed - self._began) / RATE, seconds))
        self._native.AcceptWaveform(sound)
        self._fed += len(sound) // 2

    def partial(self) -> str:
        return str(json.loads(self._native.PartialResult())["partial"])

    def finish(self) -> Hypothesis:
        paths = cast("list[_Path]", json.loads(self._native.FinalResult())["alternatives"])
        began, self._began = self._began / RATE, self._fed
        made_up, self._made_up = self._made_up, []
        path = paths[0] if paths else _Path()
        words = tuple(
            _Word(
                word=word["word"],
                start=_heard_at(word["start"] - began, made_up),
                end=_heard_at(word["end"] - began, made_up),
            )
            for word in path.get("result", ())
        )
        return Hypothesis(words, path.get("confidence", 0.0))


def _heard_at(fed: float, made_up: Sequence[tuple[float, float]]) -> float:
    """The second of the utterance that lies at this second of what the recogniser was fed."""
    extra = sum(min(max(fed - begin, 0.0), seconds) for begin, seconds in made_up)
    return max(fed - extra, 0.0)


class _Grammar(_Stream):
    """A native recogniser bound to phrases that the model can hear."""

    def __init__(
        self, model: Model, phrases: Sequence[str], weights: Weights | None = None
    ) -> None:
        grammar = json.dumps([*phrases, UNKNOWN], ensure_ascii=False)
        super().__init__(vosk.KaldiRecognizer(model.native, float(RATE), grammar))
        self._phrases = frozenset(phrases)
        self._weights = weights

    def judge(self, bound: Hypothesis, free: Hypothesis) -> Judged:
        """What is thought of its best path."""
        found = evidence(bound, free, self._phrases)
        return Judged(confidence(found, self._weights), bound, found.whole)

    def agreed(self, bound: Hypothesis, free: Hypothesis) -> Judged | None:
        """The longest phrase that both have heard at the same time, with few words around it."""
        words = bound.words
        for length in range(len(words), 0, -1):
            if len(free.words) - length > AMONG_OTHERS:
                return None
            for start in range(len(words) - length + 1):
                phrase = Hypothesis(words[start : start + length], bound.log_likelihood)
                if phrase.text in self._phrases and all(
                    _heard_by(word, free.words) for word in phrase.words
                ):
                    return Judged(AGREED, phrase, whole=True)
        return None

    def heard_freely(self, free: Hypothesis) -> Judged | None:
        """A whole phrase that free recognition heard, where the grammar found a mixture.

        Not a lone word: that comes up in much that nobody meant for us.
        """
        if len(free.words) < FREELY or free.text not in self._phrases:
            return None
        return Judged(
            confidence(evidence(free, free, self._phrases), self._weights), free, whole=True
        )


def give_memory_back() -> None:
    """Let the system have what was freed, where the C library keeps it for itself (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


class Recognizer:
    """Hears utterances within a list of phrases, and says how sure it is.

    Not safe for use by several threads at once; the listener's thread owns it.

    Args:
        model: a loaded model; two native recognisers share it.
        phrases: what may be said, lower case, words parted by blanks. Vosk makes a
            bigram model of their counts, so mixtures of phrases are heard too, and a phrase
            that is given several times weighs more.
        interrupting: the few phrases that are listened for besides while our own voice
            sounds; they are told apart better than among all the others.
        reject_below: confidence, 0 to 1, under which the text is withheld.

    Raises:
        ModelError: the model knows not one word of the phrases.
    """

    def __init__(
        self,
        model: Model,
        phrases: Iterable[str],
        *,
        interrupting: Iterable[str] = (),
        reject_below: float = REJECT_BELOW,
    ) -> None:
        self._model = model
        self._reject_below = reject_below
        self._beside = ThreadPoolExecutor(1, "free-recognition")
        self._phrases = list(phrases)
        _check_language(model, self._phrases)
        self._short, _ = _hearable(model, interrupting)
        self.missing_words: tuple[str, ...] = ()
        """Words of the phrases that the model does not know; their phrases are left out."""
        self.restart()

    def restart(self) -> None:
        """Begins anew with native recognisers of its own; what was being heard is lost."""
        self._samples = 0
        self._interrupted = False
        self._renew_free()
        self._interrupting = (
            _Grammar(self._model, self._short, INTERRUPTING) if self._short else None
        )
        self.set_phrases(self._phrases)

    def _renew_free(self) -> None:
        self._free = _Stream(vosk.KaldiRecognizer(self._model.native, float(RATE)))
        self._since_renewed = 0.0

    def set_phrases(self, phrases: Iterable[str]) -> None:
        """Changes the grammar; an utterance that is being heard starts anew.

        Takes about 10 ms for 2000 phrases.
        """
        self._phrases = list(phrases)
        hearable, self.missing_words = _hearable(self._model, self._phrases)
        self._grammar = _Grammar(self._model, hearable)
        if self._samples:
            self._free.finish()
            self._samples = 0

    def begin(self, *, interrupting: bool) -> None:
        """An utterance begins, perhaps while our own voice sounds."""
        self.rest()
        self._interrupted = interrupting and self._interrupting is not None

    def rest(self) -> None:
        """Between two utterances: lets go of what free recognition has gathered, if it is much."""
        if self._since_renewed >= FRESH_AFTER:
            self._renew_free()
            give_memory_back()

    def accept(self, samples: Samples) -> None:
        """Takes the next piece of the utterance: shape (n,), int16, 16 kHz."""
        sound = samples.tobytes()
        for stream in (*self._grammars(), self._free):
            stream.accept(sound)
        self._samples += samples.size

    def look_ahead(self, samples: Samples) -> None:
        """Takes silence that has not been heard yet, as if it had: shape (n,), int16, 16 kHz.

        The network sees 0.34 s beyond each moment before it tells of it. Given the silence that
        is likely to come, it tells now; should the voice go on instead, it has heard a pause.
        Words keep the times at which they were said.
        """
        sound = samples.tobytes()
        self._at_once(lambda stream: stream.accept(sound, made_up=True))

    @property
    def _over_voice(self) -> _Grammar | None:
        """The recogniser of the few phrases, in an utterance over our own voice."""
        return self._interrupting if self._interrupted else None

    def _grammars(self) -> list[_Grammar]:
        """Those in use, in the order in which they are believed."""
        return [one for one in (self._over_voice, self._grammar) if one is not None]

    def _at_once(self, do: Callable[[_Stream], _Done]) -> tuple[_Done, list[_Done]]:
        """Somebody waits: free recognition works on a thread of its own, the rest on this one.

        Vosk lets go of Python's lock while it decodes, so on two cores it takes half the time.

        Returns:
            What free recognition gave, and what `_grammars` gave.
        """
        free = self._beside.submit(do, self._free)
        bound = [do(grammar) for grammar in self._grammars()]
        return free.result(), bound

    def free_partial(self) -> str:
        """What it sounds like without any grammar so far."""
        return self._free.partial()

    def partial(self) -> str:
        """What it sounds like within the grammar so far; trails the voice by 0.35 to 0.6 s."""
        return (self._over_voice or self._grammar).partial()

    def agrees(self, partial: str) -> bool:
        """Whether free recognition hears these words so far, where a grammar alone may err."""
        return not self._interrupted or partial in self._free.partial()

    def _believed(self, paths: Sequence[Hypothesis], free: Hypothesis) -> Judged:
        """What was most likely said.

        A whole phrase comes first, over our own voice one of the few that are listened for before
        one of the whole grammar; then such a phrase among leftovers of our voice, or else one that
        only free recognition heard; then anything else.
        """
        over_voice = self._over_voice
        heard = [one.judge(path, free) for one, path in zip(self._grammars(), paths, strict=True)]
        believed = [one for one in heard if one.sure >= self._reject_below]
        chosen = next((one for one in believed if one.whole), None)
        if chosen is None and over_voice is not None:
            chosen = over_voice.agreed(heard[0].path, free)
        elif chosen is None:
            chosen = self._grammar.heard_freely(free)
        return chosen or next(iter(believed), max(heard, key=lambda one: one.sure))

    def finish(self, *, utterance: int = 0, ended_at: float = 0.0) -> Heard:
        """Ends the utterance and judges it; the next `accept` begins another.

        Args:
            utterance: its number, passed on.
            ended_at: when the voice stopped on `time.monotonic`, passed on.

        Returns:
            `Heard.text` is empty when the confidence is below `reject_below`.
        """
        free, paths = self._at_once(_Stream.finish)
        sure, bound, _ = self._believed(paths, free)
        seconds, self._samples = self._samples / RATE, 0
        self._since_renewed += seconds
        self._interrupted = False
        known = tuple(word for word in bound.words if word["word"] != UNKNOWN)
        return Heard(
            text=" ".join(w["word"] for w in known) if sure >= self._reject_below else "",
            utterance=utterance,
            confidence=round(sure, 3),
            free_text=" ".join(w["word"] for w in free.words if w["word"] != UNKNOWN),
            words=_agreed(known, free.words, sure),
            seconds=seconds,
            ended_at=ended_at,
        )


def evidence(bound: Hypothesis, free: Hypothesis, phrases: Set[str]) -> Evidence:
    """What speaks for and against an utterance being for us."""
    return Evidence(
        gain=bound.log_likelihood - free.log_likelihood,
        seconds=_spoken(free.words or bound.words),
        unknown=_share_unknown(bound.words),
        bound=tuple(word["word"] for word in bound.words if word["word"] != UNKNOWN),
        free=tuple(word["word"] for word in free.words if word["word"] != UNKNOWN),
        whole=bound.text in phrases,
    )


def _spoken(words: Sequence[_Word]) -> float:
    return words[-1]["end"] - words[0]["start"] if words else 0.0


def _share_unknown(words: Sequence[_Word]) -> float:
    total = sum(word["end"] - word["start"] for word in words)
    unknown = sum(word["end"] - word["start"] for word in words if word["word"] == UNKNOWN)
    return unknown / total if total else 0.0


def _agreed(words: Sequence[_Word], free: Sequence[_Word], sure: float) -> tuple[Word, ...]:
    """Words with a confidence: the utterance's, halved where free recognition differs."""
    return tuple(
        Word(
            word=word["word"],
            start=round(word["start"], 3),
            end=round(word["end"], 3),
            conf=round(sure if _heard_by(word, free) else sure / 2, 3),
        )
        for word in words
    )


def _heard_by(word: _Word, others: Sequence[_Word]) -> bool:
    return any(
        other["word"] == word["word"]
        and other["start"] < word["end"]
        and word["start"] < other["end"]
        for other in others
    )


def _check_language(model: Model, phrases: Iterable[str]) -> None:
    words = {word for phrase in phrases for word in phrase.split()}
    if words and not any(model.knows(word) for word in words):
        raise ModelError(
            f"The model in {model.path} knows not one of the words that are listened for: "
            "it is for another language.",
            "Name a model for the pack's language; `unknot models` shows which there are.",
        )


def _hearable(model: Model, phrases: Iterable[str]) -> tuple[list[str], tuple[str, ...]]:
    known: dict[str, bool] = {}
    hearable: list[str] = []
    for phrase in phrases:
        words = phrase.split()
        for word in words:
            if word not in known:
                known[word] = model.knows(word)
        if words and all(known[word] for word in words):
            hearable.append(" ".join(words))
    return hearable, tuple(word for word, there in known.items() if not there)
