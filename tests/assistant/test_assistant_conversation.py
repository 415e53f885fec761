"""Conversations with the real pack and the real understanding, a sentence at a time.

Only the voice is a tape and only the clock stands still: what is said, and what
follows from it, is the product's own.
"""

from __future__ import annotations

import pytest

from tests.assistant.room import Room
from voice.events import (
    Heard,
    Mended,
    Partial,
    Performed,
    Request,
    Saying,
    SpeechBegan,
    SpeechPerhaps,
    Spoken,
    Trouble,
)
from voice.knowledge import Pack
from voice.understanding import Understanding


def test_it_greets_and_says_what_can_be_asked(room: Room) -> None:
    room.assistant.greet()
    room.let_it_finish()
    assert room.tape.said == list(room.pack.replies["greeting"])


@pytest.mark.parametrize(
    ("request_text", "section"),
    [
        ("how do i stretch my back", "stretching"),
        ("read the heat section", "heat"),
        ("tell me about massage", "massage"),
        ("what causes knots", "causes"),
        ("read the introduction", "introduction"),
        ("read the conclusion", "conclusion"),
        ("cold therapy", "cold"),
        ("which exercise helps", "exercise"),
    ],
)
def test_a_section_is_read_whole_and_in_order(room: Room, request_text: str, section: str) -> None:
    room.hear(request_text)
    room.let_it_finish()
    assert room.tape.said[: len(room.sentences(section))] == room.sentences(section)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("how long does it take to get rid of a knot", "how_long"),
        ("can knots cause other health problems", "other_problems"),
        ("can knots be prevented", "prevention"),
    ],
)
def test_each_question_gets_its_answer(room: Room, question: str, answer: str) -> None:
    room.hear(question)
    room.let_it_finish()
    assert room.tape.said == [s.text for s in room.pack.questions[answer].sentences]


def test_the_stretching_section_ends_with_the_offer_to_be_guided(room: Room) -> None:
    room.hear("how do i stretch my back")
    room.let_it_finish()
    assert room.tape.said[-1] == " ".join(room.pack.replies["offer_guided"])


def test_yes_accepts_the_offer(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_finish()
    assert "cold" in room.tape.said[-1]
    room.hear("yes please")
    assert room.tape.said[-1] == room.sentences("cold")[0]


def test_no_declines_it(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_finish()
    room.hear("no thanks")
    assert room.tape.said[-1] == " ".join(room.pack.replies["declined"])


def test_yes_counts_while_the_question_is_still_spoken(room: Room) -> None:
    room.hear("tell me about heat")
    while "next?" not in room.tape.said[-1]:
        room.let_it_speak()
    room.hear("yes")
    assert room.tape.said[-1] == room.sentences("cold")[0]


def test_yes_counts_for_a_while_after_the_question_lapsed(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_finish()
    room.pass_time(9.0)
    assert not room.assistant.narrator.busy
    room.pass_time(20.0)
    room.hear("yes")
    assert room.tape.said[-1] == room.sentences("cold")[0]


def test_yes_to_nothing_says_what_can_be_asked(room: Room) -> None:
    room.hear("yes")
    assert room.tape.said == [" ".join(room.pack.replies["listening_hint"])]


def test_the_second_one_of_the_list_is_stretching(room: Room) -> None:
    room.hear("what are my options")
    room.let_it_finish()
    room.hear("the second one")
    assert room.tape.said[-1] == room.sentences("stretching")[0]


def test_next_accepts_what_is_offered(room: Room) -> None:
    room.hear("tell me about massage")
    room.let_it_finish()
    room.hear("next")
    assert room.tape.said[-1] == room.sentences("stretching")[0]


@pytest.mark.parametrize(
    ("control", "expected"),
    [("next", 2), ("back", 0), ("repeat that", 1), ("slower", 1), ("faster please", 1)],
)
def test_controls_within_a_reading(room: Room, control: str, expected: int) -> None:
    room.hear("tell me about heat")
    room.let_it_speak()
    room.pass_time(5.0)
    room.hear(control)
    assert room.tape.said[-1] == room.sentences("heat")[expected]
    assert room.assistant.narrator.step == expected


def test_pause_waits_and_resume_goes_on(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_speak()
    room.hear("wait")
    assert not room.sounds()
    room.pass_time(60.0)
    assert room.assistant.narrator.paused
    room.hear("go on")
    assert room.sounds()
    assert room.tape.said[-1] == room.sentences("heat")[1]


def test_stop_while_it_speaks_ends_the_speech_and_not_the_session(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("stop")
    assert not room.sounds()
    assert not room.ended()
    room.hear("tell me about cold")
    assert room.tape.said[-1] == room.sentences("cold")[0]


def test_stop_when_it_is_silent_says_goodbye_and_ends(room: Room) -> None:
    room.hear("stop")
    assert room.tape.said == list(room.pack.replies["goodbye"])
    assert not room.ended()
    room.let_it_speak()
    assert room.ended()


def test_stop_said_twice_does_not_end_the_session(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("stop")
    room.pass_time(2.0)
    room.hear("stop")
    assert room.tape.said == [room.sentences("heat")[0]]
    room.pass_time(10.0)
    room.hear("stop")
    assert room.tape.said[-1] == room.pack.replies["goodbye"][0]


@pytest.mark.parametrize("ends_first", [False, True])
def test_a_stop_that_begins_as_the_answer_ends_means_the_answer(
    room: Room, *, ends_first: bool
) -> None:
    room.hear("what can i say")
    if ends_first:
        room.let_it_finish()
    room.tell(SpeechBegan(2))
    room.let_it_finish()
    room.pass_time(1.5)
    room.tell(Heard("stop", utterance=2, confidence=1.0))
    assert room.tape.earcons[-1] == "taken"
    assert room.tape.said[-1] != room.pack.replies["goodbye"][0]
    room.pass_time(2.0)
    room.tell(SpeechBegan(3))
    room.tell(Heard("stop", utterance=3, confidence=1.0))
    assert room.tape.said[-1] == room.pack.replies["goodbye"][0]


def test_stop_is_obeyed_before_the_utterance_has_ended(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(SpeechBegan(2))
    assert room.ducked()
    room.tell(Partial(2, "stop", stable=0.2))
    assert not room.sounds()
    room.tell(Heard("stop", utterance=2))
    assert not room.ended()
    assert not room.assistant.narrator.busy


def test_a_partial_that_may_still_change_is_not_obeyed(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(Partial(2, "stop", stable=0.0))
    assert room.sounds()


def test_it_ducks_while_somebody_speaks_and_comes_back(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(SpeechBegan(2))
    assert room.ducked()
    room.tell(Heard("", utterance=2))
    assert not room.ducked()


def test_it_ducks_while_somebody_may_be_speaking_and_comes_back(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(SpeechPerhaps(now=True))
    assert room.ducked()
    room.tell(SpeechPerhaps(now=False))
    assert not room.ducked()
    assert room.sounds()


def test_its_own_words_are_not_taken_for_a_request(room: Room) -> None:
    room.hear("tell me about heat")
    assert room.tape.said == [room.sentences("heat")[0]]
    room.hear("heat increases the circulation")
    room.hear("relaxes your muscles")
    assert room.tape.said == [room.sentences("heat")[0]]


def test_its_own_words_are_a_request_once_it_has_fallen_silent(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_finish()
    assert "next" in room.tape.said[-1]
    room.hear("next")
    assert room.requests()[-1] == "next"


def test_an_echo_that_is_recognised_late_is_still_an_echo(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(SpeechBegan(2))
    room.let_it_finish()
    room.hear("relaxes your muscles")
    assert room.requests() == ["read_section"]


def test_stop_is_obeyed_in_a_sentence_that_says_stop_but_not_when_it_says_it(room: Room) -> None:
    room.hear("help")
    while "stop" not in room.tape.said[-1]:
        room.let_it_speak()
    room.pass_time(room.assistant.narrator.seconds_for(room.tape.said[-1]) * 0.95)
    room.hear("stop")
    assert room.sounds()
    room.hear("repeat that")
    room.pass_time(0.5)
    room.hear("stop")
    assert not room.sounds()


def test_a_doubtful_request_does_not_interrupt_it(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("massage", confidence=0.3)
    assert room.tape.said == [room.sentences("heat")[0]]


@pytest.mark.parametrize("words", ["it hurts", "ouch that hurts", "i am in pain now"])
def test_pain_stops_everything(room: Room, words: str) -> None:
    room.hear("tell me about heat")
    room.hear(words)
    room.let_it_finish()
    assert room.tape.said[1:] == list(room.pack.replies["pain"])


@pytest.mark.parametrize("words", ["i can't feel my legs", "i lost control of my bladder"])
def test_a_red_flag_outranks_everything_and_is_said_twice(room: Room, words: str) -> None:
    room.hear("tell me about heat")
    room.hear(words, confidence=0.2)
    room.let_it_finish()
    assert room.tape.said[1:] == 2 * list(
        room.pack.reply("red_flag", number="your local emergency number")
    )


def test_what_is_not_understood_gets_one_re_prompt_and_then_silence(room: Room) -> None:
    room.assistant.greet()
    room.let_it_finish()
    said = len(room.tape.said)
    room.hear("play some jazz in the kitchen")
    room.let_it_finish()
    assert room.tape.said[said:] == list(room.pack.replies["no_match"])
    said = len(room.tape.said)
    room.hear("what is the capital of france")
    room.let_it_finish()
    assert room.tape.said[said:] == []
    assert room.tape.earcons[-1] == "not_understood"


def test_a_sentence_of_ours_that_the_grammar_missed_is_understood(room: Room) -> None:
    room.tell(Heard("", 1, confidence=0.2, free_text="how does massage help"))
    assert room.tape.said == [room.sentences("massage")[0]]


@pytest.mark.parametrize("speaking", [True, False])
def test_an_emergency_that_only_free_recognition_hears_outranks_the_grammar(
    room: Room, speaking: bool
) -> None:
    if speaking:
        room.hear("tell me about heat")
        room.pass_time(5.0)
    room.tell(Heard("next", 7, confidence=0.9, free_text="i can't feel my legs"))
    assert room.requests()[-1] == "red_flag"
    assert room.tape.said[-1] == room.pack.replies["red_flag"][0]


def test_a_lone_word_outside_the_grammar_does_not_interrupt_a_reading(room: Room) -> None:
    room.hear("tell me about heat")
    room.pass_time(5.0)
    room.tell(Heard("", 2, confidence=0.2, free_text="massage"))
    assert room.tape.said == [room.sentences("heat")[0]]


def test_talk_that_has_nothing_to_do_with_us_gets_no_answer(room: Room) -> None:
    room.pass_time(600.0)
    room.hear("what is the capital of france")
    assert room.tape.said == []


def test_talk_in_the_background_does_not_disturb_a_reading(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("what is the capital of france")
    room.hear("")
    assert room.tape.said == [room.sentences("heat")[0]]
    assert room.sounds()


def test_how_long_is_left(room: Room) -> None:
    room.hear("tell me about heat")
    room.pass_time(5.0)
    room.hear("how much longer")
    assert room.tape.said[-1].startswith("About ")
    room.let_it_speak()
    assert room.tape.said[-1] == room.sentences("heat")[0]


def test_where_am_i(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_speak()
    room.pass_time(5.0)
    room.hear("where are we")
    assert "heat" in room.tape.said[-1]
    assert "sentence two of" in room.tape.said[-1]


@pytest.mark.parametrize(
    ("control", "reply"),
    [
        ("pause", "nothing_playing"),
        ("next", "nothing_playing"),
        ("repeat that", "nothing_to_repeat"),
        ("how much longer", "time_left_none"),
        ("where are we", "where_nowhere"),
        ("louder", "louder"),
        ("slower", "slower"),
        ("help", "help"),
        ("thank you", "thanks"),
    ],
)
def test_controls_when_nothing_is_performed(room: Room, control: str, reply: str) -> None:
    room.hear(control)
    room.let_it_finish()
    assert " ".join(room.tape.said) == " ".join(room.pack.replies[reply])


def test_louder_changes_the_volume_without_a_word_while_it_speaks(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("louder")
    assert room.tape.volume == pytest.approx(0.85)
    assert room.tape.said == [room.sentences("heat")[0]]


@pytest.mark.parametrize(
    ("words", "kept", "said"),
    [
        ("speak slower from now on", ("rate", 143), "I will speak more slowly. I will keep to"),
        ("from now on speak a bit faster", ("rate", 190), "I will speak faster. I will keep to"),
        ("always talk quieter", ("volume", 55), "I will speak more quietly. I will keep to"),
        ("please be louder in future", ("volume", 85), "I will speak louder. I will keep to"),
    ],
)
def test_what_is_asked_for_from_now_on_is_kept(
    room: Room, words: str, kept: tuple[str, int], said: str
) -> None:
    room.hear(words)
    room.let_it_finish()
    assert room.kept == [kept]
    assert " ".join(room.tape.said).startswith(said)


def test_what_cannot_be_kept_is_not_promised(room: Room) -> None:
    room.can_keep = False
    room.hear("speak slower from now on")
    room.let_it_finish()
    assert room.tape.said == ["I will speak more slowly."]


def test_it_says_aloud_that_the_microphone_is_gone_and_back(room: Room) -> None:
    room.tell(Trouble("microphone", "The microphone is gone.", "Plug it in again."))
    room.let_it_finish()
    room.tell(Mended("microphone"))
    room.let_it_finish()
    expected = [room.pack.replies["microphone_lost"], room.pack.replies["microphone_back"]]
    assert room.tape.said == [" ".join(reply) for reply in expected]


def test_screens_are_told_what_is_understood_said_and_done(room: Room) -> None:
    room.hear("can knots be prevented")
    room.let_it_finish()
    kinds = [type(event) for event in room.shown]
    assert kinds.index(Heard) < kinds.index(Request) < kinds.index(Saying)
    assert isinstance(room.shown[-1], Performed)


def test_a_reading_waits_for_a_lost_loudspeaker_and_goes_on(room: Room) -> None:
    room.hear("tell me about heat")
    room.let_it_speak()
    room.tell(Spoken(room.tape.utterance, False))
    room.tell(Trouble("loudspeaker", "The loudspeaker is gone.", "Plug it in again."))
    room.pass_time(60.0)
    assert room.assistant.narrator.paused
    room.tell(Mended("loudspeaker"))
    assert room.tape.said[-2:] == [room.sentences("heat")[1]] * 2


def test_a_pause_outlasts_a_lost_loudspeaker(room: Room) -> None:
    room.hear("tell me about heat")
    room.hear("pause")
    room.tell(Spoken(room.tape.utterance, False))
    room.tell(Trouble("loudspeaker", "The loudspeaker is gone.", "Plug it in again."))
    room.tell(Mended("loudspeaker"))
    assert room.assistant.narrator.paused


def test_a_sentence_that_cannot_be_spoken_is_passed_over(room: Room) -> None:
    room.hear("tell me about heat")
    room.tell(Trouble("voice", "The voice failed.", "Try again."))
    room.tell(Spoken(room.tape.utterance, False))
    room.pass_time(0.6)
    assert room.tape.said[-1] == room.sentences("heat")[1]


def asleep(pack: Pack, understanding: Understanding) -> Room:
    room = Room(pack, understanding, wake=True)
    room.pass_time(600.0)
    return room


def test_behind_a_wake_phrase_it_waits_to_be_called(
    pack: Pack, understanding: Understanding
) -> None:
    room = asleep(pack, understanding)
    room.hear("how do i stretch my back")
    assert room.tape.said == []
    room.hear("hey captain stretch")
    assert room.tape.earcons == ["listening"]
    room.hear("how do i stretch my back")
    assert room.tape.said == [room.sentences("stretching")[0]]


def test_the_wake_phrase_and_the_request_may_come_in_one_breath(
    pack: Pack, understanding: Understanding
) -> None:
    room = asleep(pack, understanding)
    room.hear("hey captain stretch tell me about heat")
    assert room.tape.said == [room.sentences("heat")[0]]


def test_it_goes_on_listening_for_a_while_after_an_answer(
    pack: Pack, understanding: Understanding
) -> None:
    room = asleep(pack, understanding)
    room.hear("hey captain stretch can knots be prevented")
    room.let_it_finish()
    room.pass_time(20.0)
    room.hear("tell me about heat")
    assert room.tape.said[-1] == room.sentences("heat")[0]


def test_an_emergency_needs_no_wake_phrase(pack: Pack, understanding: Understanding) -> None:
    room = asleep(pack, understanding)
    room.hear("i can't feel my legs")
    assert room.tape.said == [room.pack.replies["red_flag"][0]]
