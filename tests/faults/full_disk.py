"""A disk that is full: a small file system in memory, in a name space of the command's own."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

UNKNOT = str(Path(sys.executable).with_name("unknot"))
SIZE = "256k"
_MOUNT = f'mount -t tmpfs -o size={SIZE} none "$DISK"'
_FILL = 'mkdir "$DISK/home" "$DISK/tmp"; head -c 1000000 /dev/zero >"$DISK/filler" 2>/dev/null'


@cache
def can_fill_disks(folder: Path) -> bool:
    """Whether a file system of one's own can be mounted without being the administrator."""
    return _within(folder, "true", "").returncode == 0


def on_a_full_disk(
    folder: Path, *arguments: str, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Runs `unknot` with data folder and temporary files on a disk without any space left.

    Skips the test where no file system can be mounted.
    """
    if not can_fill_disks(folder):
        pytest.skip("no file system can be mounted here, so no disk can be filled")
    return _within(folder, f'{_FILL}; exec "$@"', stdin, UNKNOT, *arguments)


def _within(
    folder: Path, script: str, stdin: str, *arguments: str
) -> subprocess.CompletedProcess[str]:
    disk = folder / "disk"
    disk.mkdir(exist_ok=True)
    places = {"DISK": disk, "UNKNOT_HOME": disk / "home", "TMPDIR": disk / "tmp"}
    own = {name: str(place) for name, place in places.items()}
    mounted = f"{_MOUNT} && {{ {script}; }}"
    return subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", mounted, "sh", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=os.environ | own,
    )
