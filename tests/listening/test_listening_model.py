"""A model that is not whole is refused in one sentence, and never ends the process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from voice.listening.model import Model, ModelError, check_folder, load_model

EMBEDDED = Path(__file__).parents[2] / "models" / "en-small"

TRY = """
import json, sys
from voice.listening.model import ModelError, load_model
for path in sys.argv[1:]:
    try:
        load_model(path)
        print(json.dumps("loaded"), flush=True)
    except ModelError as error:
        print(json.dumps(str(error)), flush=True)
"""

BROKEN = [
    ("am/final.mdl", 0.0, "am/final.mdl is empty"),
    ("am/final.mdl", 0.5, "cannot be read"),
    ("am/final.mdl", 0.99, "cannot be read"),
    ("conf/mfcc.conf", 0.0, "conf/mfcc.conf is empty"),
    ("conf/mfcc.conf", 0.02, "conf/mfcc.conf is damaged"),
    ("conf/mfcc.conf", 0.5, "conf/mfcc.conf is damaged"),
    ("conf/model.conf", 0.0, "conf/model.conf is empty"),
    ("conf/model.conf", 0.5, "conf/model.conf is damaged"),
    ("graph/HCLr.fst", 0.0, "graph/HCLr.fst is empty"),
    ("graph/HCLr.fst", 0.5, "cannot be read"),
    ("graph/Gr.fst", 0.0, "graph/Gr.fst is empty"),
    ("graph/Gr.fst", 0.5, "cannot be read"),
    ("graph/Gr.fst", 0.99, "cannot be read"),
    ("graph/words.txt", 0.0, "graph/words.txt is empty"),
    ("graph/words.txt", 0.5, "graph/words.txt is cut short"),
    ("graph/disambig_tid.int", 0.0, "graph/disambig_tid.int is empty"),
    ("graph/phones/word_boundary.int", 0.0, "word_boundary.int is empty"),
]
"""Some of these make libvosk end the process when it is given them."""


def copy(folder: Path) -> Path:
    """The embedded model, its files shared with the original until one is written anew."""
    shutil.copytree(EMBEDDED, folder, copy_function=os.link)
    return folder


def rewrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_half_copied_files_are_refused_and_libvosk_ends_nothing(tmp_path: Path) -> None:
    folders = []
    for number, (name, kept, _) in enumerate(BROKEN):
        folder = copy(tmp_path / str(number))
        content = (folder / name).read_bytes()
        rewrite(folder / name, content[: int(len(content) * kept)])
        folders.append(str(folder))
    tried = subprocess.run(
        [sys.executable, "-c", TRY, *folders], capture_output=True, text=True, check=False
    )
    said = [json.loads(line) for line in tried.stdout.splitlines()]
    assert len(said) == len(BROKEN), tried.stderr
    for (name, kept, says), sentence in zip(BROKEN, said, strict=True):
        assert says in sentence, f"{name} cut to {kept}: {sentence}"
    assert "VoskAPI" not in tried.stderr


@pytest.mark.parametrize(
    "name",
    [str(path.relative_to(EMBEDDED)) for path in sorted(EMBEDDED.rglob("*")) if path.is_file()],
)
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = copy(tmp_path / "model")
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing") as refused:
        load_model(folder)
    assert "unknot models" in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("graph/HCLr.fst", b"<html>", "not what its name says"),
        ("am/final.mdl", b"<html>", "not what its name says"),
        ("conf/model.conf", b"--beam=13\n", "no silence phones"),
        ("conf/model.conf", b"--endpoint.silence-phones=\n", "damaged"),
        ("graph/HCLG.fst", b"x", "takes no run-time grammar"),
    ],
)
def test_a_file_that_is_something_else_is_named(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    folder = copy(tmp_path / "model")
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=says):
        check_folder(folder)


def test_no_folder_an_empty_one_and_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    for name, says in (("absent", "not there"), ("empty", "missing"), ("file", "is a file")):
        with pytest.raises(ModelError, match=says):
            load_model(tmp_path / name)


def test_a_model_without_unknown_words_is_refused(tmp_path: Path) -> None:
    folder = copy(tmp_path / "model")
    words = folder / "graph/words.txt"
    rewrite(words, words.read_bytes().replace(b"[unk]", b"[gone]"))
    with pytest.raises(ModelError, match="has no word"):
        load_model(folder)


def test_the_embedded_model_says_which_words_it_knows(model: Model) -> None:
    assert model.path == EMBEDDED
    assert model.missing("how do i stretch my zzyzx") == ("zzyzx",)
    assert model.missing("how do i stretch my back") == ()
