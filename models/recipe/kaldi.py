"""Reads and writes the acoustic model of a Vosk model: Kaldi's binary `am/final.mdl`.

The file holds a transition model, an nnet3 network (a description in lines of text, then its
components), the contexts and the priors. The transition model is carried as it is; each
component is its fields in the order of the file, so that whatever is read is written again.
The layout follows Kaldi's `nnet-component-itf.cc`, `nnet-simple-component.cc`,
`nnet-convolutional-component.cc` and `compressed-matrix.cc`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Value = int | float | bool | tuple[int, ...] | tuple[float, ...] | Matrix | None

_BINARY = b"\0B"
_NETWORK = b"<Nnet3> \n"
_WORDS = 65_535
"""Steps of a 16-bit compressed matrix."""

_KINDS: dict[str, str] = {
    "<LearningRateFactor>": "float",
    "<IsGradient>": "bool",
    "<MaxChange>": "float",
    "<L2Regularize>": "float",
    "<LearningRate>": "float",
    "<TimeOffsets>": "integers",
    "<LinearParams>": "matrix",
    "<Params>": "matrix",
    "<BiasParams>": "vector",
    "<OrthonormalConstraint>": "float",
    "<UseNaturalGradient>": "bool",
    "<NumSamplesHistory>": "float",
    "<AlphaInOut>": "two floats",
    "<RankInOut>": "two ints",
    "<RankIn>": "int",
    "<RankOut>": "int",
    "<UpdatePeriod>": "int",
    "<Alpha>": "float",
    "<Dim>": "int",
    "<BlockDim>": "int",
    "<Epsilon>": "float",
    "<TargetRms>": "float",
    "<TestMode>": "bool",
    "<Count>": "number",
    "<StatsMean>": "vector",
    "<StatsVar>": "vector",
    "<ValueAvg>": "vector",
    "<DerivAvg>": "vector",
    "<OderivRms>": "vector",
    "<OderivCount>": "number",
    "<NumDimsSelfRepaired>": "number",
    "<NumDimsProcessed>": "number",
    "<BackpropScale>": "float",
}


class KaldiFileError(ValueError):
    """A file that is not what this module reads; the message says what was found where."""


@dataclass(slots=True)
class Component:
    """One component of the network."""

    kind: str
    """Kaldi's class name, such as `TdnnComponent`."""
    fields: dict[str, Value]
    """By Kaldi's token, such as `<BiasParams>`, in the order of the file. A number that the file
    holds in 8 bytes is a `float` under its token with a trailing `8`."""

    @property
    def weights(self) -> Matrix:
        """Shape (outputs, inputs)."""
        return self._array("<LinearParams>" if "<LinearParams>" in self.fields else "<Params>")

    @weights.setter
    def weights(self, value: Matrix) -> None:
        self.fields["<LinearParams>" if "<LinearParams>" in self.fields else "<Params>"] = value

    @property
    def bias(self) -> Matrix:
        """Shape (outputs,), or (0,) where there is none."""
        return self._array("<BiasParams>")

    @bias.setter
    def bias(self, value: Matrix) -> None:
        self.fields["<BiasParams>"] = value

    @property
    def mean(self) -> Matrix:
        """Of a batch-norm component, shape (outputs,)."""
        return self._array("<StatsMean>")

    @property
    def variance(self) -> Matrix:
        """Of a batch-norm component, shape (outputs,)."""
        return self._array("<StatsVar>")

    def _array(self, token: str) -> Matrix:
        value = self.fields[token]
        if not isinstance(value, np.ndarray):
            raise KaldiFileError(f"{self.kind}: {token} is no array")
        return value


@dataclass(slots=True)
class AcousticModel:
    """What `final.mdl` holds."""

    transitions: bytes
    """Kaldi's transition model, unread."""
    config: tuple[str, ...]
    """How the components are joined, a line each."""
    components: dict[str, Component]
    left: int
    """Frames of 10 ms that the network looks back."""
    right: int
    """Frames of 10 ms that the network looks ahead."""
    priors: Matrix = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    """Divided out of the network's outputs while decoding; empty: none."""


def read_model(path: Path) -> AcousticModel:
    """Reads `final.mdl`.

    Raises:
        KaldiFileError: it is not such a file, or has parts that this module does not know.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    start = data.find(_NETWORK)
    if not data.startswith(_BINARY) or start < 0:
        raise KaldiFileError(f"{path} is not an acoustic model of Kaldi's nnet3")
    reader = _Reader(data, start + len(_NETWORK))
    try:
        return _read_network(reader, data[len(_BINARY) : start])
    except (struct.error, IndexError, ValueError) as error:
        raise KaldiFileError(f"{path} breaks off or is damaged at byte {reader.at}: {error}") from (
            error
        )


def write_model(path: Path, model: AcousticModel) -> None:
    """Writes `final.mdl` with its matrices in Kaldi's 16-bit compressed form (half the size).

    Raises:
        OSError: it cannot be written.
    """
    writer = _Writer()
    writer.data += _BINARY + model.transitions + _NETWORK
    for line in model.config:
        writer.data += line.encode() + b"\n"
    writer.data += b"\n"
    writer.token("<NumComponents>")
    writer.integer(len(model.components))
    for name, component in model.components.items():
        writer.token("<ComponentName>")
        writer.token(name)
        writer.component(component)
    writer.token("</Nnet3>")
    writer.token("<LeftContext>")
    writer.integer(model.left)
    writer.token("<RightContext>")
    writer.integer(model.right)
    writer.token("<Priors>")
    writer.vector(model.priors)
    path.write_bytes(writer.data)


def _read_network(reader: _Reader, transitions: bytes) -> AcousticModel:
    config = []
    while line := reader.line():
        config.append(line)
    reader.expect("<NumComponents>")
    components = {}
    for _ in range(reader.integer()):
        reader.expect("<ComponentName>")
        name = reader.token()
        components[name] = reader.component()
    reader.expect("</Nnet3>")
    reader.expect("<LeftContext>")
    left = reader.integer()
    reader.expect("<RightContext>")
    right = reader.integer()
    reader.expect("<Priors>")
    priors = reader.vector()
    return AcousticModel(transitions, tuple(config), components, left, right, priors)


class _Reader:
    """Walks through Kaldi's binary form."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data = data
        self.at = at

    def line(self) -> str:
        end = self._data.index(b"\n", self.at)
        line = self._data[self.at : end].decode()
        self.at = end + 1
        return line

    def token(self) -> str:
        end = self._data.index(b" ", self.at)
        token = self._data[self.at : end].decode()
        self.at = end + 1
        return token

    def expect(self, token: str) -> None:
        found = self.token()
        if found != token:
            raise ValueError(f"{found[:40]!r} where {token} should be")

    def integer(self) -> int:
        return int(self._sized("<i", 4))

    def number(self) -> tuple[float, int]:
        """A float or a double, and the bytes that it takes."""
        size = self._data[self.at]
        return self._sized("<f" if size == struct.calcsize("<f") else "<d", size), size

    def component(self) -> Component:
        kind = self.token().strip("<>")
        fields: dict[str, Value] = {}
        while (token := self.token()) != f"</{kind}>":
            if token not in _KINDS:
                raise ValueError(f"{kind} has a field {token} that is not known")
            if _KINDS[token] == "number":
                value, size = self.number()
                fields[token + ("8" if size == struct.calcsize("<d") else "")] = value
            else:
                fields[token] = self._value(_KINDS[token])
        return Component(kind, fields)

    def vector(self) -> Matrix:
        self.expect("FV")
        count = self.integer()
        values = np.frombuffer(self._data, "<f4", count, self.at).astype(np.float32)
        self.at += 4 * count
        return values

    def _value(self, kind: str) -> Value:
        read: dict[str, Callable[[], Value]] = {
            "int": self.integer,
            "float": lambda: self.number()[0],
            "bool": self._bool,
            "two ints": lambda: (self.integer(), self.integer()),
            "two floats": lambda: (self.number()[0], self.number()[0]),
            "integers": self._integers,
            "vector": self.vector,
            "matrix": self._matrix,
        }
        return read[kind]()

    def _bool(self) -> bool:
        self.at += 1
        return self._data[self.at - 1 : self.at] == b"T"

    def _integers(self) -> tuple[int, ...]:
        count = int(self._sized("<i", 4))
        values = struct.unpack_from(f"<{count}i", self._data, self.at)
        self.at += 4 * count
        return values

    def _matrix(self) -> Matrix:
        form = self.token()
        if form == "FM":
            rows, columns = self.integer(), self.integer()
            values = np.frombuffer(self._data, "<f4", rows * columns, self.at)
            self.at += values.nbytes
            return values.reshape(rows, columns).astype(np.float32)
        if form != "CM2":
            raise ValueError(f"a matrix in the form {form[:20]!r}, which is not read here")
        lowest, span, rows, columns = struct.unpack_from("<ffii", self._data, self.at)
        self.at += struct.calcsize("<ffii")
        steps = np.frombuffer(self._data, "<u2", rows * columns, self.at).reshape(rows, columns)
        self.at += steps.nbytes
        return np.asarray(lowest + steps * (span / _WORDS), dtype=np.float32)

    def _sized(self, form: str, size: int) -> float:
        """A number, which Kaldi precedes by its size in bytes."""
        if self._data[self.at] != size or size != struct.calcsize(form):
            raise ValueError(f"a number of {self._data[self.at]} bytes where {size} should be")
        value: float = struct.unpack_from(form, self._data, self.at + 1)[0]
        self.at += 1 + size
        return value


class _Writer:
    """Builds Kaldi's binary form."""

    def __init__(self) -> None:
        self.data = bytearray()

    def token(self, token: str) -> None:
        self.data += token.encode() + b" "

    def integer(self, value: int) -> None:
        self.data += b"\x04" + struct.pack("<i", value)

    def component(self, component: Component) -> None:
        self.token(f"<{component.kind}>")
        for token, value in component.fields.items():
            name = token.removesuffix("8")
            self.token(name)
            if token != name:
                self.data += b"\x08" + struct.pack("<d", value)
            else:
                self._value(_KINDS[name], value)
        self.token(f"</{component.kind}>")

    def vector(self, values: Matrix) -> None:
        self.token("FV")
        self.integer(len(values))
        self.data += np.asarray(values, dtype="<f4").tobytes()

    def _value(self, kind: str, value: Value) -> None:
        match kind, value:
            case "int", int():
                self.integer(value)
            case "float" | "number", float():
                self._float(value)
            case "bool", bool():
                self.data += b"T" if value else b"F"
            case "two ints", (int(first), int(second)):
                self.integer(first)
                self.integer(second)
            case "two floats", (float(first), float(second)):
                self._float(first)
                self._float(second)
            case "integers", tuple():
                self.integer(len(value))
                self.data += np.asarray(value, dtype="<i4").tobytes()
            case "vector", np.ndarray():
                self.vector(value)
            case "matrix", np.ndarray():
                self._matrix(value)
            case _:
                raise KaldiFileError(f"{value!r} cannot be written as {kind}")

    def _float(self, value: float) -> None:
        self.data += b"\x04" + struct.pack("<f", value)

    def _matrix(self, matrix: Matrix) -> None:
        lowest = float(matrix.min())
        span = float(matrix.max()) - lowest or 1e-5
        self.token("CM2")
        self.data += struct.pack("<ffii", lowest, span, *matrix.shape)
        steps = np.round((matrix.astype(np.float64) - lowest) * (_WORDS / span))
        self.data += steps.clip(0, _WORDS).astype("<u2").tobytes()
