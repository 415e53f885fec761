"""Which voice is understood best: its sentences recognised again, words wrong for each voice.

    python -m tests.benchmarks.bench_intelligibility

Everything that the article says, at the pack's pace, as loud as it comes, heard freely by the
embedded model: a stand-in for ears, so it compares voices and says little about people. The model
has heard some of these voices in training, eSpeak's among them, which the table does not undo.
"ahead" is by how much of all words a voice is better heard than the usual one, at the least: the
lower end of the paired bootstrap by which `unknot voices clearest` decides.
"""

from __future__ import annotations

import time

from voice import places
from voice.auditions import known_voices
from voice.clarity import CHANCE, clearest, lead, measure
from voice.knowledge import Pack, load_pack
from voice.session import Settings, open_model
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import VoiceInfo
from voice.speaking.voices import synthesizer_for


def main() -> None:
    """Prints a line for each English voice, the clearest first, and which one is to speak."""
    pack = load_pack(places.pack())
    usual, *others = measure(
        sorted(known_voices(()), key=lambda voice: not voice.usual), pack, open_model(Settings())
    )
    print("| voice | words wrong | of | ahead | ms a sentence |\n|---|---|---|---|---|")
    for one in sorted([usual, *others], key=lambda one: one.share):
        ahead = 100 * lead(usual, one, CHANCE / len(others))
        print(
            f"| {one.voice.id} ({one.voice.name}) | {100 * one.share:.1f} % | {one.words} "
            f"| {ahead:+.1f} % | {milliseconds(pack, one.voice):.0f} |"
        )
    print(f"\nto speak: {clearest(usual, others).voice.id}")


def milliseconds(pack: Pack, voice: VoiceInfo) -> float:
    """How long a sentence takes to render, all of it."""
    spelling, pace = Spelling(pack.voice.says), pack.voice.words_per_minute
    sentences = [one.text for section in pack.sections.values() for one in section.sentences]
    with synthesizer_for(voice.id) as synthesizer:
        synthesizer.render("Hello.", voice=voice.id)
        began = time.perf_counter()
        for text in sentences:
            synthesizer.render(spelling(text), rate_wpm=pace, voice=voice.id)
        return 1000 * (time.perf_counter() - began) / len(sentences)


if __name__ == "__main__":
    main()
