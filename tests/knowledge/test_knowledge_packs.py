"""Any pack of the format loads; of a broken one every mistake is named with its place."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.knowledge import Pack, PackError, Problem, check_pack, load_pack
from voice.knowledge.replies import REPLIES

REAL = Path(__file__).parent.parent.parent / "prompts" / "knot-in-your-back"
FILES = ("pack.yaml", "article.md", "replies.yaml", "safety.yaml")
ROUTINE_FILES = ("routines/knees_to_chest.yaml", "routines/overhead_reach.yaml")


def copy_of_the_real_pack(parent: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(REAL, parent / "pack"))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return copy_of_the_real_pack(tmp_path)


def change(pack: Path, file: str, old: str, new: str) -> str:
    """Replace the one place where `old` stands; returns the new text."""
    text = (pack / file).read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} must stand once in {file}"
    changed = text.replace(old, new)
    (pack / file).write_text(changed, "utf-8")
    return changed


def line_of(text: str, wanted: str) -> int:
    """The line on which `wanted` first stands."""
    return text[: text.index(wanted)].count("\n") + 1


# A pack that is whole


def test_real_pack_has_no_mistake() -> None:
    assert check_pack(REAL) == ()


def test_loaded_pack_says_what_its_files_say(pack: Path) -> None:
    loaded = load_pack(pack)
    assert loaded.folder == pack
    assert loaded.id == "knot-in-your-back"
    assert loaded.name == "Knot in your back"
    assert loaded.title == "How To Get Rid Of A Knot In Your Back"
    assert loaded.language == "en"
    assert loaded.sections["heat"].heading == "Heat therapy"
    assert loaded.sections["heat"].spoken_name == "heat"
    assert loaded.questions["how_long"].question == "How long does it take to get rid of a knot?"
    assert loaded.routines["overhead_reach"].spoken_name == "overhead reach"
    assert loaded.intents_folder == pack / "intents"
    assert loaded.voice.words_per_minute == 165
    assert loaded.voice.pause == pytest.approx(0.3)
    assert loaded.voice.says["pilates"] == "pilahteez"
    assert loaded.voice.says["never to pain"] == "*never* to pain"
    assert set(loaded.replies) == set(REPLIES)


def test_loaded_pack_cannot_be_changed(pack: Path) -> None:
    loaded = load_pack(pack)
    with pytest.raises(dataclasses.FrozenInstanceError):
        loaded.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        loaded.sections["heat"] = loaded.sections["cold"]  # type: ignore[index]


@pytest.mark.parametrize(("key", "fields"), [("no_such_reply", {}), ("where_am_i", {"title": "x"})])
def test_asking_for_what_no_pack_has_is_an_error_in_the_code(
    pack: Path, key: str, fields: dict[str, str]
) -> None:
    with pytest.raises(KeyError):
        load_pack(pack).reply(key, **fields)


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_pack_saved_by_any_editor_is_the_same_pack(pack: Path, encoding: str, newline: str) -> None:
    for file in FILES:
        text = (pack / file).read_text("utf-8")
        (pack / file).write_text(text, encoding, newline=newline)
    loaded, real = load_pack(pack), load_pack(REAL)
    assert dict(loaded.sections) == dict(real.sections)
    assert dict(loaded.replies) == dict(real.replies)


# Another article

STIFF_NECK = {
    "pack.yaml": """\
format: 1
id: stiff-neck
name: Stiff neck
language: en
article: {title: Easing a stiff neck, source: Written for a test}
sections: [why, turning]
methods: [turning]
questions: [pillow]
routines: {}
wake_phrases: [hello neck helper]
voice: {words_per_minute: 150, pause: 0.5}  # `says` may be left out
""",
    "article.md": """\
## Why a neck grows stiff {#why}
A night in a draught is enough.

## Turning {#turning}
Turn your head to the left.
<!-- source: A test -->
Then turn it to the right.

## Questions
### Which pillow is best? {#pillow}
A flat one.
""",
    "safety.yaml": """\
red_flags:
  - {id: fever, sign: a fever, source: A test}
stop_at_once: {rule: Stop when it hurts., source: A test}
emergency_number: the number of the emergency services
""",
    "intents/reading.yaml": "language: en\nintents: {}\n",
}


def pack_about_a_stiff_neck(parent: Path) -> Path:
    """A pack of another article, with its own words for every reply."""
    folder = parent / "stiff-neck"
    (folder / "intents").mkdir(parents=True)
    replies = "".join(
        f"  {key}: ['{' '.join(['Neck', *(f'{{{field}}}' for field in sorted(fields))])}.']\n"
        for key, fields in REPLIES.items()
    )
    names = "names: {why: the reasons, turning: turning, pillow: pillows}\n"
    files = {**STIFF_NECK, "replies.yaml": f"replies:\n{replies}{names}"}
    for file, text in files.items():
        (folder / file).write_text(text, "utf-8")
    return folder


def test_pack_of_another_article_loads_with_no_change_to_the_code(tmp_path: Path) -> None:
    neck = load_pack(pack_about_a_stiff_neck(tmp_path))
    assert list(neck.sections) == ["why", "turning"]
    assert [said.text for said in neck.sections["turning"].sentences] == [
        "Turn your head to the left.",
        "Then turn it to the right.",
    ]
    assert [said.source for said in neck.sections["turning"].sentences] == [None, "A test"]
    assert neck.questions["pillow"].sentences[0].text == "A flat one."
    assert neck.reply("offer_next", section="turning") == ("Neck turning.",)
    assert not neck.routines


def test_pack_may_answer_no_questions(tmp_path: Path) -> None:
    neck = pack_about_a_stiff_neck(tmp_path)
    change(neck, "pack.yaml", "questions: [pillow]", "questions: []")
    change(neck, "replies.yaml", ", pillow: pillows", "")
    change(neck, "article.md", "### Which pillow is best? {#pillow}\nA flat one.\n", "")
    assert not load_pack(neck).questions


# Broken packs: what is changed, where the mistake must be found, and what is said about it

LONG = "And " + "very " * 30 + "long."

BROKEN = [
    # article.md
    ("It also numbs", "It (also) numbs", "It (also)", "has a bracket"),
    ("for up to twenty", "for up to 20", "up to 20", "has a digit"),
    ("It also numbs", "It e.g. numbs", "It e.g.", "has the abbreviation 'e.g.'"),
    ("It also numbs", "TENS also numbs", "TENS", "has the abbreviation 'TENS'"),
    ("fifteen to twenty minutes at", "fifteen mins. at", "mins.", "has the abbreviation 'mins.'"),
    ("It also numbs", "It *also* numbs", "*also*", "has the sign '*'"),
    ("A cold compress", "- A cold compress", "- A cold", "must begin with a letter"),
    ("It also numbs the area,", LONG + " It", LONG, "words"),
    ("reduces inflammation.", "reduces inflammation", "reduces inflammation", "must end with"),
    ("inflammation.\n", "inflammation. ", "inflammation. It", "a line of its own"),
    ("{#heat}", "{#heet}", "{#heet}", "pack.yaml names no section heet"),
    ("{#heat}", "{#cold}", "## Cold", "cold is there twice, first on line"),
    ("### Can knots be", "## Can knots be", "## Can knots be", "names no section prevention"),
    ("### Can knots be", "#### Can knots be", "#### Can knots be", "three levels deep"),
    ("## Exercise {", "## {", "## {#exercise}", "this heading has no words"),
    ("## Questions\n", "## Questions\nAsk away.\n", "Ask away", "under no heading with an id"),
    ("# How To Get", "# How Not To Get", "# How Not", "the title differs"),
    ("{#heat}\n", "{#heat}\n\n## Rest {#cold}\n", "## Heat therapy", "heat has no sentence"),
    ("## Questions\n", "<!-- source: me -->\n## Questions\n", "source: me", "no sentence on the"),
    ("## Questions\n", "<!-- source: -->\n## Questions\n", "source: -->", "names nothing"),
    ("## Questions\n", "<!-- note\n## Questions\n", "<!-- note", "never closed"),
    ("## Questions\n", "<!-- a --> b\n## Questions\n", "<!-- a", "lines of its own"),
]


@pytest.mark.parametrize(("old", "new", "at", "reason"), BROKEN)
def test_mistake_in_the_article_is_named(
    pack: Path, old: str, new: str, at: str, reason: str
) -> None:
    text = change(pack, "article.md", old, new)
    assert_named(pack, "article.md", line_of(text, at), reason)


BROKEN_YAML = [
    ("pack.yaml", "format: 1", "format: 2", "format: 2", "packs of format 1 only"),
    ("pack.yaml", "format: 1", "format: [1]", "format: [1]", "packs of format 1 only"),
    ("pack.yaml", "id: knot-in", "id: Knot in", "id: Knot", "id must be small letters"),
    ("pack.yaml", "language: en", "language: no", "language: no", "language must be text"),
    ("pack.yaml", "language: en", "langage: en", "langage", "does not know langage"),
    ("pack.yaml", "language: en\n", "", "format: 1", "the pack lacks language"),
    ("pack.yaml", "language: en", "id: other", "id: other", "id is there twice"),
    ("pack.yaml", "language: en", "language: [en", "article:", "not YAML"),
    ("pack.yaml", "  - introduction\n", "  - intro\n", "  - intro\n", "intro has no heading"),
    ("pack.yaml", "  - causes\n", "  - cold\n", "  - cold\n  - exercise", "cold is there twice"),
    ("pack.yaml", "  - causes\n", "  - The Causes\n", "The Causes", "an id must be small letters"),
    ("pack.yaml", "\nquestions:", "  - rest\n\nquestions:", "- rest", "not one of the sections"),
    ("pack.yaml", "  - how_long", "  - heat", "  - heat\n  - other", "heat is a section already"),
    ("pack.yaml", "hey captain stretch", "captain", "  - captain", "two words or more"),
    ("pack.yaml", "hey captain stretch", "Hey CAPTAIN", "Hey CAPTAIN", "in small letters"),
    ("pack.yaml", ": overhead reach", ": (reach)", "(reach)", "must begin with a letter"),
    ("pack.yaml", "165", "9000", "9000", "a number from 60 to 400"),
    ("pack.yaml", "165", ".nan", ".nan", "a number from 60 to 400"),
    ("pack.yaml", "pause: 0.3", "pause: soon", "pause: soon", "a number from 0 to 5"),
    ("replies.yaml", "I am still here.", "I am (still) here.", "(still)", "has a bracket"),
    ("replies.yaml", "About {seconds} to", "About {} to", "About {} to", "a plain name in braces"),
    ("replies.yaml", "About {seconds} to", "About {seconds to", "{seconds to", "do not pair up"),
    ("replies.yaml", "on {title}", "on it", "- We are on it", "where_am_i must say {title}"),
    ("replies.yaml", "I am still here.", "{who}", "- {who}", "must be text"),
    ("replies.yaml", "I am still", "Your {x} is still", "- Your", "still_here has no field {x}"),
    ("replies.yaml", "  goodbye:", "  goodby:", "  goodby:", "replies does not know goodby"),
    ("replies.yaml", "  goodbye:", "  goodby:", "  greeting:", "replies lacks goodbye"),
    ("replies.yaml", "    - Stopped.\n", "    []\n", "    []", "must be a list of 1 or more"),
    ("replies.yaml", "  heat: heat\n", "", "  introduction:", "names lacks heat"),
    ("replies.yaml", "  heat: heat\n", "  heet: heat\n", "  heet", "names does not know heet"),
    ("replies.yaml", "  heat: heat\n", "  heat: heat.\n", "  heat: heat.", "must not end like one"),
    ("safety.yaml", "sign: a fever", "sign: 39 degrees", "39", "must begin with a letter"),
    ("safety.yaml", "id: fever", "id: both_legs", "id: both_legs\n    sign: a", "is there twice"),
    ("safety.yaml", "stop_at_once:", "stop:", "stop:", "does not know stop"),
    ("safety.yaml", "rule: A stretch", "rule: 1 stretch", "rule: 1", "must begin with a letter"),
    ("safety.yaml", "\n  source: NHS, back pain\n", "\n", "  rule:", "stop_at_once lacks source"),
]


@pytest.mark.parametrize(("file", "old", "new", "at", "reason"), BROKEN_YAML)
def test_mistake_in_yaml_is_named(
    pack: Path, file: str, old: str, new: str, at: str, reason: str
) -> None:
    text = change(pack, file, old, new)
    assert_named(pack, file, line_of(text, at), reason)


def assert_named(pack: Path, file: str, line: int, reason: str) -> None:
    """The mistake is among those named, and the pack does not load."""
    with pytest.raises(PackError) as raised:
        load_pack(pack)
    named = [(problem.file, problem.line) for problem in raised.value.problems]
    assert (file, line) in named, raised.value.problems
    assert any(
        reason in problem.reason
        for problem in raised.value.problems
        if (problem.file, problem.line) == (file, line)
    ), raised.value.problems


WHOLE_FILES = [
    ("empty", b"", 0, "the file is empty"),
    ("a list", b"- a\n", 1, "must be a mapping"),
    ("not UTF-8", b"format: 1\nname: caf\xe9\n", 2, "not UTF-8 text"),
    ("a byte that no text has", b"format: 1\x00\n", 0, "not YAML"),
    ("two documents", b"format: 1\n---\nformat: 1\n", 2, "not YAML"),
    ("nested very deep", b"[" * 100_000, 1, "not YAML"),
    ("a list of itself", b"&a [*a]", 1, "must be a mapping"),
    ("over a mebibyte", b"#" * (1024 * 1024 + 1), 0, "larger than 1024 KiB"),
]


@pytest.mark.parametrize(
    ("data", "line", "reason"), [pytest.param(*row[1:], id=row[0]) for row in WHOLE_FILES]
)
def test_file_that_is_no_pack_file_is_named(
    pack: Path, data: bytes, line: int, reason: str
) -> None:
    (pack / "pack.yaml").write_bytes(data)
    assert_named(pack, "pack.yaml", line, reason)


@pytest.mark.parametrize("file", FILES)
def test_missing_file_is_named(pack: Path, file: str) -> None:
    (pack / file).unlink()
    assert Problem(file, 0, "the file is missing") in check_pack(pack)


@pytest.mark.parametrize("file", FILES)
def test_folder_in_place_of_a_file_is_named(pack: Path, file: str) -> None:
    (pack / file).unlink()
    (pack / file).mkdir()
    assert Problem(file, 0, "the file is missing") in check_pack(pack)


@pytest.mark.parametrize("file", [*FILES, "intents/reading.yaml"])
def test_link_out_of_the_pack_is_not_followed(pack: Path, file: str) -> None:
    outside = pack.parent / "outside"
    (pack / file).rename(outside)
    (pack / file).symlink_to(outside)
    assert check_pack(pack) == (Problem(file, 0, "leads out of the pack's folder"),)


def test_link_to_itself_is_named(pack: Path) -> None:
    (pack / "safety.yaml").unlink()
    (pack / "safety.yaml").symlink_to("safety.yaml")
    assert {problem.file for problem in check_pack(pack)} == {"safety.yaml"}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_file_that_may_not_be_read_is_named(pack: Path) -> None:
    (pack / "safety.yaml").chmod(0)
    assert check_pack(pack) == (Problem("safety.yaml", 0, "cannot be read: Permission denied"),)


def test_pack_without_sentence_templates_is_named(pack: Path) -> None:
    shutil.rmtree(pack / "intents")
    assert check_pack(pack) == (Problem("intents", 0, "the folder is missing"),)
    (pack / "intents").mkdir()
    assert check_pack(pack) == (Problem("intents", 0, "the folder has no *.yaml file"),)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    assert check_pack(tmp_path / "none") == (Problem(".", 0, "there is no such folder"),)


# How it is told


def test_error_is_one_sentence_with_the_first_place_and_a_remedy(pack: Path) -> None:
    text = change(pack, "article.md", "It also numbs", "It (also) numbs")
    change(pack, "safety.yaml", "sign: a fever", "sign: 39 degrees")
    with pytest.raises(PackError) as raised:
        load_pack(pack)
    line = line_of(text, "(also)")
    assert str(raised.value) == (
        f"The pack {pack} cannot be used: article.md, line {line}: "
        "the sentence has a bracket, which cannot be heard (and 1 more)."
    )
    assert f"unknot pack check {pack}" in raised.value.remedy


def test_one_check_finds_the_mistakes_of_every_file_in_order(pack: Path) -> None:
    change(pack, "article.md", "It also numbs", "It (also) numbs")
    change(pack, "pack.yaml", "165", "9000")
    change(pack, "replies.yaml", "I am still here.", "I am still here")
    change(pack, "safety.yaml", "sign: a fever", "sign: a fever!")
    assert [problem.file for problem in check_pack(pack)] == sorted(FILES)


# Whatever the bytes


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_the_real_pack(tmp_path_factory.mktemp("scratch"))


YAML_LIKE = st.text("&*[]{}:-!|>#'\"\n a1~<\t", max_size=60).map(str.encode)


@settings(max_examples=60, deadline=None)
@given(
    file=st.sampled_from((*FILES, *ROUTINE_FILES)),
    start=st.floats(0, 1),
    cut=st.integers(0, 80),
    junk=st.binary(max_size=60) | YAML_LIKE,
)
def test_damaged_file_gives_a_pack_or_names_its_mistakes(
    scratch: Path, file: str, start: float, cut: int, junk: bytes
) -> None:
    whole = (REAL / file).read_bytes()
    at = int(start * len(whole))
    try:
        (scratch / file).write_bytes(whole[:at] + junk + whole[at + cut :])
        assert_pack_or_mistakes(scratch)
    finally:
        (scratch / file).write_bytes(whole)


@settings(max_examples=40, deadline=None)
@given(file=st.sampled_from((*FILES, *ROUTINE_FILES)), data=st.binary(max_size=200) | YAML_LIKE)
def test_file_of_any_bytes_names_its_mistakes(scratch: Path, file: str, data: bytes) -> None:
    try:
        (scratch / file).write_bytes(data)
        assert_pack_or_mistakes(scratch)
        assert check_pack(scratch), "no file of a pack may be nonsense"
    finally:
        (scratch / file).write_bytes((REAL / file).read_bytes())


def assert_pack_or_mistakes(folder: Path) -> None:
    """Loading gives a pack, or a `PackError` that names files of the pack."""
    problems = check_pack(folder)
    assert {problem.file for problem in problems} <= {*FILES, *ROUTINE_FILES}
    if not problems:
        assert isinstance(load_pack(folder), Pack)
        return
    with pytest.raises(PackError) as raised:
        load_pack(folder)
    assert raised.value.problems == problems
    assert "\n" not in str(raised.value)
