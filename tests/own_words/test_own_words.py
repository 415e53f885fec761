"""Words of one's own: added, heard, taken back, and never lost to what goes wrong."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.sound.voices import RMS, SLT, Voice, Voices
from voice import models
from voice.listening.model import load_model
from voice.listening.recognizer import Recognizer
from voice.models import (
    EMBEDDED,
    OFFICIAL,
    WITH_WORDS,
    ModelsError,
    find_model,
    list_models,
    verify,
)
from voice.own_words import (
    add_words,
    remove_all_words,
    remove_words,
    words_added,
    words_of_pack,
)
from voice.vocabulary import Lexicon, VocabularyError, WordError, build_graph, estimate
from voice.vocabulary.added import RECORD

ROOT = Path(__file__).parents[2]
UNKNOT = Path(sys.executable).with_name("unknot")
SHIPPED = ROOT / "models"
PACK = ROOT / "prompts" / "knot-in-your-back"


@pytest.fixture(autouse=True)
def no_other_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this machine's Vosk has downloaded is not for the tests."""
    monkeypatch.delenv("UNKNOT_MODEL", raising=False)
    monkeypatch.setattr("vosk.MODEL_DIRS", [])


SMALL = Lexicon.of(
    [
        ("back", ("B", "AE", "K")),
        ("my", ("M", "AY")),
        ("stretch", ("S", "T", "R", "EH", "CH")),
    ]
)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `models` folder whose embedded model knows three words, which is built in no time."""
    folder = tmp_path / "shipped"
    put_embedded(folder, SMALL)
    monkeypatch.setattr(models, "shipped", lambda: folder)
    return folder


def put_embedded(folder: Path, lexicon: Lexicon) -> None:
    """The shipped network with other words, and the manifest that says so."""
    model = folder / EMBEDDED
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        SHIPPED / EMBEDDED, model, copy_function=os.link, ignore=shutil.ignore_patterns("graph")
    )
    (model / "lexicon.txt").unlink()
    lexicon.write(model / "lexicon.txt")
    build_graph(model, lexicon, estimate([("stretch my back", 3.0)], lexicon.entries))
    manifest = yaml.safe_load((SHIPPED / "manifest.yaml").read_text())
    (entry,) = (entry for entry in manifest["models"] if entry["name"] == EMBEDDED)
    entry["files"] = sums(model)
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest))


def sums(folder: Path) -> dict[str, dict[str, int | str]]:
    return {
        str(path.relative_to(folder)): {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def home(house: Path, tmp_path: Path) -> Path:
    """A data folder in which "zorbling" was added."""
    assert house.is_dir()
    (added,) = add_words(["Zorbling"], home=tmp_path / "home")
    assert (added.word, added.state) == ("zorbling", "added")
    assert added.sounds == (("Z", "AO", "R", "B", "L", "IH", "NG"),)
    return tmp_path / "home"


def folders(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "models").iterdir() if path.is_dir())


@pytest.mark.parametrize(("voice", "freely"), [(RMS, True), (SLT, False)], ids=[RMS.name, SLT.name])
def test_a_word_that_was_added_to_the_shipped_model_is_heard(
    tmp_path: Path, voices: Voices, voice: Voice, freely: bool
) -> None:
    add_words(["zorbling"], home=tmp_path)
    chosen = find_model(home=tmp_path)
    assert chosen.name == WITH_WORDS
    assert chosen.why == "It is en-small with 1 word of yours; small-en-us is not installed."
    model = load_model(chosen.path)
    recognizer = Recognizer(model, ["i was zorbling my back", "how do i stretch my back", "stop"])
    assert recognizer.missing_words == ()
    recognizer.accept(voices.say("i was zorbling my back", voice))
    heard = recognizer.finish()
    assert heard.text == "i was zorbling my back"
    # Among 22,000 words, most of them likelier, not every voice is heard without a grammar.
    assert not freely or heard.free_text == heard.text
    recognizer.accept(voices.say("how do i stretch my back", voice))
    assert recognizer.finish().text == "how do i stretch my back"


def test_every_file_of_it_can_be_verified(home: Path) -> None:
    checks = [check for check in verify(home=home) if check.model == WITH_WORDS]
    shipped_files = {c.file for c in verify(home=home) if c.model == EMBEDDED}
    assert {check.file for check in checks} == shipped_files
    assert {check.state for check in checks} == {"whole"}
    words = find_model(home=home).path / "graph/words.txt"
    content = words.read_bytes()
    words.unlink()
    words.write_bytes(content.replace(b"back", b"bakc", 1))
    wrong = {check.file: check.state for check in verify(home=home) if check.state != "whole"}
    assert wrong == {"graph/words.txt": "changed"}


def test_words_that_are_known_are_said_to_be(home: Path) -> None:
    before = folders(home)
    states = {word.word: word.state for word in add_words(["back", "zorbling"], home=home)}
    assert states == {"back": "known", "zorbling": "known"}
    assert folders(home) == before, "nothing was built"


def test_more_words_come_to_those_that_are_there(home: Path) -> None:
    (word,) = add_words([], [("back", ("B", "AA", "K"))], home=home)
    assert word.state == "added"
    assert word.sounds == (("B", "AE", "K"), ("B", "AA", "K"))
    assert words_added(home=home) == ["back", "zorbling"]
    assert len(folders(home)) == 1


def test_words_are_taken_back_one_by_one(home: Path) -> None:
    add_words(["flumbing"], home=home)
    assert remove_words(["zorbling", "nothere"], home=home) == ["nothere"]
    assert words_added(home=home) == ["flumbing", "zorbling"]
    assert remove_words(["zorbling"], home=home) == []
    assert words_added(home=home) == ["flumbing"]
    assert remove_words(["flumbing"], home=home) == []
    assert find_model(home=home).name == EMBEDDED
    assert folders(home) == []


def test_the_list_names_the_words(home: Path) -> None:
    listed = {model.name: model for model in list_models(home=home)}
    assert listed[WITH_WORDS].used
    assert not listed[EMBEDDED].used
    assert listed[WITH_WORDS].about == "en-small with words of yours: zorbling."
    assert listed[WITH_WORDS].licence == "Apache-2.0"
    add_words(["flumbing", "gleebing", "snarbing", "trooning", "wubbing"], home=home)
    about = {model.name: model.about for model in list_models(home=home)}[WITH_WORDS]
    assert about.endswith("flumbing, gleebing, snarbing, trooning, wubbing and 1 more.")


def test_the_official_model_and_a_named_one_come_first(home: Path) -> None:
    assert find_model(SHIPPED / EMBEDDED, home=home).name == EMBEDDED
    official = home / "models" / OFFICIAL
    shutil.copytree(SHIPPED / EMBEDDED, official, copy_function=os.link)
    (official / "unknot-files.json").write_text(json.dumps(sums(official)))
    assert find_model(home=home).name == OFFICIAL
    assert [model.name for model in list_models(home=home) if model.used] == [OFFICIAL]


def test_after_an_update_of_the_embedded_model_the_words_are_added_to_the_new_one(
    house: Path, home: Path
) -> None:
    (before,) = folders(home)
    put_embedded(house, SMALL.with_words([("quux", ("K", "W", "AH", "K", "S"))]))
    chosen = find_model(home=home)
    assert chosen.name == WITH_WORDS
    assert chosen.why.endswith("It was built anew, as en-small is another one now.")
    model = load_model(chosen.path)
    assert model.missing("quux zorbling back") == ()
    assert folders(home) == [chosen.path.name] != [before]
    assert "anew" not in find_model(home=home).why


@pytest.mark.parametrize(
    "fail", [OSError(28, "No space left on device"), VocabularyError("Oh.", "")], ids=str
)
def test_where_that_fails_the_new_model_is_used_and_it_is_said(
    house: Path, home: Path, monkeypatch: pytest.MonkeyPatch, fail: Exception
) -> None:
    before = folders(home)
    put_embedded(house, SMALL.with_words([("quux", ("K", "W", "AH", "K", "S"))]))
    monkeypatch.setattr("voice.vocabulary.added.build_graph", raising(fail))
    chosen = find_model(home=home)
    assert chosen.name == EMBEDDED
    assert "The words that were added are left out: " in chosen.why
    assert folders(home) == before, "the next start may try again"
    assert words_added(home=home) == ["zorbling"]


def raising(error: BaseException) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_what_was_there(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    before = folders(home)
    monkeypatch.setattr("voice.vocabulary.added.build_graph", raising(error))
    with pytest.raises(type(error)):
        add_words(["flumbing"], home=home)
    assert folders(home) == before
    assert words_added(home=home) == ["zorbling"]
    assert {c.state for c in verify(home=home)} == {"whole"}


KILLED = """
import os, signal, sys
from pathlib import Path
import voice.models as models
import voice.vocabulary.added as added
from voice.own_words import add_words
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
setattr(added, sys.argv[2], die)
models.shipped = lambda: Path(sys.argv[3])
add_words(["flumbing"], home=Path(sys.argv[1]))
"""


@pytest.mark.parametrize("moment", ["build_graph", "_record"])
def test_what_was_killed_leaves_what_was_there_and_is_swept_up(
    house: Path, home: Path, moment: str
) -> None:
    before = folders(home)
    done = subprocess.run([sys.executable, "-c", KILLED, home, moment, house], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(folders(home)) == 2
    assert find_model(home=home).path.name == before[0]
    assert {c.state for c in verify(home=home)} == {"whole"}
    add_words(["flumbing"], home=home)
    assert len(folders(home)) == 1
    assert words_added(home=home) == ["flumbing", "zorbling"]


@pytest.mark.parametrize("file", ["am/final.mdl", "graph/HCLr.fst", "lexicon.txt"])
def test_one_that_is_not_whole_is_built_anew(home: Path, file: str) -> None:
    (find_model(home=home).path / file).unlink()
    chosen = find_model(home=home)
    assert chosen.why.endswith("It was built anew, as it was not whole.")
    assert {c.state for c in verify(home=home)} == {"whole"}


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"words": {}}', '{"words": {"[unk]": ["B"]}, "base": ""}', "\xff"]
)
def test_a_damaged_list_of_words_is_said_and_can_be_mended(home: Path, content: str) -> None:
    (home / "models" / RECORD).write_text(content, encoding="latin-1")
    chosen = find_model(home=home)
    assert chosen.name == EMBEDDED
    assert "left out: The list of added words" in chosen.why
    assert {c.model: c.state for c in verify(home=home) if c.state != "whole"} == {
        WITH_WORDS: "changed"
    }
    assert WITH_WORDS not in {model.name for model in list_models(home=home)}
    with pytest.raises(VocabularyError, match="damaged") as refused:
        add_words(["flumbing"], home=home)
    assert "remove-words --all" in refused.value.remedy
    remove_all_words(home=home)
    add_words(["flumbing"], home=home)
    assert words_added(home=home) == ["flumbing"]


def test_two_at_once_do_not_meet(home: Path) -> None:
    with (home / "models/.adding-words").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(VocabularyError, match="already"):
            add_words(["flumbing"], home=home)
        with pytest.raises(VocabularyError, match="already"):
            remove_all_words(home=home)
    assert words_added(home=home) == ["zorbling"]


@pytest.mark.parametrize("word", ["[unk]", "two words", "", "<eps>", "12"])
def test_what_is_no_word_is_refused_and_nothing_is_written(tmp_path: Path, word: str) -> None:
    with pytest.raises(WordError, match="is no word"):
        add_words(["flumbing", word], home=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_embedded_model_is_not_built_upon(house: Path, home: Path) -> None:
    (house / EMBEDDED / "graph/Gr.fst").unlink()
    with pytest.raises(ModelsError, match="not whole"):
        add_words(["flumbing"], home=home)
    assert words_added(home=home) == ["zorbling"]


def test_the_words_of_a_pack_are_words() -> None:
    words = words_of_pack(PACK)
    assert {"stretch", "knot", "captain", "acupressure", "o'clock"} <= set(words)
    assert not [
        word for word in words if "{" in word or word.startswith("'") or word != word.lower()
    ]
    assert words == sorted(set(words))


def unknot(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [UNKNOT, "models", *arguments],
        env={**os.environ, "UNKNOT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


@pytest.mark.slow
def test_the_command_adds_the_words_of_a_pack_and_prints_json(tmp_path: Path) -> None:
    sounds = ("--sounds", "gnarbly=N AA R B L IY")
    done = unknot(tmp_path, "add-words", "--json", "--pack", str(PACK), "back", *sounds)
    assert done.returncode == 0, done.stderr
    rows = {row["word"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert rows["back"] == {"word": "back", "state": "known", "sounds": ["B AE K"]}
    assert rows["gnarbly"]["sounds"] == ["N AA R B L IY"]
    assert set(words_of_pack(PACK)) <= set(rows)
    model = load_model(find_model(home=tmp_path).path)
    assert model.missing(" ".join(rows)) == ()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add-words",), 2, "--pack or --sounds"),
        (("add-words", "[unk]"), 2, "is no word"),
        (("add-words", "--sounds", "zorb=Z OR B"), 2, "'OR' is no phone"),
        (("add-words", "--sounds", "zorb"), 2, "no phones"),
        (("add-words", "--pack", "nowhere"), 2, "nowhere"),
        (("remove-words",), 2, "words or --all"),
        (("remove-words", "back"), 1, "back: never added"),
        (("remove-words", "--all"), 0, "taken back"),
    ],
)
def test_the_commands_say_what_is_wrong(
    tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = unknot(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
