"""OpenFst's binary files, as far as Vosk's graphs need them: `const` and `olabel_lookahead`.

All numbers are little-endian. A file begins with a header: the magic number (uint32), the name
of the type and that of the arcs (each an int32 length and its bytes), version and flags (int32),
properties (uint64), start state, number of states, number of arcs (int64).

- `const`, version 2: the header; for each state its final cost (float32, infinite where it is
  not final) and the place of its first arc, the number of its arcs, of those without an input
  and of those without an output (uint32); then the arcs: input, output, cost, next state.
- `olabel_lookahead`, version 1: a header that says little; a second magic number; a whole
  `const` file; a byte for "there is more", one for "nothing about inputs", one for "there is
  about outputs"; then which outputs come next: whether inputs are meant and whether labels are
  mapped (a byte each), the label that stands for the end (int32), the number of states (int64),
  and for each state the number of intervals (int64), their first labels and the labels after
  their last (int32 each), and how many labels they hold (int32).

Worked out from the files themselves and OpenFst 1.7's sources; written anew.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from voice.vocabulary.errors import ForeignGraphError, VocabularyError

Kind = Literal["const", "olabel_lookahead"]

MAGIC = b"\xd6\xfd\xb2\x7e"
_MORE_MAGIC = b"\x5a\xd1\x9f\x1a"
_ARCS = "standard"
_VERSION: dict[str, int] = {"const": 2, "olabel_lookahead": 1}
_NUMBERS = struct.Struct("<iiQqqq")
_LENGTH = struct.Struct("<i")
_FOREIGN = frozenset({"vector", "ngram", "const8", "const16", "const64"})
"""Kinds that Vosk reads too."""
_EXPANDED = 1
"""The one property that says how a file is kept, not what it holds."""

ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("cost", "<f4"), ("next", "<i4")])
_STATE = np.dtype(
    [
        ("final", "<f4"),
        ("first", "<u4"),
        ("arcs", "<u4"),
        ("no_input", "<u4"),
        ("no_output", "<u4"),
    ]
)

Arcs = npt.NDArray[np.void]
Ints = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Which output labels can come next, for each state."""

    end: int
    """The label that stands for "it may end here"."""
    offsets: Offsets
    """Shape (states + 1,): where in `intervals` those of each state begin."""
    intervals: Ints
    """Shape (n, 2): first label, and the one after the last."""

    def of(self, state: int) -> Ints:
        """The intervals of one state, shape (n, 2)."""
        return self.intervals[self.offsets[state] : self.offsets[state + 1]]


@dataclass(frozen=True, slots=True)
class Fst:
    """A transducer. Labels count from 1, and 0 stands for none; costs are negative logarithms."""

    start: int
    final: Costs
    """Shape (states,); infinite where a state is not final."""
    offsets: Offsets
    """Shape (states + 1,): where in `arcs` those of each state begin."""
    arcs: Arcs
    """Shape (arcs,), dtype `ARC`."""
    properties: int
    """OpenFst's bits of what is known about it; see `properties_of`."""
    ahead: Ahead | None = None
    """With it, it is of the kind `olabel_lookahead`."""

    @property
    def states(self) -> int:
        """How many states there are."""
        return len(self.final)

    def of(self, state: int) -> Arcs:
        """The arcs that leave a state."""
        return self.arcs[self.offsets[state] : self.offsets[state + 1]]

    def write(self, path: Path) -> None:
        """Writes the file that `read_fst` reads; OpenFst reads it too."""
        path.write_bytes(to_bytes(self))


def read_fst(path: Path) -> Fst:
    """Reads a graph's file.

    Raises:
        ForeignGraphError: it may be right, but it is of another kind.
        VocabularyError: it is not there, cut short or damaged.
    """
    try:
        return from_bytes(path.read_bytes())
    except ForeignGraphError:
        raise
    except (OSError, VocabularyError) as error:
        raise VocabularyError(f"The graph {path} cannot be read.", _REMEDY) from error


_REMEDY = "Run `unknot models verify`."


def to_bytes(fst: Fst) -> bytes:
    """The bytes of a graph's file."""
    header = _header("const", fst.properties, fst.start, fst.states, len(fst.arcs))
    inner = header + _states(fst).tobytes() + fst.arcs.tobytes()
    if fst.ahead is None:
        return inner
    outer = _header("olabel_lookahead", fst.properties, -1, 0, 0)
    return outer + _MORE_MAGIC + inner + b"\1\0\1" + _ahead_bytes(fst.ahead)


def from_bytes(content: bytes) -> Fst:
    """The graph that a file holds.

    Raises:
        ForeignGraphError: it may be right, but it is of another kind.
        VocabularyError: it is cut short or damaged.
    """
    try:
        kind, numbers, at = _read_header(content, 0)
        if kind == "const":
            fst, at = _read_const(content, numbers, at)
        else:
            fst, at = _read_lookahead(content, at)
    except ForeignGraphError:
        raise
    except (ValueError, struct.error) as error:
        raise VocabularyError("It is no graph, or cut short.", _REMEDY) from error
    if at != len(content) or not _is_sound(fst):
        raise VocabularyError("It is damaged.", _REMEDY)
    return fst


def assemble(
    arcs: Arcs, sources: Ints, final: Costs, *, by: Literal["input", "output"], start: int = 0
) -> Fst:
    """A graph of arcs in any order.

    Args:
        arcs: shape (n,), dtype `ARC`.
        sources: shape (n,): the state that each arc leaves.
        final: shape (states,): the cost of ending in each state, infinite where it does not end.
        by: the labels that the arcs of each state are sorted by.
        start: the state in which it begins.
    """
    order = np.lexsort((arcs["next"], arcs["input"], arcs[by], sources))
    offsets = np.zeros(len(final) + 1, np.int64)
    np.cumsum(np.bincount(sources, minlength=len(final)), out=offsets[1:])
    sorted_arcs = arcs[order]
    properties = properties_of(sorted_arcs, sources[order], final)
    return Fst(start, final.astype(np.float32), offsets, sorted_arcs, properties)


def properties_of(arcs: Arcs, sources: Ints, final: Costs) -> int:
    """OpenFst's bits: in pairs of "it is so" and "it is not so"; neither is "not known".

    Composition asks whether arcs are sorted and reads what is known here instead of looking.
    """
    no_input, no_output = arcs["input"] == 0, arcs["output"] == 0
    same_state = sources[1:] == sources[:-1]
    facts = {
        16: bool((arcs["input"] == arcs["output"]).all()),
        22: bool((no_input & no_output).any()),
        24: bool(no_input.any()),
        26: bool(no_output.any()),
        28: not (same_state & (arcs["input"][1:] < arcs["input"][:-1])).any(),
        30: not (same_state & (arcs["output"][1:] < arcs["output"][:-1])).any(),
        32: bool(arcs["cost"].any() or final[np.isfinite(final)].any()),
    }
    return _EXPANDED | sum(1 << (bit if holds else bit + 1) for bit, holds in facts.items())


def _is_sound(fst: Fst) -> bool:
    """Whether every arc leads to a state that is there; libvosk follows them unseen."""
    states = fst.states
    ends = fst.arcs["next"]
    return bool(
        0 <= fst.start < states
        and (ends >= 0).all()
        and (ends < states).all()
        and (fst.arcs["input"] >= 0).all()
        and (fst.arcs["output"] >= 0).all()
    )


def _header(kind: Kind, properties: int, start: int, states: int, arcs: int) -> bytes:
    names = b"".join(_LENGTH.pack(len(name)) + name.encode() for name in (kind, _ARCS))
    return MAGIC + names + _NUMBERS.pack(_VERSION[kind], 0, properties, start, states, arcs)


def _states(fst: Fst) -> npt.NDArray[np.void]:
    states = np.zeros(fst.states, _STATE)
    states["final"] = fst.final
    states["first"] = fst.offsets[:-1]
    states["arcs"] = np.diff(fst.offsets)
    for field, label in (("no_input", "input"), ("no_output", "output")):
        none = np.concatenate([[0], np.cumsum(fst.arcs[label] == 0)])
        states[field] = none[fst.offsets[1:]] - none[fst.offsets[:-1]]
    return states


def _ahead_bytes(ahead: Ahead) -> bytes:
    """Each state's record is 2 + 2 n + 1 numbers of 32 bits; all are filled in at once."""
    counts = np.diff(ahead.offsets)
    record = np.concatenate([[0], np.cumsum(3 + 2 * counts)])
    numbers = np.zeros(record[-1], "<i4")
    numbers[record[:-1]] = counts
    sizes = np.concatenate([[0], np.cumsum(ahead.intervals[:, 1] - ahead.intervals[:, 0])])
    numbers[record[1:] - 1] = sizes[ahead.offsets[1:]] - sizes[ahead.offsets[:-1]]
    within = np.arange(len(ahead.intervals)) - np.repeat(ahead.offsets[:-1], counts)
    places = np.repeat(record[:-1] + 2, counts) + 2 * within
    numbers[places], numbers[places + 1] = ahead.intervals[:, 0], ahead.intervals[:, 1]
    return b"\0\0" + struct.pack("<iq", ahead.end, len(counts)) + numbers.tobytes()


def _read_header(content: bytes, at: int) -> tuple[str, tuple[int, ...], int]:
    if content[at : at + 4] != MAGIC:
        raise ValueError("no magic number")
    at += 4
    names = []
    for _ in range(2):
        (length,) = _LENGTH.unpack_from(content, at)
        names.append(content[at + 4 : at + 4 + length].decode("ascii"))
        at += 4 + length
    version, flags, *numbers = _NUMBERS.unpack_from(content, at)
    if names[1] != _ARCS or names[0] not in _FOREIGN | _VERSION.keys():
        raise ValueError("no kind of graph")
    if flags or version != _VERSION.get(names[0]):
        raise ForeignGraphError(f"It is of the kind {names[0]!r}.", _REMEDY)
    return names[0], tuple(numbers), at + _NUMBERS.size


def _read_const(content: bytes, numbers: tuple[int, ...], at: int) -> tuple[Fst, int]:
    properties, start, count, arc_count = numbers
    states = np.frombuffer(content, _STATE, count, at)
    at += states.nbytes
    arcs = np.frombuffer(content, ARC, arc_count, at)
    offsets = np.concatenate([[0], np.cumsum(states["arcs"], dtype=np.int64)])
    if not np.array_equal(offsets[:-1], states["first"]) or offsets[-1] != arc_count:
        raise ValueError("states and arcs do not fit")
    return Fst(start, states["final"], offsets, arcs, properties), at + arcs.nbytes


def _read_lookahead(content: bytes, at: int) -> tuple[Fst, int]:
    if content[at : at + 4] != _MORE_MAGIC:
        raise ValueError("no second magic number")
    _, numbers, at = _read_header(content, at + 4)
    fst, at = _read_const(content, numbers, at)
    if content[at : at + 5] != b"\1\0\1\0\0":
        raise ValueError("it says nothing about outputs, or maps them")
    end, count = struct.unpack_from("<iq", content, at + 5)
    if count != fst.states:
        raise ValueError("it says nothing about some states")
    ahead, at = _read_intervals(content, end, count, at + 17)
    return Fst(fst.start, fst.final, fst.offsets, fst.arcs, fst.properties, ahead), at


def _read_intervals(content: bytes, end: int, count: int, at: int) -> tuple[Ahead, int]:
    """Walks over the records, whose sizes differ, and gathers the intervals of all at once."""
    records = np.zeros(count + 1, np.int64)
    size_of = struct.Struct("<q").unpack_from
    place = at
    for record in range(count):
        (size,) = size_of(content, place)
        if size < 0:
            raise ValueError("fewer than no intervals")
        place += 12 + 8 * size
        records[record + 1] = place - at
    counts = (np.diff(records) - 12) // 8
    offsets = np.concatenate([[0], np.cumsum(counts)])
    numbers = np.frombuffer(content, "<i4", (place - at) // 4, at)
    within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts)
    firsts = np.repeat(records[:-1] // 4 + 2, counts) + 2 * within
    intervals = np.stack([numbers[firsts], numbers[firsts + 1]], axis=1)
    return Ahead(end, offsets, intervals), place
