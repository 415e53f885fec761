"""Which model is used, and whether it is whole."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from voice.listening.model import load_model
from voice.models import (
    EMBEDDED,
    OFFICIAL,
    ModelsError,
    find_model,
    list_models,
    read_manifest,
    shipped,
    verify,
)


def _change_one_byte(path: Path) -> None:
    """As long as before, and another file all the same."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.fixture(autouse=True)
def no_other_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine's Vosk has downloaded is not for the tests."""
    monkeypatch.delenv("UNKNOT_MODEL", raising=False)
    monkeypatch.setattr("vosk.MODEL_DIRS", [])


def put_official(home: Path) -> Path:
    """A folder as `install` leaves it."""
    folder = home / "models" / OFFICIAL
    shutil.copytree(shipped() / EMBEDDED, folder)
    sums = read_manifest()[EMBEDDED].files
    listed = {file: {"bytes": what.bytes, "sha256": what.sha256} for file, what in sums.items()}
    (folder / "unknot-files.json").write_text(json.dumps(listed))
    return folder


def test_the_embedded_model_is_used_when_there_is_no_other(tmp_path: Path) -> None:
    chosen = find_model(home=tmp_path / "nothing yet")
    assert (chosen.name, chosen.path) == (EMBEDDED, shipped() / EMBEDDED)
    assert chosen.why == "It comes with unknot; small-en-us is not installed."


def test_the_official_model_is_preferred_once_installed(tmp_path: Path) -> None:
    folder = put_official(tmp_path)
    chosen = find_model(home=tmp_path)
    assert (chosen.name, chosen.path) == (OFFICIAL, folder)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: (folder / "graph/HCLr.fst").unlink(),
        lambda folder: (folder / "am/final.mdl").write_bytes(b"\0B half"),
        lambda folder: _change_one_byte(folder / "am/final.mdl"),
        lambda folder: (folder / "unknot-files.json").unlink(),
        lambda folder: (folder / "unknot-files.json").write_text("{"),
    ],
    ids=[
        "a file is missing",
        "a file is cut short",
        "a byte is changed",
        "no list of files",
        "list is damaged",
    ],
)
def test_a_half_copied_official_model_is_passed_over(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    spoil(put_official(tmp_path))
    chosen = find_model(home=tmp_path)
    assert chosen.name == EMBEDDED
    assert chosen.why == "It comes with unknot; small-en-us is not whole."
    assert {check.state for check in verify(home=tmp_path) if check.model == OFFICIAL} & {
        "missing",
        "changed",
    }


def test_a_model_that_vosk_itself_downloaded_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vosk" / "vosk-model-small-en-us-0.15"
    shutil.copytree(shipped() / EMBEDDED, folder)
    monkeypatch.setattr("vosk.MODEL_DIRS", [None, tmp_path / "absent", tmp_path / "vosk"])
    assert find_model(home=tmp_path).path == folder
    folder.with_name(f"{folder.name}.zip").touch()
    assert find_model(home=tmp_path).name == EMBEDDED


def test_a_named_model_outranks_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_official(tmp_path)
    monkeypatch.setenv("UNKNOT_MODEL", str(shipped() / EMBEDDED))
    assert find_model(home=tmp_path).why == "UNKNOT_MODEL names it."
    (tmp_path / "mine").mkdir()
    assert find_model(tmp_path / "mine", home=tmp_path).path == tmp_path / "mine"


@pytest.mark.parametrize(
    ("name", "says"), [("absent", "is not there"), ("file", "is not a folder")]
)
def test_a_named_model_that_is_none_is_refused(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelsError, match=says) as refused:
        find_model(tmp_path / name, home=tmp_path)
    assert "folder with a Vosk model" in refused.value.remedy


def test_the_list_says_what_is_here_and_what_is_used(tmp_path: Path) -> None:
    listed = {model.name: model for model in list_models(home=tmp_path)}
    assert listed[EMBEDDED].used
    assert listed[EMBEDDED].path is not None
    assert not listed[OFFICIAL].used
    assert listed[OFFICIAL].path is None
    assert {model.licence for model in listed.values()} == {"Apache-2.0"}


def test_a_model_of_ones_own_is_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    monkeypatch.setenv("UNKNOT_MODEL", str(mine))
    assert [model.path for model in list_models(home=tmp_path) if model.used] == [mine]


def test_every_file_that_ships_is_what_the_manifest_says(tmp_path: Path) -> None:
    began = time.perf_counter()
    checks = verify(home=tmp_path)
    assert time.perf_counter() - began < 0.3
    assert {check.state for check in checks} == {"whole"}
    in_folder = {
        str(path.relative_to(shipped() / EMBEDDED))
        for path in (shipped() / EMBEDDED).rglob("*")
        if path.is_file()
    }
    assert {check.file for check in checks} == in_folder


def test_the_embedded_model_loads() -> None:
    assert load_model(shipped() / EMBEDDED).knows("back")


def test_the_embedded_model_is_not_used_once_a_byte_of_it_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shipped(), tmp_path / "shipped", ignore=shutil.ignore_patterns("recipe"))
    monkeypatch.setattr("voice.models.shipped", lambda: tmp_path / "shipped")
    assert find_model(home=tmp_path).name == EMBEDDED
    _change_one_byte(tmp_path / "shipped" / EMBEDDED / "graph/HCLr.fst")
    with pytest.raises(ModelsError, match="not whole") as raised:
        find_model(home=tmp_path)
    assert "install" in raised.value.remedy


def test_verify_names_the_file_that_changed(tmp_path: Path) -> None:
    folder = put_official(tmp_path)
    words = folder / "graph/words.txt"
    sound = words.read_bytes()
    words.write_bytes(sound.replace(b"back", b"bakc", 1))
    (folder / "am/final.mdl").unlink()
    wrong = {check.file: check.state for check in verify(home=tmp_path) if check.state != "whole"}
    assert wrong == {"graph/words.txt": "changed", "am/final.mdl": "missing"}


@pytest.mark.parametrize("content", [None, "models: [", "models: [{name: x}]", "- 1"])
def test_a_damaged_manifest_is_one_sentence(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "manifest.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ModelsError, match="list of models"):
        read_manifest(path)
