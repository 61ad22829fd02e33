"""Certificates of runs: the basin from the flow's own last point, lines, verdicts, and files that recheck accepts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from mpmath import mp

from numerics import Problem, gradient_flow, initial_weights, polish
from verify.cells import verdict
from verify.certificates.described import rounded
from verify.certificates.document import certificate_document, reduced_document
from verify.certificates.reduced import certify_perturbed_copy
from verify.certificates.structures import certify_structure
from verify.certification import certify
from verify.prediction import Prediction
from verify.recheck import recheck
from verify.runs import Task, run_task


def task(n: int, k: int, seed: int, **more: Any) -> Task:
    return Task(n, k, k + 1, "erf", "glorot", seed, 50, document=True, **more)


def test_a_run_is_certified_whole() -> None:
    run = run_task(task(2, 3, 0))
    proved = run.record["certified"]
    assert run.record["certificate"] == "unique"
    assert (proved["index"], proved["identity"], proved["basin"]) == (0, True, True)
    assert proved["basin_distance"] < proved["basin_radius"]
    assert run.certificate_seconds > 0
    accepted = recheck(json.loads(json.dumps(run.document)))
    assert accepted.accepted, accepted.reasons


def test_a_flow_that_stops_early_is_run_on_into_the_basin() -> None:
    run = run_task(task(2, 3, 0, grad_tol=1e-4))
    assert run.record["certified"]["basin"] is True
    (event,) = run.record["events"]
    assert event["event"] == "ran on towards the certified basin"
    assert event["grad_inf"] == run.record["flow_grad_inf"] < 1e-4
    assert recheck(run.document).accepted


def test_a_line_is_certified_with_its_rank() -> None:
    run = run_task(task(4, 4, 464))
    assert run.record["structure"] == "duplicated"
    assert run.record["certificate"] == "unknown"
    proved = run.record["certified"]
    # Duplicates of the average of two teachers: one direction in which S is not null.
    assert (proved["line"], proved["rank"], proved["parameters"]) == (True, 19, 24)
    assert recheck(run.document).accepted


def test_without_certificates_nothing_is_claimed() -> None:
    run = run_task(Task(2, 3, 4, "erf", "glorot", 0, 50, certify=False))
    assert run.record["certificate"] is None
    assert run.record["certified"] is None
    assert run.document is None


def test_saddles_and_reduced_equations_make_files_too() -> None:
    from numerics import copy_average_point, perturbed_copy_point

    for n, k, point, index in [(2, 4, copy_average_point([2, 2]), 2), (3, 4, perturbed_copy_point(3, 4), 2)]:
        problem = Problem(n, k)
        proof = certify_structure(problem, point)
        assert proof.index == index
        document = certificate_document(problem, proof)
        assert document["proof"]["method"] == "box"
        verdict = recheck(document)
        assert verdict.accepted, verdict.reasons
    verdict = recheck(reduced_document(certify_perturbed_copy(25_000, 50_000)))
    assert verdict.accepted, verdict.reasons


def test_what_is_not_proved_makes_no_file() -> None:
    problem = Problem(2, 3)
    assert certificate_document(problem, certify(problem, np.ones((2, 5)))) is None


@pytest.mark.parametrize("teacher", ["signs", "scaled", "oblique"])
def test_other_teachers_are_certified_without_a_structure(teacher: str) -> None:
    rng = np.random.default_rng(7)
    vectors = {"signs": -np.eye(3, 4), "scaled": 1.5 * np.eye(3, 4), "oblique": rng.normal(size=(3, 4))}[teacher]
    problem = Problem(2, 3, teacher=vectors, teacher_outgoing=[1.0, -1.0, 1.0])
    flow = gradient_flow(problem, initial_weights(problem, seed=1))
    proof = certify(problem, polish(problem, flow.theta), start=flow.theta)
    assert (proof.status.name, proof.index, proof.basin) == ("UNIQUE", 0, True)
    assert proof.identity is (True if teacher == "signs" else None)
    accepted = recheck(certificate_document(problem, proof))
    assert accepted.accepted, accepted.reasons


PREDICTED = (Prediction("copy-average", (1, 2), mp.mpf("0.0232")),)


def record(structure: str, certificate: str, index: int | None, identity: bool | None) -> dict[str, Any]:
    partition = [1, 2] if structure == "copy-average" else None
    proved = {"index": index, "identity": identity}
    return {
        "structure": structure,
        "partition": partition,
        "converged": True,
        "certificate": certificate,
        "certified": proved,
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (record("copy-average", "unique", 0, True), "agrees"),
        # Matched to 25 digits, but not proved to be it, or proved to be something else.
        (record("copy-average", "unique", 0, None), "unknown"),
        (record("copy-average", "unique", 0, False), "contradicts"),
        # The predicted minimum turns out to be a saddle.
        (record("copy-average", "unique", 1, True), "contradicts"),
        (record("copy-average", "unknown", None, None), "unknown"),
        # A certified critical point that the theory does not name.
        (record("unclassified", "unique", 0, None), "contradicts"),
        (record("perturbed-copy", "unique", 0, True), "contradicts"),
        (record("unclassified", "unknown", None, None), "unknown"),
    ],
)
def test_verdicts_count_certificates(found: dict[str, Any], expected: str) -> None:
    assert verdict([found], PREDICTED, None) == expected


@pytest.mark.parametrize(
    ("value", "digits", "down", "up"),
    [("0.0625", 1, "0.06", "0.07"), ("-0.0625", 1, "-0.07", "-0.06"), ("3", 5, "3", "3"), ("0", 3, "0", "0")],
)
def test_bounds_are_rounded_outwards(value: str, digits: int, down: str, up: str) -> None:
    assert mp.mpf(rounded(mp.mpf(value), digits, up=False)) == mp.mpf(down)
    assert mp.mpf(rounded(mp.mpf(value), digits, up=True)) == mp.mpf(up)


def test_bounds_of_any_size_are_rounded_outwards() -> None:
    tiny = mp.ldexp(mp.mpf(3), -2000)
    with mp.workdps(700):
        assert mp.mpf(rounded(tiny, 4, up=False)) <= tiny <= mp.mpf(rounded(tiny, 4, up=True))
