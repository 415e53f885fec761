"""People who speak while the product does: its own voice is in the room, and its canceller at work.

Recordings that were made by the steps before are said again, over the product reading its own
pack aloud. Loudspeaker, person and microphone are in one of many made-up rooms; what the
microphone gets goes through `voice.listening.canceller`, and what that leaves is kept. So the
network learns the remains of the very voice that it has to hear through, and what the canceller
does to speech.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.signal
import soundfile
import soxr

from models.recipe.augmentation import Samples, impulse_response
from models.recipe.dataset import INTERRUPTING, read_samples
from models.recipe.features import RATE
from models.recipe.manifest import Recording, append, list_of, lists, open_list, read_list
from models.recipe.progress import Progress
from models.recipe.texts import PACK
from voice.knowledge import Pack, load_pack
from voice.listening.canceller import Canceller
from voice.listening.sound import Block
from voice.speaking.errors import VoiceError
from voice.speaking.mixer import DUCK_DB
from voice.speaking.played import Played
from voice.speaking.speech import Pcm
from voice.speaking.synthesizer import Synthesizer

_BLOCK = 320
_WAY_OUT = 0.06
"""Seconds from the player to the loudspeaker."""
_SCENE = 24
"""Recordings that are said in one room."""
_QUIET_FIRST = 6.0
"""Seconds before the first one, in which the canceller gets to know the room."""
_PAUSE = (0.8, 2.2)
"""Seconds between two, in which only the product is heard."""
_BEFORE, _AFTER = (0.15, 0.5), (0.25, 0.6)
"""Seconds that are kept around what is said."""
_OWN_LEVEL = (-34.0, -18.0)
"""dBFS of its voice at the microphone."""
_LOUDER = (-6.0, 17.0)
"""dB by which its voice is louder there than the person."""
_NOISE = (-75.0, -50.0)
"""dBFS of the room itself."""
_GIVES_WAY = 0.7
"""Share of what is said before which the product lowers its voice, and after how many seconds."""
_GIVES_WAY_AFTER = (0.15, 0.45)
_STRAINED = 0.25
"""Share of the rooms whose loudspeaker is driven into its limits."""
_RATES_WPM = (140, 165, 190)
_CONTROLS = 0.6
"""Share of single words and other words of control; the rest is anything."""
_LONGEST = 4.0
"""Seconds; who interrupts is brief."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--count", type=int, default=6_000, help="recordings (default 6000)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes others")


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Makes the recordings that are missing.

    Raises:
        SystemExit: there is nothing yet that could be said, or the product has no voice here.
        OSError: a recording cannot be read or written.
    """
    known, controls = _sayable(work)
    file = list_of(work, INTERRUPTING, arguments.seed)
    there = sum(1 for _ in read_list(file))
    try:
        own = _own_voice(load_pack(PACK))
    except VoiceError as trouble:
        raise SystemExit(f"{INTERRUPTING}: {trouble}") from trouble
    folder = file.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    counted = Progress(INTERRUPTING, arguments.count, unit="recordings")
    with counted as progress, open_list(file) as opened:
        progress.step(there)
        while there < arguments.count:
            rng = np.random.default_rng([arguments.seed, there])
            count = min(_SCENE, arguments.count - there)
            said = [_drawn(known, controls, rng) for _ in range(count)]
            sounds = [_fitting(read_samples(work / one.path)) for one in said]
            for one, heard in zip(said, _scene(sounds, own, rng), strict=True):
                path = folder / f"{there:06}.flac"
                soundfile.write(path, heard, RATE, subtype="PCM_16")
                append(opened, _about(one, path.relative_to(work), heard))
                there += 1
                progress.step()


def _about(one: Recording, path: Path, heard: Samples) -> Recording:
    seconds = round(len(heard) / RATE, 3)
    return replace(one, path=str(path), source=INTERRUPTING, kind=INTERRUPTING, seconds=seconds)


def _sayable(work: Path) -> tuple[list[Recording], list[Recording]]:
    """The recordings for training that are brief, and the controls among them."""
    everything = (one for file in lists(work) for one in read_list(file))
    labelled = (one for one in everything if one.split == "train" and one.phones)
    known = [one for one in labelled if one.kind != INTERRUPTING and one.seconds <= _LONGEST]
    controls = [one for one in known if one.kind == "control"]
    if not controls:
        raise SystemExit("There are no recordings to be said over its voice: run `speech` first.")
    return known, controls


def _drawn(
    known: Sequence[Recording], controls: Sequence[Recording], rng: np.random.Generator
) -> Recording:
    some = controls if rng.random() < _CONTROLS else known
    return some[int(rng.integers(len(some)))]


def _own_voice(pack: Pack) -> list[Samples]:
    """All that the product says by itself, at the paces at which it speaks; range of int16."""
    article = (s.text for part in pack.sections.values() for s in part.sentences)
    answers = (s.text for question in pack.questions.values() for s in question.sentences)
    replies = (text for texts in pack.replies.values() for text in texts if "{" not in text)
    texts = list(dict.fromkeys((*article, *answers, *replies)))
    own = []
    counted = Progress("own voice", len(texts), unit="sentences")
    with Synthesizer() as synthesizer, counted as progress:
        for number, text in enumerate(texts):
            rate = _RATES_WPM[number % len(_RATES_WPM)]
            speech = synthesizer.render(text, rate_wpm=rate, voice=None)
            own.append(soxr.resample(speech.pcm.astype(np.float32), speech.rate, RATE))
            progress.step()
    return own


@dataclass(frozen=True, slots=True)
class _Turn:
    """Something that is said in a scene; samples."""

    start: int
    end: int


def _scene(
    said: Sequence[Samples], own: Sequence[Samples], rng: np.random.Generator
) -> Iterator[Samples]:
    """Each recording as the canceller leaves it, range of int16, beginning and end kept."""
    turns = _turns(said, rng)
    length = turns[-1].end + 2 * RATE
    played = _lowered(_reading(own, length, rng), turns, rng).astype(np.int16)
    room = impulse_response(rng)
    echo = _heard_at(played.astype(np.float32), room, rng.uniform(*_OWN_LEVEL), rng)
    louder = rng.uniform(*_LOUDER)
    microphone = np.roll(echo, round(_WAY_OUT * RATE)) + _hiss(length, rng)
    for one, turn in zip(said, turns, strict=True):
        level = _level(echo) - louder + rng.uniform(-2, 2)
        spoken = scipy.signal.fftconvolve(one, impulse_response(rng))[: length - turn.start]
        microphone[turn.start : turn.start + len(spoken)] += _at_level(spoken, level)
    left = _cancelled(played, np.clip(microphone, -32_768, 32_767).astype(np.int16))
    for turn in turns:
        before, after = rng.uniform(*_BEFORE), rng.uniform(*_AFTER)
        yield left[turn.start - round(before * RATE) : turn.end + round(after * RATE)]


def _turns(said: Sequence[Samples], rng: np.random.Generator) -> list[_Turn]:
    at, turns = round(_QUIET_FIRST * RATE), []
    for one in said:
        turns.append(_Turn(at, at + len(one)))
        at += len(one) + round(rng.uniform(*_PAUSE) * RATE)
    return turns


def _reading(own: Sequence[Samples], length: int, rng: np.random.Generator) -> Samples:
    pause = np.zeros(round(0.35 * RATE), dtype=np.float32)
    parts: list[Samples] = []
    while sum(map(len, parts)) < length:
        parts += [own[int(rng.integers(len(own)))], pause]
    return np.concatenate(parts)[:length]


def _lowered(reading: Samples, turns: Sequence[_Turn], rng: np.random.Generator) -> Samples:
    """The product gives way soon after somebody has begun to speak, mostly."""
    gain = np.ones(len(reading), dtype=np.float32)
    for turn in turns:
        if rng.random() < _GIVES_WAY:
            start = turn.start + round(rng.uniform(*_GIVES_WAY_AFTER) * RATE)
            gain[start : turn.end + RATE // 2] = 10 ** (DUCK_DB / 20)
    ramp = np.full(RATE // 50, 50 / RATE, dtype=np.float32)
    return np.asarray(reading * np.convolve(gain, ramp, mode="same"), dtype=np.float32)


def _heard_at(played: Samples, room: Samples, level: float, rng: np.random.Generator) -> Samples:
    """What the loudspeaker makes of it, at the microphone."""
    if rng.random() < _STRAINED:
        limit = np.sqrt(np.mean(np.square(played))) * rng.uniform(1.0, 3.0)
        played = np.tanh(played / limit) * limit
    echo = scipy.signal.oaconvolve(played, room)[: len(played)]
    return np.asarray(_at_level(echo, level), dtype=np.float32)


def _hiss(length: int, rng: np.random.Generator) -> Samples:
    loud = 32_768 * 10 ** (rng.uniform(*_NOISE) / 20)
    return np.asarray(rng.standard_normal(length) * loud, dtype=np.float32)


def _cancelled(played: Pcm, microphone: Pcm) -> Samples:
    reference = Played()
    canceller = Canceller(reference)
    left = []
    for start in range(0, len(microphone) - _BLOCK + 1, _BLOCK):
        now = start / RATE
        reference.note(played[start : start + _BLOCK], RATE, now + _WAY_OUT)
        block = Block(microphone[start : start + _BLOCK], now + _BLOCK / RATE)
        left += [piece.samples for piece in canceller.clean(block)]
    return np.concatenate(left)


def _fitting(samples: Samples) -> Samples:
    """Without the silence around, which would be taken for a turn."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples


def _at_level(samples: Samples, level: float) -> Samples:
    return np.asarray(samples * 10 ** ((level - _level(samples)) / 20), dtype=np.float32)


def _level(samples: Samples) -> float:
    """How loud the parts are that are no pause, dBFS."""
    loud = samples[np.abs(samples) > 0.01 * np.abs(samples).max()]
    return float(20 * np.log10(np.sqrt(np.mean(np.square(loud))) / 32_768))
