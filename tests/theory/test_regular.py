"""The perturbed copy's equations at infinity: referees that use neither the normal form nor its regular form."""

from __future__ import annotations

import sympy as sp
from mpmath import mp

import theory
from theory import normalised as normal
from theory.claims.threshold import _in_z, z
from theory.regular import eta, kappa, omega, psi, r, regular_equations, rho, u, v
from theory.stability import threshold
from theory.symbols import a, k, n


def test_the_energy_is_the_loss_of_the_reduced_system() -> None:
    c = normal.normalised()
    sizes = {n: 4, k: 9}
    point = {
        normal.t: sp.Rational(9, 20),
        a: sp.Rational(6, 5),
        normal.U: sp.Rational(1, 30),
        normal.V: -sp.Rational(1, 50),
    }
    scale = sp.sqrt(2 / (1 - c.own))
    system = theory.perturbed_copy(4, 9)
    values = [(x * scale).subs(sizes).subs(point) for x in (c.Q, c.B, c.G)] + [point[a]]
    reduced = system.loss.subs(dict(zip(system.unknowns, values, strict=True)))
    energy = normal.energy().subs(sizes).subs(point)
    assert abs(sp.N(reduced * sp.pi / 2 - energy, 40)) < sp.Float("1e-38")


def test_the_regular_equations_are_the_equations_of_a_large_network() -> None:
    size_n, size_k = 10**6, 10**9
    at = {
        omega: sp.Rational(1, size_n),
        rho: sp.Rational(size_n, size_k),
        eta: sp.Rational(size_k, 2 * size_n**2),
        kappa: sp.Rational(size_k**3, 48 * size_n**5),
    }
    point = {normal.t: sp.Rational(9, 20), a: sp.Rational(6, 5), u: sp.Rational(1, 3), v: -sp.Rational(1, 2)}
    whole = {normal.U: point[u] * at[rho], normal.V: point[v] * at[rho], n: size_n, k: size_k}
    over = (1, 1, at[rho], at[rho])
    for left, right, scale in zip(normal.equations(), regular_equations(), over, strict=True):
        one = sp.N(left.subs(whole).subs(point), 60)
        other = right.subs(at).subs(point).replace(r, lambda x: (sp.asin(x) - x) / x**3)
        assert abs(one - sp.N(other * scale, 60)) < sp.Float("1e-40")


def test_psi_is_what_one_student_pays() -> None:
    # At large k and n = k^(4/5) the energy per neuron tends to psi, but for terms that do not depend on (t, a).
    size_k = 10**40
    size_n = 10**32

    def per_neuron(t: str, out: str) -> mp.mpf:
        at = {n: size_n, k: size_k, normal.U: 0, normal.V: 0, normal.t: sp.Rational(t), a: sp.Rational(out)}
        return mp.mpf(str(sp.N(normal.energy().subs(at), 120))) / size_n

    def expected(t: str, out: str) -> mp.mpf:
        return mp.mpf(str(sp.N(psi().subs({normal.t: sp.Rational(t), a: sp.Rational(out)}), 40)))

    with mp.workdps(120):
        one, other = (value("0.45", "1.3") - value("0.4", "1.1") for value in (per_neuron, expected))
        # kappa = k^3/(48 n^5) and eta = k/(2 n^2) are 2e-42 and 5e-25.
        assert abs(one - other) < mp.mpf("1e-23")


def test_the_rational_form_of_the_threshold() -> None:
    for size in (1, 2, 7):
        root = sp.sqrt(4 * size**2 - 1)
        value = _in_z().subs(z, 2 * size - root)
        assert abs(sp.N(value - threshold(sp.Integer(size)), 30)) < sp.Float("1e-25")
