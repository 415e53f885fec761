"""What may interrupt the product is controls alone, and a pack may have none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.understanding import TemplateError, Understanding
from voice.understanding.interrupting import FILE, interrupting_phrases

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
CONTROLS = {
    *("pause", "resume", "next", "back", "repeat", "slower", "faster", "louder", "quieter"),
    *("stop", "time_left", "where_am_i", "yes", "no", "help", "pain", "red_flag"),
}


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return Understanding(PACK)


@pytest.mark.parametrize("phrase", interrupting_phrases(PACK))
def test_each_phrase_is_a_control(understanding: Understanding, phrase: str) -> None:
    assert understanding.understand(phrase).intent in CONTROLS


def test_every_control_may_interrupt(understanding: Understanding) -> None:
    reached = {understanding.understand(phrase).intent for phrase in interrupting_phrases(PACK)}
    assert reached == CONTROLS


def test_a_pack_may_have_none(tmp_path: Path) -> None:
    assert interrupting_phrases(tmp_path) == ()


@pytest.mark.parametrize("text", ["phrases: stop\n", "phrases: [yes]\n", "- stop\n", "a: b\n"])
def test_a_mistake_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / FILE
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(TemplateError, match=r"interrupting\.yaml") as trouble:
        interrupting_phrases(tmp_path)
    assert trouble.value.remedy
