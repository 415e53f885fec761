"""What in a model's folder would end the process, or hear nothing and say nothing.

libvosk follows the numbers in its files unseen. Tried one by one: a graph cut in its header or
one whose arcs lead nowhere, a graph of another network and a list of phones that lacks some end
the process; a graph cut near its end loads and hears wrong.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.vocabulary.errors import ForeignGraphError, VocabularyError
from voice.vocabulary.fst import Fst, read_fst

_SPARE = 100
"""Labels of a graph that may stand for no word: marks of sentences, holes in the numbering."""
_HEAD = 1 << 23
"""Bytes at the start of `am/final.mdl` within which the network's weights have begun."""
_BOUNDS: dict[str, dict[str, tuple[float, float]]] = {
    "conf/model.conf": {
        "frame-subsampling-factor": (1, 100),
        "frames-per-chunk": (1, 1000),
        "acoustic-scale": (1e-6, 100),
        "extra-left-context-initial": (0, 1000),
    },
    "conf/mfcc.conf": {
        "frame-shift": (1, 1000),
        "frame-length": (1, 1000),
        "sample-frequency": (1000, 200_000),
        "num-ceps": (1, 100),
        "num-mel-bins": (3, 100),
    },
}
"""Settings on which libvosk ends the process where they are outside of what makes sense."""
_SILENCE = "endpoint.silence-phones"


@dataclass(frozen=True, slots=True)
class _Network:
    """What `am/final.mdl` says before its weights."""

    phones: frozenset[int]
    transitions: int
    """The highest transition-id."""


def flaws(folder: Path) -> Iterator[str]:
    """What is wrong with the files of a model, each as the end of "The model is not whole: …".

    Takes 10 ms for the embedded model. The files must be there.

    Raises:
        OSError: one cannot be read.
    """
    for name in _BOUNDS:
        yield from _settings(folder, name)
    network = _network(folder / "am/final.mdl")
    if network is None:
        yield "am/final.mdl is damaged"
        return
    places = (folder / "graph/phones/word_boundary.int").read_bytes()
    listed = {int(number) for number in re.findall(rb"^(\d+) ", places, re.MULTILINE)}
    if not network.phones <= listed:
        yield "graph/phones/word_boundary.int lacks phones of am/final.mdl"
    yield from _sounds(folder, network)
    yield from _sentences(folder)


def _settings(folder: Path, name: str) -> Iterator[str]:
    text = (folder / name).read_text("utf-8", "replace")
    settings = dict(re.findall(r"^--([\w.-]+)=(\S*)", text, re.MULTILINE))
    for setting, (lowest, highest) in _BOUNDS[name].items():
        if setting in settings and not _is_within(settings[setting], lowest, highest):
            yield f"{name} has an impossible --{setting}"
    if not re.fullmatch(r"\d+(:\d+)*", settings.get(_SILENCE, "1")):
        yield f"{name} has an impossible --{_SILENCE}"


def _is_within(text: str, lowest: float, highest: float) -> bool:
    try:
        return lowest <= float(text) <= highest
    except ValueError:
        return False


def _network(path: Path) -> _Network | None:
    """Reads the phones and how many transition-ids there are; None where they are not found."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        phones = content.find(b"<Topology> ", 0, _HEAD)
        costs = content.find(b"<LogProbs> FV ", 0, _HEAD)
        try:
            size, count = struct.unpack_from("<bi", content, phones + len("<Topology> "))
            _, transitions = struct.unpack_from("<bi", content, costs + len("<LogProbs> FV "))
            listed = struct.unpack_from(f"<{count}i", content, phones + len("<Topology> ") + 5)
        except struct.error:
            return None
    if min(phones, costs) < 0 or size != struct.calcsize("i"):
        return None
    return _Network(frozenset(listed), transitions - 1)


def _sounds(folder: Path, network: _Network) -> Iterator[str]:
    name = "graph/HCLr.fst"
    try:
        fst = _read(folder / name)
    except VocabularyError:
        yield f"{name} is damaged"
        return
    if fst is None:
        return
    extra = (folder / "graph/disambig_tid.int").read_bytes().split()
    own = fst.arcs["input"][fst.arcs["input"] > network.transitions]
    if not set(own.tolist()) <= {int(number) for number in extra if number.isdigit()}:
        yield f"{name} does not belong to am/final.mdl"
    words = (folder / "graph/words.txt").read_bytes().count(b"\n")
    if fst.arcs["output"].max(initial=0) > words + _SPARE:
        yield f"graph/words.txt does not belong to {name}"


def _sentences(folder: Path) -> Iterator[str]:
    name = "graph/Gr.fst"
    try:
        fst = _read(folder / name)
    except VocabularyError:
        yield f"{name} is damaged"
        return
    if fst is not None and (fst.ahead is not None or not _is_sorted(fst)):
        yield f"{name} is not the graph of sentences"


def _read(path: Path) -> Fst | None:
    """A graph; None where it is of a kind that only libvosk reads."""
    try:
        return read_fst(path)
    except ForeignGraphError:
        return None


def _is_sorted(fst: Fst) -> bool:
    """Whether the arcs of each state are sorted by input, which composition relies on."""
    falls = np.flatnonzero(np.diff(fst.arcs["input"]) < 0) + 1
    return bool(np.isin(falls, fst.offsets).all())
