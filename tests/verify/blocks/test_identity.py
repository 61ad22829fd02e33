"""Three answers on identity: it is the structure, it is not, and not decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from numerics import Problem, gradient_flow, initial_weights, pack, polish
from numerics.patterns.catalogue import catalogue
from verify import certify, match
from verify.blocks.identity import block_identity
from verify.certificates.identity import identity_of


def test_three_answers() -> None:
    problem = Problem(2, 4, activation="cos")
    alike, unequal = (m for m in catalogue("cos", 2, 4) if m.ignored)
    points = [
        polish(problem, pack(np.pad(m.doubles()[0], ((0, 0), (0, 1))), m.doubles()[1])) for m in (alike, unequal)
    ]
    found = [match(problem, point) for point in points]
    assert [m.structure for m in found] == ["perturbed-copy", "unequal-copy"]
    own = certify(problem, points[0])
    assert (own.identity, own.index) == (True, 1)
    # The other structure, claimed of this point.
    assert certify(problem, points[0], named=identity_of(found[1])).identity is False
    # A structure that was found with the help of the network names no identity.
    helped = replace(found[0], named=replace(found[0].named, independent=False))
    assert block_identity(helped) is None


def test_a_teacher_that_is_orthonormal_to_rounding_only() -> None:
    c, s = np.cos(0.3), np.sin(0.3)
    problem = Problem(1, 2, activation="exp", teacher=[[c, s, 0], [-s, c, 0]])
    point = polish(problem, gradient_flow(problem, initial_weights(problem, seed=0)).theta)
    found = certify(problem, point)
    assert found.status.name == "UNIQUE"
    assert found.identity is None
