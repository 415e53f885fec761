"""A Vosk model folder, checked before libvosk sees it.

libvosk ends the whole process on some broken models (an empty `model.conf`
aborts it), takes others in silence and recognises nothing (an empty
`words.txt`), and says why on the process's stderr only. So the folder is
checked first, and what libvosk writes while loading is kept and read.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import vosk

from voice.listening.flaws import flaws

REMEDY = "Run `unknot models verify`, or `unknot models install small-en-us` for a whole one."

UNKNOWN = "[unk]"
"""The word that stands for everything outside the grammar."""

_REQUIRED = {
    "am/final.mdl": b"\0B",
    "conf/mfcc.conf": b"",
    "conf/model.conf": b"",
    "graph/HCLr.fst": b"\xd6\xfd\xb2\x7e",
    "graph/Gr.fst": b"\xd6\xfd\xb2\x7e",
    "graph/words.txt": b"",
    "graph/disambig_tid.int": b"",
    "graph/phones/word_boundary.int": b"",
}
"""Files of a model that takes run-time grammars, and how each begins (Kaldi binary, OpenFst)."""

_SILENCE_PHONES = re.compile(rb"^--endpoint\.silence-phones=\d", re.MULTILINE)
_SETTING = re.compile(rb"--[a-z][\w.-]*=\S.*|#.*|\s*")
_COMPLAINT = re.compile(r"^ERROR(?: \(.*?:\d+\))?:? *(.+?)(?:\. .*|\.?)$", re.MULTILINE)
"""How Kaldi and OpenFst say on stderr what is wrong; the first sentence is kept."""

_LOADING = threading.Lock()


class ModelError(RuntimeError):
    """A recognition model that cannot be used.

    Attributes:
        remedy: what the user should do, one sentence.
    """

    def __init__(self, message: str, remedy: str = REMEDY) -> None:
        super().__init__(message)
        self.remedy = remedy


class Model:
    """A loaded model; several recognisers may share one, from any thread."""

    def __init__(self, path: Path, native: vosk.Model) -> None:
        self.path = path
        self.native = native
        """The `vosk.Model`, for recognisers of this room."""

    def knows(self, word: str) -> bool:
        """Whether the word is in the vocabulary."""
        return bool(self.native.vosk_model_find_word(word) >= 0)

    def missing(self, phrase: str) -> tuple[str, ...]:
        """The words of the phrase that this model can never hear."""
        return tuple(word for word in phrase.split() if not self.knows(word))


def load_model(path: Path | str) -> Model:
    """Checks and loads a Vosk model; takes 0.1 to 0.4 s for a small one.

    Args:
        path: the model's folder.

    Raises:
        ModelError: it is not there, not whole, or not one that takes run-time grammars.
    """
    folder = Path(path)
    check_folder(folder)
    vosk.SetLogLevel(-1)
    with _LOADING, _native_stderr() as said:
        try:
            native = vosk.Model(str(folder))
            vosk.KaldiRecognizer(native, 16000.0)
        except Exception as error:
            raise ModelError(
                f"The model in {folder} cannot be read: {_reason(said, folder)}."
            ) from error
    model = Model(folder, native)
    if not model.knows(UNKNOWN):
        raise ModelError(f"The model in {folder} has no word {UNKNOWN} in graph/words.txt.")
    return model


def check_folder(folder: Path) -> None:
    """Checks that a model's files are there and fit each other; 10 ms for the embedded one.

    Raises:
        ModelError: naming the first file that is missing, empty, damaged or something else.
    """
    if not folder.is_dir():
        what = "is a file, not a model's folder" if folder.exists() else "is not there"
        raise ModelError(f"The model {folder} {what}.")
    if (folder / "graph/HCLG.fst").exists():
        raise ModelError(
            f"The model in {folder} has a fixed graph and takes no run-time grammar.",
            "Choose a small Vosk model, such as small-en-us.",
        )
    try:
        for name, begins in _REQUIRED.items():
            _check_file(folder, name, begins)
        settings = _settings(folder, "conf/model.conf")
        _settings(folder, "conf/mfcc.conf")
        _check_words(folder)
        flaw = next(flaws(folder), None)
    except OSError as error:
        raise ModelError(f"The model in {folder} cannot be read: {error.strerror}.") from error
    if not _SILENCE_PHONES.search(settings):
        raise ModelError(f"conf/model.conf of the model in {folder} names no silence phones.")
    if flaw:
        raise ModelError(f"The model in {folder} is not whole: {flaw}.")


def _check_file(folder: Path, name: str, begins: bytes) -> None:
    path = folder / name
    if not path.is_file():
        raise ModelError(f"The model in {folder} is not whole: {name} is missing.")
    with path.open("rb") as file:
        start = file.read(max(len(begins), 1))
    if not start:
        raise ModelError(f"The model in {folder} is not whole: {name} is empty.")
    if not start.startswith(begins):
        raise ModelError(f"{name} of the model in {folder} is not what its name says.")


def _settings(folder: Path, name: str) -> bytes:
    """The text of a file of settings; libvosk aborts the process on some lines that are none."""
    settings = (folder / name).read_bytes()
    for line in settings.splitlines():
        if not _SETTING.fullmatch(line):
            raise ModelError(f"The model in {folder} is not whole: {name} is damaged.")
    return settings


def _check_words(folder: Path) -> None:
    last = (folder / "graph/words.txt").read_bytes().rstrip(b"\n").rpartition(b"\n")[2]
    if len(last.split()) != 2:  # noqa: PLR2004 - a word and its number
        raise ModelError(f"The model in {folder} is not whole: graph/words.txt is cut short.")


def _reason(said: IO[bytes], folder: Path) -> str:
    said.seek(0)
    found = _COMPLAINT.search(said.read().decode("utf-8", "replace"))
    reason = found[1] if found else "a part of it is missing or damaged"
    return reason.replace(f"{folder}/", "").strip()


@contextmanager
def _native_stderr() -> Iterator[IO[bytes]]:
    """Keeps what native code writes to stderr while a model loads.

    When it loads, what is not libvosk's chatter is passed on afterwards: another thread's.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as said:
        real = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(real, 2)
            os.close(real)
        said.seek(0)
        sys.stderr.write(
            "".join(line.decode("utf-8", "replace") for line in said if b"VoskAPI" not in line)
        )
