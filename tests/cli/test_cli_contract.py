"""The command line keeps the contract: names, JSON, exit codes, one sentence with the remedy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from tests.sound.ears import recognise, share_heard
from tests.sound.virtual_card import RATE, VirtualCard
from tests.sound.voices import RMS, Voices
from voice.events import Request

ROOT = Path(__file__).parents[2]
UNKNOT = Path(sys.executable).with_name("unknot")
PACK = ROOT / "prompts" / "knot-in-your-back"
MODEL = ROOT / "models" / "en-small"


@pytest.fixture
def no_sound() -> Mapping[str, str]:
    """The environment of a machine without microphone and loudspeaker."""
    cards = Path("/proc/asound/cards")
    if cards.exists() and "no soundcards" not in cards.read_text(encoding="utf-8"):
        pytest.skip("this machine has a sound card")
    return {"PULSE_SERVER": "unix:/nonexistent"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def unknot(
    home: Path, *arguments: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [UNKNOT, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "UNKNOT_HOME": str(home), **(env or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr[-300:]
    return done


COMMANDS: list[Sequence[str]] = [
    (),
    ("listen",),
    ("ask",),
    ("transcribe",),
    ("understand",),
    ("models",),
    ("models", "install"),
    ("models", "verify"),
    ("models", "add-words"),
    ("models", "remove-words"),
    ("pack", "check"),
    ("bench",),
    ("config",),
    ("voices",),
    ("voices", "play"),
    ("voices", "clearest"),
    ("voices", "use"),
    ("doctor",),
    ("demo",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(home: Path, command: Sequence[str]) -> None:
    done = unknot(home, *command, "--help")
    assert done.returncode == 0
    assert "Usage: unknot" in done.stdout


def test_ask_prints_the_answer(home: Path) -> None:
    done = unknot(home, "ask", "can knots be prevented")
    assert done.returncode == 0
    assert done.stdout.startswith("Yes, there is a lot that helps to prevent them.")


def test_ask_as_json_has_the_fields_of_the_contract(home: Path) -> None:
    done = unknot(home, "ask", "--json", "how do i stretch my back")
    row = json.loads(done.stdout)
    assert list(row) == ["heard", "intent", "slots", "score", "said", "out"]
    assert (row["intent"], row["slots"], row["out"]) == (
        "read_section",
        {"section": "stretching"},
        None,
    )
    assert 0.0 <= row["score"] <= 1.0
    assert row["said"].startswith("Gentle stretching loosens")


def test_ask_with_a_recording_writes_a_spoken_answer(
    home: Path, tmp_path: Path, voices: Voices
) -> None:
    question, answer = tmp_path / "question.wav", tmp_path / "answer.wav"
    sound = voices.say("read the heat section", RMS, before=0.5, after=1.0)
    soundfile.write(question, sound, RATE)
    done = unknot(home, "ask", "--wav", question, "--out", answer, "--json")
    row = json.loads(done.stdout)
    assert (row["heard"], row["out"]) == ("read the heat section", str(answer))
    spoken, rate = soundfile.read(answer, dtype="int16")
    assert rate >= RATE
    assert share_heard(row["said"], recognise(_at_rate(spoken, rate))) > 0.7


def _at_rate(sound: np.ndarray, rate: int) -> np.ndarray:
    return np.asarray(soxr.resample(sound, rate, RATE), np.int16)


def test_ask_keeps_the_recordings_in_the_pack_understood(home: Path, tmp_path: Path) -> None:
    done = unknot(home, "demo", "--into", tmp_path)
    assert done.returncode == 0
    assert done.stdout.count("understood  read_section section=stretching") == 1
    assert done.stdout.count("understood  list_methods") == 1
    assert done.stdout.count("understood  answer_faq question=prevention") == 1
    assert len(list(tmp_path.glob("*.wav"))) == 3


def test_transcribe_prints_one_object_a_line(home: Path) -> None:
    recordings = sorted((PACK / "examples").glob("*.flac"))
    done = unknot(home, "transcribe", "--json", *recordings)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == [str(path) for path in recordings]
    assert list(rows[0]) == ["file", "text", "confidence", "words", "seconds"]
    assert list(rows[0]["words"][0]) == ["word", "start", "end", "conf"]
    assert "how do i stretch my back" in [row["text"] for row in rows]


def test_understand_answers_each_line_in_order(home: Path) -> None:
    lines = ["what are my options", "", "can knots be prevented", "play some jazz"]
    done = unknot(home, "understand", stdin="\n".join(lines) + "\n")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["text"] for row in rows] == lines
    assert [row["intent"] for row in rows] == ["list_methods", "none", "answer_faq", "none"]
    assert list(rows[0]) == ["text", "intent", "slots", "score"]


def test_understand_explains(home: Path) -> None:
    done = unknot(home, "understand", "--explain", stdin="stop\n")
    row = json.loads(done.stdout)
    assert row["layer"] == "template"
    assert row["reason"]


def test_typed_conversation(home: Path) -> None:
    done = unknot(home, "listen", "--text", stdin="what are my options\nthe third one\nstop\n")
    assert done.returncode == 0
    assert "Heat increases the circulation, and it relaxes your muscles." in done.stdout


def test_options_alone_belong_to_listen(home: Path) -> None:
    assert "Goodbye" in unknot(home, "--text", stdin="goodbye\n").stdout


def test_models_tells_which_is_used_and_where_it_comes_from(home: Path) -> None:
    done = unknot(home, "models")
    assert done.returncode == 0
    assert "* en-small" in done.stdout
    assert "small-en-us" in done.stdout


def test_models_verify_finds_every_file_whole(home: Path) -> None:
    done = unknot(home, "models", "verify")
    assert done.returncode == 0
    assert "changed" not in done.stdout


def test_doctor_names_what_is_missing_and_the_remedy(
    home: Path, no_sound: Mapping[str, str]
) -> None:
    done = unknot(home, "doctor", env=no_sound)
    assert done.returncode == 1
    assert "NO  microphone" in done.stdout
    assert "NO  loudspeaker" in done.stdout
    assert "ok  model" in done.stdout


@pytest.mark.sound
def test_doctor_finds_everything_well_with_a_sound_card(
    home: Path, virtual_sound: VirtualCard
) -> None:
    done = unknot(home, "doctor", env=virtual_sound.env)
    assert done.returncode == 0, done.stdout
    assert "NO" not in done.stdout


def silent(path: Path) -> Path:
    soundfile.write(path, np.zeros(RATE, np.int16), RATE)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def half_copied(path: Path) -> Path:
    shutil.copytree(MODEL, path)
    graph = path / "graph" / "HCLr.fst"
    graph.write_bytes(graph.read_bytes()[:100_000])
    return path


def broken_pack(path: Path) -> Path:
    shutil.copytree(PACK, path)
    (path / "article.md").write_text("## Nothing {#nothing}\n", encoding="utf-8")
    return path


def test_bad_input_gets_one_sentence_the_remedy_and_its_exit_code(
    home: Path, tmp_path: Path
) -> None:
    ask_wav = ("ask", "--wav")
    recording = PACK / "examples" / "what-are-my-options.flac"
    table: list[tuple[int, str, tuple[str | Path, ...]]] = [
        (2, "TEXT or with --wav", ("ask",)),
        (2, "TEXT or with --wav", ("ask", "hello", "--wav", "x.wav")),
        (2, "--say or --out", ("ask", "help", "--say", "--out", "a.wav")),
        (2, "No such option", ("ask", "--nonsense")),
        (2, "No such command", ("sing",)),
        (2, "nowhere.wav", (*ask_wav, tmp_path / "nowhere.wav")),
        (2, "empty.wav", (*ask_wav, written(tmp_path / "empty.wav", b""))),
        (2, "text.wav", (*ask_wav, written(tmp_path / "text.wav", b"hello" * 99))),
        (2, str(tmp_path), (*ask_wav, tmp_path)),
        (2, "nopack", ("ask", "help", "--pack", tmp_path / "nopack")),
        (2, "article.md", ("ask", "help", "--pack", broken_pack(tmp_path / "broken"))),
        (3, "nomodel", ("transcribe", recording, "--model", tmp_path / "nomodel")),
        (3, "HCLr.fst", ("transcribe", recording, "--model", half_copied(tmp_path / "half"))),
        (3, "nothere", ("models", "install", "nothere")),
        (3, "out", ("ask", "help", "--out", tmp_path / "missing" / "out.wav")),
    ]
    for code, named, arguments in table:
        done = unknot(home, *arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert named in done.stderr, (arguments, done.stderr)
        assert done.stdout == "", arguments


def test_listening_without_a_microphone_ends_with_three_and_the_remedy(
    home: Path, no_sound: Mapping[str, str]
) -> None:
    done = unknot(home, "listen", env=no_sound)
    assert done.returncode == 3
    assert "microphone" in done.stderr
    assert "--device" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("ask", "play some jazz"), ("ask", "--json", "book me a flight")]
)
def test_what_is_not_understood_ends_with_one(home: Path, arguments: tuple[str, ...]) -> None:
    assert unknot(home, *arguments).returncode == 1


def test_silence_is_heard_as_nothing(home: Path, tmp_path: Path) -> None:
    recording = silent(tmp_path / "silence.wav")
    assert unknot(home, "ask", "--wav", recording).returncode == 1
    assert unknot(home, "transcribe", recording).returncode == 1


def test_pack_check_names_file_line_and_reason(home: Path, tmp_path: Path) -> None:
    assert unknot(home, "pack", "check", PACK).returncode == 0
    done = unknot(home, "pack", "check", broken_pack(tmp_path / "broken"))
    assert done.returncode == 1
    assert "article.md, line 1:" in done.stdout


def test_the_intents_of_the_contract_are_known(home: Path) -> None:
    sentences = {
        "read the heat section": "read_section",
        "what are my options": "list_methods",
        "how long does it take": "answer_faq",
        "guide me through a stretch": "start_stretch",
        "remind me to stretch in ten minutes": "set_reminder",
        "what reminders do i have": "list_reminders",
        "cancel my reminder": "cancel_reminder",
        "what did i miss": "missed_reminders",
        "snooze": "snooze_reminder",
        "pause": "pause",
        "resume": "resume",
        "next": "next",
        "back": "back",
        "repeat that": "repeat",
        "slower": "slower",
        "faster": "faster",
        "louder": "louder",
        "quieter": "quieter",
        "stop": "stop",
        "how much longer": "time_left",
        "where are we": "where_am_i",
        "yes": "yes",
        "no": "no",
        "help": "help",
        "thank you": "thanks",
        "it hurts": "pain",
        "i can't feel my legs": "red_flag",
        "what is the weather in boston": Request("none").intent,
    }
    done = unknot(home, "understand", stdin="\n".join(sentences) + "\n")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["text"]: row["intent"] for row in rows} == sentences


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [UNKNOT, "config"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"UNKNOT_HOME": str(tmp_path)},
    )
    assert process.stdout is not None
    process.stdout.close()
    _, complaint = process.communicate()
    assert complaint == ""
