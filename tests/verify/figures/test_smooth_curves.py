"""Curves of activations other than erf are those of their own structures."""

from __future__ import annotations

import math

import pytest

from verify.figures.against_n import _curves, _over


def test_curves_of_the_exponential_are_not_those_of_erf() -> None:
    found = _curves("exp", 4)
    # One neuron on m teachers by hand: e^2 m + e m (m - 1) - e^(1 + 1/m) m^2; copies cost nothing.
    for n, m in ((1, 4), (2, 3), (3, 2), (4, 1)):
        loss, minimum = found["copy-average"][n]
        expected = math.e**2 * m + math.e * m * (m - 1) - math.e ** (1 + 1 / m) * m * m
        assert loss == pytest.approx(expected, abs=1e-9)
        assert minimum
    assert found["perturbed-copy"][2][0] > found["copy-average"][2][0]
    assert not found["perturbed-copy"][2][1]


def test_a_loss_of_zero_divides_nothing() -> None:
    assert math.isnan(_over([2], 0.0, {2: 0.0})[0])
