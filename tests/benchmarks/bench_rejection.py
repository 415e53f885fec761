"""How often what is for us is rejected, and how often what is not for us is accepted.

    python -m tests.benchmarks.bench_rejection [--each N] [--clinc FILE]

The voices are none of those that the constants of `voice.listening.judgement` were fitted
on, the sentences are phrases of the pack's templates and the validation part of
CLINC150 (CC BY 3.0), which is not part of the product: FILE is its JSON with a list `val`,
by default `shared/data/clinc_not_for_us.json` beside the checkout.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.sound.virtual_card import Samples
from tests.sound.voices import AWB, KAL16, Voice, Voices, missing_voices
from voice.listening.listener import hear
from voice.listening.model import load_model
from voice.listening.recognizer import REJECT_BELOW, Recognizer
from voice.listening.sound import RATE, Block
from voice.models import EMBEDDED, shipped
from voice.understanding import Understanding

ROOT = Path(__file__).parents[2]
CLINC = ROOT.parent / "shared" / "data" / "clinc_not_for_us.json"
PACK = ROOT / "prompts" / "knot-in-your-back"
SCOTTISH = Voice("espeak-scottish", ("espeak-ng", "-v", "en-gb-scotland", "-w", "{wav}", "--stdin"))
HELD_OUT = (AWB, KAL16, SCOTTISH)
ROOMS = {"clean": None, "noise 20 dB": 20.0, "noise 10 dB": 10.0}
CONTROL = (
    "stop", "pause", "next", "go back", "again", "slower", "faster", "louder", "quieter", "wait",
    "resume", "yes", "no", "help", "it hurts",
)  # fmt: skip


class Played:
    """A sound in memory as a source."""

    overflows = 0

    def __init__(self, sound: Samples) -> None:
        self._sound = sound

    def blocks(self, report: object) -> Iterator[Block]:
        """Yields blocks of 32 ms."""
        del report
        for start in range(0, self._sound.size, 512):
            yield Block(self._sound[start : start + 512], (start + 512) / RATE)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Row:
    """What became of the utterances of one kind in one room."""

    said: int = 0
    accepted: int = 0
    exact: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    def add(self, recognizer: Recognizer, sentence: str, sound: Samples) -> None:
        """Lets the sentence through gate, recogniser and endpoint."""
        began = time.process_time()
        heard = " ".join(h.text for h in hear(Played(sound), recognizer) if h.text)
        self.cpu += time.process_time() - began
        self.said += 1
        self.accepted += bool(heard)
        self.exact += heard == sentence
        self.seconds += sound.size / RATE


def spoken(
    sentences: list[str], voices: Voices, snr_db: float | None
) -> Iterator[tuple[str, Samples]]:
    """Each sentence by one of the held-out voices in turn."""
    for number, sentence in enumerate(sentences):
        voice: Voice = HELD_OUT[number % len(HELD_OUT)]
        yield sentence, voices.say(sentence, voice, snr_db=snr_db, before=0.6, after=1.0)


def main() -> None:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--each", type=int, default=24, help="sentences of each kind")
    arguments.add_argument("--clinc", type=Path, default=CLINC)
    chosen = arguments.parse_args()
    lacking = missing_voices(HELD_OUT)
    if lacking or not chosen.clinc.exists():
        print(f"skipped: there is no {', '.join(lacking) or chosen.clinc}")
        return
    phrases = Understanding(PACK).grammar_phrases()
    recognizer = Recognizer(load_model(shipped() / EMBEDDED), phrases)
    choice = np.random.default_rng(11)

    def sample(sentences: Sequence[str]) -> list[str]:
        return [str(s) for s in choice.choice(sentences, chosen.each, replace=False)]

    kinds = {
        "for us, whole phrases": sample([p for p in phrases if " " in p]),
        "for us, control words": list(CONTROL) * 3,
        "not for us": sample(json.loads(chosen.clinc.read_text())["val"]),
    }
    print(f"rejected below {REJECT_BELOW}; {len(phrases)} phrases; voices:", end=" ")
    print(", ".join(voice.name for voice in HELD_OUT))
    print(f"{'':24}{'':14}{'said':>6}{'accepted':>10}{'exact':>8}{'CPU / s':>9}")
    with tempfile.TemporaryDirectory() as folder:
        voices = Voices(Path(folder))
        for kind, sentences in kinds.items():
            for room, snr_db in ROOMS.items():
                row = Row()
                for sentence, sound in spoken(sentences, voices, snr_db):
                    row.add(recognizer, sentence, sound)
                shares = np.array([row.accepted, row.exact]) / row.said
                print(
                    f"{kind:24}{room:14}{row.said:6}{shares[0]:10.0%}{shares[1]:8.0%}"
                    f"{row.cpu / row.seconds:9.3f}"
                )


if __name__ == "__main__":
    main()
