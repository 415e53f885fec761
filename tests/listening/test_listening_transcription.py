"""`unknot transcribe`: a whole recording in words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.sound.ears import share_heard
from tests.sound.voices import RMS, Voices
from voice.listening.model import Model
from voice.listening.sound import RATE
from voice.listening.sources import AudioFileError
from voice.listening.transcription import transcribe


def test_a_recording_becomes_words_with_times_and_confidence(
    model: Model, voices: Voices, tmp_path: Path
) -> None:
    path = tmp_path / "said.flac"
    said = ["how do i stretch my back", "what are my options", "tell me about massage"]
    sound = np.concatenate([voices.say(text, RMS, before=0.5, after=2.0) for text in said])
    soundfile.write(path, sound, RATE)
    progress: list[tuple[float, float]] = []
    transcript = transcribe(path, model, lambda done, of: progress.append((done, of)))
    assert list(asdict(transcript)) == ["file", "text", "confidence", "words", "seconds"]
    assert list(asdict(transcript)["words"][0]) == ["word", "start", "end", "conf"]
    assert share_heard(" ".join(said), transcript.text) > 0.8
    assert transcript.file == str(path)
    assert transcript.seconds == pytest.approx(sound.size / RATE, abs=0.01)
    assert 0 < transcript.confidence <= 1
    times = [t for word in transcript.words for t in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] < transcript.seconds
    assert progress == sorted(progress)
    assert progress[-1] == pytest.approx((transcript.seconds, transcript.seconds), abs=0.01)


def test_silence_is_no_words(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE), RATE)
    transcript = transcribe(path, model)
    assert (transcript.text, transcript.confidence, transcript.words) == ("", 0.0, ())
    assert transcript.seconds == 1.0


def test_what_is_no_recording_is_refused(model: Model, tmp_path: Path) -> None:
    with pytest.raises(AudioFileError):
        transcribe(tmp_path / "absent.wav", model)
