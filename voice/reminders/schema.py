"""The tables in which reminders are kept, version by version."""

from __future__ import annotations

import sqlite3

MIGRATIONS = (
    """
    CREATE TABLE reminders (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        uid TEXT NOT NULL UNIQUE,
        about TEXT NOT NULL,
        text TEXT NOT NULL,
        state TEXT NOT NULL,
        due_ms INTEGER NOT NULL,
        zone TEXT NOT NULL,
        wall TEXT,
        rule TEXT NOT NULL,
        until_ms INTEGER,
        ring_ms INTEGER NOT NULL,
        rings INTEGER NOT NULL,
        heard INTEGER NOT NULL
    );
    CREATE INDEX next_ring ON reminders (ring_ms)
        WHERE state IN ('set', 'snoozed', 'ringing');
    CREATE TABLE missed (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reminder INTEGER NOT NULL,
        about TEXT NOT NULL,
        due_ms INTEGER NOT NULL,
        zone TEXT NOT NULL,
        times INTEGER NOT NULL,
        rang INTEGER NOT NULL,
        text TEXT NOT NULL,
        told INTEGER NOT NULL,
        telling_ms INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX untold ON missed (due_ms) WHERE told = 0;
    """,
)
"""What leads from each version to the next; `PRAGMA user_version` counts them."""


def version(connection: sqlite3.Connection) -> int:
    """How many of the migrations a database has gone through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the present version, each step whole or not at all."""
    for number in range(version(connection), len(MIGRATIONS)):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
        )
