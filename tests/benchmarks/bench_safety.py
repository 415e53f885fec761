"""How many signs of danger and pain are noticed when they are spoken, and what raises an alarm.

    python -m tests.benchmarks.bench_safety [--every N] [--clinc FILE]

The sentences are the tables `tests/understanding/data/safety-*.jsonl` without the misheard ones,
and ordinary talk: the validation part of CLINC150 (CC BY 3.0), which is not part of the product.
Each goes from a synthetic voice, quiet or with white noise at 10 dB, through gate, both
recognisers and endpoint to the assistant, whose request counts.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.assistant.room import Room
from tests.benchmarks.bench_rejection import CLINC, PACK, Played
from tests.sound.voices import AWB, KAL16, RMS, SLT, Voices, missing_voices
from tests.understanding.reports import ALARMS, PARTS, Report, reports
from voice.listening.listener import hear
from voice.listening.model import load_model
from voice.models import EMBEDDED, shipped
from voice.scripts.safety import PERHAPS
from voice.session import Rooms, Settings

SPEAKERS = (SLT, AWB, RMS, KAL16)
ROOMS = {"quiet": None, "noise 10 dB": 10.0}
GOAL = 0.95
"""Share of the signs that ought to be noticed in noise."""
OTHER_TALK = 120


@dataclass
class Row:
    """What became of the sentences of one kind in one room."""

    said: int = 0
    noticed: int = 0
    asked: int = 0
    """Not noticed, or harmless, but asked about: "Do you need medical help now?"."""
    alarms: list[str] = field(default_factory=list)

    def add(self, one: Report, intents: Sequence[str]) -> None:
        """Counts a sentence; pain that is taken for more than pain is noticed too."""
        self.said += 1
        wanted = ALARMS if one.sign == "pain" else {one.sign}
        self.noticed += bool(wanted & set(intents))
        self.asked += PERHAPS in intents and not ALARMS & set(intents)
        if ALARMS & set(intents):
            self.alarms.append(one.text)


class Ears:
    """The product from the sound to the request."""

    def __init__(self, folder: Path) -> None:
        self._voices = Voices(folder / "voices")
        self._rooms = Rooms(Settings(pack=str(PACK)))
        self._recognizer = self._rooms.recognizer(load_model(shipped() / EMBEDDED))

    def intents(self, sentence: str, number: int, snr_db: float | None) -> list[str]:
        """What is requested, in somebody's view, when one of the voices says a sentence."""
        voice = SPEAKERS[number % len(SPEAKERS)]
        sound = self._voices.say(sentence, voice, snr_db=snr_db, before=0.6, after=1.0)
        room = Room(self._rooms.pack, self._rooms.understanding)
        complete = self._rooms.understanding.is_complete
        for heard in hear(Played(sound), self._recognizer, is_complete=complete):
            room.tell(heard)
        return room.requests()


def kinds(every: int, clinc: Path) -> Iterator[tuple[str, list[Report]]]:
    """The sentences by what they are, every so many of them."""
    table = [one for part in PARTS for one in reports(part) if not one.misheard]
    for sign in ("red_flag", "pain", "harmless"):
        yield sign, [one for one in table if one.sign == sign][::every]
    if clinc.exists():
        talk = json.loads(clinc.read_text(encoding="utf-8"))["val"]
        some = talk[:: max(len(talk) // OTHER_TALK, 1)][:OTHER_TALK:every]
        yield "other talk", [Report(text, "harmless", "talk") for text in some]


def main() -> None:
    """Prints the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--every", type=int, default=1, help="only each N-th sentence")
    arguments.add_argument("--clinc", type=Path, default=CLINC)
    chosen = arguments.parse_args()
    if lacking := missing_voices(SPEAKERS):
        print(f"skipped: there is no {', '.join(lacking)}")
        return
    heads = f"{'said':>6}{'noticed':>9}{'asked':>7}{'alarms':>8}"
    print(f"{'':26}{heads}   goal in noise {GOAL:.0%}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UNKNOT_HOME"] = folder
        ears = Ears(Path(folder))
        for kind, table in kinds(chosen.every, chosen.clinc):
            for room, snr_db in ROOMS.items():
                row = Row()
                for number, one in enumerate(table):
                    row.add(one, ears.intents(one.text, number, snr_db))
                noticed = f"{row.noticed / row.said:.0%}" if kind in ALARMS else ""
                alarms = "" if kind in ALARMS else f"{len(row.alarms) / row.said:.1%}"
                asked = f"{row.asked / row.said:.1%}"
                print(
                    f"{kind:12}{room:14}{row.said:6}{noticed:>9}{asked:>7}{alarms:>8}", flush=True
                )
                if alarms and row.alarms:
                    print(f"  {'; '.join(row.alarms)}")


if __name__ == "__main__":
    main()
