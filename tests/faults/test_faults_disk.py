"""The disk is full: what need not be written goes on, and what cannot be kept is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from tests.faults.full_disk import on_a_full_disk
from voice.knowledge import load_pack
from voice.places import pack

pytestmark = pytest.mark.slow

PACK = load_pack(pack())


def test_a_conversation_goes_on_and_says_what_is_not_kept(tmp_path: Path) -> None:
    said = "what are my options\nremind me to use heat in twenty minutes\n"
    said += "speak slower from now on\nknees to chest\nstop\n"
    said += "how often did i stretch this week\nstop\nstop\n"
    done = on_a_full_disk(tmp_path, "listen", "--text", stdin=said)
    assert done.returncode == 0, done.stderr[-300:]
    printed = done.stdout + done.stderr
    assert "Traceback" not in printed
    assert "Errno" not in printed
    assert "Exercise." in done.stdout
    assert "is full, so the reminder is not kept" in done.stdout
    assert PACK.reply("reminders_broken")[0] in done.stdout
    assert PACK.reply("history_broken")[0] in done.stdout
    assert PACK.reply("history_off")[0] not in done.stdout
    assert PACK.reply("kept")[0] not in done.stdout
    assert "config.toml cannot be written: No space left on device." in printed


def test_an_answer_is_still_spoken(tmp_path: Path) -> None:
    out = tmp_path / "answer.wav"
    done = on_a_full_disk(tmp_path, "ask", "how long does it take", "--out", str(out))
    assert done.returncode == 0, done.stderr[-300:]
    assert soundfile.info(out).duration > 5


@pytest.mark.parametrize(
    "arguments",
    [("remind", "use heat in ten minutes"), ("config", "rate", "150"), ("history", "--off")],
    ids=["remind", "config", "history"],
)
def test_what_must_be_written_is_refused_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = on_a_full_disk(tmp_path, *arguments)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "space" in done.stderr
    assert done.stderr.count("\n") == 1
