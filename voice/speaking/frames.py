"""Frames on a pipe: a short JSON head and a body of bytes, between us and the worker."""

from __future__ import annotations

import json
import os
import struct
from typing import IO, Any

Head = dict[str, Any]

_MAGIC = b"UKF1"
_LENGTHS = struct.Struct(">4sII")
_LONGEST_HEAD = 1 << 20
_LONGEST_BODY = 1 << 28


class FrameError(ValueError):
    """The bytes on the pipe are no frame, or the pipe ended inside one."""

    remedy = "Start the other process again."


def write_frame(pipe: IO[bytes], head: Head, body: bytes = b"") -> None:
    """Write one frame and flush it.

    Raises:
        OSError: the other end is gone.
    """
    text = json.dumps(head).encode()
    pipe.write(_LENGTHS.pack(_MAGIC, len(text), len(body)) + text + body)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[Head, bytes] | None:
    """Read one frame; None at the end of the pipe.

    Raises:
        FrameError: what came is no frame.
    """
    lengths = pipe.read(_LENGTHS.size)
    if not lengths:
        return None
    if len(lengths) < _LENGTHS.size:
        raise FrameError("the pipe ended within a frame's lengths")
    magic, head_length, body_length = _LENGTHS.unpack(lengths)
    if magic != _MAGIC or head_length > _LONGEST_HEAD or body_length > _LONGEST_BODY:
        raise FrameError("the bytes on the pipe are no frame")
    content = pipe.read(head_length + body_length)
    if len(content) < head_length + body_length:
        raise FrameError("the pipe ended within a frame")
    try:
        head = json.loads(content[:head_length])
    except ValueError as error:
        raise FrameError("the head of a frame is no JSON") from error
    if not isinstance(head, dict):
        raise FrameError("the head of a frame is no object")
    return head, content[head_length:]


def private_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the frames' pipes away from descriptors 0 and 1.

    Whatever a library reads or prints, from Python or from C, then meets the
    null device and cannot damage a frame.
    """
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")
