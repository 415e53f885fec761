"""Voices are tried out, and rehearse what they will have to say."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence

from voice import places, preferences
from voice.alsa import hush_alsa
from voice.knowledge import Pack, load_pack
from voice.knowledge.pack import Question, Section
from voice.scripts import stretching
from voice.scripts.script import Ask, Hold, Script
from voice.speaking import natural
from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.player import Listener, Player
from voice.speaking.renderer import Renderer
from voice.speaking.speech import Speech
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import VoiceInfo
from voice.speaking.voices import all_voices, synthesizer_for

SAMPLE = "Hello. Lie on your back, and slowly bring one knee towards your chest."


def known_voices(ids: Sequence[str], language: str = "en") -> list[VoiceInfo]:
    """The voices of these ids; without ids, those of a language.

    Raises:
        VoiceError: there is no such voice, or no synthesiser.
    """
    voices = {voice.id: voice for voice in all_voices()}
    for wanted in ids:
        if wanted not in voices:
            raise VoiceError(
                f"The voice {wanted!r} does not exist.",
                natural.NotInstalledError.remedy
                if natural.is_natural(wanted)
                else "`unknot voices --all` lists them.",
            )
    if ids:
        return [voices[wanted] for wanted in ids]
    return [voice for voice in voices.values() if voice.language.startswith(language)]


def sample(voice: str) -> Speech:
    """What a voice sounds like.

    Raises:
        VoiceError: it cannot speak.
    """
    with synthesizer_for(voice) as synthesizer:
        return synthesizer.render(SAMPLE, rate_wpm=_pace(load_pack(places.pack())), voice=voice)


def play(speech: Speech, device: str | int | None) -> None:
    """Play it and return when it has been heard.

    Raises:
        LoudspeakerError: there is none that works.
    """
    hush_alsa()
    player, ended = Player(device), threading.Event()
    player.open(Listener(lambda *_: ended.set(), lambda *_: ended.set(), lambda: None))
    try:
        player.play(0, player.fit(speech))
        ended.wait()
    finally:
        player.close()


def rehearse(voice: str, progress: Callable[[float, float], None]) -> None:
    """Have a natural voice say everything that is certain to be said, and keep how it sounds.

    It takes a quarter of a second of the processor for a sentence, which others may need later.
    The other voices need no rehearsal: they take a fiftieth.

    Args:
        voice: its id.
        progress: told how many sentences are done, of how many.

    Raises:
        VoiceError: it cannot speak.
    """
    if not natural.is_natural(voice):
        return
    pack = load_pack(places.pack())
    texts = list(dict.fromkeys(certain(pack)))
    with synthesizer_for(voice) as synthesizer:
        renderer = Renderer(
            synthesizer,
            SpeechCache(places.speech_cache()),
            rate_wpm=_pace(pack),
            voice=voice,
            spelling=Spelling(pack.voice.says),
        )
        for number, text in enumerate(texts, start=1):
            renderer.get(text, tempo=1.0, keep=True)
            progress(number, len(texts))


def certain(pack: Pack) -> Iterator[str]:
    """Every sentence that a pack says as it stands, with nothing to fill in."""
    parts: list[Section | Question] = [*pack.sections.values(), *pack.questions.values()]
    for part in parts:
        yield from (sentence.text for sentence in part.sentences)
    for reply in pack.replies.values():
        yield from (text for text in reply if "{" not in text)
    yield from _texts(stretching.session(pack))


def _texts(script: Script) -> Iterable[str]:
    for step in script.steps:
        if isinstance(step, Hold):
            yield from (cue.text for cue in (*step.lead, *step.cues) if cue.text)
        elif isinstance(step, Ask):
            yield from (text for text in (step.text, step.again, step.lapsed, step.no) if text)
        else:
            yield step.text


def _pace(pack: Pack) -> float:
    chosen = preferences.read(places.config()).values.get("rate")
    return float(chosen) if isinstance(chosen, int) else pack.voice.words_per_minute
