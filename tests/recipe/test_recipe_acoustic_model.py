"""The acoustic model's file is read and written without loss, and damage is told apart."""

from pathlib import Path

import numpy as np
import pytest

from models.recipe.kaldi import KaldiFileError, read_model, write_model

SHIPPED = Path("models/en-small/am/final.mdl")


def test_what_is_read_is_written_again_to_the_byte(tmp_path: Path) -> None:
    write_model(tmp_path / "final.mdl", read_model(SHIPPED))
    assert (tmp_path / "final.mdl").read_bytes() == SHIPPED.read_bytes()


def test_weights_that_are_put_in_come_out_again(tmp_path: Path) -> None:
    model = read_model(SHIPPED)
    layer = model.components["output.affine"]
    weights = np.linspace(-1, 1, layer.weights.size, dtype=np.float32).reshape(layer.weights.shape)
    layer.weights = weights
    layer.bias = np.arange(len(layer.bias), dtype=np.float32)
    write_model(tmp_path / "final.mdl", model)
    again = read_model(tmp_path / "final.mdl").components["output.affine"]
    assert np.abs(again.weights - weights).max() <= 2 / 65_535
    assert np.array_equal(again.bias, layer.bias)


def test_the_contexts_are_those_of_the_description() -> None:
    model = read_model(SHIPPED)
    assert (model.left, model.right) == (34, 34)
    assert len(model.priors) == 40
    assert model.config[0] == "input-node name=input dim=40"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[: len(data) // 2], "breaks off or is damaged at byte"),
        (lambda data: b"RIFF" + data[4:], "is not an acoustic model"),
        (lambda _: b"", "is not an acoustic model"),
        (
            lambda data: data.replace(b"<BlockDim>", b"<BlackDim>", 1),
            "<BlackDim> that is not known",
        ),
        (lambda data: data.replace(b" CM2 ", b" CM3 ", 1), "'CM3', which is not read here"),
    ],
    ids=["cut short", "another file", "empty", "unknown field", "unknown matrix"],
)
def test_damage_is_named(damage: object, said: str, tmp_path: Path) -> None:
    assert callable(damage)
    path = tmp_path / "final.mdl"
    path.write_bytes(damage(SHIPPED.read_bytes()))
    with pytest.raises(KaldiFileError, match=said):
        read_model(path)
