"""Plans: every run once, shards that part them, estimates that follow what was measured."""

from __future__ import annotations

import pytest

from numerics import Problem
from verify.runs import Task
from verify.sweep.outcome import key
from verify.sweep.plan import Shard, estimate, expected_seconds, parse_shard, plan
from verify.sweep.rows import State

TEMPLATE = Task(1, 1, 2, "erf", "glorot", 0, 50)
GRID = [Problem(n, k) for k in (3, 6) for n in range(1, k + 1)]
TASKS = plan(GRID, ["glorot", "gaussian"], 3, TEMPLATE)


def test_every_run_once_the_longest_first() -> None:
    assert len(TASKS) == len(set(TASKS)) == 9 * 2 * 3
    costs = [expected_seconds(task) for task in TASKS]
    assert costs == sorted(costs, reverse=True)
    assert {(t.n, t.k, t.init, t.seed) for t in TASKS} == {
        (p.n, p.k, init, seed) for p in GRID for init in ("glorot", "gaussian") for seed in range(3)
    }


@pytest.mark.parametrize("of", [1, 2, 5, 54, 60])
def test_shards_part_the_runs(of: int) -> None:
    shards = [plan(GRID, ["glorot", "gaussian"], 3, TEMPLATE, Shard(i, of)) for i in range(1, of + 1)]
    assert sorted((task for shard in shards for task in shard), key=key) == sorted(TASKS, key=key)
    assert max(map(len, shards)) - min(map(len, shards)) <= 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5", ""])
def test_bad_shards(text: str) -> None:
    with pytest.raises(ValueError, match="needs i/N"):
        parse_shard(text)


def test_estimates_follow_what_was_measured() -> None:
    rough = estimate(TASKS, {}, go_on=False)
    assert (rough.total, rough.done, rough.left, rough.measured) == (54, 0, 54, 0)
    assert rough.seconds == pytest.approx(sum(map(expected_seconds, TASKS)))
    record = {"converged": True, "structure": "copy-average"}
    states = {key(task): State(record, 1, "", 3 * expected_seconds(task), 0.0) for task in TASKS[:10]}
    stuck = {"converged": False, "structure": "unclassified"}
    states[key(TASKS[10])] = State(stuck, 1, "", 3 * expected_seconds(TASKS[10]), 0.0)
    found = estimate(TASKS, states, go_on=False)
    assert (found.done, found.left, found.to_go_on, found.measured) == (11, 43, 0, 11)
    assert found.seconds == pytest.approx(3 * sum(map(expected_seconds, TASKS[11:])))
    again = estimate(TASKS, states, go_on=True)
    assert (again.left, again.to_go_on) == (44, 1)
    assert again.seconds == pytest.approx(3 * sum(map(expected_seconds, TASKS[10:])))


def test_channels_are_not_gone_on_with() -> None:
    assert not State({"converged": False, "structure": "channel-to-infinity"}, 1, "", 0.0, 0.0).may_go_on
    assert State({"converged": False, "structure": "dormant"}, 1, "", 0.0, 0.0).may_go_on
