"""Words of one's own: what the embedded model does not know is added to it, or taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from voice import models
from voice.knowledge import load_pack
from voice.models import EMBEDDED, build_with_words
from voice.understanding import Understanding
from voice.understanding.interrupting import interrupting_phrases
from voice.vocabulary import Lexicon
from voice.vocabulary.added import LEXICON, forget_added, read_added
from voice.vocabulary.errors import WordError
from voice.vocabulary.lexicon import Pronunciation, parse_word
from voice.vocabulary.sounds import pronounce


@dataclass(frozen=True, slots=True)
class OwnWord:
    """What became of a word."""

    word: str
    sounds: tuple[Pronunciation, ...]
    """All the ways to say it that are known now."""
    state: Literal["added", "known"]


def add_words(
    words: Iterable[str], sounds: Iterable[tuple[str, Pronunciation]] = (), *, home: Path
) -> list[OwnWord]:
    """Adds words to the embedded model; takes a second or two.

    Without anything to add it builds the model with the words that were added before anew.

    Args:
        words: how they sound is told from their letters; what is known already stays as it is.
        sounds: words with their phones; for a known word one more way to say it.
        home: unknot's data folder; made if it is not there.

    Raises:
        WordError: one of them is no word, or nobody can tell how it sounds.
        VocabularyError: eSpeak NG is missing, or words are being added by another process.
        ModelsError: the embedded model is not whole.
        OSError: the data folder cannot be written.
    """
    before = read_added(home / "models")
    own = before.words if before else Lexicon({})
    known = Lexicon.read(models.shipped() / EMBEDDED / LEXICON).with_words(own)
    wanted = list(dict.fromkeys(parse_word(word) for word in words))
    pairs = [(word, pronounce(word)) for word in wanted if word not in known]
    pairs += [(word, phones) for word, phones in sounds if phones not in known.sounds(word)]
    if pairs or (before and not wanted):
        build_with_words(own.with_words(pairs), home=home)
    result = known.with_words(pairs)
    new = {word for word, _ in pairs}
    return [
        OwnWord(word, result.entries[word], "added" if word in new else "known")
        for word in dict.fromkeys([*wanted, *(word for word, _ in sounds)])
    ]


def words_added(*, home: Path) -> list[str]:
    """The words that were added, sorted.

    Raises:
        VocabularyError: the list of them is damaged.
    """
    added = read_added(home / "models")
    return list(added.words.entries) if added else []


def remove_words(words: Iterable[str], *, home: Path) -> list[str]:
    """Takes words back that were added; the others stay.

    Returns:
        Those of them that had never been added; if there is one, nothing is changed.

    Raises:
        VocabularyError: words are being added by another process.
        ModelsError: the embedded model is not whole.
        OSError: the data folder cannot be written.
    """
    before = read_added(home / "models")
    own = before.words.entries if before else {}
    gone = {parse_word(word) for word in words}
    strange = sorted(gone - own.keys())
    left = {word: sounds for word, sounds in own.items() if word not in gone}
    if strange:
        return strange
    if left:
        build_with_words(Lexicon(left), home=home)
    else:
        remove_all_words(home=home)
    return []


def remove_all_words(*, home: Path) -> None:
    """Takes back every word that was added, even where the list of them is damaged.

    Raises:
        VocabularyError: words are being added by another process.
    """
    forget_added(home / "models")


def words_of_pack(folder: Path) -> list[str]:
    """Every word that a content pack listens for, sorted.

    Args:
        folder: the pack's.

    Raises:
        PackError: it is not there, or cannot be used.
        TemplateError: its templates cannot be used.
    """
    pack = load_pack(folder)
    phrases = [*pack.wake_phrases, *interrupting_phrases(folder)]
    spoken = {word for phrase in phrases for word in phrase.split()}
    return sorted(filter(_is_word, Understanding(folder).words() | spoken))


def _is_word(text: str) -> bool:
    """Templates also hold bits of words ("'d") and places for times."""
    try:
        return parse_word(text) == text
    except WordError:
        return False
