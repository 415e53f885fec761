"""Look-ahead: what can come next, against a search that is too slow to be wrong."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.vocabulary.conftest import EMBEDDED
from voice.vocabulary.ahead import look_ahead
from voice.vocabulary.fst import ARC, Fst, assemble, read_fst

STATES = 7


@st.composite
def graphs(draw: st.DrawFn) -> Fst:
    """Any small graph, cycles without an output among them."""
    state = st.integers(0, STATES - 1)
    rows = draw(st.lists(st.tuples(state, state, st.integers(0, 5)), min_size=1, max_size=20))
    arcs = np.array([(1, label, 0.0, after) for _, after, label in rows], ARC)
    final = np.full(STATES, math.inf, np.float32)
    final[list(draw(st.sets(state, max_size=3)))] = 0.0
    return assemble(arcs, np.array([row[0] for row in rows], np.int32), final, by="output")


def searched(fst: Fst, state: int, end: int) -> set[int]:
    """The labels that can come next, found by walking wherever there is no output."""
    reached, waiting, labels = {state}, [state], set()
    while waiting:
        here = waiting.pop()
        if np.isfinite(fst.final[here]):
            labels.add(end)
        for _, label, _, after in fst.of(here).tolist():
            if label:
                labels.add(label)
            elif after not in reached:
                reached.add(after)
                waiting.append(after)
    return labels


def held(intervals: np.ndarray) -> list[int]:
    return [label for first, after in intervals.tolist() for label in range(first, after)]


@given(graphs())
def test_each_state_sees_what_can_come_next(fst: Fst) -> None:
    ahead = look_ahead(fst)
    assert ahead.end > fst.arcs["output"].max()
    for state in range(fst.states):
        labels = held(ahead.of(state))
        assert labels == sorted(set(labels))
        assert set(labels) == searched(fst, state, ahead.end)
        firsts = ahead.of(state)[1:, 0]
        assert (firsts > ahead.of(state)[:-1, 1]).all(), "neighbours are one interval"


def test_the_shipped_graph_sees_what_openfst_found() -> None:
    shipped = read_fst(EMBEDDED / "graph/HCLr.fst")
    assert shipped.ahead is not None
    again = look_ahead(shipped)
    assert again.end == shipped.ahead.end
    assert np.array_equal(again.offsets, shipped.ahead.offsets)
    assert np.array_equal(again.intervals, shipped.ahead.intervals)
