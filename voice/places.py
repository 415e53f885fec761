"""Where things lie: the data folder, the content packs."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_config_path, user_data_path

DEFAULT_PACK = "knot-in-your-back"

_PACKAGE = Path(__file__).resolve().parent


def home() -> Path:
    """The data folder: `UNKNOT_HOME`, else the platform's place. It need not exist yet."""
    named = os.environ.get("UNKNOT_HOME")
    return Path(named).expanduser() if named else user_data_path("unknot", appauthor=False)


def config() -> Path:
    """The file of what was chosen for good: in `UNKNOT_HOME`, else in the platform's place."""
    named = os.environ.get("UNKNOT_HOME")
    folder = Path(named).expanduser() if named else user_config_path("unknot", appauthor=False)
    return folder / "config.toml"


def speech_cache() -> Path:
    """Where rendered sentences are kept."""
    return home() / "cache" / "speech"


def packs() -> Path:
    """The folder of packs: `UNKNOT_PACKS`, else the packs that come with the product."""
    named = os.environ.get("UNKNOT_PACKS")
    if named:
        return Path(named).expanduser()
    bundled = _PACKAGE / "_bundled" / "prompts"
    return bundled if bundled.is_dir() else _PACKAGE.parent / "prompts"


def pack(name: str | None = None) -> Path:
    """The folder of one pack: a path, or a name within `packs`."""
    wanted = name or DEFAULT_PACK
    as_path = Path(wanted).expanduser()
    return as_path if as_path.is_dir() else packs() / wanted
