"""Whatever bytes a file holds, a reader takes them or refuses them with a sentence and a remedy."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.fuzzing import fuzzed, refusing, run, spoilt
from voice.knowledge import PackError, check_pack, load_pack
from voice.listening.sources import AudioFileError, FileSource
from voice.reminders.wording import check_wording, load_wording
from voice.understanding import TemplateError, Understanding
from voice.understanding.compiled import compiled
from voice.understanding.interrupting import interrupting_phrases

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACK = ROOT / "prompts" / "knot-in-your-back"
READ_BY_KNOWLEDGE = ("pack.yaml", "article.md", "replies.yaml", "safety.yaml", "reminders.yaml")


def _recordings() -> list[bytes]:
    tone = (8000 * np.sin(np.arange(200) / 5)).astype(np.int16)
    kinds = [("WAV", "PCM_16"), ("WAV", "FLOAT"), ("FLAC", "PCM_16"), ("OGG", "VORBIS")]
    kinds += [("AIFF", "PCM_16"), ("CAF", "PCM_16"), ("W64", "PCM_16"), ("WAV", "GSM610")]
    whole = [b"", b"RIFF", b"fLaC", b"OggS"]
    for kind, subtype in kinds:
        file = io.BytesIO()
        soundfile.write(file, tone, 8000, format=kind, subtype=subtype)
        whole.append(file.getvalue())
    return whole


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@fuzzed(400)
@given(content=spoilt(_recordings()))
def test_any_recording_is_heard_or_refused(folder: Path, content: bytes) -> None:
    path = folder / "sound.wav"
    path.write_bytes(content)
    with refusing(AudioFileError):
        for block in FileSource(path, limit=60).blocks():
            assert block.samples.dtype == np.int16


@pytest.fixture(scope="module")
def mine(folder: Path) -> Path:
    """A pack of which one file at a time is spoilt."""
    shutil.copytree(PACK, folder / "mine")
    return folder / "mine"


@fuzzed(200)
@given(data=st.data())
def test_any_pack_is_read_or_its_mistakes_are_named(mine: Path, data: st.DataObject) -> None:
    routines = tuple(f"routines/{path.name}" for path in sorted((PACK / "routines").iterdir()))
    name = data.draw(st.sampled_from((*READ_BY_KNOWLEDGE, *routines)))
    whole = (PACK / name).read_bytes()
    (mine / name).write_bytes(data.draw(spoilt([whole])))
    try:
        for problem in (*check_pack(mine), *check_wording(mine)):
            assert problem.reason
            assert "\n" not in str(problem)
        with contextlib.suppress(PackError):
            load_pack(mine)
            load_wording(mine)
    finally:
        (mine / name).write_bytes(whole)


SMALL = {
    "intents/tea.yaml": b"""language: en
lists:
  cups:
    range: {from: 1, to: 20}
  about:
    values:
      - in: (green|black) tea
        out: tea
expansion_rules:
  please: (please|kindly)
skip_words: [well, um]
intents:
  brew:
    data:
      - sentences: ['[<please>] (brew|make) {cups} cup[s] of {about}', 'tea (now;please)']
        slots: {kind: tea}
  stop:
    data:
      - sentences: [stop, 'no more']
""",
    "understanding/safety.yaml": b"""language: en
concepts:
  me: ["i", "my"]
  hot: ["burn*", "(hot|warm) [tea]"]
denials: [hot]
alike: {"can't": ["cannot"]}
rules:
  - intent: pain
    about: hot tea
    all: [me, hot]
    unless: [me]
""",
    "understanding/interrupting.yaml": b"phrases:\n  - stop\n  - 'no'\n",
    "understanding/classifier.npz": (PACK / "understanding" / "classifier.npz").read_bytes(),
}
"""A pack that is read in a millisecond."""


@fuzzed(300)
@given(data=st.data())
def test_any_template_rule_or_classifier_is_taken_or_refused(
    folder: Path, data: st.DataObject
) -> None:
    pack = folder / "small"
    spoilt_one = data.draw(st.sampled_from(sorted(SMALL)))
    for name, content in SMALL.items():
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_bytes(data.draw(spoilt([content])) if name == spoilt_one else content)
    with refusing(TemplateError):
        room = Understanding(pack)
        room.understand("please make two cups of my hot green tea")
        room.grammar_phrases()
        interrupting_phrases(pack)


@pytest.fixture(scope="module")
def kept(folder: Path) -> Path:
    """A data folder with reminders and a history, and copies of their files beside it."""
    home = folder / "kept"
    assert run(["remind", "use heat in twenty minutes"], home).exit_code == 0
    assert run(["remind", "stretch every weekday at nine"], home).exit_code == 0
    assert run(["history", "--on"], home).exit_code == 0
    shutil.copytree(home, folder / "whole")
    return home


@fuzzed(150)
@pytest.mark.usefixtures("understanding_loaded_once")
@given(data=st.data())
def test_any_database_is_read_mended_or_refused(
    kept: Path, folder: Path, data: st.DataObject
) -> None:
    shutil.rmtree(kept)
    shutil.copytree(folder / "whole", kept)
    name = data.draw(st.sampled_from(("reminders.sqlite3", "history.sqlite3")))
    (kept / name).write_bytes(data.draw(spoilt([(folder / "whole" / name).read_bytes(), b""])))
    run(["reminders", "--json"], kept)
    run(["history", "--json"], kept)
    run(["remind", "use ice in ten minutes"], kept)


TEA = ("make", "two", "cups", "of", "green", "tea")

CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//unknot//EN
BEGIN:VEVENT
UID:1@unknot
DTSTAMP:20260310T140000Z
DTSTART;TZID=Europe/London:20260310T150000
RRULE:FREQ=WEEKLY;BYDAY=MO,TU
SUMMARY:Heat
END:VEVENT
END:VCALENDAR
"""


@fuzzed(150)
@given(content=spoilt([CALENDAR]))
def test_any_calendar_is_imported_or_refused(kept: Path, folder: Path, content: bytes) -> None:
    file = folder / "calendar.ics"
    file.write_bytes(content)
    run(["reminders", "import", str(file)], kept)
    run(["reminders"], kept)


@fuzzed(150)
@given(data=st.data())
def test_what_is_kept_of_templates_is_used_only_whole(folder: Path, data: st.DataObject) -> None:
    pack, cache = folder / "plain", folder / "cache"
    for name, content in SMALL.items():
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_bytes(content)
    sound = compiled(pack, None).graph.matches(TEA)
    shutil.rmtree(cache, ignore_errors=True)
    compiled(pack, cache)
    (file,) = cache.iterdir()
    content = data.draw(spoilt([file.read_bytes()[32:]]))
    forged = data.draw(st.booleans())
    file.write_bytes((hashlib.sha256(content).digest() if forged else os.urandom(32)) + content)
    found = compiled(pack, cache).graph.matches(TEA)
    assert forged or found == sound
