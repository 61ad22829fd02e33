"""The theorem that gradient flow from a point converges: proved, re-verified from its file, and lies refused."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import certificates as made
import jsonschema
import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights
from verify import match, prove_flow
from verify.cells import judge
from verify.certificates.attempt import prove
from verify.ends.settle import settle
from verify.prediction import predict
from verify.recheck import Unreadable, number, recheck

Document = dict[str, Any]
# The installed command, next to the interpreter that runs the tests.
COMMAND = str(Path(sys.executable).with_name("copy-average"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)


def document(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json", "-")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    return found


def proof_of(problem: Problem, seed: int, **options: Any) -> tuple[Any, Any]:
    theta = initial_weights(problem, seed=seed)
    end = settle(problem, gradient_flow(problem, theta))
    end_proof = prove(problem, end, match(problem, end.polished), dps=50)
    return prove_flow(problem, theta, end_proof.certificate, duration=end.flow.time, **options), theta


@pytest.fixture(scope="module")
def proved() -> tuple[Any, Any]:
    return proof_of(Problem(1, 2), 0)


@pytest.fixture(scope="module")
def theorem(proved: tuple[Any, Any]) -> Document:
    found, _ = proved
    assert found.proved, found.why
    return json.loads(json.dumps(found.document))


def test_it_is_proved_and_proved_again(proved: tuple[Any, Any], theorem: Document) -> None:
    found, theta = proved
    assert found.error < 1e-15
    assert 0 <= found.growth < 5
    verdict = recheck(theorem)
    assert verdict.accepted, verdict.reasons
    assert float(verdict.facts["flow_error"]) <= found.error
    # It speaks of exactly the doubles of the seed.
    start = theorem["states"]["basin"]["start"]
    assert [[m * 2.0**e for m, e in row] for row in start] == theta.tolist()
    assert "converges to x*; at time" in theorem["theorem"]["text"]


LIES: dict[str, tuple[tuple[Any, ...], Callable[[Any], Any], str]] = {
    "another start": (("states", "basin", "start", 0, 0), lambda x: number((x[0] + 1, x[1])), "within error"),
    "a start far away": (("states", "basin", "start", 0, 1), lambda _: number(2.0), "not enclosed|within error"),
    "another time": (("states", "basin", "time"), lambda x: number((x[0] + 2, x[1])), "end at the stated time"),
    "another end": (("states", "basin", "end", 0, 2), lambda x: number(x[0] * 2.0 ** x[1] + 1e-9), "within error"),
    "a smaller error": (("states", "basin", "error"), lambda x: number((x[0], x[1] - 8)), "within error"),
    "a negative error": (("states", "basin", "error"), lambda x: number((-x[0], x[1])), "within error"),
    "an error beyond the basin": (("states", "basin", "error"), lambda _: number(0.5), "stay in the ellipsoid"),
    "another teacher": (("system", "teacher", 0, 0), lambda _: number(1.001), ""),
    "a coefficient": (("proof", "flow", 2, "coefficients", 1, 0), lambda x: number(x[0] * 2.0 ** x[1] + 1e-6), ""),
    "a piece left out": (("proof", "flow"), lambda pieces: pieces[:3] + pieces[4:], ""),
    "the last piece left out": (("proof", "flow"), lambda pieces: pieces[:-1], "end at the stated time"),
    "times out of order": (("proof", "flow", 3, "end"), lambda _: number(1e-9), "end after it begins"),
    "pieces exchanged": (("proof", "flow"), lambda pieces: [pieces[1], pieces[0], *pieces[2:]], ""),
}


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused(theorem: Document, name: str) -> None:
    path, change, reason = LIES[name]
    lie = copy.deepcopy(theorem)
    place = lie
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = change(place[path[-1]])
    # As it is: the digest speaks.
    verdict = recheck(lie)
    assert not verdict.accepted
    # With text and digest made to fit: the mathematics speaks.
    verdict = recheck(made.finished(lie))
    assert not verdict.accepted

    assert re.search(reason, "; ".join(verdict.reasons)), verdict.reasons


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("proof", "flow"), [], "proof.flow: needs 1 to"),
        (("proof", "flow", 0, "coefficients"), [], "needs 3 to"),
        (("proof", "flow", 0), {"end": [1, 0]}, "'coefficients' is missing"),
        (("states", "basin", "time"), 3, "states.basin.time: needs a number"),
    ],
)
def test_unreadable(theorem: Document, path: tuple[Any, ...], value: Any, message: str) -> None:
    broken = copy.deepcopy(theorem)
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(Unreadable, match=message):
        recheck(broken)


def test_a_curve_without_a_statement_is_unreadable(theorem: Document) -> None:
    for name in ("states", "proof"):
        broken = copy.deepcopy(theorem)
        if name == "proof":
            del broken["proof"]["flow"]
        else:
            broken["states"]["basin"] = {"start": broken["states"]["basin"]["start"]}
        with pytest.raises(Unreadable, match="needs a curve where"):
            recheck(broken)


def test_too_little_patience_and_no_basin(theorem: Document) -> None:
    problem = Problem(1, 2)
    theta = initial_weights(problem, seed=0)
    end = settle(problem, gradient_flow(problem, theta))
    certificate = prove(problem, end, match(problem, end.polished), dps=30).certificate
    late = prove_flow(problem, theta, replace(certificate, lambda_min=1e6), duration=1e-3)
    assert not late.proved
    assert "did not come to the basin" in str(late.why)

    without = prove_flow(problem, theta, replace(certificate, ellipsoid=None), duration=1.0)
    assert "no certified basin" in str(without.why)
    # To the mirrored minimum, which is as good, this flow does not go.
    mirrored = certificate.__class__(**{**certificate.__dict__, "point": -certificate.point})
    other = prove_flow(problem, theta, mirrored, duration=end.flow.time / 10)
    assert not other.proved


def test_judgements_wait_for_the_proof() -> None:
    record = {
        "structure": "copy-average", "partition": [1, 2], "converged": True, "certificate": "unique", "events": [],
        "certified": {"index": 0, "identity": True, "basin": True},
    }  # fmt: skip
    predicted = predict(Problem(2, 3), dps=30)
    assert judge(record, predicted) == "agrees"
    assert judge({**record, "flow_proof": {"proved": True}}, predicted) == "agrees"
    assert judge({**record, "flow_proof": {"proved": False}}, predicted) == "unknown"
    refuted = {**record, "certified": {**record["certified"], "index": 2}}
    assert judge({**refuted, "flow_proof": {"proved": False}}, predicted) == "contradicts"


def test_the_command_proves_flows(tmp_path: Path) -> None:
    options = ("-n", "1", "-k", "2", "--seeds", "2", "--prove-flow", "--jobs", "1")
    found = document("verify", *options, "--certificates", str(tmp_path / "proofs"))
    (cell,) = found["cells"]
    assert cell["verdict"] == "agrees"
    assert [r["flow_proof"]["proved"] for r in cell["runs"]] == [True, True]
    written = sorted((tmp_path / "proofs").iterdir())
    assert len(written) == 2
    done = run("recheck", *map(str, written))
    assert done.returncode == 0
    assert done.stdout.count("accepted") == 2
    assert "within" in done.stdout
    lie = json.loads(written[0].read_text(encoding="utf-8"))
    lie["states"]["basin"]["start"][0][0][0] += 2
    written[0].write_text(json.dumps(lie), encoding="utf-8")
    assert run("recheck", str(written[0])).returncode == 1


def test_the_command_integrates_to_digits_and_gives_points() -> None:
    found = document("flow", "-n", "1", "-k", "2", "--flow-dps", "25", "--at", "2", "--no-certify")
    precise = found["precise"]
    assert precise["reached"]
    assert float(precise["grad_inf"]) < 1e-20
    assert float(precise["error"]) < 1e-23
    assert float(precise["distance_to_point"]) < 1e-17
    assert 3 < precise["double_digits"] < 12
    double = document("flow", "-n", "1", "-k", "2", "--at", "2", "--no-certify")
    fine, coarse = (np.array(x["theta_at"], dtype=float) for x in (found, double))
    assert found["at"] == 2
    # Tolerance of the flow in doubles to a given time: 1e-10 a step.
    assert np.abs(fine - coarse).max() < 1e-7


def test_refusals_of_the_command() -> None:
    for options, message in (
        (("verify", "-n", "1", "-k", "2", "--prove-flow", "--no-certify"), "needs certificates"),
        (("verify", "-n", "1", "-k", "2", "--flow-dps", "7"), "needs an integer of at least 15"),
        (("flow", "-n", "1", "-k", "2", "--at", "-1"), "needs a number of at least 0"),
        (("separatrix", "-n", "3", "-k", "3"), "needs n < k = 3"),
        (("separatrix", "-n", "4", "-k", "5", "--width", "1e-20"), "needs at least 1e-13"),
        (("separatrix", "-n", "4", "-k", "5", "--seed-pc", "0"), "got no flow to PC from seed 0"),
    ):
        done = run(*options)
        assert done.returncode == 2, options
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("n", "k", "dim"), [(1, 3, 4), (2, 3, 4), (2, 4, 4)])
def test_ten_seeds_each(n: int, k: int, dim: int) -> None:
    problem = Problem(n, k, dim=dim)
    for seed in range(10):
        found, _ = proof_of(problem, seed)
        assert found.proved, (seed, found.why)
        assert recheck(found.document).accepted


@pytest.mark.slow
def test_dimension_36() -> None:
    found, _ = proof_of(Problem(4, 8, dim=8), 0)
    assert found.proved, found.why
    assert found.seconds_curve + found.seconds_proof < 180
