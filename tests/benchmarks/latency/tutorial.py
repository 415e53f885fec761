"""The voice assistant of the tutorials: Vosk's microphone example, then `say` and `runAndWait`.

    python -m tests.benchmarks.latency.tutorial MODEL

Nothing of unknot is in it. The sizes of blocks and buffers are those of Vosk's own example
(`python/example/test_microphone.py`); when somebody has ended is what `AcceptWaveform` says. It
answers with the words that it heard.
"""

from __future__ import annotations

import json
import queue
import sys
from typing import Any

import pyttsx3
import sounddevice
import vosk

RATE = 16000
BLOCK = 8000


def main() -> None:
    """Talk until it is killed."""
    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(sys.argv[1]), RATE)
    engine = pyttsx3.init()
    heard: queue.Queue[bytes] = queue.Queue()

    def keep(sound: Any, _frames: int, _time: Any, _status: Any) -> None:
        heard.put(bytes(sound))

    with sounddevice.RawInputStream(
        samplerate=RATE, blocksize=BLOCK, dtype="int16", channels=1, callback=keep
    ):
        print("listening", flush=True)
        while True:
            if recognizer.AcceptWaveform(heard.get()):
                text = json.loads(recognizer.Result())["text"]
                if text:
                    engine.say(text)
                    engine.runAndWait()


if __name__ == "__main__":
    main()
