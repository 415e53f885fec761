"""The classifier for sentences that no template covers: a linear model over n-grams."""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.events import Slot
from voice.understanding.errors import TemplateError
from voice.understanding.features import SIZE, features_of
from voice.understanding.pack import own


@dataclass(frozen=True, slots=True)
class Label:
    """What the classifier can say: an intent with the slots that its sentences always have."""

    intent: str
    slots: tuple[tuple[str, Slot], ...] = ()


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest label of a sentence."""

    label: Label
    score: float
    """Probability, 0 to 1, as the model sees it."""


class Classifier:
    """Weights trained by `python -m voice.understanding.train`."""

    def __init__(
        self,
        labels: Sequence[Label],
        weights: NDArray[np.int8],
        scales: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> None:
        """Hold a trained model.

        Args:
            labels: As many as the weights have columns.
            weights: Shape (`SIZE`, labels).
            scales: Shape (labels,); a weight is worth its number times the scale of its label.
            bias: Shape (labels,).
        """
        self._labels = tuple(labels)
        self._weights = weights
        self._scales = scales
        self._bias = bias

    def guess(self, words: Sequence[str]) -> Guess:
        """Tell what a sentence most likely is."""
        indices, values = features_of(words)
        raw = values @ self._weights[indices].astype(np.float32) * self._scales + self._bias
        grown = np.exp(raw - raw.max())
        best = int(grown.argmax())
        return Guess(self._labels[best], float(grown[best] / grown.sum()))

    def save(self, file: Path) -> None:
        """Write the model as a compressed NumPy archive."""
        labels = json.dumps([[label.intent, dict(label.slots)] for label in self._labels])
        np.savez_compressed(
            file, weights=self._weights, scales=self._scales, bias=self._bias, labels=labels
        )

    @classmethod
    def load(cls, file: Path) -> Classifier:
        """Read what `save` wrote.

        Raises:
            TemplateError: The file is broken or was made for other features.
        """
        try:
            _check_size(own(file))
            with np.load(file, allow_pickle=False) as archive:
                raw: list[tuple[str, Mapping[str, Slot]]] = json.loads(str(archive["labels"]))
                labels = [Label(intent, tuple(slots.items())) for intent, slots in raw]
                model = cls(labels, archive["weights"], archive["scales"], archive["bias"])
        except (
            OSError,
            EOFError,
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            RuntimeError,  # an archive that is encrypted, or of a kind that zipfile cannot read
            struct.error,
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
        ) as trouble:
            reason = next(iter(str(trouble).splitlines()), type(trouble).__name__)
            raise TemplateError(f"{file} is no classifier: {reason}", _TRAIN) from trouble
        if model._weights.shape != (SIZE, len(labels)):
            raise TemplateError(f"{file} was made for other features.", _TRAIN)
        return model


def _check_size(file: Path) -> None:
    """Refuse an archive that would fill the memory: a megabyte packs a thousand."""
    with zipfile.ZipFile(file) as archive:
        if sum(part.file_size for part in archive.infolist()) > _LARGEST:
            raise ValueError("it is far too large")


_LARGEST = 64 * 1024 * 1024
"""Bytes that a classifier may unpack to; ours are 2 MB."""

_TRAIN = "Train it again: python -m voice.understanding.train PACK"
