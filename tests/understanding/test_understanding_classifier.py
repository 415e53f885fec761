"""A classifier's file that is spoilt is refused in one sentence, however it is spoilt."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.understanding.classifier import Classifier
from voice.understanding.errors import TemplateError

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
WHOLE = (PACK / "understanding" / "classifier.npz").read_bytes()
LISTED = b"PK\x01\x02"
"""How an entry of the archive's list of contents begins."""
PACKED = b"PK\x03\x04"
"""How what is packed begins."""


def with_byte(signature: bytes, offset: int, value: int) -> bytes:
    """The archive with one byte of each such entry changed."""
    content, at = bytearray(WHOLE), WHOLE.find(signature)
    while at >= 0:
        content[at + offset] = value
        at = WHOLE.find(signature, at + 1)
    return bytes(content)


def with_a_long_header() -> bytes:
    """An archive whose first array says of itself more than NumPy cares to read."""
    told = f"{{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}}{' ' * 60000}\n".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("labels.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(told)) + told)
    return file.getvalue()


SPOILT: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "cut short": lambda: WHOLE[: len(WHOLE) // 2],
    "of a newer kind": lambda: with_byte(LISTED, 6, 99),
    "encrypted": lambda: with_byte(LISTED, 8, 1),
    "packed by bzip2": lambda: with_byte(LISTED, 10, 12),
    "packed by lzma": lambda: with_byte(LISTED, 10, 14),
    "packed in a way that nobody knows": lambda: with_byte(LISTED, 10, 77),
    "with a long header": with_a_long_header,
    "without its contents": lambda: with_byte(PACKED, 0, 0),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_classifier_is_refused(tmp_path: Path, how: str) -> None:
    file = tmp_path / "classifier.npz"
    file.write_bytes(SPOILT[how]())
    with pytest.raises(TemplateError) as refused:
        Classifier.load(file)
    assert "\n" not in str(refused.value)
    assert "Train it again" in refused.value.remedy


def test_a_whole_one_is_read(tmp_path: Path) -> None:
    file = tmp_path / "classifier.npz"
    file.write_bytes(WHOLE)
    assert Classifier.load(file).guess(["it", "hurts"]).score > 0
