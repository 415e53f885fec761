"""Sleep is noticed by two clocks that then part, a frozen process by the time that it lost."""

from __future__ import annotations

import pytest

from voice.session import Sleep


class Clocks:
    def __init__(self) -> None:
        self.boot = 1000.0
        self.awake = 900.0

    def pass_time(self, awake: float, asleep: float) -> None:
        self.awake += awake
        self.boot += awake + asleep


@pytest.mark.parametrize(
    ("steps", "noticed"),
    [
        ([(1.0, 0.0)], [False]),
        ([(60.0, 0.0)], [True]),
        ([(60.0, 0.0), (1.0, 0.0)], [True, False]),
        ([(1.0, 3600.0)], [True]),
        ([(1.0, 2.0)], [False]),
        ([(1.0, 3600.0), (1.0, 0.0)], [True, False]),
        ([(1.0, 3600.0), (1.0, 60.0)], [True, True]),
        ([(5.5, 0.0)], [False]),
    ],
)
def test_a_sleep_is_noticed_once(steps: list[tuple[float, float]], noticed: list[bool]) -> None:
    clocks = Clocks()
    sleep = Sleep(lambda: clocks.boot, lambda: clocks.awake)
    found = []
    for awake, asleep in steps:
        clocks.pass_time(awake, asleep)
        found.append(sleep.slept())
    assert found == noticed


def test_a_machine_that_is_awake_has_not_slept() -> None:
    sleep = Sleep()
    assert not sleep.slept()
