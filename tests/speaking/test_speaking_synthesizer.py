"""Text becomes speech, whatever happens to the process that makes it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sound.ears import recognise, share_heard
from tests.sound.virtual_card import RATE as EARS_RATE
from tests.speaking.conftest import trim
from tests.waiting import wait_for
from voice.speaking.errors import VoiceError
from voice.speaking.speech import LEAD, RATE, TAIL, Speech, decode, resample, write_wav
from voice.speaking.synthesizer import PIECE, Synthesizer, split

SENTENCE = "Lie on your back, and pull one knee gently towards your chest."

FAULTY_WORKER = """
import ctypes, os, signal, sys
from pathlib import Path
from voice.speaking import frames, worker

fault, marks, folder = sys.argv[1:]
sys.argv = ["worker", folder]
answer, private_pipes, pipes = worker.Desk.answer, worker.private_pipes, []

def remember_pipes():
    pipes.extend(private_pipes())
    return pipes

def say(content):
    pipes[1].write(content)
    pipes[1].flush()

def faulty(desk, request):
    Path(marks, str(os.getpid())).touch()
    if fault.endswith("once") and len(os.listdir(marks)) > 1:
        return answer(desk, request)
    match fault.removesuffix(" once"):
        case "dies": os.kill(os.getpid(), signal.SIGKILL)
        case "hangs": os.kill(os.getpid(), signal.SIGSTOP)
        case "raises": raise RuntimeError("run loop already started")
        case "garbage": say(b"Audio saved to nowhere, and more of it")
        case "half a frame": say(frames._LENGTHS.pack(frames._MAGIC, 10, 999)); os._exit(0)
        case "no sound": return {"last": True}, b"RIFF"
        case "stale answer": frames.write_frame(pipes[1], {"id": 0})
        case "prints":
            print("printed", flush=True)
            os.write(1, b"written")
            ctypes.CDLL(None).puts(b"put"); ctypes.CDLL(None).fflush(None)
    return answer(desk, request)

def no_library(path):
    raise OSError("no library")

if fault == "no library":
    ctypes.cdll.LoadLibrary = no_library
worker.Desk.answer, worker.private_pipes = faulty, remember_pipes
sys.exit(worker.main())
"""

PARENT = """
import time
from voice.speaking.synthesizer import Synthesizer
synthesizer = Synthesizer()
synthesizer.render("hello")
print(synthesizer.pid, flush=True)
time.sleep(60)
"""

FAULTS = ["dies", "hangs", "raises", "garbage", "half a frame", "no sound", "stale answer"]

FaultyMaker = Callable[[str], Synthesizer]


@pytest.fixture
def faulty(tmp_path: Path, request: pytest.FixtureRequest) -> FaultyMaker:
    """Makes synthesisers around the real worker with one fault put into it."""

    def make(fault: str) -> Synthesizer:
        command = (sys.executable, "-c", FAULTY_WORKER, fault, str(tmp_path))
        made = Synthesizer(command=command, timeout=1.0)
        request.addfinalizer(made.close)
        return made

    return make


def runs(pid: int) -> bool:
    """A process is there and is not just waiting to be buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def level(speech: Speech) -> float:
    return float(np.abs(speech.pcm.astype(np.int32)).max())


@pytest.mark.parametrize(
    "sentence",
    [
        "How do I stretch my back?",
        "A warm bath relaxes the muscles and helps with the pain.",
    ],
)
def test_speech_is_understood_by_another_program(synthesizer: Synthesizer, sentence: str) -> None:
    speech = synthesizer.render(sentence)
    heard = recognise(resample(speech, EARS_RATE).pcm)
    assert share_heard(sentence, heard) >= 0.7, heard


def test_speech_is_as_long_and_as_loud_as_speech(synthesizer: Synthesizer) -> None:
    speech = synthesizer.render(SENTENCE, rate_wpm=165)
    words_per_minute = len(SENTENCE.split()) / speech.seconds * 60
    assert 110 < words_per_minute < 260
    assert level(speech) > 8000
    assert speech.pcm.dtype == np.int16
    assert speech.rate == RATE


@pytest.mark.parametrize(
    ("slow", "fast"), [(80, 120), (120, 165), (165, 300), (300, 450)], ids=lambda wpm: f"{wpm}"
)
def test_a_higher_rate_is_shorter(synthesizer: Synthesizer, slow: int, fast: int) -> None:
    slower = synthesizer.render(SENTENCE, rate_wpm=slow).seconds
    faster = synthesizer.render(SENTENCE, rate_wpm=fast).seconds
    assert faster < slower * 0.95


@pytest.mark.parametrize(
    ("stressed", "plain"),
    [
        ("Do *not* bounce.", "Do not bounce."),
        ("Go only to a *mild* pull, *never* to pain.", "Go only to a mild pull, never to pain."),
    ],
)
def test_stressed_words_are_set_off_and_still_heard(
    synthesizer: Synthesizer, stressed: str, plain: str
) -> None:
    speech = synthesizer.render(stressed)
    assert 0.1 < speech.seconds - synthesizer.render(plain).seconds < 0.6
    assert "asterisk" not in recognise(resample(speech, EARS_RATE).pcm)


@pytest.mark.parametrize(
    "text", ["Tea & coffee.", "It is <b>not</b> & never was.", "The heat < the cold > the ice."]
)
def test_text_is_no_markup(synthesizer: Synthesizer, text: str) -> None:
    heard = recognise(resample(synthesizer.render(text), EARS_RATE).pcm)
    words = re.findall(r"[a-z]{3,}", text.lower())
    assert share_heard(" ".join(words), heard) >= 0.5, heard


@pytest.mark.parametrize("wpm", [-5, 0, 10_000])
def test_a_rate_out_of_range_still_speaks(synthesizer: Synthesizer, wpm: int) -> None:
    assert synthesizer.render("yes", rate_wpm=wpm).seconds > 0.1


@pytest.mark.parametrize("sentence", ["yes", "Stop.", SENTENCE])
def test_silence_at_both_ends_is_known_and_small(synthesizer: Synthesizer, sentence: str) -> None:
    speech = synthesizer.render(sentence)
    loud = np.flatnonzero(np.abs(speech.pcm.astype(np.int32)) > 104)
    assert loud[0] / speech.rate <= LEAD + 0.001
    assert (len(speech.pcm) - loud[-1]) / speech.rate <= TAIL + 0.001


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\0", "\ud800"])
def test_nothing_to_say_is_empty_speech(synthesizer: Synthesizer, text: str) -> None:
    assert synthesizer.render(text).seconds == 0


@pytest.mark.parametrize(
    "text",
    [
        "don't — “quoted”, naïve café",
        "日本語のテキスト",
        "مرحبا",
        "20 to 30 seconds, 2 \N{EN DASH} 4 times; 50%",
        "<speak>markup &amp; more</speak>",
        "a\0b\x1b[0m\ud800c",
        "🙂 yes",
    ],
)
def test_any_script_is_spoken(synthesizer: Synthesizer, text: str) -> None:
    assert level(synthesizer.render(text)) > 3000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "least_seconds"),
    [(" ".join([SENTENCE] * 40), 120), ("a" * 20_000, 10)],
    ids=["forty sentences", "one word of 20,000 letters"],
)
def test_a_very_long_text_is_spoken_whole(
    synthesizer: Synthesizer, text: str, least_seconds: float
) -> None:
    assert synthesizer.render(text).seconds > least_seconds


def test_a_long_text_is_cut_between_sentences() -> None:
    pieces = split(" ".join([SENTENCE] * 40))
    assert all(len(piece) <= PIECE and piece.endswith(".") for piece in pieces)
    assert " ".join(pieces) == " ".join([SENTENCE] * 40)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=120))
def test_no_text_kills_the_voice(synthesizer: Synthesizer, text: str) -> None:
    synthesizer.render(text)
    assert synthesizer.render("yes").seconds > 0.1


@pytest.mark.slow
def test_one_worker_says_200_sentences_in_a_row(synthesizer: Synthesizer) -> None:
    synthesizer.render("yes")
    worker = synthesizer.pid
    lengths = [synthesizer.render(f"This is number {n}.").seconds for n in range(200)]
    assert synthesizer.pid == worker
    assert 0.5 < min(lengths) < max(lengths) < 4


def test_voices_are_listed_and_can_be_chosen(synthesizer: Synthesizer) -> None:
    voices = {voice.id: voice for voice in synthesizer.voices()}
    english = [voice for voice in voices.values() if voice.language.startswith("en")]
    assert len(english) >= 2
    american = voices["gmw/en-us"]
    assert (american.language, american.gender) == ("en-us", "Male")
    usual = synthesizer.render(SENTENCE).seconds
    other = synthesizer.render(SENTENCE, voice=american.id).seconds
    assert other != pytest.approx(usual, abs=0.025)
    assert synthesizer.render(SENTENCE).seconds == pytest.approx(usual, abs=0.02)


def test_an_unknown_voice_is_an_error_and_the_usual_one_still_speaks(
    synthesizer: Synthesizer,
) -> None:
    with pytest.raises(VoiceError, match="nonsense") as caught:
        synthesizer.render("yes", voice="nonsense")
    assert "Choose" in caught.value.remedy
    assert synthesizer.render("yes").seconds > 0.1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_worker_that_fails_once_is_replaced_and_the_sentence_said(
    faulty: FaultyMaker, fault: str
) -> None:
    synthesizer = faulty(f"{fault} once")
    began = time.monotonic()
    assert synthesizer.render(SENTENCE).seconds > 2
    assert time.monotonic() - began < 8
    assert synthesizer.render("yes").seconds > 0.1


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_worker_that_always_fails_is_an_error_with_a_remedy(
    faulty: FaultyMaker, fault: str
) -> None:
    with pytest.raises(VoiceError, match="twice in a row") as caught:
        faulty(fault).render(SENTENCE)
    assert caught.value.remedy


def test_what_a_library_prints_damages_nothing(faulty: FaultyMaker) -> None:
    synthesizer = faulty("prints")
    assert synthesizer.render(SENTENCE).seconds > 2
    worker = synthesizer.pid
    assert synthesizer.render(SENTENCE).seconds > 2
    assert synthesizer.pid == worker


def test_a_machine_without_espeak_gets_the_command_that_installs_it(faulty: FaultyMaker) -> None:
    synthesizer = faulty("no library")
    for _ in range(2):
        with pytest.raises(VoiceError, match="no voice on this machine") as caught:
            synthesizer.render("yes")
        assert "apt-get install espeak-ng" in caught.value.remedy


def test_a_worker_that_cannot_be_started_is_an_error() -> None:
    synthesizer = Synthesizer(command=("/nonexistent/python",))
    with pytest.raises(VoiceError, match="could not be started"):
        synthesizer.render("yes")
    synthesizer.close()


def test_a_worker_killed_from_outside_is_replaced(synthesizer: Synthesizer) -> None:
    synthesizer.render("yes")
    killed = synthesizer.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert synthesizer.render("yes").seconds > 0.1
    assert synthesizer.pid != killed
    assert not runs(killed)


def test_closing_in_the_middle_of_a_sentence_leaves_no_process_and_no_thread(
    faulty: FaultyMaker,
) -> None:
    before = set(threading.enumerate())
    synthesizer = faulty("hangs")
    errors: list[VoiceError] = []

    def render() -> None:
        try:
            synthesizer.render(SENTENCE)
        except VoiceError as error:
            errors.append(error)

    rendering = threading.Thread(target=render)
    rendering.start()
    wait_for(lambda: synthesizer.pid is not None)
    pid = synthesizer.pid
    assert pid is not None
    synthesizer.close()
    rendering.join(5)
    assert errors
    assert not Path(f"/proc/{pid}").exists()
    assert set(threading.enumerate()) == before


def test_closing_twice_is_harmless_and_rendering_afterwards_an_error() -> None:
    synthesizer = Synthesizer()
    synthesizer.start()
    synthesizer.close()
    synthesizer.close()
    with pytest.raises(VoiceError, match="closed"):
        synthesizer.render("yes")


def test_starting_does_not_wait(synthesizer: Synthesizer) -> None:
    synthesizer.render("yes")
    fresh = Synthesizer()
    began = time.monotonic()
    fresh.start()
    assert time.monotonic() - began < 0.1
    fresh.close()


def test_the_worker_ends_with_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.kill()
    wait_for(lambda: not runs(pid))


def test_many_threads_may_render_at_once(synthesizer: Synthesizer) -> None:
    texts = ["yes", SENTENCE, "Stop.", "A cold pack numbs the area."] * 3
    lengths: dict[int, float] = {}

    def render(number: int) -> None:
        lengths[number] = synthesizer.render(texts[number]).seconds

    threads = [threading.Thread(target=render, args=(n,)) for n in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, text in enumerate(texts):
        assert lengths[number] == pytest.approx(synthesizer.render(text).seconds, abs=0.02)


def test_a_written_file_holds_the_same_sound(synthesizer: Synthesizer, tmp_path: Path) -> None:
    speech = synthesizer.render(SENTENCE)
    write_wav(tmp_path / "answer", speech)
    again = decode((tmp_path / "answer").read_bytes())
    assert again.rate == speech.rate
    assert np.array_equal(again.pcm, speech.pcm)


@pytest.mark.parametrize("seconds", [0.0, 0.5])
def test_silence_alone_is_trimmed_to_nothing(seconds: float) -> None:
    assert trim(Speech(np.zeros(round(seconds * RATE), np.int16), RATE)).seconds == 0
