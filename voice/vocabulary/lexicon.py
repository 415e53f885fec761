"""How words sound: the lexicon, a file with a word and its phones on each line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from voice.vocabulary.errors import WordError
from voice.vocabulary.phones import PHONES

Pronunciation = tuple[str, ...]
"""Names of `PHONES`."""

UNKNOWN_WORD = "[unk]"
"""Whatever is no word of the lexicon; every graph has it."""

LONGEST_WORD = 60
"""Letters; what is longer is no word."""

_WORD = re.compile(r"[^\W_](?:[\w'.-]*[\w'.])?")
_REMEDY = "Write `word PH PH ...` on each line, such as `back B AE K`."


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words and how each may sound."""

    entries: Mapping[str, tuple[Pronunciation, ...]]
    """By word, in lower case; at least one pronunciation each, none twice."""

    def __contains__(self, word: object) -> bool:
        return word in self.entries

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[tuple[str, Pronunciation]]:
        """Each word with each of its pronunciations."""
        for word, pronunciations in self.entries.items():
            for phones in pronunciations:
                yield word, phones

    def sounds(self, word: str) -> tuple[Pronunciation, ...]:
        """How a word may sound; nothing for one that is not here."""
        return self.entries.get(word, ())

    def with_words(self, added: Iterable[tuple[str, Pronunciation]]) -> Lexicon:
        """This lexicon and more; a word that is here already gets one more pronunciation."""
        return Lexicon.of([*self, *added])

    def write(self, path: Path) -> None:
        """Writes the file that `read` reads."""
        lines = [f"{word} {' '.join(phones)}\n" for word, phones in self]
        path.write_text("".join(lines), encoding="utf-8")

    @staticmethod
    def of(pairs: Iterable[tuple[str, Pronunciation]]) -> Lexicon:
        """A lexicon of words, each with one pronunciation; a word may come several times."""
        entries: dict[str, dict[Pronunciation, None]] = {}
        for word, phones in pairs:
            entries.setdefault(word, {})[phones] = None
        return Lexicon({word: tuple(entries[word]) for word in sorted(entries)})

    @staticmethod
    def read(path: Path) -> Lexicon:
        """Reads a lexicon; blank lines and lines that begin with `#` are skipped.

        Raises:
            WordError: it is not there or empty, or a line is not one of a lexicon; its
                number is named.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise WordError(f"The lexicon {path} cannot be read.", _REMEDY) from error
        pairs = []
        for number, line in enumerate(lines, 1):
            word, *phones = line.split() or ["#"]
            if word.startswith("#"):
                continue
            try:
                pairs.append((parse_word(word), parse_phones(phones)))
            except WordError as error:
                raise WordError(f"{path}, line {number}: {error}", error.remedy) from error
        if not pairs:
            raise WordError(f"The lexicon {path} is empty.", _REMEDY)
        return Lexicon.of(pairs)


def parse_word(text: str) -> str:
    """A word as the recogniser writes it: in lower case, without blanks.

    Raises:
        WordError: it is no word.
    """
    word = text.strip().lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if not _WORD.fullmatch(word) or len(word) > LONGEST_WORD or word.isdigit():
        raise WordError(f"{text!r} is no word.", "Write a word in letters.")
    return word


def parse_phones(names: Iterable[str]) -> Pronunciation:
    """Phones by name; stress, as CMUdict marks it (`AH0`), is left out.

    Raises:
        WordError: none at all, or one that is no phone.
    """
    phones = tuple(re.sub(r"[012]$", "", given.upper()) for given in names)
    unknown = [given for given in phones if given not in PHONES]
    if unknown:
        raise WordError(f"{unknown[0]!r} is no phone.", f"These are phones: {' '.join(PHONES)}.")
    if not phones:
        raise WordError("There are no phones.", _REMEDY)
    return phones
