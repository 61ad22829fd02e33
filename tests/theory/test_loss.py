"""Loss and gradient as exact expressions: by quadrature over the input, by each other, by differentiation."""

from __future__ import annotations

import pytest
import sympy as sp
from mpmath import mp
from referee import erf_unit, expectation

import theory

R = sp.Rational
# Two inputs, three students, two teachers that are neither orthogonal nor of norm 1.
W = sp.Matrix([[R(1, 2), R(-1, 3)], [R(2, 5), R(3, 4)], [R(-1, 7), R(1, 6)]])
a = [R(3, 2), R(-2, 3), R(1, 5)]
V = sp.Matrix([[1, R(1, 4)], [R(-1, 2), R(2, 3)]])
b = [R(1), R(-4, 5)]


def _mp(z: sp.Expr) -> mp.mpf:
    return mp.mpf(str(sp.N(z, 45)))


def test_the_loss_is_the_mean_squared_error_of_the_network() -> None:
    with mp.workdps(40):
        weights, teachers = (
            [[_mp(z) for z in W.row(i)] for i in range(3)],
            [[_mp(z) for z in V.row(j)] for j in range(2)],
        )
        out, target = [_mp(z) for z in a], [_mp(z) for z in b]

        def squared_error(x: mp.mpf, y: mp.mpf) -> mp.mpf:
            f = mp.fsum(c * erf_unit(w[0] * x + w[1] * y) for c, w in zip(out, weights, strict=True))
            g = mp.fsum(c * erf_unit(v[0] * x + v[1] * y) for c, v in zip(target, teachers, strict=True))
            return (f - g) ** 2

        # Growth of a square in one variable: twice the largest squared norm, 2 * 1.0625.
        value = expectation(squared_error, 2.2)
        assert abs(value - _mp(theory.loss_in_weights(W, a, V, b))) < mp.mpf(10) ** -30


def test_order_parameters_and_weights_agree() -> None:
    def norms(X: sp.Matrix) -> list[sp.Expr]:
        return [sp.sqrt(X.row(i).dot(X.row(i))) for i in range(X.shape[0])]

    def cosines(X: sp.Matrix, Y: sp.Matrix) -> sp.Matrix:
        return sp.Matrix(
            X.shape[0], Y.shape[0], lambda i, j: X.row(i).dot(Y.row(j)) / norms(X)[int(i)] / norms(Y)[int(j)]
        )

    value = theory.loss_in_order_parameters(norms(W), a, cosines(W, W), cosines(W, V), b, norms(V), cosines(V, V))
    assert abs(sp.N(value - theory.loss_in_weights(W, a, V, b), 60)) < sp.Float("1e-50")


def test_the_gradient_is_the_derivative_of_the_loss() -> None:
    weights = sp.Matrix(3, 2, sp.symbols("w:6", real=True))
    outgoing = list(sp.symbols("a:3", real=True))
    at = dict(zip([*weights, *outgoing], [*W, *a], strict=True))
    loss = theory.loss_in_weights(weights, outgoing, V, b)
    in_w, in_a = theory.gradient_in_weights(W, a, V, b)
    for symbol, value in zip([*weights, *outgoing], [*in_w, *in_a], strict=True):
        assert abs(sp.N(sp.diff(loss, symbol).subs(at) - value, 60)) < sp.Float("1e-50")


def test_refusals() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        theory.loss_in_weights(W, a[:2], V, b)
    with pytest.raises(ValueError, match="k: got 0"):
        theory.one_neuron_conditions(0)
