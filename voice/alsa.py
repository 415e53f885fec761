"""Keeps ALSA's own remarks off the terminal."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_ALSA_SAYS = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)
_SAY_NOTHING = _ALSA_SAYS(lambda *_: None)


def hush_alsa() -> None:
    """From now on ALSA says nothing on stderr: what matters of it is counted and shown."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_SAY_NOTHING)
