"""The model report's arithmetic: texts made alike, words wrong, slots, intervals, noise."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from models.recipe import report
from models.recipe.measuring import orders
from models.recipe.measuring.clips import Clip, in_silence, read_clips, some
from models.recipe.measuring.figures import Figure, Goal, Row, as_json, share, table, wilson
from models.recipe.measuring.noise import KITCHEN, mixed, read_noise
from models.recipe.measuring.scoring import words_of
from models.recipe.measuring.telephone import grammar_of, hundred, read_prompts
from voice.understanding.words import edits


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Stop!", "stop"),
        ("I’m ready", "i'm ready"),
        ("the knots' cause", "the knots cause"),
        ("foam-rolling", "foam rolling"),
        ("press 1 or 25", "press one or twenty five"),
        ("dial 8500", "dial 8500"),
        ("at 7 A.M.", "at seven a m"),
        ("ok, that's alright", "okay that's all right"),
        ("[unk] stop [unk]", "stop"),
        ("... extension ...", "extension"),
        ("", ""),
    ],
)
def test_texts_are_made_alike(text: str, words: str) -> None:
    assert " ".join(words_of(text)) == words


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [
        ("how do i stretch", "how do i stretch", 0),
        ("how do i stretch", "how do stretch", 1),
        ("how do i stretch", "how do i stretch it", 1),
        ("how do i stretch", "who do i stretch", 1),
        ("stop", "", 1),
        ("", "stop it", 2),
        ("a b c d", "b c d a", 2),
        ("stop", "how are you", 3),
    ],
)
def test_words_wrong(said: str, heard: str, wrong: int) -> None:
    assert edits(said.split(), heard.split()) == wrong


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 20, 0.0, 0.161), (8, 10, 0.490, 0.943), (97, 100, 0.915, 0.990), (50, 50, 0.929, 1.0)],
)
def test_intervals_are_wilsons(count: int, of: int, low: float, high: float) -> None:
    assert wilson(count, of) == pytest.approx((low, high), abs=6e-4)


def test_more_errors_than_words_are_no_share() -> None:
    assert share(3, 2, "words") == Figure(150.0, 2, "words", None, None)
    with pytest.raises(ValueError, match="no words"):
        share(0, 0, "words")


@pytest.mark.parametrize(
    ("goals", "ours", "theirs", "reached"),
    [
        ((Goal("at most", 8.0),), 8.0, None, True),
        ((Goal("at most", 8.0),), 8.1, None, False),
        ((Goal("at least", 97.0),), 96.9, 50.0, False),
        ((Goal("less than the others"),), 20.0, 29.0, True),
        ((Goal("less than the others"),), 29.0, 29.0, False),
        ((Goal("less than the others"),), 20.0, None, None),
        ((Goal("at least", 95.0), Goal("more than the others")), 96.0, 97.0, False),
        ((Goal("at least", 95.0), Goal("more than the others")), 96.0, None, None),
        ((), 96.0, None, None),
    ],
)
def test_goals(
    goals: tuple[Goal, ...], ours: float, theirs: float | None, reached: bool | None
) -> None:
    row = Row("a section", "a row", goals=goals, figures={"ours": Figure(ours, 10, "words")})
    if theirs is not None:
        row.figures["pocketsphinx"] = Figure(theirs, 10, "words")
    assert row.reached() is reached


def test_a_goal_is_not_reached_by_what_was_not_measured() -> None:
    assert Row("a section", "a row", goals=(Goal("at most", 8.0),)).reached() is None


def test_the_table_says_what_was_measured_and_what_was_not() -> None:
    rows = [
        Row("One", "words wrong", goals=(Goal("at most", 8.0),), figures={"en": share(1, 4, "w")}),
        Row("Two", "not measured", note="no recording"),
    ]
    assert list(table(rows, ["en", "other"])) == [
        "\n**One**\n",
        "| | goal | en | other | reached |",
        "|---|---|---|---|---|",
        "| words wrong | ≤ 8 % | 25.0 % (4.6 to 69.9), n 4 w | - | **no** |",
        "\n**Two**\n",
        "| | goal | en | other | reached |",
        "|---|---|---|---|---|",
        "| not measured | - | - | - | - |",
        "| no recording | | | | |",
    ]
    assert [row["reached"] for row in as_json(rows)] == [False, None]


@pytest.mark.parametrize(
    ("sentence", "slots"),
    [
        ("can i get an iced mocha", {"coffeeDrink": "iced mocha"}),
        (
            "medium roast medium coffee",
            {"roast": "medium roast", "size": "medium", "coffeeDrink": "coffee"},
        ),
        (
            "espresso with a little bit of soy milk and lots of brown sugar",
            {
                "coffeeDrink": "espresso",
                "milkAmount": "a little bit of soy milk",
                "sugarAmount": "lots of brown sugar",
            },
        ),
        ("a bit of", {}),
        ("", {}),
    ],
)
def test_slots_of_an_order(sentence: str, slots: dict[str, str]) -> None:
    assert orders.slots_in(sentence) == slots


@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("give me a mocha with soy milk", True),
        ("give me a large mocha with soy milk", True),  # the benchmark asks no more
        ("give me a mocha with some soy milk", False),
        ("give me an iced mocha with soy milk", False),
        ("", False),
    ],
)
def test_an_order_is_right_when_every_label_is(heard: str, right: bool) -> None:
    assert orders.all_right({"coffeeDrink": "mocha", "milkAmount": " soy milk"}, heard) is right


def test_the_grammar_of_orders_has_every_phrase_and_says_what_it_means() -> None:
    grammar = orders.grammar()
    assert grammar == orders.grammar()
    wanted = {phrase for phrases in orders.SLOTS.values() for phrase in phrases}
    meant = [orders.slots_in(phrase) for phrase in grammar.phrases]
    assert {said for slots in meant for said in slots.values()} == wanted
    assert all("coffeeDrink" in slots for slots in meant)
    assert all(f" {phrase}" in grammar.jsgf for phrase in wanted)


@pytest.mark.parametrize("snr_db", [24, 6])
def test_noise_is_as_loud_as_asked(snr_db: int) -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 300, 40_000).astype(np.int16)
    speech = np.zeros(20_480, np.int16)
    speech[4096:6144] = 8000  # the loudest 128 ms
    both = mixed(speech, noise, snr_db, rng).astype(np.float64)
    assert np.abs(both).max() == pytest.approx(16_383.5, abs=1)
    under = both[8192:10_240].std() / (both[4096:6144].mean() or 1)
    assert -20 * np.log10(under) == pytest.approx(snr_db, abs=0.6)


def test_noise_comes_from_a_checkout_or_its_git_directory(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    file = checkout / KITCHEN
    file.parent.mkdir(parents=True)
    sound = np.arange(-500, 500, dtype=np.int16)
    soundfile.write(file, sound, 16_000)
    assert np.array_equal(read_noise(checkout), sound)
    git = ("git", "-C", str(checkout), "-c", "user.name=x", "-c", "user.email=x@example.org")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "noise")):
        subprocess.run([*git, *command], check=True)
    assert np.array_equal(read_noise(checkout / ".git"), sound)
    with pytest.raises(FileNotFoundError, match="holds no"):
        read_noise(tmp_path)


def test_prompts_are_those_that_are_certain(tmp_path: Path) -> None:
    (tmp_path / "digits").mkdir()
    for name in ("please-wait", "one", "press-1", "star", "twice", "odd", "digits/p-m"):
        (tmp_path / f"{name}.wav").touch()
    texts = tmp_path / "core-sounds-en.txt"
    texts.write_text(
        "; a comment: not a prompt\nplease-wait: Please wait.\none: One.\npress-1: Press 1.\n"
        "star: Press * now.\ntwice.wav: please wait\nodd: Wait zorp.\ndigits/p-m: P.M.\n"
        "silent: Please press.\n"
    )
    known = {"please", "wait", "press", "one", "now", "p", "m"}
    clips = read_prompts(tmp_path, texts, known)
    assert [(clip.path.name, clip.text) for clip in clips] == [
        ("please-wait.wav", "please wait"),
        ("press-1.wav", "press one"),
        ("p-m.wav", "p m"),
    ]
    assert sorted(clip.text for clip in hundred(clips)) == ["p m", "please wait", "press one"]
    assert grammar_of(["please wait", "p m"]).jsgf.endswith("public <phrase> = please wait | p m;")


def test_the_same_recordings_are_chosen_each_time() -> None:
    clips = [Clip(Path(f"{n}.flac"), "stop", "control", "a", "b") for n in range(30)]
    assert some(clips, 5) == some(clips, 5) != clips[:5]
    assert some(clips, None) == some(clips, 30) == clips


def test_silence_around_a_recording_is_the_same_each_time() -> None:
    sound = np.full(1600, 900, np.int16)
    padded = in_silence(sound)
    assert padded.size == 1600 + 0.8 * 16_000
    assert np.array_equal(padded, in_silence(sound))
    assert 0 < padded[:4800].std() < 2


def test_what_lacks_its_recordings_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    options = ["--alone", "--json", str(tmp_path / "report.json")]
    for section in ("synthetic", "requests", "strangers", "orders", "not-for-us", "controls"):
        options += ["--only", section]
    report.run(tmp_path, parser.parse_args(options))
    printed = capsys.readouterr().out
    assert printed.count("| not measured | - | - | - |") == 6
    assert "no order is in the split test" in printed
    assert "asterisk-core-sounds-en-wav" in printed
    rows = json.loads((tmp_path / "report.json").read_text())
    assert [row["reached"] for row in rows] == [None] * 6


def test_recordings_of_a_split_are_read_as_far_as_they_are_written(tmp_path: Path) -> None:
    line: dict[str, Any] = {
        "path": "speech/kokoro/1/000001.flac",
        "text": "stop",
        "phones": ["S", "T", "AA", "P"],
        "voice": "am_eric",
        "source": "kokoro",
        "kind": "control",
        "seconds": 0.6,
        "split": "test",
    }
    order = line | {"text": None, "kind": "order", "slots": {"size": "small"}, "likelihood": -0.1}
    lists = tmp_path / "speech"
    lists.mkdir()
    whole = [json.dumps(line), json.dumps(order), json.dumps(line | {"split": "train"})]
    (lists / "kokoro-1.jsonl").write_text("\n".join([*whole, '{"path": "sp']))
    assert read_clips(tmp_path, "test") == [
        Clip(tmp_path / "speech/kokoro/1/000001.flac", "stop", "control", "am_eric", "kokoro"),
        Clip(tmp_path / order["path"], "", "order", "am_eric", "kokoro", {"size": "small"}),
    ]
