"""A model that is not whole is refused in one sentence, and never ends the process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import timeit
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from voice.listening.model import Model, ModelError, check_folder, load_model
from voice.vocabulary.fst import Fst, read_fst, to_bytes

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
    ("graph/HCLr.fst", 0.00001, "HCLr.fst is damaged"),
    ("graph/HCLr.fst", 0.00005, "HCLr.fst is damaged"),
    ("graph/HCLr.fst", 0.5, "HCLr.fst is damaged"),
    ("graph/HCLr.fst", 0.9, "HCLr.fst is damaged"),
    ("graph/HCLr.fst", 0.9999, "HCLr.fst is damaged"),
    ("graph/Gr.fst", 0.0, "graph/Gr.fst is empty"),
    ("graph/Gr.fst", 0.5, "Gr.fst is damaged"),
    ("graph/Gr.fst", 0.99, "Gr.fst is damaged"),
    ("graph/words.txt", 0.0, "graph/words.txt is empty"),
    ("graph/words.txt", 0.41, "graph/words.txt is cut short"),
    ("graph/disambig_tid.int", 0.0, "graph/disambig_tid.int is empty"),
    ("graph/phones/word_boundary.int", 0.0, "word_boundary.int is empty"),
    ("graph/phones/word_boundary.int", 0.5, "word_boundary.int lacks phones"),
]
"""Some of these make libvosk end the process when it is given them."""


SOUNDS = read_fst(EMBEDDED / "graph/HCLr.fst")
SENTENCES = read_fst(EMBEDDED / "graph/Gr.fst")


def spoilt(fst: Fst, field: str, number: int) -> bytes:
    """A graph in which one arc of seven says something else."""
    arcs = fst.arcs.copy()
    arcs[field][100::7] = number
    return to_bytes(replace(fst, arcs=arcs))


def changed(name: str, old: bytes, new: bytes) -> bytes:
    content = (EMBEDDED / name).read_bytes()
    assert old in content
    return content.replace(old, new, 1)


def with_line(name: str, line: bytes) -> bytes:
    return (EMBEDDED / name).read_bytes() + line + b"\n"


DAMAGED = [
    ("graph/HCLr.fst", spoilt(SOUNDS, "next", 10**8), "HCLr.fst is damaged"),
    ("graph/HCLr.fst", spoilt(SOUNDS, "next", -1), "HCLr.fst is damaged"),
    ("graph/HCLr.fst", spoilt(SOUNDS, "input", 9999), "does not belong to am/final.mdl"),
    ("graph/HCLr.fst", spoilt(SOUNDS, "output", 99_999), "does not belong to graph/HCLr.fst"),
    ("graph/HCLr.fst", to_bytes(replace(SOUNDS, start=-1)), "HCLr.fst is damaged"),
    ("graph/HCLr.fst", to_bytes(replace(SOUNDS, start=10**7)), "HCLr.fst is damaged"),
    ("graph/HCLr.fst", to_bytes(SENTENCES), "does not belong to am/final.mdl"),
    ("graph/Gr.fst", to_bytes(SOUNDS), "Gr.fst is not the graph of sentences"),
    ("graph/Gr.fst", spoilt(SENTENCES, "next", 10**8), "Gr.fst is damaged"),
    ("graph/Gr.fst", spoilt(SENTENCES, "input", 1), "Gr.fst is not the graph of sentences"),
    ("graph/words.txt", b"<eps> 0\nhallo 1\n[unk] 2\n", "words.txt does not belong to"),
    ("graph/words.txt", b"<eps> 0\nhallo welt\n", "words.txt does not belong to"),
    ("graph/phones/word_boundary.int", b"1 nonword\n", "lacks phones of am/final.mdl"),
    ("graph/phones/word_boundary.int", b"nothing\n", "lacks phones of am/final.mdl"),
    ("graph/disambig_tid.int", b"abc\n", "cannot be read"),
    ("am/final.mdl", b"\0B<TransitionModel> and no more", "final.mdl is damaged"),
    ("am/final.mdl", changed("am/final.mdl", b"<LogProbs>", b"<LogFrobs>"), "final.mdl is damaged"),
    ("am/final.mdl", changed("am/final.mdl", b"<Nnet3>", b"<Nnet4>"), "cannot be read"),
    ("conf/model.conf", with_line("conf/model.conf", b"--nonsense=1"), "cannot be read"),
    ("conf/model.conf", with_line("conf/model.conf", b"--beam=x"), "cannot be read"),
    ("conf/model.conf", with_line("conf/model.conf", b"--beam=0"), "cannot be read"),
    ("conf/model.conf", with_line("conf/model.conf", b"--acoustic-scale=0"), "--acoustic-scale"),
    (
        "conf/model.conf",
        changed("conf/model.conf", b"factor=3", b"factor=0"),
        "impossible --frame-subsampling-factor",
    ),
    (
        "conf/model.conf",
        changed("conf/model.conf", b"phones=1", b"phones=1:x"),
        "impossible --endpoint.silence-phones",
    ),
    ("conf/mfcc.conf", with_line("conf/mfcc.conf", b"--frame-shift=0"), "--frame-shift"),
    ("conf/mfcc.conf", with_line("conf/mfcc.conf", b"--frame-length=x"), "--frame-length"),
    ("conf/mfcc.conf", changed("conf/mfcc.conf", b"ceps=40", b"ceps=0"), "--num-ceps"),
    ("conf/mfcc.conf", changed("conf/mfcc.conf", b"ceps=40", b"ceps=13"), "cannot be read"),
    ("conf/mfcc.conf", changed("conf/mfcc.conf", b"bins=40", b"bins=400"), "--num-mel-bins"),
]
"""Half of these end the process when libvosk gets to see them, at once or with the first sound."""


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


def test_files_of_something_else_are_refused_and_libvosk_ends_nothing(tmp_path: Path) -> None:
    folders = []
    for number, (name, content, _) in enumerate(DAMAGED):
        folder = copy(tmp_path / str(number))
        rewrite(folder / name, content)
        folders.append(str(folder))
    tried = subprocess.run(
        [sys.executable, "-c", TRY, *folders], capture_output=True, text=True, check=False
    )
    said = [json.loads(line) for line in tried.stdout.splitlines()]
    assert len(said) == len(DAMAGED), tried.stderr
    for (name, _, says), sentence in zip(DAMAGED, said, strict=True):
        assert says in sentence, f"{name}: {sentence}"
        assert "\n" not in sentence


def test_looking_through_a_folder_takes_a_moment(
    record_property: Callable[[str, object], None],
) -> None:
    best = min(timeit.repeat(lambda: check_folder(EMBEDDED), number=1, repeat=5))
    record_property("milliseconds to check the embedded model", round(best * 1000, 1))
    assert best < 0.1


@pytest.mark.parametrize(
    "name",
    [
        str(path.relative_to(EMBEDDED))
        for path in sorted(EMBEDDED.rglob("*"))
        if path.is_file() and path.name != "lexicon.txt"
    ],
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
