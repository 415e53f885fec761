"""Which recognition model is used, where it comes from, and whether it is whole.

A model is, in this order: the folder that was named (or `UNKNOT_MODEL`), the
official one if it is installed (by unknot, or by Vosk itself in Vosk's own
folders), the one that ships with the product: with words of one's own where
some were added (`voice/own_words.py`), else as it is.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import shutil
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

import yaml

from voice.locks import locked
from voice.vocabulary import Lexicon, VocabularyError
from voice.vocabulary.added import RECORD, Added, build_added, read_added

Progress = Callable[[int, int], None]
"""Told the bytes that are there and the bytes in all."""

EMBEDDED = "en-small"
OFFICIAL = "small-en-us"
WITH_WORDS = f"{EMBEDDED}+words"
"""The embedded model with words of one's own."""

_LIST = "unknot-files.json"
"""What an installed model's folder holds beside the model: its files and their sums."""

_PACKAGE = Path(__file__).resolve().parent
_PIECE = 1 << 16
_ATTEMPTS = 3
_PATIENCE = 20.0
"""Seconds without a byte after which a download has broken off."""

_FEW = 5
"""Words that are named; of more the number is told."""

_GOES_ON = "The embedded model goes on working."
_AGAIN = f"Run the same command again, it goes on where it broke off. {_GOES_ON}"
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PARTIAL_CONTENT = 206
_RANGE_NOT_SATISFIABLE = 416


class ModelsError(RuntimeError):
    """A model that cannot be found, fetched or unpacked.

    Attributes:
        remedy: what the user should do.
    """

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class FileSum:
    """What a file must be."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip at Vosk's model address, which holds one folder of the same name."""

    name: str
    """Vosk's own name of the model."""
    sum: FileSum
    unpacked_at_most: int
    """Bytes; a zip that unpacks to more is refused."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the manifest."""

    name: str
    kind: Literal["embedded", "download"]
    about: str
    licence: str
    source: str
    files: Mapping[str, FileSum]
    """By path within the folder; empty for a download, whose files are known once installed."""
    archive: Archive | None


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model that is used."""

    path: Path
    name: str
    why: str
    """One sentence for a person who asks."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model as `unknot models` shows it."""

    name: str
    about: str
    licence: str
    source: str
    path: Path | None
    """Where it lies; None: not on this machine."""
    used: bool


@dataclass(frozen=True, slots=True)
class FileCheck:
    """Whether one file of a model is what it must be."""

    model: str
    file: str
    state: Literal["whole", "missing", "changed"]


def shipped() -> Path:
    """The folder of the manifest and the embedded model: in the wheel, else in the checkout."""
    bundled = _PACKAGE / "_bundled" / "models"
    return bundled if bundled.is_dir() else _PACKAGE.parent / "models"


def read_manifest(path: Path | None = None) -> dict[str, Entry]:
    """The models by name.

    Raises:
        ModelsError: the manifest is missing or damaged, so the installation is.
    """
    path = path or shipped() / "manifest.yaml"
    try:
        entries = [_entry(raw) for raw in yaml.safe_load(path.read_bytes())["models"]]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ModelsError(
            f"The list of models {path} cannot be read.", "Install unknot again."
        ) from (error)
    return {entry.name: entry for entry in entries}


def find_model(explicit: Path | str | None = None, *, home: Path) -> ChosenModel:
    """Decides which model is used.

    Args:
        explicit: a model's folder; None: what `UNKNOT_MODEL` names, else the best there is.
        home: unknot's data folder; it need not exist.

    Raises:
        ModelsError: the named folder is not there, or no model is on this machine.
    """
    named = explicit or os.environ.get("UNKNOT_MODEL")
    if named:
        return _named(
            Path(named).expanduser(), "you named it" if explicit else "UNKNOT_MODEL names it"
        )
    manifest = read_manifest()
    folder, broken = _installed(manifest[OFFICIAL], home)
    if folder is not None:
        return ChosenModel(folder, OFFICIAL, f"{OFFICIAL} is installed.")
    why = f"{OFFICIAL} is not whole" if broken else f"{OFFICIAL} is not installed"
    with_words, lost = _with_words(home, why)
    return with_words or ChosenModel(
        _embedded(manifest), EMBEDDED, f"It comes with unknot; {why}.{lost}"
    )


def build_with_words(words: Lexicon, *, home: Path) -> Added:
    """Builds the embedded model with words of one's own, in the place of what was there.

    Raises:
        ModelsError: the embedded model is not whole.
        VocabularyError: another process does the same.
        OSError: the data folder cannot be written.
    """
    manifest = read_manifest()
    return build_added(home / "models", _embedded(manifest), _state(manifest[EMBEDDED]), words)


def list_models(*, home: Path) -> list[ListedModel]:
    """Every model of the manifest, and whether it is the one that is used.

    Raises:
        ModelsError: see `find_model`.
    """
    used = find_model(home=home)
    listed = [
        ListedModel(
            name=entry.name,
            about=entry.about,
            licence=entry.licence,
            source=entry.source,
            path=_place(entry, home),
            used=entry.name == used.name,
        )
        for entry in read_manifest().values()
    ]
    listed += _listed_with_words(home, used)
    if used.name in {model.name for model in listed}:
        return listed
    return [*listed, ListedModel(used.name, used.why, "", "", used.path, used=True)]


def verify(*, home: Path) -> list[FileCheck]:
    """Compares every file of every model that is here with its SHA-256; 10 ms for the small one."""
    checks = [
        check
        for entry in read_manifest().values()
        for check in _checked(entry.name, *_files(entry, home))
    ]
    try:
        added = read_added(home / "models")
    except VocabularyError:
        return [*checks, FileCheck(WITH_WORDS, RECORD, "changed")]
    if added is not None:
        checks += _checked(WITH_WORDS, added.folder, _sums(added))
    return checks


def install(
    name: str,
    home: Path,
    *,
    base_url: str | None = None,
    progress: Progress | None = None,
    manifest: Mapping[str, Entry] | None = None,
    patience: float = _PATIENCE,
) -> Path:
    """Fetches a model from Vosk's model address, checks it and puts it in place.

    It follows Vosk's own download in address and names, and adds what that lacks: it goes
    on with a download that broke off, and nothing is unpacked before its SHA-256 is right.

    Args:
        name: a model of kind download.
        home: unknot's data folder; made if it is not there.
        base_url: where the archives lie, with a slash at the end; None: where Vosk says.
        progress: told of every 64 kB.
        manifest: None: the one that ships.
        patience: seconds without a byte after which the connection is given up.

    Returns:
        The model's folder.

    Raises:
        ModelsError: no such model, no network, a wrong checksum, no room, another
            installation under way.
    """
    archive = _archive(name, read_manifest() if manifest is None else manifest)
    target = home / "models" / name
    with _explained(target), _alone(target.parent):
        url = f"{_vosk_url() if base_url is None else base_url}{archive.name}.zip"
        part = target.parent / f"{archive.name}.zip.part"
        _fetch(url, part, archive.sum, progress or (lambda _done, _all: None), patience)
        _unpack(part, archive, target)
        part.unlink()
    return target


def _entry(raw: Any) -> Entry:
    archive = raw.get("archive")
    return Entry(
        name=raw["name"],
        kind=raw["kind"],
        about=raw["about"],
        licence=raw["licence"],
        source=raw["source"],
        files={file: FileSum(**what) for file, what in raw.get("files", {}).items()},
        archive=archive
        and Archive(
            archive["name"],
            FileSum(archive["bytes"], archive["sha256"]),
            archive["unpacked_at_most"],
        ),
    )


def _named(folder: Path, why: str) -> ChosenModel:
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "is not there"
        raise ModelsError(
            f"The model {folder} {what}.",
            "Name a folder with a Vosk model, or none to use what `unknot models` shows.",
        )
    return ChosenModel(folder, folder.resolve().name, f"{why[0].upper()}{why[1:]}.")


def _embedded(manifest: Mapping[str, Entry]) -> Path:
    """The folder of the model that comes along, which is whole."""
    embedded = shipped() / EMBEDDED
    if not embedded.is_dir():
        raise ModelsError(
            "There is no recognition model on this machine.",
            f"Run `unknot models install {OFFICIAL}`.",
        )
    if not _fits(embedded, manifest[EMBEDDED].files):
        raise ModelsError(
            "The model that comes with unknot is not whole.",
            f"Install unknot again, or run `unknot models install {OFFICIAL}`.",
        )
    return embedded


def _state(entry: Entry) -> str:
    """Stands for a model as the manifest has it: another one, another text."""
    sums = sorted((file, what.sha256) for file, what in entry.files.items())
    return hashlib.sha256(repr(sums).encode()).hexdigest()


def _listed_with_words(home: Path, used: ChosenModel) -> Iterator[ListedModel]:
    try:
        added = read_added(home / "models")
    except VocabularyError:
        return
    if added is not None:
        yield ListedModel(
            name=WITH_WORDS,
            about=f"{EMBEDDED} with words of yours: {_first_of(list(added.words.entries))}.",
            licence=read_manifest()[EMBEDDED].licence,
            source="made on this machine",
            path=added.folder,
            used=used.name == WITH_WORDS,
        )


def _first_of(words: list[str]) -> str:
    few, more = words[:_FEW], len(words) - _FEW
    return ", ".join(few) + (f" and {more} more" if more > 0 else "")


def _sums(added: Added) -> dict[str, FileSum]:
    return {file: FileSum(*what) for file, what in added.files.items()}


def _with_words(home: Path, why: str) -> tuple[ChosenModel | None, str]:
    """The embedded model with words of one's own, and what is to be said where it is not used.

    It is built anew where the embedded model is another one since, or a file of it is not whole.
    """
    try:
        added = read_added(home / "models")
        if added is None:
            return None, ""
        anew = added.base != _state(read_manifest()[EMBEDDED])
        again = anew or not _fits(added.folder, _sums(added))
        if again:
            added = build_with_words(added.words, home=home)
    except (OSError, VocabularyError) as error:
        return None, f" The words that were added are left out: {str(error).rstrip('.')}."
    reason = f"{EMBEDDED} is another one now" if anew else "it was not whole"
    built = f" It was built anew, as {reason}." if again else ""
    counted = f"{len(added.words)} word{'' if len(added.words) == 1 else 's'}"
    return ChosenModel(
        added.folder, WITH_WORDS, f"It is {EMBEDDED} with {counted} of yours; {why}.{built}"
    ), ""


def _installed(entry: Entry, home: Path) -> tuple[Path | None, bool]:
    """Where a downloaded model lies, and whether there is one that is not whole."""
    own = home / "models" / entry.name
    broken = False
    if own.is_dir():
        broken = not _is_whole(own)
        if not broken:
            return own, False
    return _vosk_has(entry), broken


def _place(entry: Entry, home: Path) -> Path | None:
    if entry.kind == "embedded":
        folder = shipped() / entry.name
        return folder if folder.is_dir() else None
    return _installed(entry, home)[0]


def _is_whole(folder: Path) -> bool:
    try:
        return _fits(folder, _read_list(folder))
    except (OSError, ValueError, TypeError):
        return False


def _fits(folder: Path, files: Mapping[str, FileSum]) -> bool:
    """Whether every file is what it must be, to the last bit: 10 ms of CPU for the embedded ones.

    libvosk takes a file that somebody changed for a whole one, or ends the process.
    """
    return all(check.state == "whole" for check in _checked(folder.name, folder, files))


def _vosk_has(entry: Entry) -> Path | None:
    """The model where Vosk's own download puts it; its zip is gone once it is unpacked."""
    import vosk  # noqa: PLC0415 - loading its library takes time that --help need not spend

    if entry.archive is None:
        return None
    for directory in filter(None, vosk.MODEL_DIRS):
        folder = Path(directory) / entry.archive.name
        if (folder / "am/final.mdl").is_file() and not folder.with_name(
            f"{folder.name}.zip"
        ).exists():
            return folder
    return None


def _vosk_url() -> str:
    import vosk  # noqa: PLC0415

    return str(vosk.MODEL_PRE_URL)


def _files(entry: Entry, home: Path) -> tuple[Path, Mapping[str, FileSum]]:
    if entry.kind == "embedded":
        return shipped() / entry.name, entry.files
    folder = home / "models" / entry.name
    if not folder.is_dir():
        return folder, {}
    try:
        return folder, _read_list(folder)
    except (OSError, ValueError, TypeError):
        return folder, {_LIST: FileSum(0, "")}


def _read_list(folder: Path) -> dict[str, FileSum]:
    return {
        file: FileSum(**what) for file, what in json.loads((folder / _LIST).read_text()).items()
    }


def _checked(model: str, folder: Path, files: Mapping[str, FileSum]) -> Iterator[FileCheck]:
    for file, what in files.items():
        path = folder / file
        if not path.is_file():
            yield FileCheck(model, file, "missing")
        else:
            yield FileCheck(model, file, "whole" if _sum(path) == what else "changed")


def _sum(path: Path) -> FileSum:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileSum(file.tell(), digest)


def _archive(name: str, manifest: Mapping[str, Entry]) -> Archive:
    archive = manifest[name].archive if name in manifest else None
    if archive is None:
        there = ", ".join(entry.name for entry in manifest.values() if entry.archive)
        raise ModelsError(
            f"There is no model {name!r} to install.", f"These can be installed: {there}."
        )
    return archive


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = "There is no room" if error.errno in _NO_ROOM else "It is not allowed to write"
        if error.errno not in _NO_ROOM | {errno.EACCES, errno.EPERM, errno.EROFS}:
            what = f"{error.strerror or error}: it is not possible to write"
        raise ModelsError(
            f"{what} in {target.parent}.",
            f"Make room there or name another folder in UNKNOT_HOME. {_GOES_ON}",
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        try:
            held.enter_context(locked(folder / ".installing"))
        except BlockingIOError as error:
            raise ModelsError(
                "Another `unknot models install` is under way.", "Wait until it has ended."
            ) from error
        yield


def _fetch(url: str, part: Path, whole: FileSum, progress: Progress, patience: float) -> None:
    """Leaves the whole archive, checked, in `part`."""
    had = part.stat().st_size if part.exists() else 0
    _download(url, part, whole, progress, patience)
    if _sum(part) == whole:
        return
    part.unlink()
    if had:
        _download(url, part, whole, progress, patience)
        if _sum(part) == whole:
            return
        part.unlink()
    raise ModelsError(
        f"What {url} sent is not the model: its checksum is wrong.",
        f"Try again later, or on another network. {_GOES_ON}",
    )


def _download(url: str, part: Path, whole: FileSum, progress: Progress, patience: float) -> None:
    """Goes on with `part` until it is as long as it must be; a broken connection is tried again."""
    for attempt in range(1, _ATTEMPTS + 1):
        had = part.stat().st_size if part.exists() else 0
        if had >= whole.bytes:
            return
        try:
            with _ask(url, had, patience) as answer:
                _append(answer, part, whole.bytes, progress)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == _RANGE_NOT_SATISFIABLE and had:
                part.unlink()
                continue
            raise _unreachable(url, f"the server says {error.code} {error.reason}") from error
        except (
            urllib.error.URLError,
            http.client.HTTPException,
            ConnectionError,
            TimeoutError,
        ) as error:
            grown = part.exists() and part.stat().st_size > had
            if attempt == _ATTEMPTS or not grown:
                raise _unreachable(url, _says(error)) from error
    if not part.exists() or part.stat().st_size < whole.bytes:
        raise _unreachable(url, "the connection broke off")


def _ask(url: str, had: int, patience: float) -> Any:
    headers = {"Range": f"bytes={had}-"} if had else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - Vosk's https address
    return urllib.request.urlopen(request, timeout=patience)  # noqa: S310


def _append(answer: Any, part: Path, whole: int, progress: Progress) -> None:
    begins_at = part.stat().st_size if part.exists() else 0
    goes_on = answer.status == _PARTIAL_CONTENT and str(
        answer.headers.get("Content-Range", "")
    ).startswith(f"bytes {begins_at}-")
    with part.open("ab" if goes_on else "wb") as file:
        done = begins_at if goes_on else 0
        while done < whole and (piece := answer.read1(min(_PIECE, whole - done))):
            file.write(piece)
            done += len(piece)
            progress(done, whole)


def _unreachable(url: str, why: str) -> ModelsError:
    return ModelsError(f"The model cannot be fetched from {url}: {why}.", _AGAIN)


def _says(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return "no answer came in time"
    return str(getattr(reason, "strerror", None) or reason).strip().rstrip(".") or "it broke off"


def _unpack(part: Path, archive: Archive, target: Path) -> None:
    """Unpacks beside the target and moves it there whole, or not at all."""
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=target.parent) as folder:
        fresh = Path(folder) / "model"
        fresh.mkdir()
        try:
            with zipfile.ZipFile(part) as opened:
                files = _unpack_into(opened, archive, fresh)
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise _not_a_model(archive, "it cannot be unpacked") from error
        sums = {file: _sum(fresh / file) for file in files}
        listed = {file: {"bytes": s.bytes, "sha256": s.sha256} for file, s in sums.items()}
        (fresh / _LIST).write_text(json.dumps(listed, indent=1))
        if target.exists():
            target.rename(Path(folder) / "old")
        fresh.rename(target)


def _unpack_into(opened: zipfile.ZipFile, archive: Archive, folder: Path) -> list[str]:
    members = [member for member in opened.infolist() if not member.is_dir()]
    if sum(member.file_size for member in members) > archive.unpacked_at_most:
        raise _not_a_model(archive, "it unpacks to far more than a model")
    files = []
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or path.parts[0] != archive.name:
            raise _not_a_model(archive, f"it holds {member.filename!r}")
        file = PurePosixPath(*path.parts[1:])
        destination = folder / file
        destination.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as packed, destination.open("wb") as unpacked:
            _copy(packed, unpacked, member.file_size)
        files.append(str(file))
    if "am/final.mdl" not in files:
        raise _not_a_model(archive, "it holds no acoustic model")
    return files


def _copy(packed: IO[bytes], unpacked: IO[bytes], size: int) -> None:
    """Copies what was declared; `zipfile` itself refuses a member that holds more."""
    shutil.copyfileobj(packed, unpacked, min(max(size, 1), 1 << 20))


def _not_a_model(archive: Archive, why: str) -> ModelsError:
    return ModelsError(f"{archive.name}.zip is not a model: {why}.", f"Tell its makers. {_GOES_ON}")
