"""Which voice is understood best: its sentences recognised again, words wrong for each voice.

    python -m tests.benchmarks.bench_intelligibility

Everything that the article says, at the pack's pace, as loud as it comes, heard freely by the
embedded model: a stand-in for ears, so it compares voices and says little about people. The model
has heard some of these voices in training, eSpeak's among them, which the table does not undo.
"""

from __future__ import annotations

import time

import soxr

from models.recipe.measuring.scoring import edits, words_of
from tests.sound.ears import recognise
from tests.sound.virtual_card import RATE
from voice import places
from voice.auditions import known_voices
from voice.knowledge import Pack, load_pack
from voice.speaking.spelling import Spelling
from voice.speaking.voices import synthesizer_for


def main() -> None:
    """Prints a line for each English voice, the clearest first."""
    pack = load_pack(places.pack())
    rows = [(*heard(pack, voice.id), voice) for voice in known_voices(())]
    print("| voice | words wrong | of | ms a sentence |\n|---|---|---|---|")
    for wrong, of, milliseconds, voice in sorted(rows, key=lambda row: row[0] / row[1]):
        print(
            f"| {voice.id} ({voice.name}) | {100 * wrong / of:.1f} % | {of} | {milliseconds:.0f} |"
        )


def heard(pack: Pack, voice: str) -> tuple[int, int, float]:
    """Words wrong, words said, and milliseconds to render a sentence."""
    spelling = Spelling(pack.voice.says)
    sentences = [s.text for section in pack.sections.values() for s in section.sentences]
    wrong = of = 0
    spent = 0.0
    with synthesizer_for(voice) as synthesizer:
        synthesizer.render("Hello.", voice=voice)
        for text in sentences:
            began = time.perf_counter()
            rate = pack.voice.words_per_minute
            speech = synthesizer.render(spelling(text), rate_wpm=rate, voice=voice)
            spent += time.perf_counter() - began
            words = words_of(text)
            sound = soxr.resample(speech.pcm, speech.rate, RATE)
            wrong += edits(words, words_of(recognise(sound)))
            of += len(words)
    return wrong, of, 1000 * spent / len(sentences)


if __name__ == "__main__":
    main()
