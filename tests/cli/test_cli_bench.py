"""`unknot bench`: where the time goes, stage by stage."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from tests.cli.test_cli_contract import unknot
from voice.timing import STAGES

HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None


def test_each_question_of_the_pack_is_heard_and_its_stages_add_up(tmp_path: Path) -> None:
    done = unknot(tmp_path, "bench", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["question"] for row in rows] == [
        "can knots be prevented",
        "how do i stretch my back",
        "what are my options",
    ]
    for row in rows:
        assert row["total"] == pytest.approx(sum(row[stage] for stage in STAGES))
        assert 0.16 < row["silence"] < 1.3
        assert row["voice"] > 0


def test_it_prints_a_line_for_each_under_the_names_of_the_stages(tmp_path: Path) -> None:
    recording = Path("prompts/knot-in-your-back/examples/what-are-my-options.flac").resolve()
    head, line = unknot(tmp_path, "bench", recording).stdout.splitlines()
    assert head.split() == ["milliseconds", *STAGES, "in", "all"]
    assert line.startswith("what are my options ")
    *stages, total = map(int, line.split()[4:])
    assert sum(stages) == pytest.approx(total, abs=3)


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("none.wav",), 2, "none.wav"),
        ((Path(__file__),), 2, "is not audio that can be read"),
        (("--voice", "nobody"), 3, "The voice 'nobody' does not exist."),
    ],
)
def test_what_cannot_be_timed_is_told(
    tmp_path: Path, arguments: tuple[str | Path, ...], code: int, what: str
) -> None:
    done = unknot(tmp_path, "bench", *arguments)
    assert done.returncode == code
    assert what in done.stderr


def test_a_picture_is_drawn_or_the_remedy_told(tmp_path: Path) -> None:
    picture = tmp_path / "time.png"
    done = unknot(tmp_path, "bench", "--plot", picture)
    assert done.returncode == (0 if HAS_MATPLOTLIB else 3)
    assert picture.exists() == HAS_MATPLOTLIB
    assert HAS_MATPLOTLIB or "pip install matplotlib" in done.stderr
