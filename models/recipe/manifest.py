"""Lists of recordings: one JSON object a line, appended as they are made, read by every later step.

A list is valid at any moment: a line is written whole after its sound file, and what a killed
process left half written is cut off when the list is next opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from models.recipe.texts import Split

FOLDER = "speech"
"""Below the work folder: lists, and a folder of sound files for each."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One line of a list."""

    path: str
    """Relative to the work folder: FLAC, mono, 16 kHz, int16."""
    text: str | None
    """Lower-case words; None where only `slots` are known."""
    phones: list[str] | None
    """The 39 phones without stress; None where they are still to be found."""
    voice: str
    source: str
    kind: str
    seconds: float
    split: Split
    slots: Mapping[str, str] | None = None
    """What a command asks for, where the source tells that instead of the words."""
    likelihood: float | None = None
    """Of the text, where `transcripts` found it: natural logarithm a result, 0 at best."""


def list_of(work: Path, source: str, name: str | int) -> Path:
    """Where the list of a source lies."""
    return work / FOLDER / f"{source}-{name}.jsonl"


def read_list(file: Path) -> Iterator[Recording]:
    """Every whole line of a list; nothing where there is none."""
    if file.exists():
        for line in file.read_text(encoding="utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                yield Recording(**json.loads(line))


def lists(work: Path) -> list[Path]:
    """Every list below a work folder, in the order of their names."""
    return sorted((work / FOLDER).glob("*.jsonl"))


def read_all(work: Path) -> Iterator[Recording]:
    """Every recording below a work folder, in the order of the lists' names."""
    for file in lists(work):
        yield from read_list(file)


def open_list(file: Path) -> TextIO:
    """Open a list to append to, without the half line that a killed process may have left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+") as raw:
        raw.seek(0)
        raw.truncate(raw.read().rfind(b"\n") + 1)
    return file.open("a", encoding="utf-8")


def append(opened: TextIO, recording: Recording) -> None:
    """Write one line and pass it on to the system at once."""
    opened.write(_line(recording))
    opened.flush()


def write_list(file: Path, recordings: Iterable[Recording]) -> None:
    """Write a whole list, in place of one that is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".part")
    half.write_text("".join(map(_line, recordings)), encoding="utf-8")
    half.replace(file)


def _line(recording: Recording) -> str:
    """A recording as JSON, without slots and likelihood where there are none."""
    content = asdict(recording)
    for name in ("slots", "likelihood"):
        if content[name] in (None, {}):
            del content[name]
    return f"{json.dumps(content)}\n"
