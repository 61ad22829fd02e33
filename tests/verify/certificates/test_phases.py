"""Phase boundaries: the independent thresholds, the full Hessian, and the laws for large k."""

from __future__ import annotations

from typing import Any

import flint
import numpy as np
import pytest

from numerics import Population, Problem, pack, perturbed_copy_point
from numerics.asymptotics import laws
from verify.certificates.phases import boundaries, negative_pivots, perturbed_copy_index, perturbed_copy_is_lower


def test_the_thresholds_of_the_oracle(oracles: dict[str, Any]) -> None:
    for k, expected in oracles["erf_thresholds"]["values"].items():
        found = boundaries(int(k))
        assert [found.pc_minimum_from, found.pc_lower_from, found.ca_minimum_up_to] == expected
        assert found.every
        assert found.undecided == ()


@pytest.mark.parametrize("k", [3, 4, 7, 11])
def test_the_index_is_that_of_the_full_hessian(k: int) -> None:
    for n in range(2, k):
        C, a = perturbed_copy_point(n, k, dps=20).doubles()
        W = np.zeros((n, k + 1))
        W[:, :k] = C
        full = np.linalg.eigvalsh(Population(Problem(n, k)).hessian(pack(W, a)))
        assert perturbed_copy_index(n, k) == int((full < 0).sum())


def test_bisection_finds_what_looking_at_every_n_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify.certificates import phases

    every = boundaries(40)
    monkeypatch.setattr(phases, "EVERY", 10)
    bisected = phases.boundaries.__wrapped__(40)
    assert not bisected.every
    for name in ("pc_minimum_from", "pc_lower_from", "ca_minimum_up_to"):
        assert getattr(bisected, name) == getattr(every, name)


def test_large_k_follows_the_laws() -> None:
    k, law = 100_000, laws()
    found = boundaries(k)
    # Corrections to n: 54/k for the losses; a constant, 1.4, for copy-average.
    assert found.pc_lower_from == int(law["pc_lower"].at(k)) + 1
    assert abs(found.ca_minimum_up_to - float(law["ca_minimum"].at(k)) - 1.4) < 1
    # Corrections by powers of k^(-1/5) die slowly: only at 10^8 do two of them do.
    k = 10**8
    n = 123_511
    assert perturbed_copy_index(n, k) == 0
    assert perturbed_copy_index(n - 1, k) == n - 2
    assert n / float(law["pc_minimum"].at(k)) == pytest.approx(1 + 5.33 * k**-0.2 + 30.3 * k**-0.4, rel=2e-3)


def test_where_nothing_can_be_said() -> None:
    assert perturbed_copy_index(2, 50) is None
    assert perturbed_copy_is_lower(2, 50) is None
    assert 2 in boundaries(50).undecided
    with pytest.raises(ValueError, match="k: got 2, needs at least 3"):
        boundaries(2)


def test_pivots_count_negative_eigenvalues_or_say_nothing() -> None:
    def balls(rows: list[list[float]], blur: float = 0.0) -> list[list[Any]]:
        return [[flint.arb(x, blur) for x in row] for row in rows]

    assert negative_pivots(balls([[2, 1], [1, 2]])) == 0
    assert negative_pivots(balls([[1, 2], [2, 1]])) == 1
    assert negative_pivots(balls([[-1, 0, 0], [0, 3, 1], [0, 1, -2]])) == 2
    assert negative_pivots(balls([[1, 1], [1, 1]])) is None
    assert negative_pivots(balls([[1, 2], [2, 1]], blur=2.0)) is None


@pytest.mark.parametrize(
    ("answers", "expected", "undecided"),
    [
        (lambda n: True, 2, set()),
        (lambda n: False, None, set()),
        (lambda n: n >= 50, 50, set()),
        (lambda n: None if n < 50 else True, 50, {49}),
        (lambda n: None, None, {2, 99}),
        (lambda n: None if n == 2 else n >= 30, 30, set()),
    ],
)
def test_bisection_claims_only_what_was_answered(answers: Any, expected: int | None, undecided: set[int]) -> None:
    from verify.certificates.phases import _first

    open_questions: set[int] = set()
    assert _first(lambda n, k: answers(n), 100, open_questions) == expected
    assert open_questions == undecided
