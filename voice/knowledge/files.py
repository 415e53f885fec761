"""Reads the files of a pack, and none outside its folder."""

from __future__ import annotations

from pathlib import Path

from voice.knowledge.problems import WHOLE_FILE, Findings

LARGEST = 1024 * 1024
"""Bytes; a pack's files are a few kilobytes."""


def read_text(folder: Path, file: str, findings: Findings) -> str | None:
    """The text of one file, or None after noting why it cannot be had.

    Args:
        folder: The pack, absolute, with links resolved.
        file: Path within the pack.
        findings: Where a mistake is noted.
    """
    if not _is_ours(folder, file, findings):
        return None
    try:
        data = (folder / file).read_bytes()
    except OSError as error:
        findings.add(file, WHOLE_FILE, f"cannot be read: {error.strerror}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        findings.add(file, line, "not UTF-8 text")
        return None


def check_folder(folder: Path, name: str, pattern: str, findings: Findings) -> None:
    """Note whether a folder of the pack is missing, empty, or holds what is not its own."""
    if not (folder / name).is_dir():
        findings.add(name, WHOLE_FILE, "the folder is missing")
        return
    files = sorted((folder / name).rglob(pattern))
    if not files:
        findings.add(name, WHOLE_FILE, f"the folder has no {pattern} file")
    for path in files:
        _is_ours(folder, path.relative_to(folder).as_posix(), findings)


def _is_ours(folder: Path, file: str, findings: Findings) -> bool:
    """Whether it is a file of ordinary size inside the pack; else says why not."""
    path = folder / file
    try:
        inside = path.resolve().is_relative_to(folder)
        ordinary = path.is_file()
        size = path.stat().st_size if ordinary else 0
    except (OSError, RuntimeError) as error:
        findings.add(file, WHOLE_FILE, f"cannot be read: {error}")
        return False
    if not inside:
        findings.add(file, WHOLE_FILE, "leads out of the pack's folder")
    elif not ordinary:
        findings.add(file, WHOLE_FILE, "the file is missing")
    elif size > LARGEST:
        findings.add(file, WHOLE_FILE, f"larger than {LARGEST // 1024} KiB")
    else:
        return True
    return False
