from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.recipe import people
from models.recipe.manifest import list_of, read_list
from models.recipe.pronunciations import Pronunciations


def hum(file: Path | io.BytesIO, rate: int = 16000) -> None:
    soundfile.write(file, np.full(rate, 300, np.int16), rate, format="WAV")


def touch(file: Path, rate: int = 16000) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    hum(file, rate)


def test_two_hundred_orders_are_kept_for_the_test(tmp_path: Path, words: Pronunciations) -> None:
    tested = (Path(people.__file__).parent / "speech-to-intent-test.txt").read_text().split()
    assert len(set(tested)) == 200
    names = [tested[0], "other.wav", "unlabelled.wav"]
    for name in names:
        touch(tmp_path / "data/speech/clean" / name)
    label = tmp_path / "data/label/label.json"
    label.parent.mkdir()
    slots = {"intent": "orderDrink", "slots": {"milkAmount": " soy milk"}}
    label.write_text(json.dumps(dict.fromkeys(names[:2], slots)))
    found = people.speech_to_intent(tmp_path)
    assert people.convert(tmp_path, "speech-to-intent", found, words) == 2
    listed = list(read_list(list_of(tmp_path, "speech-to-intent", people.LIST)))
    assert {Path(one.path).stem: one.split for one in listed} == {
        Path(tested[0]).stem: "test",
        "other": "train",
    }
    for one in listed:
        assert one.phones is None
        assert one.text is None
        assert one.slots == {"milkAmount": "soy milk"}


def test_only_public_domain_folders_are_read(tmp_path: Path) -> None:
    for folder in ("amelia/en", "computer/en", "heysavant/wake-word/en", "heycomputer/es"):
        touch(tmp_path / folder / f"{folder.replace('/', '-')}.wav")
    sound = io.BytesIO()
    hum(sound)
    archive = tmp_path / "android/en/android-20201215-jarbas.tar.gz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz") as packed:
        member = tarfile.TarInfo("speaker_android_17.wav")
        member.size = len(sound.getvalue())
        packed.addfile(member, io.BytesIO(sound.getvalue()))
    others = tmp_path / "not-wake-words/en/metadata.csv"
    touch(others.parent / "a.wav")
    others.write_text("a.wav,A Cheddar Block,en,\n")
    found = {one.name: one.text for one in people.precise(tmp_path)}
    assert found == {
        "amelia-en": "amelia",
        "computer-en": "computer",
        "17": "android",
        "a": "a cheddar block",
    }


def test_share_alike_recordings_are_never_trained_on(tmp_path: Path) -> None:
    for number in range(20):
        touch(tmp_path / f"recordings/7_theo_{number}.wav", 8000)
    splits = {one.name: one.split for one in people.digits(tmp_path)}
    assert set(splits.values()) == {"dev", "test"}
    assert splits["7_theo_4"] == "test"
    assert splits["7_theo_5"] == "dev"
    assert "7_theo_15" not in splits


def test_recordings_become_16_khz(tmp_path: Path, words: Pronunciations) -> None:
    touch(tmp_path / "audio/stop/one.wav", 8000)
    touch(tmp_path / "audio/zyzzyva/two.wav")
    (tmp_path / "audio/stop/torn.wav").write_bytes(b"RIFF")
    found = people.wake_words(tmp_path)
    assert people.convert(tmp_path, "wake-words", found, words) == 1
    (one,) = read_list(list_of(tmp_path, "wake-words", people.LIST))
    samples, rate = soundfile.read(tmp_path / one.path)
    assert (rate, len(samples)) == (16000, 16000)
    assert one.phones == ["S", "T", "AA", "P"]


@pytest.mark.parametrize("source", sorted(people.SOURCES))
def test_every_source_says_what_it_is(source: str) -> None:
    assert people.SOURCES[source].__doc__
    assert source in (people.__doc__ or "")


def listed(folder: Path, *lines: object) -> Path:
    file = folder / "list.jsonl"
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return file


def test_other_recordings_come_by_a_list(tmp_path: Path, words: Pronunciations) -> None:
    touch(tmp_path / "a.wav", 11_025)
    line = {"audio": "a.wav", "text": "stop", "speaker": "somebody"}
    found = people.listed(listed(tmp_path, line, line | {"text": "xyzzy"}))
    assert people.convert(tmp_path / "work", "game", found, words) == 1
    (one,) = read_list(list_of(tmp_path / "work", "game", people.LIST))
    assert (one.text, one.voice, one.kind, one.split) == ("stop", "somebody", "people", "train")
    assert one.seconds == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("line", [{"audio": "a.wav"}, ["a.wav"], "a.wav"])
def test_a_list_of_another_form_is_refused_with_its_line(tmp_path: Path, line: object) -> None:
    right = {"audio": "a.wav", "text": "stop", "speaker": "somebody"}
    with pytest.raises(ValueError, match=r"list\.jsonl, line 2: not of the form"):
        list(people.listed(listed(tmp_path, right, line)))
