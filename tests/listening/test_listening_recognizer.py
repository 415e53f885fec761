"""The recogniser: hears what is for us, withholds what is not, says when each word was."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest

from tests.benchmarks.process import resident_alone
from tests.listening.conftest import PHRASES
from tests.sound.voices import FESTIVAL, RMS, SLT, Voice, Voices
from voice import places
from voice.events import Heard
from voice.knowledge import load_pack
from voice.listening.model import Model, ModelError
from voice.listening.recognizer import FRESH_AFTER, REJECT_BELOW, Recognizer
from voice.listening.sound import RATE, Samples


def hear(recognizer: Recognizer, sound: Samples) -> Heard:
    for start in range(0, sound.size, 512):
        recognizer.accept(sound[start : start + 512])
    return recognizer.finish(utterance=3, ended_at=42.0)


@pytest.mark.parametrize("voice", [SLT, RMS, FESTIVAL], ids=lambda voice: voice.name)
@pytest.mark.parametrize("phrase", [p for p in PHRASES if len(p.split()) > 2])
def test_a_request_is_heard(
    recognizer: Recognizer, voices: Voices, phrase: str, voice: Voice
) -> None:
    heard = hear(recognizer, voices.say(phrase, voice))
    assert heard.text == phrase
    assert heard.confidence > 0.6
    assert (heard.utterance, heard.ended_at) == (3, 42.0)


@pytest.mark.parametrize("voice", [SLT, RMS], ids=lambda voice: voice.name)
@pytest.mark.parametrize("word", ["stop", "pause", "next", "help", "slower"])
def test_a_single_word_of_control_is_heard(
    recognizer: Recognizer, voices: Voices, word: str, voice: Voice
) -> None:
    assert hear(recognizer, voices.say(word, voice)).text == word


@pytest.mark.parametrize("voice", [SLT, RMS], ids=lambda voice: voice.name)
@pytest.mark.parametrize(
    "sentence",
    [
        "the committee will publish its annual report on friday",
        "my sister bought a second hand bicycle from the neighbours",
        "could you transfer two hundred dollars to my savings account",
        "what is the capital of mongolia",
        "he parked the lorry behind the old railway station",
    ],
)
def test_what_is_not_for_us_is_withheld(
    recognizer: Recognizer, voices: Voices, sentence: str, voice: Voice
) -> None:
    heard = hear(recognizer, voices.say(sentence, voice))
    assert heard.text == ""
    assert heard.confidence < REJECT_BELOW
    assert heard.free_text


def test_nothing_is_heard_in_silence_and_in_noise(recognizer: Recognizer) -> None:
    noise = np.random.default_rng(3).normal(0, 300, 2 * RATE).astype(np.int16)
    for sound in (np.zeros(RATE, np.int16), noise, np.zeros(0, np.int16)):
        heard = hear(recognizer, sound)
        assert heard.text == ""
        assert heard.seconds == sound.size / RATE


def test_words_have_times_within_each_utterance(recognizer: Recognizer, voices: Voices) -> None:
    for _ in range(2):
        sound = voices.say("tell me about massage", RMS, before=0.5, after=0.5)
        heard = hear(recognizer, sound)
        assert [word.word for word in heard.words] == ["tell", "me", "about", "massage"]
        times = [t for word in heard.words for t in (word.start, word.end)]
        assert times == sorted(times)
        assert times[0] == pytest.approx(0.5, abs=0.2)
        assert times[-1] == pytest.approx(sound.size / RATE - 0.5, abs=0.25)
        assert heard.seconds == pytest.approx(sound.size / RATE)
        assert all(0 < word.conf <= 1 for word in heard.words)


def test_partial_results_grow_to_the_whole(recognizer: Recognizer, voices: Voices) -> None:
    sound = voices.say("how do i stretch my back", RMS, after=0.8)
    seen: list[str] = []
    for start in range(0, sound.size, 512):
        recognizer.accept(sound[start : start + 512])
        if recognizer.partial() not in seen:
            seen.append(recognizer.partial())
    assert seen[0] == ""
    assert len(seen) > 3
    assert seen[-1] == "how do i stretch my back"


def test_phrases_can_change_at_run_time(recognizer: Recognizer, voices: Voices) -> None:
    sound = voices.say("read the heat section", SLT)
    assert hear(recognizer, sound).text == "read the heat section"
    recognizer.accept(sound[:8000])
    recognizer.set_phrases(["stop", "read the cold section"])
    assert hear(recognizer, sound).text != "read the heat section"
    heard = hear(recognizer, voices.say("stop", SLT))
    assert heard.text == "stop"


def test_words_the_model_does_not_know_are_named_and_nothing_is_printed(
    model: Model, voices: Voices, capfd: pytest.CaptureFixture[str]
) -> None:
    recognizer = Recognizer(model, ["stop", "stretch my zzyzx", "stretch my qwfp"])
    assert recognizer.missing_words == ("zzyzx", "qwfp")
    assert hear(recognizer, voices.say("stop", SLT)).text == "stop"
    assert capfd.readouterr().err == ""


def test_a_model_for_another_language_is_refused(model: Model) -> None:
    with pytest.raises(ModelError, match="another language") as refused:
        Recognizer(model, ["wie dehnt", "meinen rücken"])
    assert "unknot models" in refused.value.remedy


def test_no_phrases_at_all_hears_nothing(model: Model, voices: Voices) -> None:
    assert hear(Recognizer(model, []), voices.say("stop", SLT)).text == ""


def test_the_threshold_is_the_caller_s(model: Model, voices: Voices) -> None:
    sound = voices.say("stop", SLT)
    assert hear(Recognizer(model, PHRASES, reject_below=0.0), sound).text == "stop"
    assert hear(Recognizer(model, PHRASES, reject_below=1.1), sound).text == ""


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(lambda recognizer: recognizer.rest(), id="in a calm"),
        pytest.param(lambda recognizer: recognizer.begin(interrupting=False), id="without one"),
    ],
)
def test_what_free_recognition_has_gathered_is_given_back_between_utterances(
    model: Model, voices: Voices, between: Callable[[Recognizer], None]
) -> None:
    recognizer = Recognizer(model, ["stop"])
    pack = load_pack(places.pack())
    said = [one.text for part in pack.sections.values() for one in part.sentences][:20]
    sounds = [voices.say(text, SLT) for text in said]
    assert sum(sound.size for sound in sounds) / RATE > FRESH_AFTER
    first = hear(recognizer, voices.say("stop", SLT))
    for sound in sounds:
        recognizer.accept(sound)
        recognizer.finish()
    before = resident_alone(os.getpid())
    between(recognizer)
    assert resident_alone(os.getpid()) < before - 10
    assert hear(recognizer, voices.say("stop", SLT)).text == first.text == "stop"


def test_a_phrase_that_is_given_often_weighs_more(model: Model, voices: Voices) -> None:
    rivals = ["pose", "cause", "please", "pours", "pause"]
    sound = voices.say("pours", RMS)
    assert hear(Recognizer(model, rivals), sound).text == "pours"
    assert hear(Recognizer(model, [*rivals, *["pause"] * 400]), sound).text == "pause"
