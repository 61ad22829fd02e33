"""Identity, reduced equations and lines: what is proved of the theory's points, and what is refuted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, copy_average_point, pack, perturbed_copy_point
from numerics.precision import digits
from numerics.structures import perturbed_copy_numbers
from verify import certify_perturbed_copy
from verify.certificates.existence import Status
from verify.certificates.identity import Identity, compare, enclose
from verify.certificates.line import Split, certify_line
from verify.certificates.structures import as_weights, certify_structure


def test_the_reduced_solution_holds_the_oracle(oracles: dict[str, Any]) -> None:
    for entry in oracles["perturbed_copy_erf"]:
        proof = certify_perturbed_copy(entry["n"], entry["k"])
        assert proof.status is Status.UNIQUE
        # The oracle has 40 digits: half a unit of its last one.
        for value, name in zip(proof.numbers, ("alpha", "beta", "gamma", "a"), strict=True):
            with mp.workdps(60):
                assert abs(value - mp.mpf(entry[name])) < mp.mpf("1e-39") * max(1, abs(value))
        assert proof.radius < mp.mpf("1e-45")
        assert proof.loss[0] <= proof.loss[1]
        with mp.workdps(60):
            assert proof.loss[0] - mp.mpf("1e-39") < mp.mpf(entry["loss"]) < proof.loss[1] + mp.mpf("1e-39")


@pytest.mark.parametrize(("n", "k"), [(25_000, 50_000), (49_999, 50_000)])
def test_the_reduced_certificate_does_not_mind_the_size(n: int, k: int) -> None:
    proof = certify_perturbed_copy(n, k)
    assert proof.status is Status.UNIQUE
    assert proof.uniqueness_radius > 1e5 * proof.radius
    # As k grows each uncopied teacher costs 1/3 - 1/pi; corrections are below a hundredth here.
    assert float(proof.loss[0]) == pytest.approx((1 / 3 - 1 / np.pi) * (k - n), rel=0.01)


def test_where_the_branch_ends_nothing_is_claimed() -> None:
    proof = certify_perturbed_copy(2, 50)
    assert proof.status is Status.UNKNOWN
    assert "ends above n" in proof.why


def test_the_branch_is_the_same_in_large_steps() -> None:
    from numerics import structures

    for n, k in [(9, 10), (30, 60), (120, 200)]:
        stepwise, far = structures._branch(k, n), structures._far_along(k, n)
        # Newton's method stops at steps of 1e-12.
        assert stepwise == pytest.approx(far, abs=1e-10)
    # The branch folds just above n = 2 for k >= 22; for k <= 21 it goes on to n = 1.
    assert perturbed_copy_numbers(2, 50) is None
    assert perturbed_copy_numbers(2, 20) is not None


@pytest.mark.parametrize(
    ("point", "n", "k"),
    [(copy_average_point([1, 3]), 2, 4), (perturbed_copy_point(5, 6), 5, 6), (copy_average_point([2, 2, 1]), 3, 5)],
)
def test_identity_is_proved_and_a_wrong_one_is_refuted(point: Any, n: int, k: int) -> None:
    problem = Problem(n, k)
    proof = certify_structure(problem, point)
    assert proof.identity is True
    middle = None
    with digits(65) as arithmetic:
        from numerics.precision import to_ball

        middle = [[to_ball(x) for x in row] for row in proof.point]
        radius, wide = to_ball(proof.radius), to_ball(proof.uniqueness_radius)
        swapped = (proof.named.assignment[1], proof.named.assignment[0], *proof.named.assignment[2:])
        flipped = (-proof.named.signs[0], *proof.named.signs[1:])
        for wrong in (replace(proof.named, assignment=swapped), replace(proof.named, signs=flipped)):
            balls = enclose(problem, wrong, arithmetic, 50)
            assert compare(balls, middle, radius, wide) is False
        # Not a partition of the teachers: no prediction at all.
        broken = replace(proof.named, assignment=((0,),) * n)
        assert enclose(problem, broken, arithmetic, 50) is None


def test_a_wrong_formula_is_refuted_not_unknown() -> None:
    # Radius 1/sqrt(2m + 1) in place of 1/sqrt(2m - 1), as a prediction for a certified point.
    m, problem = 3, Problem(1, 3)
    proof = certify_structure(problem, copy_average_point([m]))
    with digits(65) as arithmetic:
        import flint

        from numerics.precision import to_ball

        middle = [[to_ball(x) for x in row] for row in proof.point]
        wrong = 1 / (flint.arb(m) * (2 * m + 1)).sqrt()
        predicted = [[wrong] * m + [flint.arb(0), flint.arb(m)]]
        assert compare(predicted, middle, to_ball(proof.radius), to_ball(proof.uniqueness_radius)) is False
        right = 1 / (flint.arb(m) * (2 * m - 1)).sqrt()
        predicted = [[right] * m + [flint.arb(0), flint.arb(m)]]
        assert compare(predicted, middle, to_ball(proof.radius), to_ball(proof.uniqueness_radius)) is True
    assert arithmetic is not None


def test_no_identity_without_an_orthonormal_teacher() -> None:
    turn = np.array([[np.cos(0.3), np.sin(0.3), 0], [-np.sin(0.3), np.cos(0.3), 0]])
    problem = Problem(1, 2, teacher=turn)
    named = Identity("copy-average", (2,), ((0, 1),), (1,))
    with digits(65) as arithmetic:
        assert enclose(problem, named, arithmetic, 50) is None


@pytest.mark.parametrize(
    ("point", "n", "k", "student", "share"),
    [
        (copy_average_point([1, 1, 2]), 3, 4, 0, 0.3),
        (copy_average_point([1, 1, 2]), 3, 4, 2, 0.3),
        (copy_average_point([1, 1, 2]), 3, 4, 2, 1.25),
        (copy_average_point([1, 4]), 2, 5, 1, 0.5),
        (copy_average_point([1, 4]), 2, 5, 1, -0.25),
        (perturbed_copy_point(4, 5), 4, 5, 1, 0.3),
        (perturbed_copy_point(4, 5), 4, 5, 1, -0.3),
    ],
)
def test_rank_and_index_on_a_line(point: Any, n: int, k: int, student: int, share: float) -> None:
    problem = Problem(n, k)
    proof = certify_structure(problem, point)
    line = certify_line(problem, proof, [Split(student, share)])
    theta = np.array([[float(x) for x in row] for row in as_weights(problem, point)])
    split = np.vstack([theta, theta[student]])
    split[student, -1], split[n, -1] = share * theta[student, -1], (1 - share) * theta[student, -1]
    larger = Problem(n + 1, k)
    eigenvalues = np.linalg.eigvalsh(Population(larger).hessian(pack(split[:, :-1], split[:, -1])))
    # Null eigenvalues come out below 1e-14, the others are above 1e-4 here.
    assert line.order == len(eigenvalues)
    assert line.order - line.rank == int((np.abs(eigenvalues) < 1e-11).sum())
    assert line.index == int((eigenvalues < -1e-11).sum())


def test_two_splits_at_once_and_what_is_refused() -> None:
    problem = Problem(3, 5)
    proof = certify_structure(problem, copy_average_point([1, 1, 3]))
    both = certify_line(problem, proof, [Split(0, 0.5), Split(2, 0.5)])
    assert (both.order, both.rank, both.index) == (5 * 7, 3 * 7 + 2, 2)
    assert certify_line(problem, proof, [Split(0, 0.5), Split(0, 0.25)]) is None
    assert certify_line(problem, proof, [Split(0, 1.0)]) is None
    assert certify_line(problem, replace(proof, identity=None), [Split(0, 0.5)]) is None


def test_malformed_identities_claim_nothing() -> None:
    problem = Problem(2, 3)
    good = Identity("copy-average", (1, 2), ((0,), (1, 2)), (1, 1))
    bad = [
        replace(good, signs=(1, 2)),
        replace(good, signs=(1,)),
        replace(good, partition=(1, 1)),
        replace(good, structure="other"),
        replace(good, assignment=((0,), (1, 3))),
        replace(good, assignment=((0,), ())),
    ]
    with digits(65) as arithmetic:
        assert enclose(problem, good, arithmetic, 50) is not None
        assert all(enclose(problem, named, arithmetic, 50) is None for named in bad)


def test_what_is_not_a_number_never_becomes_one() -> None:
    import flint

    from numerics.precision import to_ball
    from verify.certificates.described import rounded
    from verify.certificates.document import _number
    from verify.certificates.existence import largest

    for value in (mp.nan, mp.inf, -mp.inf):
        assert not to_ball(value).is_finite()
        with pytest.raises(ValueError, match="needs a finite number"):
            rounded(value, 3, up=True)
        with pytest.raises(ValueError, match="needs a finite number"):
            _number(value)
    nothing = flint.arb("nan")
    assert not largest((nothing, flint.arb(1))).is_finite()
    assert not largest((flint.arb(1), nothing)).is_finite()
