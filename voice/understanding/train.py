"""Trains a pack's classifier from the pack's own sentences.

    python -m voice.understanding.train prompts/knot-in-your-back

It takes about a minute and gives the same file every time on the same NumPy.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.events import Slot
from voice.understanding.classifier import Classifier, Label
from voice.understanding.context import INNER
from voice.understanding.features import SIZE, features_of
from voice.understanding.pack import parse_templates, read_templates, read_yaml
from voice.understanding.sampling import Sample, sample_templates
from voice.understanding.times import TIME_SLOTS

TEMPLATES_EACH = 8
PARAPHRASES_EACH = 24
NOT_FOR_US_EACH = 40
_FREE_SLOTS = frozenset((*TIME_SLOTS, "about"))
"""Slots that are read off the sentence by other means."""
_EPOCHS = 14
_BATCH = 256
_RATE = 0.4
_DECAY = 2e-6
_SEED = 20260310

Example = tuple[str, Label]


def examples_of(pack: Path) -> list[Example]:
    """Draw the sentences to learn from, each with what it means."""
    templates = read_templates(pack / "intents")
    folder = pack / "understanding"
    sources = (
        (templates["intents"], TEMPLATES_EACH),
        (read_yaml(folder / "paraphrases.yaml")["intents"], PARAPHRASES_EACH),
        (read_yaml(folder / "not_for_us.yaml")["intents"], NOT_FOR_US_EACH),
    )
    found: dict[str, Label] = {}
    for intents, each in sources:
        drawn = sample_templates(parse_templates({**templates, "intents": intents}), each)
        for sample in drawn:
            if sample.intent not in INNER:
                found.setdefault(sample.text, label_of(sample))
    return list(found.items())


def label_of(sample: Sample) -> Label:
    """Reduce what a sentence means to what the classifier has to tell."""
    slots: tuple[tuple[str, Slot], ...] = tuple(
        (name, value) for name, value in sorted(sample.slots.items()) if name not in _FREE_SLOTS
    )
    return Label(sample.intent, slots)


def train(examples: Sequence[Example]) -> Classifier:
    """Fit a softmax over all labels with AdaGrad; rare labels weigh as much as common ones."""
    labels = sorted({label for _, label in examples}, key=repr)
    targets = np.array([labels.index(label) for _, label in examples])
    rows = [features_of(text.split()) for text, _ in examples]
    counts = np.bincount(targets, minlength=len(labels))
    importance = np.sqrt(counts.mean() / counts)[targets].astype(np.float32)
    weights = np.zeros((SIZE, len(labels)), np.float32)
    bias = np.zeros(len(labels), np.float32)
    seen = np.full_like(weights, 1e-4)
    seen_bias = np.full_like(bias, 1e-4)
    chance = np.random.default_rng(_SEED)
    for _ in range(_EPOCHS):
        order = chance.permutation(len(rows))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            dense = _dense([rows[row] for row in batch])
            slope = _slope(dense @ weights + bias, targets[batch]) * importance[batch, None]
            gradient = dense.T @ slope / len(batch) + _DECAY * weights
            seen += gradient**2
            weights -= _RATE * gradient / np.sqrt(seen)
            flat = slope.mean(axis=0)
            seen_bias += flat**2
            bias -= _RATE * flat / np.sqrt(seen_bias)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-9) / 127
    rounded = np.round(weights / scales).astype(np.int8)
    return Classifier(labels, rounded, scales.astype(np.float32), bias)


def _dense(rows: Sequence[tuple[NDArray[np.intp], NDArray[np.float32]]]) -> NDArray[np.float32]:
    dense = np.zeros((len(rows), SIZE), np.float32)
    for place, (indices, values) in enumerate(rows):
        dense[place, indices] = values
    return dense


def _slope(raw: NDArray[np.float32], targets: NDArray[np.intp]) -> NDArray[np.float32]:
    """Derivative of the cross-entropy with respect to the raw scores."""
    grown = np.exp(raw - raw.max(axis=1, keepdims=True))
    share = grown / grown.sum(axis=1, keepdims=True)
    share[np.arange(len(targets)), targets] -= 1
    return np.asarray(share, np.float32)


def main(arguments: Sequence[str]) -> int:
    """Train the classifier of the pack named on the command line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m voice.understanding.train PACK\n")
        return 2
    pack = Path(arguments[0])
    examples = examples_of(pack)
    train(examples).save(pack / "understanding" / "classifier.npz")
    sys.stdout.write(f"trained on {len(examples)} sentences\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
