"""How the house is built: which room may use which, and what must never be committed."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import voice

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "voice"

ROOMS = frozenset(
    {
        "events",
        "listening",
        "understanding",
        "knowledge",
        "scripts",
        "history",
        "reminders",
        "speaking",
        "vocabulary",
    }
)
DOORS = frozenset(
    {
        "__main__",
        "auditions",
        "bell",
        "bridges",
        "cli",
        "cli_choices",
        "clarity",
        "doctor",
        "doctor_report",
        "preferences",
        "ringing",
        "screen",
        "session",
        "sound_check",
        "timing",
    }
)

MAY_IMPORT: dict[str, frozenset[str]] = {
    "__init__": frozenset(),
    "events": frozenset(),
    "knowledge": frozenset(),
    "speaking": frozenset(),
    "vocabulary": frozenset({"locks"}),
    "models": frozenset({"locks", "vocabulary"}),
    "places": frozenset(),
    "locks": frozenset(),
    "alsa": frozenset(),
    "listening": frozenset({"events", "vocabulary"}),
    "understanding": frozenset({"events", "knowledge"}),
    "scripts": frozenset({"events", "knowledge"}),
    "history": frozenset({"events"}),
    "guiding": frozenset({"events", "knowledge", "scripts", "history"}),
    "reminders": frozenset({"events", "knowledge", "locks"}),
    "reminding": frozenset({"events", "reminders", "scripts"}),
    "own_words": frozenset({"knowledge", "models", "understanding", "vocabulary"}),
    "forgetting": frozenset({"reminders"}),
    "assistant": ROOMS | {"guiding", "reminding"},
} | dict.fromkeys(
    DOORS,
    ROOMS | DOORS | {"assistant", "models", "own_words", "forgetting", "places", "locks", "alsa"},
)
"""What each module or folder of `voice` may import from the others."""


def room_of(module: Path) -> str:
    """The first name below the package."""
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if room_of(path) != "_bundled"]


def imported(source: str, package: str) -> Iterator[str]:
    """The full names that a module imports, wherever in it the import stands.

    Args:
        source: the text of the module.
        package: the package that holds it, for relative imports.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            origin = ".".join(
                (above if node.level else []) + ([node.module] if node.module else [])
            )
            yield from (f"{origin}.{name.name}" for name in node.names)


def rooms_imported(source: str, package: str) -> set[str]:
    """The rooms of `voice` that a module imports from; the package itself counts for none."""
    names = [name.split(".") for name in imported(source, package) if name.startswith("voice.")]
    return {room for _, room, *_ in names if is_room(room)}


def is_room(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(module: Path) -> None:
    package = ".".join(module.relative_to(ROOT).parent.parts)
    room = room_of(module)
    used = rooms_imported(module.read_text(), package) - {room}
    assert used <= MAY_IMPORT[room]


@pytest.mark.parametrize(
    ("source", "package", "rooms"),
    [
        ("import voice.speaking.player", "voice.listening", {"speaking"}),
        ("from voice import assistant", "voice.scripts", {"assistant"}),
        ("from voice.events import Heard", "voice.scripts", {"events"}),
        ("from ..speaking import player", "voice.listening", {"speaking"}),
        ("from .script import Say", "voice.scripts", {"scripts"}),
        ("def late():\n    from voice.knowledge import Pack", "voice.reminders", {"knowledge"}),
        ("import vosk", "voice.listening", set()),
        ("from voice import __version__", "voice.screen", set()),
    ],
)
def test_the_import_rule_sees_every_way_to_import(
    source: str, package: str, rooms: set[str]
) -> None:
    assert rooms_imported(source, package) == rooms


def test_the_version_is_in_the_changelog() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == voice.__version__


def locked(name: str) -> dict[str, str]:
    """Package and condition to version, as one lock file has them."""
    pins = re.findall(r"^([\w.-]+)==([^ ;\\]+)(.*)$", (ROOT / name).read_text(), re.MULTILINE)
    return {package + rest.rstrip(" \\"): version for package, version, rest in pins}


def test_the_tests_run_with_the_versions_that_users_get() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_has_hashes_nothing_heavy_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.split(r"\n(?=\w)", text.strip())
    assert len(pins) == len(locked(lock)) > 10
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert [pin for pin in pins if re.match("torch|tensorflow|nvidia|onnxruntime", pin)] == []
    assert "://" not in text


def tracked_text() -> Iterator[tuple[str, str]]:
    """Every text file that git tracks: its path and what it holds."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed: which files are tracked is not known")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip(f"not a git checkout: {listed.stderr.decode().strip()}")
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".lock", ".wav", ".fst", ".mdl", ".int"}:
            yield name, path.read_text(errors="ignore")


PRIVATE = (
    re.compile(r"(?<![\w.])/(home|root|Users|work)/\w"),
    re.compile(r"files\.python" r"hosted|pypi\.[a-z]+/simple|--(extra-)?index-url"),
)
"""Folders of one developer's machine, and addresses of package registries."""


def test_nothing_of_one_machine_is_committed() -> None:
    here = str(Path(__file__).relative_to(ROOT))
    found = [
        f"{name}: {match[0]}"
        for name, text in tracked_text()
        if name != here
        for pattern in PRIVATE
        for match in pattern.finditer(text)
    ]
    assert found == []
