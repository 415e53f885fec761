"""The wheel: it holds the product whole, and works where there is no source tree."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import voice
from tests.sound.voices import Voices

ROOT = Path(__file__).parents[2]
BUNDLED = ("prompts/knot-in-your-back", "models/en-small")
LARGEST_INSTALL = 250_000_000
"""Bytes that the product and all it needs at run time may take."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, timeout=100)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which borrows the dependencies of this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    command = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet"]
    command += ["--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run(command, check=True, timeout=100)
    return folder


def unknot(elsewhere: Path, *arguments: str, said: str = "") -> str:
    """What the installed command prints, run in a folder that holds nothing of ours."""
    done = subprocess.run(
        [str(elsewhere / "bin" / "unknot"), *arguments],
        cwd=elsewhere,
        env=os.environ | {"UNKNOT_HOME": str(elsewhere / "home")},
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_every_pack_and_model_file(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    for folder in BUNDLED:
        files = [path for path in (ROOT / folder).rglob("*") if path.is_file()]
        assert files
        assert {f"voice/_bundled/{path.relative_to(ROOT)}" for path in files} <= set(held)
    assert "voice/py.typed" in held


def test_the_wheel_holds_the_page(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "voice/screen/page").iterdir()}
    assert len(files) > 5
    assert files <= set(held)


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel).namelist()
    assert [name for name in held if not name.startswith(("voice/", "unknot-"))] == []
    assert [name for name in held if "test" in name or "__pycache__" in name] == []
    assert [name for name in held if "recipe" in name] == []


def test_the_installed_command_says_its_version(elsewhere: Path) -> None:
    assert voice.__version__ in unknot(elsewhere, "--version")


def test_the_installed_code_is_the_wheel_s(elsewhere: Path) -> None:
    command = [str(elsewhere / "bin" / "python"), "-c", "import voice; print(voice.__file__)"]
    where = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=True)
    assert Path(where.stdout.strip()).is_relative_to(elsewhere)


def test_the_installed_command_finds_its_pack(elsewhere: Path) -> None:
    understood = json.loads(unknot(elsewhere, "understand", said="how do i stretch my back\n"))
    assert understood["intent"] == "read_section"
    assert understood["slots"] == {"section": "stretching"}


def test_the_installed_command_finds_its_model(elsewhere: Path, voices: Voices) -> None:
    question = voices.file("how do i stretch my back")
    heard = json.loads(unknot(elsewhere, "transcribe", "--json", str(question)))
    assert "stretch my back" in heard["text"]


def needed(name: str, seen: set[str]) -> Iterator[str]:
    """A distribution and everything that it needs on this machine, each once."""
    if name in seen:
        return
    seen.add(name)
    yield name
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from needed(requirement.name.lower(), seen)


def size(name: str) -> int:
    """Bytes of the files that a distribution put in place."""
    files = [Path(str(file.locate())) for file in distribution(name).files or []]
    return sum(path.stat().st_size for path in files if path.is_file())


def test_the_product_and_what_it_needs_stay_small(wheel: Path) -> None:
    ours = sum(entry.file_size for entry in zipfile.ZipFile(wheel).infolist())
    others = {name: size(name) for name in needed("unknot", set()) if name != "unknot"}
    assert len(others) > 10
    assert ours + sum(others.values()) < LARGEST_INSTALL, sorted(others, key=others.__getitem__)
