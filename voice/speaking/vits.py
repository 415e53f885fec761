"""A Piper voice whose sentences begin to sound before all of them is made.

Piper's network (VITS) is one graph from phonemes to sound. Its first part sees the whole sentence
and decides melody and pace; that is quick. The other two, the flow and the decoder, take most
of the time and see only a few frames around the one they work on. So the graph is cut there, and
these two are run on one stretch of frames after the other, each with what they see at its sides:
the pieces fit together to the sample, as if all had been made at once.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice.speaking.speech import Pcm

FIRST, LARGEST = 24, 64
"""Frames of the first piece and of the longest; each is twice as long as the one before it. The
first is a quarter of a second, ready soon; the others are made sooner than they are heard."""
FLOW_SEES, DECODER_SEES = 32, 16
"""Frames that decide at each side about one frame of the result, at most."""
PEAK = 0.68
"""The largest sample of `LEVEL_TEXT`, of 1; the louder sentences of the article stay below 1."""
LEVEL_TEXT = "Lie on your back."

Frames = NDArray[np.float32]


class UnknownShapeError(RuntimeError):
    """The voice is not built as Piper builds voices of one speaker."""

    remedy = "Choose another voice with `unknot voices use`."


class Vits:
    """One voice, loaded; used by one thread."""

    def __init__(self, model: Path, config: Path) -> None:
        """Load it, which takes about a second.

        Args:
            model: the network, as Piper exports it to ONNX.
            config: the JSON file that comes with it.

        Raises:
            UnknownShapeError: it cannot be cut.
        """
        piper = importlib.import_module("piper")
        self._config = piper.PiperConfig.from_dict(json.loads(config.read_text("utf-8")))
        self._sentence, self._flow, self._decoder = (_session(part) for part in parts(model))
        # Piper turns text into phonemes here, and leaves the network to us.
        self._piper = piper.PiperVoice(session=self._sentence, config=self._config)
        self._gain = 1.0
        self._gain = PEAK / self._loudest(LEVEL_TEXT)

    @property
    def rate(self) -> int:
        """Hz."""
        return int(self._config.sample_rate)

    def speak(self, text: str, length_scale: float) -> Iterator[tuple[Pcm, bool]]:
        """Say a text.

        Args:
            text: what is said.
            length_scale: how long it takes; 1 is the voice's own pace, 2 half of it.

        Yields:
            Pieces of sound that follow each other, shape (n,), and whether it is the last.
        """
        scales = (self._config.noise_scale, length_scale, self._config.noise_w_scale)
        sentences = [phonemes for phonemes in self._piper.phonemize(text) if phonemes]
        for number, phonemes in enumerate(sentences, start=1):
            for sound, last in self._pieces(*self._read(phonemes, scales)):
                pcm = np.clip(sound * (self._gain * 32767), -32767, 32767).astype(np.int16)
                yield pcm, last and number == len(sentences)

    def _read(
        self, phonemes: list[str], scales: tuple[float, float, float]
    ) -> tuple[Frames, Frames]:
        """The frames of a sentence before the flow, and which of them count: (1, n, frames)."""
        ids = np.array([self._piper.phonemes_to_ids(phonemes)], np.int64)
        latent, mask = self._sentence.run(
            None,
            {
                "input": ids,
                "input_lengths": np.array([ids.shape[1]], np.int64),
                "scales": np.array(scales, np.float32),
            },
        )
        return latent, mask

    def _pieces(self, latent: Frames, mask: Frames) -> Iterator[tuple[Frames, bool]]:
        frames, begin, size = latent.shape[2], 0, FIRST
        while begin < frames:
            end = min(begin + size, frames)
            yield self._piece(latent, mask, begin, end), end == frames
            begin, size = end, min(2 * size, LARGEST)

    def _piece(self, latent: Frames, mask: Frames, begin: int, end: int) -> Frames:
        """The sound of the frames from `begin` to `end`."""
        left, right = _around(begin, end, DECODER_SEES, latent.shape[2])
        outer_left, outer_right = _around(left, right, FLOW_SEES, latent.shape[2])
        window = slice(outer_left, outer_right)
        (flown,) = self._flow.run(None, _named(self._flow, latent[..., window], mask[..., window]))
        seen = flown[..., left - outer_left : right - outer_left]
        (sound,) = self._decoder.run(None, _named(self._decoder, seen))
        hop = sound.size // (right - left)
        piece: Frames = sound.reshape(-1)[(begin - left) * hop : (end - left) * hop]
        return piece

    def _loudest(self, text: str) -> float:
        """The largest sample when a text is read without chance: always the same."""
        (phonemes,) = self._piper.phonemize(text)
        pieces = self._pieces(*self._read(phonemes, (0.0, 1.0, 0.0)))
        return max(float(np.abs(sound).max()) for sound, _ in pieces)


def parts(model: Path) -> tuple[bytes, bytes, bytes]:
    """Cut a network where it ceases to see the whole sentence, and before its decoder.

    Raises:
        UnknownShapeError: it has no such places.
    """
    onnx = importlib.import_module("onnx")
    whole = onnx.load(str(model))
    latent = _latent(whole.graph)
    flown = _input_of(whole.graph, "dec.conv_pre.weight")
    mask = [name for name in _crossing(whole.graph, latent) if name != latent]
    if len(mask) != 1 or _crossing(whole.graph, flown) != [flown]:
        raise UnknownShapeError(f"{model.name} has several speakers, or is no network of Piper's")
    for name in (latent, *mask, flown):
        shape = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [None] * 3)
        whole.graph.value_info.append(shape)
    cut = onnx.utils.Extractor(whole).extract_model
    given = [one.name for one in whole.graph.input]
    wanted = [one.name for one in whole.graph.output]
    sentence = cut(given, [latent, *mask])
    flow = cut([latent, *mask], [flown])
    decoder = cut([flown], wanted)
    return sentence.SerializeToString(), flow.SerializeToString(), decoder.SerializeToString()


def _latent(graph: Any) -> str:
    """What the network has drawn by chance for each frame: the last sum with random numbers."""
    random: set[str] = set()
    latent = ""
    for node in graph.node:
        if node.op_type == "RandomNormalLike":
            random, latent = set(node.output), ""
        elif not latent and random.intersection(node.input):
            random.update(node.output)
            latent = node.output[0] if node.op_type == "Add" else ""
    if not latent:
        raise UnknownShapeError("the network draws nothing by chance, so it is none of Piper's")
    return latent


def _input_of(graph: Any, weight: str) -> str:
    """What the layer with a weight works on."""
    for node in graph.node:
        if weight in node.input:
            return str(node.input[0])
    raise UnknownShapeError(f"the network has no layer {weight}, so it is none of Piper's")


def _crossing(graph: Any, name: str) -> list[str]:
    """Which results of the nodes up to the one that makes `name` are used by those after it."""
    made: set[str] = set()
    nodes = iter(graph.node)
    for node in nodes:
        made.update(node.output)
        if name in node.output:
            break
    return sorted({used for node in nodes for used in node.input if used in made})


def _session(graph: bytes) -> Any:
    runtime = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    # A thread that waits for work would otherwise take a whole core from the recogniser.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _named(session: Any, *values: Frames) -> dict[str, Frames]:
    return dict(zip((one.name for one in session.get_inputs()), values, strict=True))


def _around(begin: int, end: int, sees: int, frames: int) -> tuple[int, int]:
    return max(0, begin - sees), min(frames, end + sees)
