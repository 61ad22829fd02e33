"""Every error term of the ReLU enclosures is needed: without it, one of the checks of containment finds a violation.

A mutation replaces one snippet of a module's source; the other modules are executed anew on top of it.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import test_rectified
import test_rectified_enclosures
from test_mutations import Mutation, _extent

from verify.certificates.rectified import collinear, continuum, dead, existence, network, pairs, sphere

#: In the order of their imports.
ORDER = {
    "pairs": pairs,
    "network": network,
    "existence": existence,
    "collinear": collinear,
    "sphere": sphere,
    "dead": dead,
    "continuum": continuum,
}


def mutated(changed: str, mutation: Mutation) -> SimpleNamespace:
    """All modules, with the change in one of them, the later ones using the earlier of these."""
    found: dict[str, Any] = {}
    for name, module in ORDER.items():
        assert module.__file__ is not None
        source = Path(module.__file__).read_text(encoding="utf-8")
        if name == changed:
            start, end = 0, len(source)
            if mutation.function is not None:
                start, end = _extent(source, mutation.function)
            part = source[start:end]
            assert part.count(mutation.old) == 1, f"{mutation.old!r} occurs {part.count(mutation.old)} times"
            source = source[:start] + part.replace(mutation.old, mutation.new) + source[end:]
        mutant = ModuleType(module.__name__)
        code = compile(source, f"<{mutation.name}>", "exec")
        with pytest.MonkeyPatch.context() as patch:
            for earlier, other in found.items():
                patch.setitem(__import__("sys").modules, ORDER[earlier].__name__, other)
            # Dataclasses look their own module up.
            patch.setitem(__import__("sys").modules, module.__name__, mutant)
            exec(code, mutant.__dict__)
        found[name] = mutant
    return SimpleNamespace(**found)


PAIRS = (
    Mutation("root: what touches zero", "root_of", "flint.arb(0).union(high.sqrt().upper())", "high.sqrt()", "root"),
    Mutation("root: negative midpoints", "root_of", "if low > 0", "if high > 0", "root"),
    Mutation("root: rounding", "root_of", "return square.sqrt()", "return square.mid().sqrt()", "root"),
    Mutation(
        "angle: undecided",
        "supplement_of",
        "flint.arb(0).union(flint.arb.pi().upper())",
        "flint.arb.pi() / 2",
        "supplement",
    ),
    Mutation("angle: obtuse", "supplement_of", "if inner < 0", "if False", "narrow"),
    Mutation("across: unknown", "_across", "unknown = flint.arb(0, 1)", "unknown = flint.arb(0)", "pair"),
    Mutation("across: half known", "_across", "if x.is_finite() and x.rad() < 1 else unknown", "", "narrow"),
    Mutation("determinant: digits", "pair", "2 * precision + 64", "precision", "narrow"),
)

NETWORK = (
    Mutation("scalars: radius", "_scalar", "np.array(rad)", "0 * np.array(rad)", "hessian"),
    Mutation("vectors: radius", "_matrix", "entries[:, :, 1].copy()", "0 * entries[:, :, 1]", "hessian"),
    Mutation("outer products: radius", "_outer", "x.rad[:, None]", "0 * x.rad[:, None]", "hessian"),
    Mutation("diagonal blocks: radius", "hessian", "= own.mid, own.rad", "= own.mid, 0 * own.rad", "hessian"),
    Mutation(
        "cross blocks: radius",
        "hessian",
        "rad[i, :, j, :] = block.mid, block.rad",
        "rad[i, :, j, :] = block.mid, 0 * block.rad",
        "hessian",
    ),
    Mutation(
        "cross blocks: mirrored radius",
        "hessian",
        "= block.mid.T, block.rad.T",
        "= block.mid.T, 0 * block.rad.T",
        "hessian",
    ),
    Mutation("third: g_www", "third", "alpha = 3 *", "alpha = 2.99 *", "third"),
    Mutation("third: g_wwz", "third", "beta = 6 *", "beta = 0 *", "third"),
    Mutation("over: Hessian", "hessian_over", "(here.rad + change)", "here.rad", "over"),
    Mutation("over: gradient", "gradient_over", "(steepest[place + x] + change)", "change", "over"),
    Mutation("third: shorter students", "third", "lengths[i] - radius", "lengths[i]", "third"),
)

EXISTENCE = (
    Mutation("radius", "any_radius", "near = (2 *", "near = (0.3 *", "radius"),
    Mutation(
        "ball: nonsingular, its change",
        "change",
        "(self.third(radius) * radius).upper()",
        "flint.arb(0)",
        "nonsingular",
    ),
    Mutation(
        "ball: the Newton step stays",
        "given",
        "if self.steepness <= (mu - change) * radius",
        "if True",
        "radius_given",
    ),
    Mutation("empty: gradient", "given", "(self.norm() + change) * radius", "0.1 * self.norm() * radius", "empty"),
    Mutation("empty: Newton step", "given", "(1 + change / mu) * radius", "0.5 * radius", "empty"),
    Mutation(
        "smallest: radius of the discs",
        "smallest_eigenvalue",
        "frame.diagonal - frame.spread",
        "frame.diagonal + frame.spread",
        "smallest",
    ),
    Mutation(
        "smallest: upper end",
        "smallest_eigenvalue",
        "frame.diagonal + frame.spread",
        "frame.diagonal - frame.spread",
        "smallest",
    ),
    Mutation("smallest: skew below", "smallest_eigenvalue", "value / (1 + frame.skew)", "value", "smallest"),
    Mutation("smallest: skew above", "smallest_eigenvalue", "value / (1 - frame.skew)", "value", "smallest"),
    Mutation(
        "smallest: change", "_unique", "(flint.arb(low - room) - change)", "(flint.arb(low - room))", "smallest_wide"
    ),
    Mutation(
        "smallest: change above",
        "_unique",
        "(flint.arb(high + room) + change)",
        "(flint.arb(high + room))",
        "smallest_wide",
    ),
    Mutation(
        "least: change",
        "_unique",
        "(flint.arb(self.signs.smallest) - change)",
        "flint.arb(self.signs.smallest)",
        "smallest_wide",
    ),
)

COLLINEAR = (
    Mutation("families: same sign", "index", "(self.same - 1)", "self.same", "families"),
    Mutation(
        "families: other sign",
        "index",
        "self.opposite * self.tangent.positive",
        "self.opposite * self.tangent.negative",
        "families",
    ),
    Mutation(
        "families: the null direction", "tangent", "dim - 1 - signs.negative", "dim - signs.negative", "families"
    ),
)

DEAD = (
    Mutation("dead: sign", "_one", "sign * c >= 0", "c <= 0", "dead"),
    Mutation("dead: only some terms", "_one", "positive and all(", "positive and any(", "dead"),
)

SPHERE = (
    Mutation(
        "sphere: sign of the curvature", "_caps", "across.positive if s > 0 else across.negative", "False", "caps"
    ),
    Mutation("sphere: boxes", "_settled", "(square - 1) - spread > 0", "(square - 1) > 0", "boxes"),
    Mutation("sphere: error of tangents", "_settled", "(value + error +", "(value +", "boxes"),
    Mutation("sphere: boxes in caps", "_settled", "near = low if", "near = high if", "boxes"),
)

CONTINUUM = (
    Mutation("metric: shorter", "metric", "length - radius", "length", "metric"),
    Mutation("metric: longer", "metric", "(length + radius)", "length", "metric"),
    Mutation(
        "continuum: null directions",
        "_base",
        "lift * _along(search, groups, signs)",
        "MidRad(lift * np.eye(len(hessian.mid)))",
        "continuum",
    ),
)

#: Not exposed, because no violation exists or none was found: module, function, snippet, what covers it.
NOT_EXPOSED = (
    ("network", "gradient_over", "+ change) * radius", "rows of the Hessian do not lie along the way"),
    (
        "sphere",
        "_caps",
        "3 * least * half**2 > T * flint.arb(d)",
        "third derivatives are not all along one direction",
    ),
    ("continuum", "continuum", "1.001 * (distance + way) < radius", "flows go hardly farther than to the family"),
    ("network", "third", "x + radius if j < n else x", "the constant of g_wwz has more to spare"),
    ("existence", "any_radius", "self.change(near) <= mu / 2", "third derivatives are not all along one direction"),
    ("existence", "given", "if not change < mu", "the comparison with the gradient below fails, too"),
    ("dead", "_one", "if sign < 0 else None", "a direction of descent is found before"),
    ("existence", "_newton", "- error / mu", "the step in doubles is right to 1e-12, boxes are compared to 1e-3"),
    ("existence", "smallest_eigenvalue", "16 * UNIT * abs(bound)", "discs are wider by more than these roundings"),
    ("collinear", "tangent", "2 * flint.arb(lift) * (2 * radius / search.shortest())", "radii are about 1e-60"),
    ("dead", "value_at", "(p.sqrt() * weights * radius * steepest).upper()", "radii are about 1e-60"),
)


@pytest.mark.parametrize(("module", "function", "snippet", "why"), NOT_EXPOSED)
def test_what_is_not_exposed_is_still_there(module: str, function: str, snippet: str, why: str) -> None:
    """Or the list would outlive what it speaks of."""
    source = Path(str(ORDER[module].__file__)).read_text(encoding="utf-8")
    start, end = _extent(source, function)
    assert source[start:end].count(snippet) == 1, why


ALL = [
    (name, mutation)
    for name, mutations in (
        ("pairs", PAIRS),
        ("network", NETWORK),
        ("existence", EXISTENCE),
        ("collinear", COLLINEAR),
        ("sphere", SPHERE),
        ("dead", DEAD),
        ("continuum", CONTINUUM),
    )
    for mutation in mutations
]


@pytest.mark.parametrize(("module", "mutation"), ALL, ids=lambda value: getattr(value, "name", value))
def test_mutations_are_caught(module: str, mutation: Mutation) -> None:
    checks = {**test_rectified_enclosures.CHECKS, **test_rectified.CHECKS}
    assert checks[mutation.check](mutated(module, mutation))


def test_executing_anew_changes_nothing() -> None:
    """What the mutations are compared with: the modules as they are, executed in the same way, pass."""
    same = mutated("pairs", Mutation("none", None, "from __future__ import annotations\n", "\n\n", ""))
    assert test_rectified_enclosures.check_third(same) == []
    assert test_rectified.check_families(same) == []
