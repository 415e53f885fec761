"""Fixed sentences are rendered once; a cache that fails only costs time."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voice.speaking.cache import SpeechCache
from voice.speaking.speech import RATE, Speech

ENGINE = "espeak 2.99 1.51"
TONE = Speech(np.arange(-1000, 1000, dtype=np.int16), RATE)


def put(cache: SpeechCache, text: str, speech: Speech = TONE) -> None:
    cache.put(text, 165, None, ENGINE, speech)


def get(cache: SpeechCache, text: str) -> Speech | None:
    return cache.get(text, 165, None, ENGINE)


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_was_put_comes_back_in_another_process_too(tmp_path: Path) -> None:
    put(SpeechCache(tmp_path / "cache"), "hello")
    found = get(SpeechCache(tmp_path / "cache"), "hello")
    assert found is not None
    assert found.rate == RATE
    assert np.array_equal(found.pcm, TONE.pcm)


@pytest.mark.parametrize(
    ("text", "rate_wpm", "voice", "engine"),
    [
        ("hello.", 165, None, ENGINE),
        ("hello", 166, None, ENGINE),
        ("hello", 165, "gmw/en-us", ENGINE),
        ("hello", 165, None, "espeak 2.99 1.52"),
    ],
    ids=["text", "rate", "voice", "engine"],
)
def test_anything_else_is_another_sentence(
    tmp_path: Path, text: str, rate_wpm: int, voice: str | None, engine: str
) -> None:
    cache = SpeechCache(tmp_path)
    put(cache, "hello")
    assert cache.get(text, rate_wpm, voice, engine) is None


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut in its head": lambda content: content[:20],
    "cut in its sound": lambda content: content[:-7],
    "one bit turned": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "rate made nothing": lambda content: content[:4] + bytes(4) + content[8:],
    "something else": lambda content: b"x" * len(content),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_entry_is_a_miss_and_can_be_put_again(tmp_path: Path, damage: str) -> None:
    cache = SpeechCache(tmp_path)
    put(cache, "hello")
    (entry,) = entries(tmp_path)
    entry.write_bytes(DAMAGES[damage](entry.read_bytes()))
    assert get(cache, "hello") is None
    put(cache, "hello")
    assert get(cache, "hello") is not None


def test_the_folder_is_the_owners_alone_and_does_not_tell_what_was_said(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "cache"
    put(SpeechCache(folder), "a secret sentence")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (entry,) = entries(folder)
    assert stat.S_IMODE(entry.stat().st_mode) == 0o600
    assert b"secret" not in entry.name.encode() + entry.read_bytes()


def test_it_stays_within_its_limit_and_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = SpeechCache(tmp_path, limit=50_000)
    for number in range(10):
        put(cache, f"{number}")
        for age, entry in enumerate(sorted(tmp_path.iterdir(), key=lambda p: p.stat().st_mtime)):
            os.utime(entry, (1000 + age, 1000 + age))
    assert get(cache, "0") is not None  # it is the newest now
    for number in range(10, 15):
        put(cache, f"{number}")
    assert sum(entry.stat().st_size for entry in entries(tmp_path)) <= 50_000
    kept = [number for number in range(15) if get(cache, f"{number}") is not None]
    assert kept[0] == 0
    assert 1 not in kept
    assert kept[-5:] == [10, 11, 12, 13, 14]


def test_what_a_killed_process_left_unfinished_counts_and_goes(tmp_path: Path) -> None:
    (tmp_path / "tmpabc").write_bytes(bytes(40_000))
    os.utime(tmp_path / "tmpabc", (1000, 1000))
    cache = SpeechCache(tmp_path, limit=41_000)
    put(cache, "hello")
    assert not (tmp_path / "tmpabc").exists()
    assert get(cache, "hello") is not None


def test_a_sentence_larger_than_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = SpeechCache(tmp_path, limit=1000)
    put(cache, "hello")
    assert entries(tmp_path) == []
    assert not cache.off_because


@pytest.mark.parametrize("place", ["a file/cache", "/proc/self"])
def test_a_disk_that_cannot_be_written_switches_it_off(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()
    folder = tmp_path / place  # /proc is a file system that takes nobody's files
    cache = SpeechCache(folder)
    put(cache, "hello")
    assert cache.off_because
    put(cache, "hello")
    assert get(cache, "hello") is None
