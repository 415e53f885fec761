"""A voice that is written down instead of heard: the spoken answer as a file.

Time here is the length of what has been recorded. Nothing waits in real time.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from voice.speaking import earcons
from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.renderer import Renderer
from voice.speaking.speaker import RATE_WPM, perceived_gain
from voice.speaking.speech import RATE, Pcm, Speech, resample, write_wav
from voice.speaking.spelling import AS_WRITTEN, Spelling
from voice.speaking.synthesizer import Synthesizer


class RecordingSpeaker:
    """Has the methods of `Speaker`, plays into memory, and lets time pass on demand.

    Whoever runs it alternates `advance` with the ticks of what is performed::

        while narrator.busy:
            recorder.advance(narrator.deadline)
            narrator.tick()

    with `clock` as the narrator's clock. Callbacks come from within `advance`
    alone. Used by one thread.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        cache: SpeechCache | None = None,
        *,
        rate_wpm: float = RATE_WPM,
        voice: str | None = None,
        spelling: Spelling = AS_WRITTEN,
        on_ended: Callable[[int, bool], None],
        on_trouble: Callable[[str, str, str], None],
    ) -> None:
        """As `Speaker`, without a player; `on_trouble` tells of the part "voice" only."""
        self._renderer = Renderer(
            synthesizer, cache, rate_wpm=rate_wpm, voice=voice, spelling=spelling
        )
        self._on_ended = on_ended
        self._on_trouble = on_trouble
        self._to_say: deque[tuple[int, Speech]] = deque()
        self._reports: deque[Callable[[], None]] = deque()
        self._recorded: list[Pcm] = []
        self._length = 0
        self._paused = False
        self.volume = 1.0
        """0 (silent) to 1, as `Speaker.volume`; holds for what is recorded from then on."""

    def clock(self) -> float:
        """Seconds that have been recorded."""
        return self._length / RATE

    def advance(self, until: float | None = None) -> bool:
        """Let time pass until something happens.

        Reports come first, then what is to be said is recorded to its end and
        reported; when there is nothing to say, silence is recorded.

        Args:
            until: silence is recorded up to this `clock`; None records none.

        Returns:
            Whether anything was reported or recorded.
        """
        if not self._reports and self._to_say and not self._paused:
            self._record_next()
        if self._reports:
            while self._reports:
                self._reports.popleft()()
            return True
        if until is None or until <= self.clock():
            return False
        missing = math.ceil((until - self.clock()) * RATE)
        self._record(np.zeros(missing, np.int16))
        return True

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        """Say `text` after whatever is to be said; see `Speaker.say`."""
        try:
            speech = self._renderer.get(text, tempo=tempo, keep=keep)
        except VoiceError as error:
            trouble = (str(error), error.remedy)
            self._reports.append(lambda: self._on_trouble("voice", *trouble))
            self._reports.append(lambda: self._on_ended(utterance, False))
            return
        self._to_say.append((utterance, resample(speech, RATE)))

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0, keep: bool = True) -> None:
        """Nothing: here no gap can arise."""

    def pause(self) -> None:
        """Record no speech until `resume` or `stop`."""
        self._paused = True

    def resume(self) -> None:
        """Go on recording speech."""
        self._paused = False

    def stop(self) -> None:
        """Forget what was to be said; it is reported as cut off."""
        for utterance, _ in self._to_say:
            self._reports.append(_cut_off(self._on_ended, utterance))
        self._to_say.clear()
        self._paused = False

    def duck(self, down: bool) -> None:
        """Nothing: nobody talks into a recording."""

    def earcon(self, name: str) -> None:
        """Record an earcon.

        Raises:
            KeyError: there is no earcon of that name.
        """
        self._record(earcons.render(name, RATE))

    @property
    def speech(self) -> Speech:
        """All that has been recorded, at `RATE`."""
        return Speech(np.concatenate([np.zeros(0, np.int16), *self._recorded]), RATE)

    def write(self, path: Path) -> None:
        """Write the recording as a mono 16-bit WAV file.

        Raises:
            OSError: the file cannot be written.
        """
        write_wav(path, self.speech)

    def close(self) -> None:
        """Nothing more is to be said."""
        self.stop()
        self.advance()

    def _record_next(self) -> None:
        utterance, speech = self._to_say.popleft()
        self._record(speech.pcm)
        self._reports.append(lambda: self._on_ended(utterance, True))

    def _record(self, pcm: Pcm) -> None:
        louder = pcm * perceived_gain(self.volume)
        self._recorded.append(np.rint(louder).astype(np.int16))
        self._length += len(pcm)


def _cut_off(on_ended: Callable[[int, bool], None], utterance: int) -> Callable[[], None]:
    return lambda: on_ended(utterance, False)
