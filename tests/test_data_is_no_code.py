"""No module of the product runs what it reads, and a pack reaches nothing outside its folder."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from voice.knowledge import PackError, Problem, check_pack, load_pack
from voice.reminders.wording import check_wording, load_wording
from voice.understanding import TemplateError, Understanding
from voice.understanding.interrupting import interrupting_phrases

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for path in (ROOT / "voice").rglob("*.py") if "_bundled" not in path.parts)
PACK = ROOT / "prompts" / "knot-in-your-back"

LOADERS = frozenset(("pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"))
"""Modules that make objects, and with them calls, of bytes."""
CALLS = frozenset(
    (
        *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.unsafe_load"),
        *("yaml.full_load", "yaml.load_all", "yaml.unsafe_load_all", "builtins.eval"),
    )
)
SAFE_YAML = frozenset(("_Loader", "yaml.SafeLoader", "yaml.CSafeLoader"))
"""What `yaml.load` may be told; `_Loader` is one of the other two, which a test below checks."""


def unsafe(source: str) -> Iterator[str]:
    """What in a module might run data as code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in LOADERS)
        elif isinstance(node, ast.ImportFrom) and node.module in LOADERS:
            yield str(node.module)
        elif isinstance(node, ast.Call):
            yield from _unsafe_call(node)


def _unsafe_call(call: ast.Call) -> Iterator[str]:
    name = ast.unparse(call.func)
    named = {one.arg: ast.unparse(one.value) for one in call.keywords}
    if name in CALLS:
        yield name
    if name in {"yaml.load", "yaml.compose", "yaml.parse"}:
        loader = named.get("Loader") or (ast.unparse(call.args[1]) if call.args[1:] else "")
        if loader not in SAFE_YAML:
            yield f"{name} without a safe loader"
    if name in {"np.load", "numpy.load"} and named.get("allow_pickle", "False") != "False":
        yield "numpy.load of pickles"
    if named.get("shell", "False") != "False":
        yield "a shell"


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_data_is_never_run(module: Path) -> None:
    assert list(unsafe(module.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("module", ["knowledge.fields", "understanding.pack"])
def test_the_loader_of_yaml_is_a_safe_one(module: str) -> None:
    import importlib  # noqa: PLC0415

    import yaml  # noqa: PLC0415

    loader = importlib.import_module(f"voice.{module}")._Loader
    assert loader in {yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pickle", ["pickle"]),
        ("from marshal import loads", ["marshal"]),
        ("eval(text)", ["eval"]),
        ("yaml.load(text)", ["yaml.load without a safe loader"]),
        ("yaml.load(text, Loader=yaml.Loader)", ["yaml.load without a safe loader"]),
        ("yaml.load(text, yaml.SafeLoader)", []),
        ("yaml.safe_load(text)", []),
        ("np.load(file, allow_pickle=True)", ["numpy.load of pickles"]),
        ("subprocess.run(text, shell=True)", ["a shell"]),
        ("re.compile(text)", []),
    ],
)
def test_the_search_finds_what_it_is_there_to_find(source: str, found: list[str]) -> None:
    assert list(unsafe(source)) == found


NOT_READ = frozenset(("facts.yaml",))
"""What is in the pack for those who write it; the product does not open it."""


def _files() -> list[str]:
    return [
        str(path.relative_to(PACK))
        for path in sorted(PACK.rglob("*"))
        if path.is_file() and "examples" not in path.parts and path.name not in NOT_READ
    ]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    shutil.copytree(PACK, tmp_path / "packs" / "mine")
    return tmp_path / "packs" / "mine"


def use(pack: Path) -> None:
    """Read all of a pack."""
    load_pack(pack)
    load_wording(pack)
    Understanding(pack)
    interrupting_phrases(pack)


def mistakes(pack: Path) -> tuple[Problem, ...]:
    """What `unknot pack check` says of a pack."""
    return (*check_pack(pack), *check_wording(pack))


@pytest.mark.parametrize("file", _files())
@pytest.mark.parametrize("link", ["{outside}", "../../../outside", "../../../packs/../outside"])
def test_a_link_out_of_a_pack_is_refused(pack: Path, file: str, link: str) -> None:
    outside = pack.parents[1] / "outside"
    (pack / file).rename(outside)
    up = link if "/" in file else link.removeprefix("../")
    (pack / file).symlink_to(up.format(outside=outside))
    assert (pack / file).exists()
    assert [problem.file for problem in mistakes(pack)] == [file]
    with pytest.raises((PackError, TemplateError), match="leads out"):
        use(pack)


@pytest.mark.parametrize("room", ["intents", "understanding", "routines"])
def test_a_whole_folder_that_is_a_link_out_of_a_pack_is_refused(pack: Path, room: str) -> None:
    outside = pack.parents[1] / "outside"
    (pack / room).rename(outside)
    (pack / room).symlink_to(outside)
    assert {problem.reason for problem in mistakes(pack)} == {"leads out of the pack's folder"}
    with pytest.raises((PackError, TemplateError), match="leads out"):
        use(pack)


@pytest.mark.parametrize("folder", ["intents", "understanding"])
def test_the_understanding_refuses_it_by_itself(pack: Path, folder: str) -> None:
    outside = pack.parents[1] / "outside"
    (pack / folder).rename(outside)
    (pack / folder).symlink_to(outside)
    with pytest.raises(TemplateError, match="leads out"):
        Understanding(pack)


def test_a_link_within_a_pack_is_followed(pack: Path) -> None:
    (pack / "intents" / "control.yaml").rename(pack / "control.yaml")
    (pack / "intents" / "control.yaml").symlink_to("../control.yaml")
    use(pack)


@pytest.mark.parametrize("name", ["../other", "/etc", "a/../../b", "..", "A", "x y", "x/y"])
def test_a_routine_is_named_by_an_id_and_never_by_a_path(pack: Path, name: str) -> None:
    manifest = pack / "pack.yaml"
    text = manifest.read_text(encoding="utf-8").replace("knees_to_chest", name)
    manifest.write_text(text, encoding="utf-8")
    assert check_pack(pack)
    with pytest.raises(PackError):
        load_pack(pack)
