"""The store: durable, shared, and able to survive what happens to files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.reminders import FILE_NAME, Reminder, Store, StoreError, schema

BASE = 1_800_000_000_000
MANY = 3000


def made(number: int) -> Reminder:
    due = BASE + number * 60_000
    return Reminder("heat", due, "Europe/Berlin", ring_ms=due, text=f"reminder {number} " * 4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / FILE_NAME


@pytest.fixture
def full(path: Path) -> Path:
    """A database of many reminders, closed and whole in its one file."""
    store = Store(path)
    store.add_all(made(number) for number in range(MANY))
    store.close()
    return path


def test_what_is_kept_is_there_for_the_next_process(path: Path) -> None:
    first = Store(path)
    kept = first.add(made(1))
    second = Store(path)
    assert second.live() == (kept,)
    assert second.get(kept.id) == kept
    assert second.known(kept.uid) == kept
    assert second.next_ring_ms() == kept.ring_ms
    first.close()
    second.close()


def test_folder_and_file_are_for_the_owner_alone(path: Path) -> None:
    Store(path).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_written_through_to_the_disk(path: Path) -> None:
    store = Store(path)
    assert store._read("PRAGMA journal_mode") == [("wal",)]
    assert store._read("PRAGMA synchronous") == [(2,)]
    store.close()


def test_a_change_that_fails_leaves_everything_as_it_was(path: Path) -> None:
    store = Store(path)
    kept = store.add(made(1))

    def fails(_: Reminder) -> Reminder:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change(kept.id, fails)
    assert store.live() == (kept,)
    store.close()


def test_many_threads_lose_nothing(path: Path) -> None:
    store = Store(path)

    def adds(first: int) -> None:
        for number in range(first, first + 25):
            store.add(made(number))

    threads = [threading.Thread(target=adds, args=(first,)) for first in range(0, 100, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count() == 100
    store.close()


def test_a_reminder_is_claimed_by_one_of_several_processes(path: Path) -> None:
    store = Store(path)
    store.add_all(made(0) for _ in range(300))
    store.close()
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from voice.reminders import Store
        store = Store(Path(sys.argv[1]))
        sys.stdin.readline()
        for _ in range(20):
            for step in store.claim(int(sys.argv[2]), "UTC").rings:
                print(step.reminder.id)
        """
    )
    command = [sys.executable, "-c", program, str(path), str(BASE)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [int(line) for process in processes for line in process.communicate()[0].split()]
    assert sorted(claimed) == list(range(1, 301))


# Damage


def overwrite(at: float, length: int) -> Callable[[bytearray], None]:
    def damage(data: bytearray) -> None:
        begin = int(at * len(data))
        data[begin : begin + length] = b"\xa5" * min(length, len(data) - begin)

    return damage


def cut(at: float) -> Callable[[bytearray], None]:
    def damage(data: bytearray) -> None:
        del data[int(at * len(data)) :]

    return damage


DAMAGE = [
    ("the first page is gone", overwrite(0, 4096), 0.97),
    ("the header is gone", overwrite(0, 100), 0.97),
    ("a page in the middle is gone", overwrite(0.5, 4096), 0.9),
    ("ten pages in the middle are gone", overwrite(0.5, 40960), 0.7),
    (
        "the first page and one in the middle",
        lambda d: (overwrite(0, 4096)(d), overwrite(0.5, 4096)(d)),
        0.9,
    ),
    ("the second half is cut off", cut(0.5), 0.2),
    (
        "it is no database at all",
        lambda data: data.__setitem__(slice(None), b"dear diary " * 999),
        0,
    ),
]


@pytest.mark.parametrize(
    ("damage", "kept"), [row[1:] for row in DAMAGE], ids=[row[0] for row in DAMAGE]
)
def test_a_damaged_file_is_set_aside_and_its_rows_recovered(
    full: Path, damage: Callable[[bytearray], None], kept: float
) -> None:
    data = bytearray(full.read_bytes())
    damage(data)
    full.write_bytes(data)
    store = Store(full)
    live = store.live()
    if store.rescued is None:
        # What was damaged is not in use: nothing may be missing.
        assert len(live) == MANY
    else:
        assert store.rescued.aside.read_bytes() == data
        assert store.rescued.reminders == len(live)
    assert len(live) >= kept * MANY
    for reminder in live:
        number = reminder.id - 1
        assert (reminder.due_ms, reminder.text) == (made(number).due_ms, made(number).text)
    added = store.add(made(9999))
    assert added.id > 0
    store.close()
    again = Store(full)
    assert again.rescued is None
    assert again.count() == len(live) + 1
    again.close()


def test_damage_met_at_work_is_mended_and_the_work_done(full: Path) -> None:
    store = Store(full)
    other = Store(full)
    data = bytearray(full.read_bytes())
    overwrite(0.3, 4096 * 200)(data)
    with full.open("r+b") as file:
        file.write(data)
    store._read("PRAGMA shrink_memory")  # else it would answer from pages read before
    assert len(store.live()) < MANY
    assert store.rescued is not None
    added = other.add(made(9999))
    assert store.get(added.id) == added
    assert other.rescued is None
    store.close()
    other.close()


def test_a_rescue_that_was_cut_short_is_finished(full: Path) -> None:
    finished = full.with_name(full.name + ".rescued")
    finished.write_bytes(full.read_bytes())
    full.write_bytes(b"damaged" * 4096)
    store = Store(full)
    assert store.count() == MANY
    assert not finished.exists()
    store.close()


RESCUE = """
import sys
from pathlib import Path
from voice.reminders import Store
print("ready", flush=True)
sys.stdin.readline()
Store(Path(sys.argv[1]))
"""


def test_a_rescue_that_is_killed_loses_nothing(full: Path) -> None:
    data = bytearray(full.read_bytes())
    overwrite(0, 4096)(data)
    full.write_bytes(data)
    for wait in (0.0, 0.01, 0.02, 0.04, 0.08):
        process = subprocess.Popen(
            [sys.executable, "-c", RESCUE, str(full)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write(b"go\n")
        process.stdin.flush()
        time.sleep(wait)
        process.kill()
        process.communicate()
    store = Store(full)
    assert store.count() >= 0.97 * MANY
    store.close()


# A disk that is full, a file that is locked, a folder that is read-only


def test_a_locked_database(path: Path) -> None:
    store = Store(path, patience=0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="are locked by another program") as error:
        store.add(made(1))
    assert error.value.remedy == "Close the other program that uses them and try again."
    assert store.live() == ()
    other.execute("ROLLBACK")
    assert store.add(made(1)).id == 1
    other.close()
    store.close()


def test_a_full_disk(path: Path) -> None:
    store = Store(path)
    store.add(made(0))
    store._read(f"PRAGMA max_page_count = {store._read('PRAGMA page_count')[0][0]}")
    with pytest.raises(StoreError, match="is full, so the reminder is not kept") as error:
        store.add_all(made(number) for number in range(1, 1000))
    assert error.value.remedy == "Free some space and say it again."
    assert store.count() == 1
    store.close()


READ_ONLY = """
import os, sys
from pathlib import Path
from voice.reminders import Reminder, Store, StoreError
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    store = Store(Path(sys.argv[1]))
    print(store.count(), len(store.live()))
    store.add(Reminder("heat", 1, "UTC"))
except StoreError as error:
    print(error)
    print(error.remedy)
"""


def as_a_stranger(path: Path) -> list[str]:
    """What a user sees who may read but not write."""
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.fixture
def readable(full: Path) -> Path:
    """A database in a folder that others may read."""
    folder = full.parent
    for above in (folder, *list(folder.parents)[:3]):
        if above.is_relative_to("/tmp"):  # noqa: S108
            above.chmod(0o555 if above == folder else 0o755)
    full.with_suffix(".lock").chmod(0o400)
    full.chmod(0o444)
    return full


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become somebody else")
def test_a_read_only_folder_can_still_be_listed(readable: Path) -> None:
    assert as_a_stranger(readable) == [
        f"{MANY} {MANY}",
        f"The reminders in {readable} may not be written.",
        "Give yourself the right to write that folder, or name another with UNKNOT_HOME.",
    ]


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can become somebody else")
def test_a_folder_that_may_not_be_made(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    said = as_a_stranger(closed / "home" / FILE_NAME)
    assert said[0].endswith("may not be written.")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="may not be written"):
        Store(tmp_path / "home" / FILE_NAME)


# Versions


def test_a_migration_backs_up_first_and_keeps_everything(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "ALTER TABLE missed ADD COLUMN note TEXT NOT NULL DEFAULT '';"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, more))
    store = Store(full)
    assert store.count() == MANY
    assert store._read("PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert store._read("SELECT note FROM missed") == []
    store.close()
    backup = full.with_name(f"reminders.before-v{len(schema.MIGRATIONS)}.sqlite3")
    with sqlite3.connect(backup) as copy:
        assert copy.execute("SELECT count(*) FROM reminders").fetchone() == (MANY,)
        assert copy.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS) - 1,)
    copy.close()


def test_a_migration_that_fails_changes_nothing(
    full: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "CREATE TABLE more (id INTEGER); ALTER TABLE nowhere ADD COLUMN note TEXT;"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    with pytest.raises(StoreError):
        Store(full)
    monkeypatch.undo()
    store = Store(full)
    assert store.count() == MANY
    assert store._read("SELECT name FROM sqlite_master WHERE name = 'more'") == []
    store.close()


def test_a_file_of_a_newer_version_is_left_alone(full: Path) -> None:
    with sqlite3.connect(full) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = full.read_bytes()
    with pytest.raises(StoreError, match="written by a newer version of unknot") as error:
        Store(full)
    assert error.value.remedy
    assert full.read_bytes() == before
