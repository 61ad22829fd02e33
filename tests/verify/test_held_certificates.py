"""Certificates with outgoing weights held fixed, and up to the scales of neurons of homogeneous activations."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import certificates as made
import numpy as np
import pytest

from numerics import Problem, gradient_flow, initial_weights, polish
from numerics.flat import polish_flat
from numerics.population import Population
from verify.certificates.document import certificate_document
from verify.certification import Certificate, certify
from verify.recheck import Unreadable, recheck


@cache
def _cube(n: int = 2, k: int = 2) -> tuple[Problem, Certificate]:
    problem = Problem(n, k, activation="cube")
    found = polish_flat(problem, gradient_flow(problem, initial_weights(problem, seed=2)).theta)
    assert found is not None
    assert found.dimension == n
    return problem, certify(problem, found.point)


def test_up_to_scale_index_and_rank_are_those_of_all_parameters() -> None:
    problem, certificate = _cube()
    assert certificate.status.name == "UNIQUE"
    assert (certificate.held, certificate.degree) == (True, 3)
    assert "isolated up to scales" in certificate._repr_html_()
    assert certificate.point is not None
    assert certificate.index is not None
    # By another route: eigenvalues of the Hessian in all parameters, n of which are null.
    values = np.linalg.eigvalsh(Population(problem).hessian(certificate.point.astype(float)))
    null = np.abs(values) < 1e-9 * values.max()
    assert null.sum() == problem.n
    assert (values[~null] < 0).sum() == certificate.index
    gradient = Population(problem).gradient(certificate.point.astype(float))
    assert np.abs(gradient).max() < 1e-12


def test_another_scale_is_the_same_point() -> None:
    problem, certificate = _cube()
    assert certificate.point is not None
    theta = certificate.point.astype(float)
    theta[0, :-1] *= 2
    theta[0, -1] /= 8
    again = certify(problem, theta, dps=15)
    assert again.status.name == "UNIQUE"
    assert again.index == certificate.index


def test_held_weights() -> None:
    for activation in ("erf", "sin"):
        problem = Problem(1, 2, activation=activation, fixed_outgoing=[1.5])
        point = polish(problem, gradient_flow(problem, initial_weights(problem, seed=1)).theta)
        certificate = certify(problem, point)
        assert certificate.status.name == "UNIQUE"
        assert (certificate.held, certificate.degree, certificate.index) == (True, None, 0)
        document = certificate_document(problem, certificate)
        assert document is not None
        assert "Nothing is stated of trained outgoing weights" in document["theorem"]["text"]
        assert recheck(document).accepted
        # Of its incoming weights alone: with the outgoing one trained the point is not critical.
        assert abs(Population(problem.with_neurons(1)).gradient(point.double())[0, -1]) > 1e-3
        document["states"]["up_to_scale"] = True
        with pytest.raises(Unreadable, match="not homogeneous"):
            recheck(document)


def test_lies_are_refused() -> None:
    problem, certificate = _cube()
    document: dict[str, Any] = certificate_document(problem, certificate)  # type: ignore[assignment]
    verdict = recheck(document)
    assert verdict.accepted, verdict.reasons
    assert "has rank 6 and the same number" in document["theorem"]["text"]
    held = copy.deepcopy(document["system"]["student_outgoing"])
    held[0] = made.exact(1.0625)
    for part, name, value, words in (
        ("states", "index", certificate.index + 1, "negative eigenvalues"),  # type: ignore[operator]
        ("states", "radius", made.exact(2.0**-400), "no critical point is shown"),
        ("system", "student_outgoing", held, "shown"),
        ("system", "activation", "hermite3", "shown"),
        ("states", "loss", [[1, -3], [1, -2]], "loss is not shown"),
    ):
        lie = copy.deepcopy(document)
        lie[part][name] = value
        if name == "activation":
            lie["states"]["up_to_scale"] = False
        assert any("digest" in reason for reason in recheck(lie).reasons)
        assert any(words in reason for reason in recheck(made.finished(lie)).reasons), name
    lie = copy.deepcopy(document)
    lie["system"]["student_outgoing"][0] = [0, 0]
    with pytest.raises(Unreadable, match="where an outgoing weight is 0"):
        recheck(lie)
    with pytest.raises(Unreadable, match="unknown field 'basin'"):
        recheck({**document, "states": {**document["states"], "basin": None}})
