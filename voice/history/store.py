"""The history in one small SQLite file: readable by its owner alone."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

VERSION = 1
PATIENCE = 2.0
"""Seconds to wait while another process writes."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    began TEXT NOT NULL,
    routine TEXT NOT NULL,
    minutes REAL NOT NULL,
    holds INTEGER NOT NULL,
    completed INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS unfinished (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seen TEXT NOT NULL,
    routine TEXT NOT NULL,
    part TEXT NOT NULL,
    repetition INTEGER NOT NULL,
    label TEXT NOT NULL
);
"""
_OFF, _SAFETY = "off", "safety_said"


class HistoryError(RuntimeError):
    """The history cannot be read or written."""

    def __init__(self, path: Path, reason: object) -> None:
        super().__init__(f"The history {path} cannot be used: {reason}.")
        self.remedy = f"Look at the rights and the free space there, or remove {path}."


@dataclass(frozen=True, slots=True)
class Session:
    """One guided session that took place."""

    began: datetime
    """With its offset from UTC."""
    routine: str
    minutes: float
    """From its beginning to its end."""
    holds: int
    """Holds that were kept to their end."""
    completed: bool
    """It came to its own end."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Where a session is that has not ended yet."""

    seen: datetime
    """When it was there; with its offset from UTC."""
    routine: str
    part: str
    repetition: int
    label: str
    """How that place is called aloud."""


class History:
    """What was stretched and when; several processes may share it.

    While it is switched off nothing is kept, and nothing is told of what was kept before.
    """

    def __init__(self, path: Path) -> None:
        """Use `path`; neither it nor its folder need exist before something is kept."""
        self.path = path

    @property
    def on(self) -> bool:
        """Whether anything is kept.

        Raises:
            HistoryError: it cannot be read.
        """
        return self._note(_OFF) is None

    def switch(self, on: bool) -> None:
        """Keep a history from now on, or none; what was kept stays until it is wiped.

        Raises:
            HistoryError: it cannot be written.
        """
        with self._open() as database:
            if on:
                database.execute("DELETE FROM notes WHERE name = ?", (_OFF,))
            else:
                database.execute("REPLACE INTO notes VALUES (?, 'yes')", (_OFF,))
                database.execute("DELETE FROM unfinished")

    def wipe(self) -> int:
        """Forget every session and every trace of one; returns how many sessions there were.

        Whether it is switched off stays as it is.

        Raises:
            HistoryError: it cannot be written.
        """
        if not self.path.exists():
            return 0
        with self._open() as database:
            count: int = database.execute("SELECT count(*) FROM sessions").fetchone()[0]
            database.execute("DELETE FROM sessions")
            database.execute("DELETE FROM unfinished")
            database.execute("DELETE FROM notes WHERE name != ?", (_OFF,))
        with self._open() as database:
            database.execute("VACUUM")
        return count

    def add(self, session: Session) -> None:
        """Keep a session.

        Raises:
            HistoryError: it cannot be written.
        """
        if not self.on:
            return
        row = (
            session.began.isoformat(),
            session.routine,
            session.minutes,
            session.holds,
            session.completed,
        )
        with self._open() as database:
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", row)

    def sessions(self) -> tuple[Session, ...]:
        """Every session, the oldest first; none while it is switched off.

        Raises:
            HistoryError: it cannot be read.
        """
        if not self.path.exists() or not self.on:
            return ()
        with self._open() as database:
            rows = database.execute("SELECT * FROM sessions ORDER BY rowid").fetchall()
            return tuple(
                Session(datetime.fromisoformat(began), routine, minutes, holds, bool(completed))
                for began, routine, minutes, holds, completed in rows
            )

    def reached(self, place: Unfinished) -> None:
        """Keep where a session is, in case it breaks off.

        Raises:
            HistoryError: it cannot be written.
        """
        if not self.on:
            return
        row = (1, place.seen.isoformat(), place.routine, place.part, place.repetition, place.label)
        with self._open() as database:
            database.execute("REPLACE INTO unfinished VALUES (?, ?, ?, ?, ?, ?)", row)

    def ended(self) -> None:
        """No session is under way any more.

        Raises:
            HistoryError: it cannot be written.
        """
        if self.path.exists():
            with self._open() as database:
                database.execute("DELETE FROM unfinished")

    def unfinished(self) -> Unfinished | None:
        """The session that broke off, if one did.

        Raises:
            HistoryError: it cannot be read.
        """
        if not self.path.exists() or not self.on:
            return None
        with self._open() as database:
            row = database.execute(
                "SELECT seen, routine, part, repetition, label FROM unfinished"
            ).fetchone()
            return Unfinished(datetime.fromisoformat(row[0]), *row[1:]) if row else None

    def safety_said(self, day: date) -> bool:
        """Whether the words about safety have been said that day.

        Raises:
            HistoryError: it cannot be read.
        """
        return self._note(_SAFETY) == day.isoformat()

    def say_safety(self, day: date) -> None:
        """They have now.

        Raises:
            HistoryError: it cannot be written.
        """
        if self.on:
            with self._open() as database:
                database.execute("REPLACE INTO notes VALUES (?, ?)", (_SAFETY, day.isoformat()))

    def _note(self, name: str) -> str | None:
        if not self.path.exists():
            return None
        with self._open() as database:
            row = database.execute("SELECT value FROM notes WHERE name = ?", (name,)).fetchone()
            return str(row[0]) if row else None

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A transaction; whatever goes wrong in it is a `HistoryError`."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made before SQLite would make it, so that it is private from its first byte.
            self.path.touch(mode=0o600)
            database = sqlite3.connect(self.path, timeout=PATIENCE)
        except (OSError, sqlite3.Error) as error:
            raise HistoryError(self.path, error) from error
        try:
            with contextlib.closing(database), database:
                self._prepare(database)
                yield database
        except (sqlite3.Error, ValueError) as error:
            raise HistoryError(self.path, error) from error

    def _prepare(self, database: sqlite3.Connection) -> None:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise HistoryError(self.path, "a newer version of unknot wrote it")
        if version < VERSION:
            database.executescript(_SCHEMA)
            database.execute(f"PRAGMA user_version = {VERSION}")
