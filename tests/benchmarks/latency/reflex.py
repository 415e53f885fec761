"""The sound card alone: a tone as soon as anything is heard, through our own microphone and player.

    python -m tests.benchmarks.latency.reflex

What lies between the two is the way through the devices and nothing else: the part of an answer's
time that no program can take away.
"""

from __future__ import annotations

from voice.alsa import hush_alsa
from voice.listening.sound import level
from voice.listening.sources import MicrophoneSource
from voice.speaking.player import Listener, Player

LOUD = -45.0
"""dBFS; above it something is heard."""
BLIND = 50
"""Blocks that are passed over afterwards."""


def main() -> None:
    """Answer each sound with a tone until it is killed.

    Its only line names the seconds that the loudspeaker's device tells for its part of the way.
    """
    hush_alsa()
    microphone, player = MicrophoneSource(), Player()
    microphone.open()
    player.open(Listener(lambda *_: None, lambda *_: None, lambda: None))
    print(f"listening {player.latency:.4f}", flush=True)
    passed = BLIND
    for block in microphone.blocks(lambda _: None):
        passed += 1
        if passed > BLIND and level(block.samples) > LOUD:
            player.sound("tick")
            passed = 0


if __name__ == "__main__":
    main()
