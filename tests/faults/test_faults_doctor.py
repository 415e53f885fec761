"""`unknot doctor` finds each fault that is put in, and names the one command that mends it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
import sounddevice

from tests.cli.test_cli_contract import unknot
from tests.faults.full_disk import UNKNOT, on_a_full_disk
from tests.sound.virtual_card import VirtualCard
from voice import doctor
from voice.doctor import examine
from voice.listening.recognizer import Recognizer
from voice.listening.sound import Samples
from voice.locks import locked
from voice.session import LISTENING
from voice.sound_check import PATIENCE, Finding, look
from voice.speaking.synthesizer import Synthesizer

NO = 1
"""The exit code when a check failed."""
_FINDING = re.compile(r"^(ok|NO)  ?(.{15}) (.*)$")
_COMMAND = re.compile(r"`([^`]+)`")


def findings_of(printed: str) -> dict[str, Finding]:
    """What the doctor has printed, by part."""
    found: dict[str, Finding] = {}
    for line in printed.splitlines():
        if (new := _FINDING.match(line)) is not None:
            mark, part, what = (text.strip() for text in new.groups())
            last = found[part] = Finding(part, mark == "ok", what)
        else:
            found[last.part] = Finding(last.part, last.ok, last.what, line.strip())
    return found


def examined(home: Path, *options: str, env: Mapping[str, str] | None = None) -> dict[str, Finding]:
    """What `unknot doctor` finds; its exit code says whether all is well."""
    done = unknot(home, "doctor", *options, env=env)
    found = findings_of(done.stdout)
    assert done.returncode == (0 if all(one.ok for one in found.values()) else NO)
    return found


def only(found: Mapping[str, Finding], *parts: str) -> list[Finding]:
    """The findings of what is wrong, which must be these parts."""
    wrong = {part: finding for part, finding in found.items() if not finding.ok}
    assert list(wrong) == list(parts)
    return list(wrong.values())


def command(finding: Finding) -> str:
    """The one command of a remedy."""
    (found,) = _COMMAND.findall(finding.remedy)
    return str(found)


# Sound


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.parametrize(("microphone", "speaker"), [(False, True), (True, False), (False, False)])
def test_a_missing_device(
    virtual_sound: VirtualCard, tmp_path: Path, microphone: bool, speaker: bool
) -> None:
    if not microphone:
        virtual_sound.unplug_microphone()
    if not speaker:
        virtual_sound.unplug_speaker()
    found = examined(tmp_path, env=virtual_sound.env)
    missing = ["microphone"] * (not microphone) + ["loudspeaker"] * (not speaker)
    for finding in only(found, *missing):
        assert command(finding).startswith("systemctl --user restart ")


@pytest.mark.slow
@pytest.mark.sound
def test_a_device_that_is_named_and_not_there_lists_those_that_are(
    virtual_sound: VirtualCard, tmp_path: Path
) -> None:
    found = examined(tmp_path, "--device", "headset,pulse", env=virtual_sound.env)
    (finding,) = only(found, "microphone")
    assert "'headset'" in finding.what
    assert re.search(r"There is: .*\d pulse", finding.what)


@pytest.mark.slow
@pytest.mark.sound
def test_a_sound_server_that_is_down(virtual_sound: VirtualCard, tmp_path: Path) -> None:
    virtual_sound.stop()
    both = only(examined(tmp_path, env=virtual_sound.env), "microphone", "loudspeaker")
    assert {command(one).split()[0] for one in both} == {"systemctl"}


@pytest.mark.slow
@pytest.mark.sound
def test_a_sound_server_that_hangs(virtual_sound: VirtualCard, tmp_path: Path) -> None:
    began = time.monotonic()
    virtual_sound.freeze()
    try:
        found = examined(tmp_path, env=virtual_sound.env)
    finally:
        virtual_sound.thaw()
    for finding in only(found, "microphone", "loudspeaker", "voice"):
        assert "has not answered" in finding.what
        assert command(finding).startswith("systemctl --user restart ")
    assert time.monotonic() - began < 3 * PATIENCE


@pytest.mark.slow
@pytest.mark.sound
def test_a_microphone_that_opens_and_sends_nothing(
    virtual_sound: VirtualCard, tmp_path: Path
) -> None:
    with virtual_sound.suspended_microphone():
        (finding,) = only(examined(tmp_path, env=virtual_sound.env), "microphone")
    assert "stopped sending sound" in finding.what
    assert command(finding).startswith("systemctl --user restart ")


@pytest.mark.slow
@pytest.mark.sound
def test_a_microphone_that_is_muted_is_no_fault_but_told_of(
    virtual_sound: VirtualCard, tmp_path: Path
) -> None:
    finding = examined(tmp_path, env=virtual_sound.env)["microphone"]
    assert "silent to the last bit" in finding.what
    assert command(finding) == "pactl set-source-mute @DEFAULT_SOURCE@ 0"


@pytest.mark.sound
def test_devices_that_another_program_has(
    sound_here: VirtualCard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The virtual card is never busy, so here PortAudio is made to say that it is."""
    assert sound_here.microphone_present

    def taken(*_: object, **__: object) -> None:
        raise sounddevice.PortAudioError("Error opening stream: Device unavailable", -9985)

    monkeypatch.setattr(sounddevice, "RawInputStream", taken)
    monkeypatch.setattr(sounddevice, "RawOutputStream", taken)
    for part in ("microphone", "loudspeaker"):
        finding = look(part, None)
        assert not finding.ok
        assert "another program" in finding.what
        assert command(finding) == "fuser -v /dev/snd/*"


# The voice and the recogniser

BROKEN = {
    "dies": "import sys; sys.exit(1)",
    "hangs": "import time; time.sleep(60)",
    "answers garbage": "print('Audio saved to nowhere, and more of it', flush=True)",
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_voice_that_fails(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    broken = partial(
        Synthesizer, command=(sys.executable, "-c", BROKEN[fault]), timeout=1.0, start_timeout=1.0
    )
    monkeypatch.setattr(doctor, "Synthesizer", broken)
    finding = {one.part: one for one in examine()}["voice"]
    assert not finding.ok
    assert "failed twice" in finding.what
    assert command(finding) == "sudo apt-get install --reinstall libespeak-ng1"


def test_a_recogniser_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    class Raising(Recognizer):
        def accept(self, samples: Samples) -> None:
            del samples
            raise RuntimeError("the decoder has lost its way")

    monkeypatch.setattr(doctor, "Recognizer", Raising)
    finding = {one.part: one for one in examine()}["recogniser"]
    assert not finding.ok
    assert "the decoder has lost its way" in finding.what
    assert "--force-reinstall" in command(finding)


# The machine


@pytest.mark.slow
def test_a_full_disk(tmp_path: Path) -> None:
    done = on_a_full_disk(tmp_path, "doctor")
    assert done.returncode == NO
    finding = findings_of(done.stdout)["data folder"]
    assert not finding.ok
    assert "No space left on device" in finding.what
    assert command(finding).startswith("export UNKNOT_HOME=")


def test_no_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can write there, not even the administrator."""
    monkeypatch.setattr(tempfile, "tempdir", "/proc")
    finding = doctor._temporary_files()
    assert not finding.ok
    assert "/proc cannot be written" in finding.what
    assert command(finding).startswith("export TMPDIR=")


@pytest.mark.slow
def test_a_data_folder_that_is_a_file_and_a_model_that_is_none(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("not a folder")
    found = examined(home, env={"UNKNOT_MODEL": str(tmp_path)})
    assert not found["data folder"].ok
    assert "is no folder" in found["data folder"].what
    assert command(found["data folder"]).startswith("export UNKNOT_HOME=")
    assert not found["model"].ok
    assert command(found["model"]) == "unset UNKNOT_MODEL"


def test_a_clock_that_was_never_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    finding = doctor._clock()
    assert not finding.ok
    assert "1970" in finding.what
    assert command(finding) == "sudo timedatectl set-ntp true"


def test_a_clock_that_was_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNKNOT_HOME", str(tmp_path))
    assert doctor._clock().ok
    kept = tmp_path / "reminders.sqlite3"
    kept.touch()
    assert doctor._clock().ok
    ahead = time.time() + 5 * 86400
    os.utime(kept, (ahead, ahead))
    finding = doctor._clock()
    assert not finding.ok
    assert "something was kept here at" in finding.what
    assert command(finding) == "sudo timedatectl set-ntp true"


@pytest.mark.slow
def test_an_assistant_that_listens_is_told_of(tmp_path: Path) -> None:
    assert examined(tmp_path)["assistant"].what == "none is listening"
    with locked(tmp_path / LISTENING):
        finding = examined(tmp_path)["assistant"]
    assert finding.ok
    assert "one is listening" in finding.what


# The report

PRIVATE = ("zyzzyva", "quixotry", "borborygmus", "marmalade", "sesquipedalian", "flibbertigibbet")

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//a test//
BEGIN:VEVENT
UID:1
DTSTAMP:20300101T000000Z
DTSTART:20300101T090000Z
SUMMARY:Feed the marmalade cat
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.slow
@pytest.mark.sound
def test_a_report_holds_nothing_private(virtual_sound: VirtualCard, tmp_path: Path) -> None:
    folder = tmp_path / "the zyzzyva family"
    home = folder / "quixotry data"
    private = {
        **virtual_sound.env,
        "HOME": str(folder),
        "UNKNOT_HOME": str(home),
        "LOGNAME": "borborygmus",
        "USER": "borborygmus",
        "TMPDIR": str(folder),
    }
    folder.mkdir()
    calendar = tmp_path / "calendar.ics"
    calendar.write_text(CALENDAR)
    for arguments in (
        ("reminders", "import", str(calendar)),
        ("models", "add-words", "flibbertigibbet"),
        ("config", "device", "headset of sesquipedalian"),
        ("config", "rate", "140"),
    ):
        run(arguments, private)
    assert "marmalade" in run(("reminders",), private), "it is kept, so it could be told"
    run(("listen", "--text"), private, stdin="knees to chest\nstop\nstop\n")
    report = tmp_path / "report.txt"
    private["UNKNOT_MODEL"] = str(folder / "a model of quixotry")
    printed = run(("doctor", "--report", str(report)), private, code=NO)
    assert "headset of sesquipedalian" in printed, "the terminal does say which device it is"
    written = report.read_text()
    assert [word for word in PRIVATE if word in written.lower()] == []
    assert "NO microphone: There is no microphone" in written
    assert "NO model:" in written
    assert "rate = 140" in written
    assert "device" in written
    assert "UNKNOT_MODEL" in written
    assert re.search(r"vosk \d", written)
    assert report.stat().st_mode & 0o077 == 0


def run(
    arguments: tuple[str, ...], env: Mapping[str, str], *, stdin: str = "", code: int = 0
) -> str:
    """Runs `unknot`, and returns what it prints."""
    done = subprocess.run(
        [UNKNOT, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={**os.environ, **env},
    )
    assert done.returncode == code, (arguments, done.stderr[-300:])
    return done.stdout


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    done = subprocess.run(
        [UNKNOT, "doctor", "--report", str(tmp_path / "nowhere" / "report.txt")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"UNKNOT_HOME": str(tmp_path)},
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "report.txt" in done.stderr
