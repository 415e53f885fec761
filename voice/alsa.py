"""Keeps the remarks of ALSA and PortAudio off the terminal."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ALSA_SAYS = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)
_SAY_NOTHING = _ALSA_SAYS(lambda *_: None)


def hush_alsa() -> None:
    """From now on ALSA says nothing on stderr: what matters of it is counted and shown."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_SAY_NOTHING)


@contextmanager
def hushed() -> Iterator[None]:
    """While the block runs, only Python writes on stderr.

    PortAudio writes several lines on file descriptor 2 whenever a device goes, in the midst of
    whatever the terminal shows; it has no setting for that.
    """
    hush_alsa()
    sys.stderr.flush()
    stderr, terminal = sys.stderr, os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        os.close(nowhere)
        with os.fdopen(os.dup(terminal), "w", buffering=1, errors="replace") as sys.stderr:
            yield
    finally:
        sys.stderr = stderr
        os.dup2(terminal, 2)
        os.close(terminal)
