"""What is installed is what was locked, to the last bit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def requirements(lock: str) -> list[str]:
    """The entries of a lock file, each with its hashes on one line."""
    joined = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_and_has_its_hashes(lock: str) -> None:
    entries = requirements(lock)
    assert len(entries) > 20
    pinned = re.compile(r"[\w.-]+==\S+ (; .+? )?\s*--hash=sha256:[0-9a-f]{64}\b")
    assert [entry for entry in entries if not pinned.match(entry)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_other_place_to_install_from(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"--(?:extra-)?index-url|--find-links|--trusted-host|@ |git\+", text)


def test_what_is_needed_to_run_is_the_same_in_both_locks() -> None:
    versions = [{entry.split(" ")[0] for entry in requirements(lock)} for lock in LOCKS]
    assert versions[0] <= versions[1]


def test_nothing_is_installed_without_its_hash() -> None:
    setup = (ROOT / ".ci" / "setup").read_text("utf-8")
    assert 'pip_install --require-hashes -r "$lock"' in setup
