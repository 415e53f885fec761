"""Lets systemd start the daemon when the person logs in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNIT = "unknot-reminders.service"
_WAITS = 20
"""Seconds to wait for systemd."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of installing the service."""

    unit: Path
    enabled: bool
    """It runs now and will be started at each login."""
    remedy: str
    """What is left to do, in one sentence; empty when nothing is."""


class ServiceError(RuntimeError):
    """The service cannot be installed."""

    remedy = "Give yourself the right to write that folder, or run `unknot reminders run` yourself."


def install_service(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Installed:
    """Write the systemd user unit, and enable and start it where systemd runs.

    Args:
        command: The program and its arguments, the program by its full path.
        environment: Variables that the daemon needs, such as `UNKNOT_HOME`.

    Raises:
        ServiceError: The unit cannot be written.
    """
    folder = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"
    unit = folder / UNIT
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unit.write_text(unit_text(command, environment or {}), encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"The unit {unit} cannot be written: {error.strerror}.") from error
    enabled = _systemctl("daemon-reload") and _systemctl("enable", "--now", UNIT)
    line = f"systemctl --user daemon-reload && systemctl --user enable --now {UNIT}"
    return Installed(unit, enabled, "" if enabled else f"Run once you are logged in: {line}")


def unit_text(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """The unit as systemd reads it."""
    variables = "".join(
        f"Environment={_quoted(f'{name}={value}')}\n" for name, value in sorted(environment.items())
    )
    return (
        "[Unit]\n"
        "Description=Reminders of unknot\n"
        "After=sound.target\n"
        # However often it cannot run, it tries again: the disk gets free, the other one ends.
        "StartLimitIntervalSec=0\n"
        "\n"
        "[Service]\n"
        f"ExecStart={' '.join(_quoted(part).replace('$', '$$') for part in command)}\n"
        f"{variables}"
        "Restart=always\n"
        "RestartSec=5\n"
        "\n"
        "[Install]\n"
        "WantedBy=default.target\n"
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _systemctl(*arguments: str) -> bool:
    try:
        done = subprocess.run(  # noqa: S603
            ["systemctl", "--user", *arguments],  # noqa: S607
            capture_output=True,
            timeout=_WAITS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
