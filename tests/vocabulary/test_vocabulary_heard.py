"""Graphs that were built here, read by the unmodified `vosk` package, hear real speech."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
import vosk

from tests.sound.voices import RMS, SLT, Voice, Voices
from tests.vocabulary.conftest import EMBEDDED
from voice.listening.model import Model, load_model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import RATE, Samples
from voice.vocabulary import Language, Lexicon, build_graph, estimate

GRAMMAR = ["how do i stretch my back", "read the heat section", "my back"]


def model_with(folder: Path, lexicon: Lexicon, language: Language) -> Model:
    """The embedded network under another graph."""
    shutil.copytree(EMBEDDED, folder, copy_function=os.link, ignore=shutil.ignore_patterns("graph"))
    build_graph(folder, lexicon, language)
    return load_model(folder)


@pytest.fixture(scope="module")
def few_words(tmp_path_factory: pytest.TempPathFactory, small: Lexicon) -> Model:
    language = estimate([(sentence, 5.0) for sentence in GRAMMAR], small.entries)
    return model_with(tmp_path_factory.mktemp("models") / "few", small, language)


@pytest.fixture(scope="module")
def rebuilt(
    tmp_path_factory: pytest.TempPathFactory, shipped_lexicon: Lexicon
) -> tuple[Model, Model]:
    """The shipped model, and the same built again."""
    folder = tmp_path_factory.mktemp("models") / "rebuilt"
    return load_model(EMBEDDED), model_with(folder, shipped_lexicon, Language.read(EMBEDDED))


def heard(model: Model, sound: Samples, phrases: list[str] | None = None) -> tuple[str, float]:
    """What is heard, freely or within phrases, and the logarithm of how likely it is."""
    grammar = [json.dumps(phrases)] if phrases else []
    native = vosk.KaldiRecognizer(model.native, float(RATE), *grammar)
    native.SetMaxAlternatives(1)
    native.AcceptWaveform(sound.tobytes())
    best = json.loads(native.FinalResult())["alternatives"][0]
    return best["text"].strip(), best["confidence"]


@pytest.mark.parametrize("voice", [SLT, RMS], ids=lambda voice: voice.name)
@pytest.mark.parametrize("sentence", GRAMMAR)
def test_a_graph_of_a_dozen_words_hears_them(
    few_words: Model, voices: Voices, sentence: str, voice: Voice
) -> None:
    assert heard(few_words, voices.say(sentence, voice))[0] == sentence


@pytest.mark.parametrize(
    "sentence",
    [*GRAMMAR, "what are my options", "the committee will publish its report on friday"],
)
def test_the_same_graph_built_again_hears_the_same_as_surely(
    rebuilt: tuple[Model, Model], voices: Voices, sentence: str
) -> None:
    sound = voices.say(sentence, SLT)
    (shipped, sure), (again, as_sure) = (heard(model, sound) for model in rebuilt)
    assert again == shipped
    assert as_sure == pytest.approx(sure, abs=0.2)


@pytest.mark.parametrize("phrases", [GRAMMAR, ["stretching", *GRAMMAR[1:], "stretch my back"]])
def test_grammars_of_run_time_hear_their_phrases_with_times(
    few_words: Model, voices: Voices, phrases: list[str]
) -> None:
    recognizer = Recognizer(few_words, phrases)
    recognizer.accept(voices.say("read the heat section", RMS))
    said = recognizer.finish()
    assert said.text == "read the heat section"
    times = [moment for word in said.words for moment in (word.start, word.end)]
    assert times == sorted(times)
    assert 0.2 < times[0] < times[-1] < 3.0


@pytest.mark.parametrize(
    "sentence",
    ["the committee will publish its report on friday", "could you transfer two hundred dollars"],
)
def test_speech_outside_the_grammar_is_unknown(
    few_words: Model, voices: Voices, sentence: str
) -> None:
    text, _ = heard(few_words, voices.say(sentence, RMS), [*GRAMMAR, "[unk]"])
    assert "[unk]" in text.split()
    assert not [phrase for phrase in GRAMMAR if phrase in text]
