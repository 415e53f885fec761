"""Keeps reminders in SQLite so that nothing which was confirmed is ever lost.

Every change is one transaction, on the disk before the method returns (WAL,
`synchronous = FULL`). Several processes may use one file at once: a reminder
whose time has come is claimed by exactly one of them.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from voice.reminders import firing, moments, rows, schema
from voice.reminders.reminder import Missed, Reminder
from voice.reminders.rescue import Rescue, finish, rescue

T = TypeVar("T")

FILE_NAME = "reminders.sqlite3"
PATIENCE = 5.0
"""Seconds to wait for another process before the database counts as locked."""
TELLING = 2 * moments.MINUTE
"""How long one process has to tell what was missed before another may."""
CLAIMED_AT_ONCE = 500
"""How many reminders one transaction moves on at most."""
_LIVE = "state IN ('set', 'snoozed', 'ringing')"
_SELECT = f"SELECT {rows.REMINDER_COLUMNS} FROM reminders"  # noqa: S608
_SELECT_MISSED = f"SELECT {rows.MISSED_COLUMNS} FROM missed"  # noqa: S608
_UNTOLD = "told = 0 AND telling_ms NOT BETWEEN ? AND ?"
_INSERT = (
    f"INSERT INTO reminders ({rows.REMINDER_COLUMNS}) "  # noqa: S608
    f"VALUES ({', '.join('?' * 13)})"
)
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class StoreError(RuntimeError):
    """The reminders cannot be read or written."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
        """What the user should do, in one sentence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What fell due, claimed for the caller alone."""

    rings: tuple[firing.Step, ...] = ()
    """To be said now, the earliest first."""
    missed: tuple[Missed, ...] = ()
    """What will not ring any more; it stays untold until `said` is called."""


class Store:
    """The reminders of one person.

    Safe to use from several threads.

    Args:
        path: The SQLite file; its folder is made if need be, readable by its
            owner alone. Where it may not be written, reading still works.
        patience: Seconds to wait for another process.

    Raises:
        StoreError: It cannot be opened, or a newer version has written it.
    """

    def __init__(self, path: Path, *, patience: float = PATIENCE) -> None:
        self.path = path
        self.rescued: Rescue | None = None
        """What was done when the file turned out to be damaged."""
        self._patience = patience
        self._mutex = threading.RLock()
        self._gate = -1
        self._inode = 0
        self._connection: sqlite3.Connection | None = None
        self._read_only = False
        self._ours: dict[int, int] = {}
        """The rings that this process has claimed and not yet said: when each would come again."""
        with self._mutex, self._explained():
            self._prepare_folder()
            self._open()

    # Reading

    def live(self, limit: int | None = None, about: str = "") -> tuple[Reminder, ...]:
        """The reminders that will still ring, in the order in which they will.

        Args:
            limit: How many at most.
            about: Only those about this.
        """
        which, values = _live_about(about)
        query = f"{_SELECT} WHERE {which} ORDER BY ring_ms, id LIMIT ?"
        found = self._read(query, (*values, -1 if limit is None else limit))
        return tuple(rows.reminder_of(row) for row in found)

    def like(self, reminder: Reminder, within_ms: int) -> Reminder | None:
        """A live reminder about the same, as often, and due at nearly the same time."""
        query = (
            f"{_SELECT} WHERE {_LIVE} AND about = ? AND rule = ? "
            "AND ring_ms BETWEEN ? AND ? ORDER BY ring_ms LIMIT 1"
        )
        due = reminder.due_ms
        found = self._read(query, (reminder.about, reminder.rule, due - within_ms, due + within_ms))
        return rows.reminder_of(found[0]) if found else None

    def ringing(self) -> tuple[Reminder, ...]:
        """The reminders that were heard and wait for an answer, the one rung last at the end."""
        query = f"{_SELECT} WHERE {_LIVE} AND state = 'ringing' AND heard ORDER BY ring_ms, id"
        return tuple(rows.reminder_of(row) for row in self._read(query))

    def count(self, about: str = "") -> int:
        """How many reminders will still ring; only those about something, if named."""
        which, values = _live_about(about)
        return int(self._read(f"SELECT count(*) FROM reminders WHERE {which}", values)[0][0])  # noqa: S608

    def get(self, number: int) -> Reminder | None:
        """One reminder, whatever its state."""
        found = self._read(f"{_SELECT} WHERE id = ?", (number,))
        return rows.reminder_of(found[0]) if found else None

    def known(self, uid: str) -> Reminder | None:
        """The reminder with a name from a calendar, whatever its state."""
        found = self._read(f"{_SELECT} WHERE uid = ?", (uid,))
        return rows.reminder_of(found[0]) if found else None

    def next_ring_ms(self) -> int | None:
        """The moment of the next ring."""
        query = f"SELECT min(ring_ms) FROM reminders WHERE {_LIVE}"  # noqa: S608
        value = self._read(query)[0][0]
        return None if value is None else int(value)

    def missed(self, since_ms: int = 0) -> tuple[Missed, ...]:
        """What fell due later than a moment and was not answered, the earliest first."""
        query = f"{_SELECT_MISSED} WHERE due_ms > ? ORDER BY due_ms, id"
        return tuple(rows.missed_of(row) for row in self._read(query, (since_ms,)))

    def untold(self, now_ms: int) -> tuple[Missed, ...]:
        """What was missed unheard and nobody has told or is telling, the earliest first."""
        query = f"{_SELECT_MISSED} WHERE {_UNTOLD} AND NOT rang ORDER BY due_ms, id"
        return tuple(rows.missed_of(row) for row in self._read(query, _untold_at(now_ms)))

    # Writing

    def add(self, reminder: Reminder) -> Reminder:
        """Keep a new reminder; when this returns, it is safe on the disk."""
        return self.add_all((reminder,))[0]

    def add_all(self, reminders: Iterable[Reminder]) -> tuple[Reminder, ...]:
        """Keep several new reminders, all or none."""

        def work(connection: sqlite3.Connection) -> tuple[Reminder, ...]:
            kept = []
            for reminder in reminders:
                named = reminder._replace(id=0, uid=reminder.uid or f"{uuid.uuid4()}@unknot")
                number = connection.execute(_INSERT, rows.row_of(named)).lastrowid
                kept.append(named._replace(id=number or 0))
            return tuple(kept)

        return self._write(work)

    def change(self, number: int, change: Callable[[Reminder], Reminder | None]) -> Reminder | None:
        """Read a reminder, change it and write it back, with nothing in between.

        Args:
            number: Which.
            change: Makes the new reminder of the present one; None leaves it alone.

        Returns:
            The changed reminder; None when there is none or it was left alone.
        """

        def work(connection: sqlite3.Connection) -> Reminder | None:
            row = connection.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone()
            changed = None if row is None else change(rows.reminder_of(row))
            if changed is not None:
                _put(connection, changed)
            return changed

        return self._write(work)

    def claim(self, now_ms: int, zone: str) -> Claim:
        """Move on whatever has fallen due; no other caller gets the same.

        Args:
            now_ms: The present moment.
            zone: IANA name of the zone whose clock is meant now.
        """
        due = self.next_ring_ms()
        if due is None or due > now_ms:
            return Claim()

        def work(connection: sqlite3.Connection) -> Claim:
            query = f"{_SELECT} WHERE {_LIVE} AND ring_ms <= ? ORDER BY ring_ms, id LIMIT ?"
            found = connection.execute(query, (now_ms, CLAIMED_AT_ONCE)).fetchall()
            steps = [firing.step(rows.reminder_of(row), now_ms, zone) for row in found]
            missed = []
            for step in steps:
                _put(connection, step.reminder)
                if step.missed is not None:
                    missed.append(_put_missed(connection, step.missed))
            return Claim(tuple(step for step in steps if step.rings), tuple(missed))

        claim = self._write(work)
        self._ours.update((step.reminder.id, step.reminder.ring_ms) for step in claim.rings)
        return claim

    def take(self, reminder: Reminder) -> bool:
        """Take a ring that this process has claimed, in order to say it.

        Returns:
            False when it was taken already, or another process has claimed it.
        """
        return self._ours.pop(reminder.id, None) == reminder.ring_ms

    def tell(self, now_ms: int) -> tuple[Missed, ...]:
        """Everything missed that has not been told, for the caller alone to tell.

        Until `said` is called for it, it is given to somebody else once
        `TELLING` has passed: whoever was to tell it may have died.
        """

        def work(connection: sqlite3.Connection) -> tuple[Missed, ...]:
            query = f"{_SELECT_MISSED} WHERE {_UNTOLD} ORDER BY due_ms, id"
            found = connection.execute(query, _untold_at(now_ms)).fetchall()
            missed = tuple(rows.missed_of(row) for row in found)
            connection.executemany(
                "UPDATE missed SET telling_ms = ? WHERE id = ?",
                [(now_ms, one.id) for one in missed],
            )
            return missed

        if not self._read(f"{_SELECT_MISSED} WHERE {_UNTOLD} LIMIT 1", _untold_at(now_ms)):
            return ()
        return self._write(work)

    def said(self, *, rung: Iterable[int] = (), missed: Iterable[int] = ()) -> None:
        """Remember what has been said to its end.

        Args:
            rung: Reminders that ring.
            missed: What was told as missed; it is not told unasked again.
        """
        rings = [(number,) for number in rung]
        told = [(number,) for number in missed]

        def work(connection: sqlite3.Connection) -> None:
            heard = "UPDATE reminders SET heard = 1 WHERE id = ? AND state = 'ringing'"
            connection.executemany(heard, rings)
            connection.executemany("UPDATE missed SET told = 1 WHERE id = ?", told)

        if rings or told:
            self._write(work)

    def follow(self, zone: str) -> int:
        """Let what recurs by the clock follow the clock of another zone.

        Returns:
            How many reminders have moved.
        """
        query = f"{_SELECT} WHERE {_LIVE} AND rule != '' AND wall IS NOT NULL"

        def work(connection: sqlite3.Connection) -> int:
            found = [rows.reminder_of(row) for row in connection.execute(query)]
            moved = [(old, firing.moved(old, zone)) for old in found]
            changed = [new for old, new in moved if new != old]
            for reminder in changed:
                _put(connection, reminder)
            return len(changed)

        return self._write(work)

    def close(self) -> None:
        """Let go of the file."""
        with self._mutex:
            self._disconnect()
            if self._gate >= 0:
                os.close(self._gate)
                self._gate = -1

    # Opening

    def _prepare_folder(self) -> None:
        folder = self.path.parent
        with contextlib.suppress(PermissionError):
            if not folder.exists():
                folder.mkdir(parents=True, mode=0o700)
        gate = self.path.with_suffix(".lock")
        try:
            self._gate = os.open(gate, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            if not self.path.exists():
                raise
            self._read_only = True

    def _open(self, *, condemned: int = 0) -> None:
        """Open the file; one that is damaged, or whose inode is condemned, is rescued first."""
        if self._read_only:
            self._connection = _connect_to_read(self.path)
            return
        with self._guard(fcntl.LOCK_EX):
            finish(self.path)
            try:
                if condemned and self._inode_now() == condemned:
                    raise _damage("damage was met at work")
                self._connect()
            except sqlite3.DatabaseError as error:
                if _code(error) not in _DAMAGED:
                    raise
                self._disconnect()
                self.rescued = rescue(self.path)
                self._connect()

    def _connect(self) -> None:
        connection = self._connection = sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA journal_mode = WAL")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise _damage("the check found damaged pages")
        self._migrate(connection)
        self.path.chmod(0o600)
        self._inode = self._inode_now()

    def _migrate(self, connection: sqlite3.Connection) -> None:
        present = schema.version(connection)
        if present > len(schema.MIGRATIONS):
            raise StoreError(
                f"The reminders in {self.path} were written by a newer version of unknot.",
                "Update unknot, or name another folder with UNKNOT_HOME.",
            )
        if 0 < present < len(schema.MIGRATIONS):
            copy = self.path.with_name(f"{self.path.stem}.before-v{present + 1}{self.path.suffix}")
            with contextlib.closing(sqlite3.connect(copy)) as backup:
                connection.backup(backup)
            copy.chmod(0o600)
        schema.migrate(connection)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # Transactions

    def _read(self, query: str, values: tuple[object, ...] = ()) -> list[rows.Row]:
        def work(connection: sqlite3.Connection) -> list[rows.Row]:
            return connection.execute(query, values).fetchall()

        with self._mutex, self._explained():
            try:
                return work(self._current())
            except sqlite3.DatabaseError as error:
                return work(self._mended(error))

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with self._mutex, self._explained():
            if self._read_only:
                raise PermissionError(f"{self.path} may not be written")
            try:
                return self._transact(work)
            except sqlite3.DatabaseError as error:
                self._mended(error)
                return self._transact(work)

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        # While this gate is held, nobody puts another file in the place of ours.
        with self._guard(fcntl.LOCK_SH):
            connection = self._connection
            if connection is not None and self._in_place():
                return _transaction(connection, work)
        self._disconnect()
        self._open()
        with self._guard(fcntl.LOCK_SH):
            return _transaction(self._current(), work)

    def _current(self) -> sqlite3.Connection:
        if self._connection is None or not (self._read_only or self._in_place()):
            self._disconnect()
            self._open()
        if self._connection is None:
            raise sqlite3.OperationalError("the database is closed")
        return self._connection

    def _in_place(self) -> bool:
        return self._inode_now() == self._inode

    def _inode_now(self) -> int:
        try:
            return self.path.stat().st_ino
        except FileNotFoundError:
            return 0

    def _mended(self, error: sqlite3.DatabaseError) -> sqlite3.Connection:
        """Open again after damage was met; any other error goes on."""
        if _code(error) not in _DAMAGED or self._read_only:
            raise error
        self._disconnect()
        self._open(condemned=self._inode)
        return self._current()

    @contextlib.contextmanager
    def _guard(self, kind: int) -> Iterator[None]:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._gate, kind | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        try:
            yield
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the system says into one sentence and a remedy."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise _explanation(self.path, error) from error


def _live_about(about: str) -> tuple[str, tuple[str, ...]]:
    """The condition for live reminders, all or those about something, and its values."""
    return (f"{_LIVE} AND about = ?", (about,)) if about else (_LIVE, ())


def _untold_at(now_ms: int) -> tuple[int, int]:
    """The values for `_UNTOLD`.

    Another process may have looked at the clock a moment later than we did
    and yet been first, so its mark may lie ahead.
    """
    return now_ms - TELLING, now_ms + TELLING


def _transaction(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    return result


def _put(connection: sqlite3.Connection, reminder: Reminder) -> None:
    columns = rows.REMINDER_COLUMNS
    connection.execute(
        f"UPDATE reminders SET ({columns}) = ({', '.join('?' * 13)}) WHERE id = ?",  # noqa: S608
        (*rows.row_of(reminder), reminder.id),
    )


def _put_missed(connection: sqlite3.Connection, missed: Missed) -> Missed:
    number = connection.execute(
        f"INSERT INTO missed ({rows.MISSED_COLUMNS}) VALUES ({', '.join('?' * 9)})",  # noqa: S608
        rows.row_of_missed(missed),
    ).lastrowid
    return replace(missed, id=number or 0)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    for options in ("mode=ro", "immutable=1"):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{options}", uri=True, check_same_thread=False
        )
        try:
            connection.execute("SELECT count(*) FROM reminders").fetchone()
        except sqlite3.Error:
            connection.close()
        else:
            return connection
    raise PermissionError(f"{path} may not be read")


def _damage(message: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(message)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _code(error: Exception) -> int:
    """The primary result code of SQLite; 0 when the error has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _explanation(path: Path, error: sqlite3.Error | OSError) -> StoreError:
    code = _code(error)
    busy = code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
    if busy or isinstance(error, BlockingIOError):
        return StoreError(
            f"The reminders in {path} are locked by another program.",
            "Close the other program that uses them and try again.",
        )
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(
            f"The disk that holds {path} is full, so the reminder is not kept.",
            "Free some space and say it again.",
        )
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM} or (
        isinstance(error, PermissionError | FileExistsError | NotADirectoryError)
        or getattr(error, "errno", None) == errno.EROFS
    ):
        return StoreError(
            f"The reminders in {path} may not be written.",
            "Give yourself the right to write that folder, or name another with UNKNOT_HOME.",
        )
    return StoreError(
        f"The reminders in {path} cannot be used: {error}.",
        "Look at the disk, or name another folder with UNKNOT_HOME.",
    )
