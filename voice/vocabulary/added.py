"""Words of somebody's own: the embedded model with them, in the data folder.

`added-words.json` says which words were added, which model they were added to, and in which
folder the result lies. It is replaced in one step once that folder is whole, so whatever breaks
off leaves the words that were there before.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from voice.locks import locked
from voice.vocabulary.errors import VocabularyError, WordError
from voice.vocabulary.graph import build_graph
from voice.vocabulary.language import Language
from voice.vocabulary.lexicon import Lexicon, parse_phones, parse_word

RECORD = "added-words.json"
LEXICON = "lexicon.txt"
"""In a model's folder: how its words sound."""

_FOLDERS = "with-words-"
_LOCK = ".adding-words"


@dataclass(frozen=True, slots=True)
class Added:
    """A model with words of somebody's own."""

    words: Lexicon
    """Those that were added."""
    base: str
    """Stands for the model that they were added to: another one, another text."""
    folder: Path
    files: Mapping[str, tuple[int, str]]
    """By path within the folder: bytes and SHA-256."""


def read_added(models: Path) -> Added | None:
    """What was added to the embedded model; None: nothing.

    Args:
        models: the folder of installed models; it need not exist.

    Raises:
        VocabularyError: it cannot be told any more.
    """
    record = models / RECORD
    try:
        raw = json.loads(record.read_bytes())
        return Added(
            Lexicon.of(
                (parse_word(word), parse_phones(sound.split()))
                for word, sounds in raw["words"].items()
                for sound in sounds
            ),
            raw["base"],
            models / Path(raw["folder"]).name,
            {file: (int(size), str(digest)) for file, (size, digest) in raw["files"].items()},
        )
    except FileNotFoundError:
        return None
    except (OSError, WordError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VocabularyError(
            f"The list of added words {record} is damaged.",
            "Run `unknot models remove-words --all`, then add the words again.",
        ) from error


def build_added(models: Path, base: Path, state: str, words: Lexicon) -> Added:
    """Builds the embedded model with more words, and puts it in the place of what was there.

    Args:
        models: the folder of installed models; made if it is not there.
        base: the embedded model's folder, with a lexicon.
        state: stands for that model; see `Added.base`.
        words: all words that it shall have beyond its own.

    Raises:
        VocabularyError: the embedded model is damaged, or words are being added already.
        OSError: it cannot be written.
    """
    with _alone(models):
        fresh = Path(tempfile.mkdtemp(prefix=_FOLDERS, dir=models))
        try:
            _fill(fresh, base, words)
            added = Added(words, state, fresh, dict(_sums(fresh)))
            _record(models, added)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        _sweep(models, kept=fresh)
        return added


def forget_added(models: Path) -> None:
    """Goes back to the embedded model as it is.

    Raises:
        VocabularyError: words are being added right now.
    """
    with _alone(models):
        (models / RECORD).unlink(missing_ok=True)
        _sweep(models, kept=None)


def _fill(folder: Path, base: Path, words: Lexicon) -> None:
    """Copies what has nothing to do with words, and builds the rest."""
    for path in base.rglob("*"):
        inside = path.relative_to(base)
        if path.is_file() and inside.parts[0] != "graph" and str(inside) != LEXICON:
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / inside)
    lexicon = Lexicon.read(base / LEXICON).with_words(words)
    lexicon.write(folder / LEXICON)
    build_graph(folder, lexicon, Language.read(base))


def _sums(folder: Path) -> Iterator[tuple[str, tuple[int, str]]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            yield str(path.relative_to(folder)), (len(content), digest)


def _record(models: Path, added: Added) -> None:
    words = {
        word: [" ".join(phones) for phones in sounds]
        for word, sounds in added.words.entries.items()
    }
    row = {
        "base": added.base,
        "folder": added.folder.name,
        "words": words,
        "files": added.files,
    }
    half = models / f"{RECORD}.part"
    half.write_text(json.dumps(row, indent=1, ensure_ascii=False), encoding="utf-8")
    half.replace(models / RECORD)


def _sweep(models: Path, *, kept: Path | None) -> None:
    """Removes what is not used any more, and what an interrupted build has left."""
    for folder in models.glob(f"{_FOLDERS}*"):
        if folder != kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(models: Path) -> Iterator[None]:
    models.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(locked(models / _LOCK))
        except BlockingIOError as error:
            raise VocabularyError(
                "Words are being added already.", "Wait until that has ended."
            ) from error
        yield
