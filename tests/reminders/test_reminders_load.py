"""In time under load, quick with ten thousand, cheap when idle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks import bench_reminders as bench

WAKING_IS_DEAR = 0.03
"""Percent of a core that a bare process takes to wake every second, beyond which a machine says
nothing about the daemon: some virtual ones charge every page that is touched after a sleep."""


@pytest.mark.realtime
def test_ten_thousand_reminders(tmp_path: Path) -> None:
    found = bench.of_many(tmp_path)
    for what in ("list all as objects", "list as it is spoken", "next due"):
        # Processor time, since other programs may share the machine with the test.
        assert found[what].cpu < 50, what


@pytest.mark.slow
@pytest.mark.realtime
def test_every_firing_is_within_a_second_with_all_cores_busy(tmp_path: Path) -> None:
    with bench.busy_cores(os.cpu_count() or 1):
        errors = bench.firing_errors(tmp_path, bench.FIRINGS)
    assert len(errors) == bench.FIRINGS
    assert min(errors) > -2
    assert bench.spread(errors).p99 < 1000


@pytest.mark.slow
@pytest.mark.realtime
def test_the_idle_daemon_costs_next_to_nothing(tmp_path: Path) -> None:
    idle = bench.idle_daemon(tmp_path, bench.IDLE_SECONDS)
    assert idle.megabytes < 40
    assert idle.wakes < 3
    if idle.bare_percent > WAKING_IS_DEAR:
        pytest.skip(f"waking every second alone takes {idle.bare_percent:.2f} % of a core here")
    assert idle.cpu_percent < 0.5
