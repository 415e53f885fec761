"""Somebody speaks while the product reads aloud: what the canceller leaves of it is trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("kaldi_native_fbank", reason="kaldi_native_fbank is not installed")

from models.recipe.augmentation import Samples
from models.recipe.dataset import INTERRUPTING, read_samples
from models.recipe.features import RATE
from models.recipe.interrupting import _scene
from models.recipe.manifest import Recording, list_of, read_list, write_list
from models.recipe.steps import run_step
from models.recipe.texts import Split


def tone(hertz: float, seconds: float) -> Samples:
    """A hum with a beat, as loud as speech."""
    at = np.arange(round(seconds * RATE)) / RATE
    beat = 1 + np.sin(2 * np.pi * 4 * at)
    return np.asarray(4_000 * beat * np.sin(2 * np.pi * hertz * at), dtype=np.float32)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A work folder with two recordings of control words for training and one for the test."""
    recordings = []
    splits: dict[str, Split] = {"stop": "train", "wait": "train", "pause": "test"}
    for name, split in splits.items():
        path = tmp_path / f"{name}.flac"
        soundfile.write(path, tone(300, 0.6).astype(np.int16), RATE)
        recordings.append(
            Recording(path.name, name, ["S"], "somebody", "flite", "control", 0.6, split)
        )
    write_list(list_of(tmp_path, "flite", 1), recordings)
    return tmp_path


def interrupting(work: Path, count: int) -> list[Recording]:
    run_step(INTERRUPTING, ["--work", str(work), "--count", str(count)])
    return list(read_list(list_of(work, INTERRUPTING, 1)))


@pytest.mark.slow
def test_what_was_said_is_kept_with_the_words_and_what_is_kept_apart_is_not_said(
    work: Path,
) -> None:
    made = interrupting(work, 6)
    assert {one.kind for one in made} == {INTERRUPTING}
    assert {one.text for one in made} <= {"stop", "wait"}
    assert all(one.phones == ["S"] for one in made)
    for one in made:
        assert len(read_samples(work / one.path)) == pytest.approx(
            one.seconds * RATE, abs=RATE / 100
        )
        assert 0.9 < one.seconds < 1.8


@pytest.mark.slow
def test_what_is_there_is_not_made_again(work: Path) -> None:
    first = interrupting(work, 3)
    assert interrupting(work, 5)[:3] == first


def test_the_product_is_quieter_than_the_person_whom_it_drowned() -> None:
    said, own = [tone(1_500, 1.0)] * 4, [tone(300, 3.0)]
    for heard in _scene(said, own, np.random.default_rng(4)):
        spectrum = np.abs(np.fft.rfft(heard))
        hertz = np.fft.rfftfreq(len(heard), 1 / RATE)
        of_person = spectrum[(hertz > 1_400) & (hertz < 1_600)].max()
        of_product = spectrum[(hertz > 250) & (hertz < 350)].max()
        assert of_person > of_product
