"""The step that lists recordings of people, from checkouts of public repositories.

    python -m models.recipe people --speech-to-intent DIR --wake-words DIR ...

| source | repository | licence | used for |
| --- | --- | --- | --- |
| speech-to-intent | Picovoice/speech-to-intent-benchmark | Apache-2.0 | training, 200 to test |
| wake-words | Picovoice/wake-word-benchmark | Apache-2.0 | training |
| precise | MycroftAI/Precise-Community-Data | public domain, by folder | training |
| digits | Jakobovski/free-spoken-digit-dataset | CC BY-SA 4.0 | dev and test alone |

Other recordings whose words are known come by a list (`listed`): which are free to train on is for
whoever lists them to see to. What they say is checked by the step `transcripts`.

None of the recordings is committed. Of Precise-Community-Data only the folders whose contributors
gave them to the public domain (its `licenses/`) are read. What is under a share-alike licence is
listened to, never trained on.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from models.recipe.manifest import FOLDER, Recording, list_of, write_list
from models.recipe.pronunciations import Pronunciations, guessing, phones, standard
from models.recipe.texts import Split
from models.recipe.voices.base import RATE

LIST = "people"
"""Second part of the lists' names."""
LISTED = "people"
"""The kind of recordings that came by a list."""
_SHORTEST_S, _LONGEST_S = 0.2, 16.0
_DEV_PERCENT = 4
"""Of the recordings that are trained on, to choose by; their speakers are heard in training."""
_TEST_NAMES = Path(__file__).parent / "speech-to-intent-test.txt"
"""File names of the 200 orders that are tested on, one a line."""
_WORDS = {"heychatterbox": "hey chatterbox", "heycomputer": "hey computer"}
"""What is said in folders that are not named by it."""
_PRECISE_FOLDERS = (
    "amelia/en",
    "athena/en",
    "computer/en",
    "heychatterbox/en-us",
    "heycomputer/en",
)
_PRECISE_ARCHIVES = ("android/en/android-20201215-jarbas.tar.gz",)
_PRECISE_OTHERS = "not-wake-words/en"
_DIGITS = "zero one two three four five six seven eight nine".split()
_DIGIT_TEST = range(5)
"""Numbers of the recordings of each digit and speaker that are the official test set."""
_DIGIT_DEV = range(5, 15)


@dataclass(frozen=True, slots=True)
class Found:
    """One recording of a checkout."""

    name: str
    """Of the file that will be written, without its ending."""
    sound: Path | bytes
    text: str | None
    voice: str
    kind: str
    split: Split
    slots: Mapping[str, str] | None = None


def speech_to_intent(checkout: Path) -> Iterator[Found]:
    """619 orders at a coffee machine by over 50 people, with what they ask for, not their words."""
    tested = frozenset(_TEST_NAMES.read_text(encoding="utf-8").split())
    labels = json.loads((checkout / "data/label/label.json").read_text(encoding="utf-8"))
    for file in sorted((checkout / "data/speech/clean").glob("*.wav")):
        if file.name in labels:
            slots = {name: value.strip() for name, value in labels[file.name]["slots"].items()}
            split: Split = "test" if file.name in tested else "train"
            yield Found(file.stem, file, None, "unknown", "order", split, slots)


def wake_words(checkout: Path) -> Iterator[Found]:
    """2,292 recordings of six wake words by more than 50 people."""
    for folder in sorted(path for path in (checkout / "audio").iterdir() if path.is_dir()):
        for file in sorted((*folder.glob("*.wav"), *folder.glob("*.flac"))):
            name = f"{folder.name.replace(' ', '-')}-{file.stem}"
            yield Found(name, file, folder.name, "unknown", "wake", _mostly_train(name))


def precise(checkout: Path) -> Iterator[Found]:
    """Wake words and others, given to the public domain by a few people."""
    for folder in _PRECISE_FOLDERS:
        word = folder.split("/")[0]
        text = _WORDS.get(word, word)
        for file in sorted((checkout / folder).glob("*.wav")):
            yield Found(file.stem, file, text, f"precise-{word}", "wake", _mostly_train(file.stem))
    for archive in _PRECISE_ARCHIVES:
        word = archive.split("/")[0]
        for name, sound in _unpacked(checkout / archive):
            yield Found(name, sound, word, f"precise-{word}", "wake", _mostly_train(name))
    with (checkout / _PRECISE_OTHERS / "metadata.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            file = checkout / _PRECISE_OTHERS / row[0]
            text = row[1].strip().lower()
            yield Found(file.stem, file, text, "precise-others", "wake", _mostly_train(file.stem))


def digits(checkout: Path) -> Iterator[Found]:
    """English digits at 8 kHz by six people from four countries, none of whom is trained on."""
    for file in sorted((checkout / "recordings").glob("*.wav")):
        digit, speaker, number = file.stem.split("_")
        text = _DIGITS[int(digit)]
        if int(number) in _DIGIT_TEST:
            yield Found(file.stem, file, text, speaker, "digit", "test")
        elif int(number) in _DIGIT_DEV:
            yield Found(file.stem, file, text, speaker, "digit", "dev")


def listed(file: Path) -> Iterator[Found]:
    """Recordings by a list: a JSON object a line, with `audio`, `text` and `speaker`.

    Raises:
        ValueError: a line is not of this form.
    """
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            sound, text, speaker = (str(entry[key]) for key in ("audio", "text", "speaker"))
        except (ValueError, KeyError, TypeError) as trouble:
            form = '{"audio": FILE, "text": "lower-case words", "speaker": NAME}'
            raise ValueError(f"{file}, line {number}: not of the form {form}") from trouble
        path = file.parent / sound
        yield Found(f"{number:06}", path, text, speaker, LISTED, "train")


SOURCES: Mapping[str, Callable[[Path], Iterator[Found]]] = {
    "speech-to-intent": speech_to_intent,
    "wake-words": wake_words,
    "precise": precise,
    "digits": digits,
}
"""How the checkout of each source is read, by the name of its manifests."""


def _mostly_train(name: str) -> Split:
    place = int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100
    return "dev" if place < _DEV_PERCENT else "train"


def _unpacked(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The sounds of a tar archive: their names, the long ones cut to what tells them apart."""
    with tarfile.open(archive) as packed:
        for member in sorted(packed.getmembers(), key=lambda one: one.name):
            content = packed.extractfile(member) if member.name.endswith(".wav") else None
            if content:
                yield Path(member.name).stem.rpartition("_")[2], content.read()


def convert(work: Path, source: str, found: Iterator[Found], known: Pronunciations) -> int:
    """Write every recording of a source in the form that is kept, and their list.

    Args:
        work: the folder of everything made here.
        source: its name.
        found: its recordings.
        known: how words are said.

    Returns:
        How many there are.
    """
    folder = work / FOLDER / source / LIST
    folder.mkdir(parents=True, exist_ok=True)
    recordings = []
    for one in found:
        if one.text is not None and not all(word in known for word in one.text.split()):
            sys.stderr.write(f"people: {source}: {one.text!r} has no pronunciation\n")
            continue
        try:
            samples = as_kept(io.BytesIO(one.sound) if isinstance(one.sound, bytes) else one.sound)
        except soundfile.LibsndfileError as trouble:
            sys.stderr.write(f"people: {source}: {one.name} cannot be read: {trouble}\n")
            continue
        seconds = len(samples) / RATE
        if _SHORTEST_S <= seconds <= _LONGEST_S:
            path = folder / f"{one.name}.flac"
            soundfile.write(path, samples, RATE, subtype="PCM_16")
            recordings.append(
                Recording(
                    path=path.relative_to(work).as_posix(),
                    text=one.text,
                    phones=None if one.text is None else list(phones(known.pick(one.text))),
                    voice=one.voice,
                    source=source,
                    kind=one.kind,
                    seconds=round(seconds, 3),
                    split=one.split,
                    slots=one.slots,
                )
            )
    write_list(list_of(work, source, LIST), recordings)
    return len(recordings)


def as_kept(file: Path | BinaryIO) -> NDArray[np.int16]:
    """A sound file as mono at 16 kHz: shape (n,)."""
    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    mono = sound[:, 0] if rate == RATE else soxr.resample(sound[:, 0], rate, RATE)
    return np.asarray(np.clip(np.rint(mono * 32768), -32768, 32767), np.int16)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    for source, read in SOURCES.items():
        about = (read.__doc__ or "").splitlines()[0]
        parser.add_argument(f"--{source}", type=Path, help=f"a checkout: {about}")
    parser.add_argument(
        "--listed",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="any other recordings by a list: a JSON object a line, with audio, text and speaker",
    )


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Lists the recordings of every source that is given.

    Raises:
        OSError: a checkout lacks something, or a list is not there.
        SystemExit: a list is not of the form.
    """
    for source, read in SOURCES.items():
        checkout = getattr(arguments, source.replace("-", "_"))
        if checkout is None:
            sys.stderr.write(f"people: without {source}: no checkout is given\n")
        else:
            count = convert(work, source, read(checkout), standard())
            sys.stderr.write(f"people: {source}: {count} recordings\n")
    for option in arguments.listed:
        name, equals, file = option.partition("=")
        if not (name and equals and file):
            raise SystemExit(f"people: --listed {option}: not of the form NAME=FILE")
        try:
            count = convert(work, name, listed(Path(file)), guessing())
        except ValueError as trouble:
            raise SystemExit(f"people: {trouble}") from trouble
        sys.stderr.write(f"people: {name}: {count} recordings\n")
