"""OpenFst's files: byte for byte what OpenFst wrote, and nothing else is taken for one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.vocabulary.conftest import EMBEDDED
from voice.vocabulary import Lexicon, Settings, VocabularyError
from voice.vocabulary.errors import ForeignGraphError
from voice.vocabulary.fst import Fst, assemble, from_bytes, read_fst, to_bytes
from voice.vocabulary.graph import build_sounds

SOUNDS = (EMBEDDED / "graph/HCLr.fst").read_bytes()
SENTENCES = (EMBEDDED / "graph/Gr.fst").read_bytes()
LOOKAHEAD = Path("/usr/lib/x86_64-linux-gnu/libfstlookahead.so.22")


@pytest.mark.parametrize("content", [SOUNDS, SENTENCES], ids=["HCLr.fst", "Gr.fst"])
def test_what_openfst_wrote_is_written_again_byte_for_byte(content: bytes) -> None:
    assert to_bytes(from_bytes(content)) == content


def test_arcs_in_any_order_become_the_graph_that_openfst_wrote() -> None:
    shipped = from_bytes(SENTENCES)
    sources = np.repeat(np.arange(shipped.states, dtype=np.int32), np.diff(shipped.offsets))
    order = np.random.default_rng(1).permutation(len(sources))
    again = assemble(shipped.arcs[order], sources[order], shipped.final, by="input")
    assert np.array_equal(again.arcs, shipped.arcs)
    assert np.array_equal(again.offsets, shipped.offsets)


@pytest.mark.parametrize("name", ["HCLr.fst", "Gr.fst"])
def test_what_is_known_of_a_graph_is_what_openfst_found(name: str) -> None:
    shipped = read_fst(EMBEDDED / "graph" / name)
    sources = np.repeat(np.arange(shipped.states, dtype=np.int32), np.diff(shipped.offsets))
    by = "output" if shipped.ahead else "input"
    again = assemble(shipped.arcs, sources, shipped.final, by=by)  # type: ignore[arg-type]
    assert again.properties & shipped.properties == again.properties


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        SOUNDS[:30],
        SOUNDS[:100],
        SOUNDS[:300_000],
        SOUNDS[:1_000_000],
        SOUNDS[:-4],
        SOUNDS[:-1],
        SOUNDS + b"\0",
        SENTENCES[:-1],
        SENTENCES.replace(b"standard", b"log64xyz", 1),
        SENTENCES.replace(b"const", b"conzt", 1),
        SENTENCES[:40] + b"\xff" * 7 + SENTENCES[47:],
    ],
    ids=range(13),
)
def test_what_is_cut_short_or_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(VocabularyError):
        from_bytes(content)


@pytest.mark.parametrize(
    "content",
    [SENTENCES.replace(b"const", b"ngram", 1), SENTENCES.replace(b"\2\0\0\0", b"\1\0\0\0", 1)],
    ids=["another type", "another version"],
)
def test_what_only_openfst_reads_is_told_from_what_is_damaged(content: bytes) -> None:
    with pytest.raises(ForeignGraphError):
        from_bytes(content)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.fst").write_bytes(SOUNDS[:999])
    for name in ("half.fst", "absent.fst"):
        with pytest.raises(VocabularyError, match=name):
            read_fst(tmp_path / name)


@pytest.fixture
def openfst() -> None:
    if shutil.which("fstprint") is None or not LOOKAHEAD.exists():
        pytest.skip("OpenFst's tools are not installed")


@pytest.mark.usefixtures("openfst")
def test_openfst_reads_what_is_written_here(tmp_path: Path, small: Lexicon) -> None:
    sounds, _ = build_sounds(small, Settings())
    sounds.write(tmp_path / "HCLr.fst")
    printed = subprocess.run(
        ["fstprint", tmp_path / "HCLr.fst"],
        env={**os.environ, "LD_PRELOAD": str(LOOKAHEAD)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert len(printed) == len(sounds.arcs) + np.isfinite(sounds.final).sum()
    assert {row(line) for line in printed} == set(rows(sounds))


def row(line: str) -> tuple[float, ...]:
    """Source, next state, input, output, cost; for a final state itself and its cost."""
    numbers = [float(part) for part in line.split()]
    return tuple(numbers if len(numbers) in {2, 5} else [*numbers, 0.0])


def rows(fst: Fst) -> list[tuple[float, ...]]:
    arcs = [
        (float(state), float(after), float(step), float(output), float(f"{cost:.9g}"))
        for state in range(fst.states)
        for step, output, cost, after in fst.of(state).tolist()
    ]
    finals = [(float(s), float(fst.final[s])) for s in np.flatnonzero(np.isfinite(fst.final))]
    return [*arcs, *finals]
