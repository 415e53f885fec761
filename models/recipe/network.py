"""The network of the model in PyTorch: Kaldi's factorised TDNN, trained by CTC.

Sizes and weights come from an `AcousticModel`, so that training starts where a model on disk
stands, and go back into one. Batch norm keeps the statistics that it has: with those of each
batch, CTC falls back onto the plateau where every frame is blank (seen, not read).

The factorised layers are those of Povey and others, "Semi-Orthogonal Low-Rank Matrix
Factorization for Deep Neural Networks" (Interspeech 2018).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.recipe.features import BANDS, cepstral_matrix
from models.recipe.kaldi import AcousticModel, Component, Matrix

STRIDE = 3
"""Frames of 10 ms from one result to the next."""
_BYPASS = 0.66
"""How much of a layer's input is added to what it makes, as in the file's own description."""
_FIRST_SLOW = 3
"""The layer from which on only every third frame is computed."""


class BatchNorm(nn.Module):
    """Kaldi's batch norm in test mode: no weights, statistics that stay as they are."""

    def __init__(self, component: Component) -> None:
        super().__init__()
        epsilon = cast(float, component.fields["<Epsilon>"])
        scale = 1 / np.sqrt(component.variance + epsilon)
        self.scale: Tensor
        self.shift: Tensor
        self.register_buffer("scale", torch.from_numpy(scale))
        self.register_buffer("shift", torch.from_numpy(-component.mean * scale))

    def forward(self, frames: Tensor) -> Tensor:
        """Shape in and out: (batch, frames, width)."""
        return frames * self.scale + self.shift


class FactorisedLayer(nn.Module):
    """Two thin affine steps, each over two neighbouring frames or one, then ReLU and batch norm."""

    def __init__(self, model: AcousticModel, name: str) -> None:
        super().__init__()
        linear, affine = model.components[f"{name}.linear"], model.components[f"{name}.affine"]
        self.name = name
        self.spans = len(cast(tuple[int, ...], linear.fields["<TimeOffsets>"])) > 1
        self.inner = _parameter(linear.weights)
        self.outer = _parameter(affine.weights)
        self.bias = _parameter(affine.bias)
        self.norm = BatchNorm(model.components[f"{name}.batchnorm"])
        self.dropout = 0.0

    def forward(self, frames: Tensor) -> Tensor:
        """Shape (batch, frames, width) to the same, two frames fewer where neighbours are seen."""
        narrow = functional.linear(_beside(frames) if self.spans else frames, self.inner)
        wide = functional.linear(_beside(narrow) if self.spans else narrow, self.outer, self.bias)
        made = self._drop(self.norm(functional.relu(wide)))
        return (frames[:, 1:-1] if self.spans else frames) * _BYPASS + made

    def _drop(self, frames: Tensor) -> Tensor:
        """Kaldi's dropout: one factor a channel for the whole utterance, 1 on average."""
        if not self.training or not self.dropout:
            return frames
        chance = torch.rand(frames.shape[0], 1, frames.shape[2], device=frames.device)
        return frames * (1 + (chance - 0.5) * 4 * self.dropout)

    def store(self, model: AcousticModel) -> None:
        """Puts the weights back."""
        model.components[f"{self.name}.linear"].weights = _array(self.inner)
        model.components[f"{self.name}.affine"].weights = _array(self.outer)
        model.components[f"{self.name}.affine"].bias = _array(self.bias)


class Network(nn.Module):
    """From log-mel bands to the log-probabilities of blank and phones."""

    def __init__(self, model: AcousticModel) -> None:
        super().__init__()
        parts = model.components
        self._context = model.right
        self.cepstra: Tensor
        self.whitening: Tensor
        self.offset: Tensor
        self.register_buffer("cepstra", torch.from_numpy(cepstral_matrix()))
        self.register_buffer("whitening", torch.from_numpy(parts["lda"].weights))
        self.register_buffer("offset", torch.from_numpy(parts["lda"].bias))
        self.first = _parameter(parts["tdnn1.affine"].weights)
        self.first_bias = _parameter(parts["tdnn1.affine"].bias)
        self.first_norm = BatchNorm(parts["tdnn1.batchnorm"])
        names = [
            n.removesuffix(".linear") for n in parts if n.startswith("tdnnf") and "linear" in n
        ]
        self.layers = nn.ModuleList(FactorisedLayer(model, name) for name in names)
        self.narrow = _parameter(parts["prefinal-l"].weights)
        self.wide = _parameter(parts["prefinal-chain.affine"].weights)
        self.wide_bias = _parameter(parts["prefinal-chain.affine"].bias)
        self.wide_norm = BatchNorm(parts["prefinal-chain.batchnorm1"])
        self.thin = _parameter(parts["prefinal-chain.linear"].weights)
        self.thin_norm = BatchNorm(parts["prefinal-chain.batchnorm2"])
        self.output = _parameter(parts["output.affine"].weights)
        self.output_bias = _parameter(parts["output.affine"].bias)

    def forward(self, bands: Tensor) -> Tensor:
        """The log-probabilities.

        Args:
            bands: shape (batch, frames, 40), as `features.log_mel` makes them.

        Returns:
            Shape (batch, ceil(frames / 3), 40); the last axis is blank, then the 39 phones in
            the order of the alphabet.
        """
        return functional.log_softmax(self._scores(bands).float(), dim=-1)

    def _scores(self, bands: Tensor) -> Tensor:
        frames = self._padded(bands @ self.cepstra)
        frames = torch.cat((frames[:, :-2], frames[:, 1:-1], frames[:, 2:]), dim=-1)
        frames = functional.linear(frames, self.whitening, self.offset)
        frames = self.first_norm(
            functional.relu(functional.linear(frames, self.first, self.first_bias))
        )
        for index, layer in enumerate(self.layers):
            if index == _FIRST_SLOW:
                frames = frames[:, ::STRIDE]
            frames = layer(frames)
        frames = functional.linear(frames, self.narrow)
        frames = self.wide_norm(
            functional.relu(functional.linear(frames, self.wide, self.wide_bias))
        )
        frames = self.thin_norm(functional.linear(frames, self.thin))
        return functional.linear(frames, self.output, self.output_bias)

    def _padded(self, frames: Tensor) -> Tensor:
        """The first and the last frame repeated, as Vosk's decoder does."""
        before = frames[:, :1].expand(-1, self._context, -1)
        after = frames[:, -1:].expand(-1, self._context, -1)
        return torch.cat((before, frames, after), dim=1)

    def set_dropout(self, share: float) -> None:
        """Kaldi's dropout proportion, for training mode."""
        for layer in self._factorised():
            layer.dropout = share

    def stored(self, model: AcousticModel) -> AcousticModel:
        """A copy of the model with this network's weights in it."""
        model = copy.deepcopy(model)
        parts = model.components
        parts["tdnn1.affine"].weights = _array(self.first)
        parts["tdnn1.affine"].bias = _array(self.first_bias)
        for layer in self._factorised():
            layer.store(model)
        parts["prefinal-l"].weights = _array(self.narrow)
        parts["prefinal-chain.affine"].weights = _array(self.wide)
        parts["prefinal-chain.affine"].bias = _array(self.wide_bias)
        parts["prefinal-chain.linear"].weights = _array(self.thin)
        parts["output.affine"].weights = _array(self.output)
        parts["output.affine"].bias = _array(self.output_bias)
        return model

    def _factorised(self) -> Iterator[FactorisedLayer]:
        for layer in self.layers:
            yield cast(FactorisedLayer, layer)


def results(frames: int) -> int:
    """How many results that many frames of 10 ms give."""
    return (frames + STRIDE - 1) // STRIDE


def silence_like(length: int) -> Matrix:
    """Bands of near silence, shape (length, 40): what fills a batch up."""
    return np.full((length, BANDS), 2.0, dtype=np.float32)


def _beside(frames: Tensor) -> Tensor:
    """Each frame beside the one before it: (batch, n, width) to (batch, n - 1, 2 width)."""
    return torch.cat((frames[:, :-1], frames[:, 1:]), dim=-1)


def _parameter(values: Matrix) -> nn.Parameter:
    return nn.Parameter(torch.from_numpy(np.array(values, dtype=np.float32)))


def _array(parameter: Tensor) -> Matrix:
    return cast(Matrix, parameter.detach().cpu().numpy().astype(np.float32))
