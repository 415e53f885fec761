"""Which words can come next from each state of a graph: what look-ahead composition asks.

The decoder joins the graph of sounds with that of sentences while it listens. Deep in the tree
of sounds it must know at once whether any word below is one that the sentence allows, so each
state carries the set of output labels that can be the next one on some path, as intervals.
They are few when words that lie together in the tree have labels that lie together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from voice.vocabulary.fst import Ahead, Fst

_Set = tuple[tuple[int, int], ...]
"""Intervals in order, which neither meet nor overlap: first label, the one after the last."""


def look_ahead(fst: Fst) -> Ahead:
    """Finds the next output labels of every state.

    A state whose arc has an output can see that output and nothing behind it; an arc without
    an output shows what its next state sees. "It may end here" counts as a label of its own,
    one above all others.
    """
    end = int(fst.arcs["output"].max(initial=0)) + 1
    seen: list[_Set] = [()] * fst.states
    for group in _groups(fst):
        members = set(group)
        inside = {joined for state in group for joined in _own(fst, state, end)}
        for following in {after for state in group for after in _silent(fst, state)} - members:
            inside.update(seen[following])
        union = _joined(inside)
        for state in group:
            seen[state] = union
    sizes = [len(intervals) for intervals in seen]
    flat = np.array([ends for intervals in seen for ends in intervals], np.int32)
    return Ahead(end, np.concatenate([[0], np.cumsum(sizes)]), flat.reshape(-1, 2))


def _own(fst: Fst, state: int, end: int) -> Iterator[tuple[int, int]]:
    for label in fst.of(state)["output"].tolist():
        if label:
            yield label, label + 1
    if np.isfinite(fst.final[state]):
        yield end, end + 1


def _silent(fst: Fst, state: int) -> list[int]:
    """The states that are reached without an output."""
    arcs = fst.of(state)
    following: list[int] = arcs["next"][arcs["output"] == 0].tolist()
    return following


def _joined(intervals: Iterable[tuple[int, int]]) -> _Set:
    union: list[tuple[int, int]] = []
    for first, after in sorted(intervals):
        if union and first <= union[-1][1]:
            union[-1] = (union[-1][0], max(after, union[-1][1]))
        else:
            union.append((first, after))
    return tuple(union)


def _groups(fst: Fst) -> Iterator[list[int]]:
    """The states, in groups that reach each other without an output; what follows comes first.

    Kosaraju's strongly connected components: what is found going forward, from the states in
    the order in which going backward was done with them last, is one group after the other.
    """
    forward = [_silent(fst, state) for state in range(fst.states)]
    backward: list[list[int]] = [[] for _ in forward]
    for state, following in enumerate(forward):
        for after in following:
            backward[after].append(state)
    done = [state for walk in _walks(backward, range(fst.states)) for state in walk]
    yield from _walks(forward, reversed(done))


def _walks(following: Sequence[Sequence[int]], origins: Iterable[int]) -> Iterator[list[int]]:
    """From each origin, what is reached and no earlier one reached, in the order it is done with.

    Depth first, without recursion.
    """
    seen = [False] * len(following)
    for origin in origins:
        if seen[origin]:
            continue
        seen[origin] = True
        done: list[int] = []
        path = [(origin, iter(following[origin]))]
        while path:
            state, rest = path[-1]
            after = next((other for other in rest if not seen[other]), None)
            if after is None:
                done.append(state)
                path.pop()
            else:
                seen[after] = True
                path.append((after, iter(following[after])))
        yield done
