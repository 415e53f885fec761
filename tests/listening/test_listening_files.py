"""Recordings: any rate, any channels, any length; what is no recording is one sentence."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voice.listening.sound import RATE, level
from voice.listening.sources import AudioFileError, FileSource, Samples


def tone(rate: int, seconds: float = 1.0, channels: int = 1) -> np.ndarray:
    """440 Hz at half of full scale, float, shape (n, channels)."""
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate)
    return np.repeat(wave[:, np.newaxis], channels, axis=1)


def whole(source: FileSource) -> Samples:
    return np.concatenate([block.samples for block in source.blocks()])


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize(
    ("suffix", "subtype"),
    [("wav", "PCM_16"), ("wav", "PCM_U8"), ("wav", "FLOAT"), ("flac", "PCM_24")],
)
def test_any_rate_channels_and_format(
    tmp_path: Path, rate: int, channels: int, suffix: str, subtype: str
) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, tone(rate, channels=channels), rate, subtype=subtype)
    source = FileSource(path)
    sound = whole(source)
    assert source.seconds == pytest.approx(1.0)
    assert sound.dtype == np.int16
    assert abs(sound.size - RATE) <= 2
    assert level(sound[1600:-1600]) == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.3)
    assert np.argmax(np.abs(np.fft.rfft(sound))) == pytest.approx(440, abs=2)


def test_ogg(tmp_path: Path) -> None:
    path = tmp_path / "tone.ogg"
    soundfile.write(path, tone(44100, 2.0, 2), 44100, format="OGG", subtype="VORBIS")
    assert whole(FileSource(path)).size == pytest.approx(2 * RATE, abs=RATE // 100)


def test_real_time_takes_as_long_as_it_lasts(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(RATE, 0.4), RATE)
    began = time.monotonic()
    ends = [block.at for block in FileSource(path, realtime=True).blocks()]
    assert time.monotonic() - began == pytest.approx(0.4, abs=0.1)
    assert ends[-1] - began == pytest.approx(0.4, abs=0.05)
    assert np.diff(ends)[:-1] == pytest.approx(0.032)


def test_closing_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, tone(RATE, 5), RATE)
    source = FileSource(path)
    blocks = source.blocks()
    next(blocks)
    source.close()
    assert not list(blocks)


def test_a_long_recording_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    minutes = 10
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        for _ in range(minutes):
            file.write(tone(RATE, 60))
    tracemalloc.start()
    samples = sum(block.samples.size for block in FileSource(path).blocks())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert samples == minutes * 60 * RATE
    assert peak < 1_000_000


def test_a_limit_refuses_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, tone(RATE, 3), RATE)
    assert FileSource(path, limit=3.0).seconds == 3.0
    with pytest.raises(AudioFileError, match="lasts 3 seconds; at most 2") as refused:
        FileSource(path, limit=2.0)
    assert "transcribe" in refused.value.remedy


def wav(content: np.ndarray, subtype: str = "PCM_16") -> Callable[[Path], object]:
    return lambda path: soundfile.write(path, content, RATE, subtype=subtype)


def cut(keep: int) -> Callable[[Path], object]:
    """A recording of which only the first bytes were copied."""

    def write(path: Path) -> None:
        soundfile.write(path, tone(RATE), RATE)
        path.write_bytes(path.read_bytes()[:keep])

    return write


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (Path.as_posix, "cannot be opened"),
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.write_bytes(b"MZ" * 5000), "is not audio"),
        (lambda path: path.write_text("how do i stretch my back"), "is not audio"),
        (cut(20), "is not audio"),
        (wav(np.zeros(0)), "holds no sound"),
        (wav(np.full(1000, np.nan), "FLOAT"), "not numbers"),
        (wav(np.full(1000, np.inf), "FLOAT"), "not numbers"),
    ],
    ids=["missing", "folder", "0 bytes", "binary", "text", "cut", "0 samples", "nan", "inf"],
)
def test_what_is_no_recording_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], object], says: str
) -> None:
    path = tmp_path / "question.wav"
    make(path)
    with pytest.raises(AudioFileError, match=says) as refused:
        whole(FileSource(path))
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.remedy


def test_a_recording_cut_in_its_sound_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    cut(16044)(path)
    assert whole(FileSource(path)).size == 8000


@pytest.mark.parametrize(
    ("samples", "dbfs"),
    [
        (np.zeros(160, np.int16), -120.0),
        (np.zeros(0, np.int16), -120.0),
        (np.full(160, -32768, np.int16), 0.0),
        (np.full(160, 3277, np.int16), -20.0),
    ],
)
def test_level(samples: Samples, dbfs: float) -> None:
    assert level(samples) == pytest.approx(dbfs, abs=0.01)
