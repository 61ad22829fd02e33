r"""The gradient of block-constant networks in full: derivatives of reduced losses, for any interaction function.

Each structure has one step for each of its unknowns: the derivative of the reduced loss, and the number of weights that
share the unknown times the entry of the full gradient. Both are polynomials in values of the interaction function and
its slopes, whose arguments get letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from theory.derivation import Step
from theory.hierarchy import Path
from theory.interactions import Kernel
from theory.prose import Sentence, given, sentence
from theory.reduction import reduce_by_symmetry
from theory.symbols import a, alpha, beta, gamma, k, m, n, p, q, s

M = sp.Symbol("M", integer=True, positive=True)


class _Slope(sp.Function):  # type: ignore[misc]
    """A first derivative of the generic interaction function."""

    nargs = 3
    nothing_known = True


class G_s(_Slope):
    """In s; symmetric in p and q, which are kept in order."""

    @classmethod
    def eval(cls, s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
        """Arguments in a canonical order."""
        return _ordered(cls, s, p, q)


class G_p(_Slope):
    """In p."""


class G(sp.Function):  # type: ignore[misc]
    """The interaction function of any activation: symmetric in p and q, with first derivatives, nothing else known."""

    nargs = 3
    nothing_known = True

    @classmethod
    def eval(cls, s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
        """Arguments in a canonical order."""
        return _ordered(cls, s, p, q)

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Derivative in one argument; that in q is that in p with the two exchanged."""
        s, p, q = self.args
        return (G_s(s, p, q), G_p(s, p, q), G_p(s, q, p))[argindex - 1]


def _ordered(function: type[sp.Function], s: sp.Expr, p: sp.Expr, q: sp.Expr) -> sp.Expr | None:
    return None if sp.default_sort_key(p) <= sp.default_sort_key(q) else function(s, q, p)


GENERIC = Kernel(G(s, p, q), G_s(s, p, q), G_p(s, p, q))


def lettered(expressions: Sequence[sp.Expr]) -> tuple[list[sp.Expr], dict[sp.Symbol, sp.Expr]]:
    """Expressions with a letter for each compound argument of the interaction function, and what they are. Exact.

    Equal arguments have one letter, and different ones different letters: what is equal with letters is equal.
    """
    values = sorted(set().union(*(e.atoms(G, G_s, G_p) for e in expressions)), key=sp.default_sort_key)
    letters: dict[sp.Expr, sp.Symbol] = {}
    meaning: dict[sp.Symbol, sp.Expr] = {}

    def letter(kind: str, argument: sp.Expr) -> sp.Expr:
        expanded = sp.expand(argument)
        if expanded.is_Atom:
            return expanded
        if expanded not in letters:
            count = sum(z.name.startswith(kind) for z in meaning) + 1
            letters[expanded] = sp.Symbol(f"{kind}_{count}", real=True)
            meaning[letters[expanded]] = argument
        return letters[expanded]

    # Squared norms first: a neuron's inner product with itself is one.
    for value in values:
        for norm in value.args[1:]:
            letter("P", norm)
    named = {
        value: value.func(letter("S", value.args[0]), *(letter("P", norm) for norm in value.args[1:]))
        for value in values
    }
    return [e.xreplace(named) for e in expressions], meaning


def structure_steps(
    name: str,
    words: Sentence,
    classes: tuple[Mapping[str, Path], Mapping[str, Path]],
    sizes: Mapping[str, sp.Expr],
    short: Mapping[str, sp.Symbol],
) -> tuple[Step, ...]:
    """One step for each unknown: the derivative of the reduced loss against the entry of the full gradient. Exact.

    Parameters
    ----------
    name : str
    words : Sentence
        What the structure is.
    classes : (mapping, mapping)
        Of students and of teachers, each with its path of index sets.
    sizes : mapping
    short : mapping of str to sympy.Symbol
        Letters for the unknowns, which :func:`theory.reduction.reduce_by_symmetry` names by their classes.
    """
    reduction = reduce_by_symmetry(*classes, sizes, activation=GENERIC)
    letters = {z: short[z.name] for z in reduction.unknowns}
    sides = [sp.diff(reduction.loss, z) for z in reduction.unknowns]
    sides += [reduction.parameters[z] * reduction.gradient[z] for z in reduction.unknowns]
    sides, arguments = lettered([side.xreplace(letters) for side in sides])
    legend = [given(z, "=", argument) for z, argument in sorted(arguments.items(), key=lambda item: item[0].name)]
    start = words + sentence(", with " + ", ".join("{}" for _ in legend) + ": ", *legend)
    half = len(sides) // 2
    return tuple(
        Step(
            f"{name}-{z.name}",
            (start if i == 0 else sentence("")) + sentence("the derivative in {}", z),
            sides[i],
            sides[half + i],
        )
        for i, z in enumerate(letters.values())
    )


def all_structure_steps() -> tuple[Step, ...]:
    """Four structures, among them those of the theory. Exact."""
    delta, zeta = sp.symbols("delta zeta", real=True)
    a1, a2, alpha1, alpha2, beta1, beta2 = sp.symbols("a_1 a_2 alpha_1 alpha_2 beta_1 beta_2", real=True)
    copy, off, rest = "c_{student,copied,1}", "c_{student,copied,0}", "c_{student,uncopied,0}"
    return (
        *structure_steps(
            "perturbed-copy",
            sentence(
                "In full, the derivatives of the reduced loss are those of the loss, for any {}. For {} students that each copy a "
                "teacher, {} along it, {} along the other copied and {} along the {} others",
                G(s, p, q),
                n,
                alpha,
                beta,
                gamma,
                k - n,
            ),
            ({"student": ("pair",)}, {"copied": ("pair",), "uncopied": ("rest",)}),
            {"pair": n, "rest": k - n},
            {copy: alpha, off: beta, rest: gamma, "a_{student}": a},
        ),
        *structure_steps(
            "optimal-copy-average",
            sentence(
                "For {} copies ({}, {} and {} along {} averaged teachers) and a neuron that averages ({} along the copied teachers, "
                "{} along the averaged)",
                n,
                alpha,
                beta,
                gamma,
                m,
                delta,
                zeta,
            ),
            ({"student": ("pair",), "average": ()}, {"copied": ("pair",), "averaged": ("rest",)}),
            {"pair": n, "rest": m},
            {
                copy: alpha,
                off: beta,
                "c_{student,averaged,0}": gamma,
                "c_{average,copied,0}": delta,
                "c_{average,averaged,0}": zeta,
                "a_{student}": a1,
                "a_{average}": a2,
            },
        ),
        *structure_steps(
            "equal-groups",
            sentence(
                "For {} students with groups of {} teachers ({} along the own group, {} along the others)",
                M,
                m,
                alpha,
                beta,
            ),
            ({"student": ("group",)}, {"teacher": ("group", "member")}),
            {"group": M, "member": m},
            {"c_{student,teacher,1}": alpha, "c_{student,teacher,0}": beta, "a_{student}": a},
        ),
        *structure_steps(
            "two-students-a-teacher",
            sentence("And for two students that are matched with each of {} teachers", n),
            ({"student": ("pair",), "other": ("pair",)}, {"teacher": ("pair",)}),
            {"pair": n},
            {
                "c_{student,teacher,1}": alpha1,
                "c_{student,teacher,0}": beta1,
                "c_{other,teacher,1}": alpha2,
                "c_{other,teacher,0}": beta2,
                "a_{student}": a1,
                "a_{other}": a2,
            },
        ),
    )
