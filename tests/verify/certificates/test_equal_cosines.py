"""Equal cosines by enclosures: three answers, the claim's standing, and the values against plain evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.compile import FLOAT
from numerics.kernels import ACTIVATIONS
from theory.claims.one_neuron_enclosed import NORMS
from verify.certificates import equal_cosines as module
from verify.certificates.equal_cosines import cosines_are_equal
from verify.ledger import all_claims, check


def test_three_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    # erf: positive for all norms, (1 + p - s^2) and more; sine: up to z tanh z = 1, z = 1.1997; He_3: never.
    assert cosines_are_equal("erf", 3.0)[0] is True
    assert cosines_are_equal("sin", 1.19)[0] is True
    assert cosines_are_equal("sin", 1.21)[0] is False
    assert cosines_are_equal("hermite3", 1.0)[0] is False
    # Boxes that may not be divided decide nothing.
    monkeypatch.setattr(module, "SHORTEST", 1.5)
    assert cosines_are_equal("sin", 1.19)[0] is None


@pytest.mark.parametrize("activation", list(NORMS))
def test_plain_values_agree(activation: str) -> None:
    # On the corner of the rectangle, where the condition is weakest for tanh: signs that no box hides.
    r = np.linspace(0.05, float(NORMS[activation]), 6)[:, None]
    u = np.linspace(-1, 1, 9)[None]
    s, p = r * u, r**2 + 0 * u
    d_s, _, d_ss, *_ = ACTIVATIONS[activation].second(s, p, np.ones_like(s), FLOAT)
    assert (d_s > 0).all()
    assert (d_s - s * d_ss > 0).all()


def test_the_claim_is_certified_and_a_fault_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = next(c for c in all_claims() if c.id == "one-neuron-equal-cosines-series")
    monkeypatch.setattr(module, "NORMS", {"gelu": NORMS["gelu"]})
    assert check(claim).standing == "CERTIFIED"
    monkeypatch.setattr(module, "_sign", lambda *_: False)
    assert check(claim).standing == "REFUTED"
