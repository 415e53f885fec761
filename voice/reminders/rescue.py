"""Sets a damaged database aside and carries its readable rows into a new one."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voice.reminders import recurrence, rows, schema
from voice.reminders.reminder import STATES

_WORKSHOP = "rescue-"
_SIDE_FILES = ("-wal", "-shm")
_PAGE_SIZE_AT = slice(16, 18)
_CHANGE_COUNTER_AT = slice(24, 28)
_VALID_FOR_AT = slice(92, 96)
MOST_PROBED = 20_000
"""Row numbers that are tried one by one behind a page that cannot be read."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What became of a damaged database."""

    aside: Path
    """Where the damaged file lies now, untouched."""
    reminders: int
    """How many reminders were readable."""


def rescue(path: Path) -> Rescue:
    """Replace a damaged database by a new one that holds its readable rows.

    The caller keeps every other process away. Being killed at any moment
    loses nothing: `path` is either the damaged file or the finished new one.
    """
    for left_behind in path.parent.glob(f"{_WORKSHOP}*"):
        shutil.rmtree(left_behind, ignore_errors=True)
    aside = _set_aside(path)
    building = path.with_name(path.name + ".building")
    _remove(building)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=_WORKSHOP) as folder:
        kept = _build(building, _copy(aside, Path(folder) / "damaged.sqlite3"))
    building.replace(_finished(path))
    finish(path)
    return Rescue(aside, kept)


def finish(path: Path) -> None:
    """Put a finished new database in its place, also one that a killed process left behind."""
    finished = _finished(path)
    if finished.exists():
        for suffix in _SIDE_FILES:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        finished.replace(path)


def _finished(path: Path) -> Path:
    return path.with_name(path.name + ".rescued")


def _set_aside(path: Path) -> Path:
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    return _copy(path, path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}"))


def _copy(source: Path, target: Path) -> Path:
    for suffix in ("", "-wal"):
        original = source.with_name(source.name + suffix)
        if original.exists():
            copy = target.with_name(target.name + suffix)
            shutil.copyfile(original, copy)
            copy.chmod(0o600)
    return target


def _remove(path: Path) -> None:
    for suffix in ("", "-journal", *_SIDE_FILES):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _build(building: Path, damaged: Path) -> int:
    """Write the readable rows of one database into a new one; how many reminders there were."""
    with contextlib.closing(sqlite3.connect(building, isolation_level=None)) as new:
        new.execute("PRAGMA synchronous = FULL")
        schema.migrate(new)
        reminders = _readable(damaged, "reminders", rows.REMINDER_COLUMNS, _sound_reminder)
        missed = _readable(damaged, "missed", rows.MISSED_COLUMNS, _sound_missed)
        new.execute("BEGIN")
        for table, columns, found in (
            ("reminders", rows.REMINDER_COLUMNS, reminders),
            ("missed", rows.MISSED_COLUMNS, missed),
        ):
            marks = ", ".join("?" * len(columns.split(",")))
            new.executemany(
                f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608
                found,
            )
        kept = int(new.execute("SELECT count(*) FROM reminders").fetchone()[0])
        new.execute("COMMIT")
    building.chmod(0o600)
    return kept


def _readable(
    damaged: Path, table: str, columns: str, sound: Callable[[rows.Row], bool]
) -> list[rows.Row]:
    """All sound rows of a table that can be read in any way, by their number."""
    found = _rows_in(damaged, table, columns)
    if not found:
        _graft_first_page(damaged)
        found = _rows_in(damaged, table, columns)
    return [row for row in found.values() if sound(row)]


def _rows_in(damaged: Path, table: str, columns: str) -> dict[int, rows.Row]:
    found: dict[int, rows.Row] = {}
    with contextlib.closing(sqlite3.connect(damaged)) as connection:
        select = f"SELECT {columns} FROM {table}"  # noqa: S608
        forwards = list(_until_unreadable(connection, f"{select} NOT INDEXED ORDER BY id"))
        backwards = list(_until_unreadable(connection, f"{select} NOT INDEXED ORDER BY id DESC"))
        found.update((row[-1], row) for row in (*forwards, *backwards))
        if forwards or backwards:
            low = forwards[-1][-1] if forwards else 0
            high = backwards[-1][-1] if backwards else _last_number(connection, table, low)
            for number in range(low + 1, min(high, low + MOST_PROBED)):
                probe = f"{select} WHERE id = {number}"
                found.update((row[-1], row) for row in _until_unreadable(connection, probe))
    return found


def _last_number(connection: sqlite3.Connection, table: str, otherwise: int) -> int:
    """The highest number that a table ever gave."""
    query = f"SELECT name, seq FROM sqlite_sequence WHERE name = '{table}'"  # noqa: S608
    return max((seq + 1 for _, seq in _until_unreadable(connection, query)), default=otherwise)


def _until_unreadable(connection: sqlite3.Connection, query: str) -> Iterator[rows.Row]:
    with contextlib.suppress(sqlite3.DatabaseError, OverflowError):
        for row in connection.execute(query):
            if isinstance(row[-1], int):
                yield row


def _graft_first_page(damaged: Path) -> None:
    """Give a file whose first page is lost the first page of a new database of the same schema.

    Tables are created in the same order in every database, so their roots lie
    at the same places.
    """
    model_path = damaged.with_name("model.sqlite3")
    with contextlib.closing(sqlite3.connect(model_path, isolation_level=None)) as model:
        schema.migrate(model)
    page_one = bytearray(model_path.read_bytes())
    model_path.unlink()
    page = int.from_bytes(page_one[_PAGE_SIZE_AT], "big")
    # A counter that does not match makes SQLite take the number of pages from the file's size.
    changes = int.from_bytes(page_one[_CHANGE_COUNTER_AT], "big")
    page_one[_VALID_FOR_AT] = (changes + 1).to_bytes(4, "big")
    with damaged.open("r+b") as file:
        file.write(page_one[:page])
        size = file.seek(0, os.SEEK_END)
        file.truncate(max(page, size - size % page))


def _sound_reminder(row: rows.Row) -> bool:
    about, due_ms, zone, wall, rule, until_ms, text, state, ring_ms, rings, heard, uid, _ = row
    texts = all(isinstance(value, str) for value in (about, zone, rule, text, uid))
    counts = all(isinstance(value, int) for value in (due_ms, ring_ms, rings, heard))
    optional = isinstance(wall, str | None) and isinstance(until_ms, int | None)
    try:
        read = rows.reminder_of(row)
        sound = (
            not rule or recurrence.checked(rule, read.wall or read.due.replace(tzinfo=None)) == rule
        )
        return texts and counts and optional and state in STATES and sound and bool(read.due.year)
    except (ValueError, TypeError, OverflowError, OSError):
        return False


def _sound_missed(row: rows.Row) -> bool:
    reminder, about, due_ms, zone, times, rang, text, told, _ = row
    texts = all(isinstance(value, str) for value in (about, zone, text))
    return texts and all(isinstance(value, int) for value in (reminder, due_ms, times, rang, told))
