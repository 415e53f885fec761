"""Runs the product under strace, which sees every system call of all its processes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.conftest import lack

UNKNOT = str(Path(sys.executable).with_name("unknot"))

NETWORK = "connect,bind,listen,sendto,sendmsg,sendmmsg"
WRITING = "write,pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,openat,mkdir,mkdirat"

_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')
_NAME_SERVER = "htons(53)"
_NOT_A_FILE = re.compile(r"\d+<(?:pipe|socket|anon_inode|UNIX|TCP|/dev/pts|/dev/null)[^>]*>")


def can_watch() -> None:
    """Skips where no process may be traced: some containers forbid it whatever is installed."""
    if shutil.which("strace") is None:
        lack("what the product does is watched with strace, which is not here")
    tried = subprocess.run(["strace", "-qq", "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"strace may watch no process here: {tried.stderr.strip()}")


def watched(
    command: Sequence[str],
    calls: str,
    folder: Path,
    *,
    stdin: str = "",
    codes: Sequence[int] = (0,),
) -> list[str]:
    """The system calls of a command and of every process that it starts.

    Args:
        command: what is run; it may read and write only below `folder`.
        calls: names of system calls, as strace takes them.
        folder: home, data folder and place for temporary files of the command.
        stdin: what is typed.
        codes: exit codes that are right.

    Returns:
        One line for each call: process, call, arguments, result; files by their paths.
    """
    log = folder.parent / f"{folder.name}.strace"
    done = subprocess.run(
        ["strace", "-f", "-y", "-qq", "-s", "65536", "-e", f"trace={calls}", "-o", log, *command],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
        env=own_places(folder),
    )
    assert done.returncode in codes, (command, done.returncode, done.stderr[-500:])
    return log.read_text(errors="replace").splitlines()


def own_places(folder: Path) -> dict[str, str]:
    """An environment in which every folder that a program may write to is below this one."""
    places = {
        "HOME": "home",
        "TMPDIR": "tmp",
        "UNKNOT_HOME": "unknot",
        "XDG_CACHE_HOME": "cache",
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_RUNTIME_DIR": "run",
    }
    for name in places.values():
        (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    env = {name: str(folder / place) for name, place in places.items()}
    return {**os.environ, **env, "PULSE_SERVER": "unix:/nonexistent"}


def reaching_outside(calls: Sequence[str]) -> list[str]:
    """The calls that name an address beyond this machine, or ask for one by a name."""
    return [call for call in calls if _NAME_SERVER in call or any(map(_outside, _addresses(call)))]


def writing_to_files(calls: Sequence[str], words: Sequence[str]) -> list[str]:
    """The calls that put one of these words into a file or into its name, pipes left out."""
    return [
        call
        for call in calls
        if any(word in call for word in words) and not _NOT_A_FILE.search(call.split(",", 1)[0])
    ]


def _addresses(call: str) -> Iterator[str]:
    for found in _ADDRESS.finditer(call):
        yield found[1] or found[2]


def _outside(address: str) -> bool:
    return not ip_address(address).is_loopback
