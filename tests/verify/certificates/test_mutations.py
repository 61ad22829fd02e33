"""Every error term is needed: without it, one of the checks of exact containment finds a violation.

A mutation replaces one snippet of a module's source and runs the checks on the module that results.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import test_definite
import test_hessian
import test_midrad
from exact_truth import Check

from verify.certificates import definite, hessian, midrad


@dataclass(frozen=True)
class Mutation:
    """Within a function (or the whole module, if None), ``old`` becomes ``new``; then ``check`` must complain."""

    name: str
    function: str | None
    old: str
    new: str
    check: str


def _mutate(module: ModuleType, mutation: Mutation) -> ModuleType:
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    start, end = 0, len(source)
    if mutation.function is not None:
        start, end = _extent(source, mutation.function)
    part = source[start:end]
    assert part.count(mutation.old) == 1, f"{mutation.old!r} occurs {part.count(mutation.old)} times"
    changed = source[:start] + part.replace(mutation.old, mutation.new) + source[end:]
    mutant = ModuleType(module.__name__)
    exec(compile(changed, f"<{mutation.name}>", "exec"), mutant.__dict__)
    return mutant


def _extent(source: str, function: str) -> tuple[int, int]:
    """Where the text of a function or method begins and ends."""
    nodes = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    assert len(nodes) == 1, f"{function} is defined {len(nodes)} times"
    offsets = [0]
    for line in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    assert nodes[0].end_lineno is not None
    return offsets[nodes[0].lineno - 1], offsets[nodes[0].end_lineno]


MIDRAD = (
    Mutation("unit roundoff", None, "UNIT = 2.0**-53\n", "UNIT = 0.0\n", "sum_of_two"),
    Mutation("enlarged radii", None, "_GROW = 1.0 + 16 * UNIT", "_GROW = 1.0", "product_of_two"),
    Mutation("enlarged radii, quotient", None, "_GROW = 1.0 + 16 * UNIT", "_GROW = 1.0", "quotient"),
    Mutation("rounding of a sum", "_rounded", "UNIT * np.abs(mid)", "0 * np.abs(mid)", "sum_of_two"),
    Mutation("rounding of a difference", "_rounded", "UNIT * np.abs(mid)", "0 * np.abs(mid)", "difference"),
    Mutation("rounding of a product", "_rounded", "UNIT * np.abs(mid)", "0 * np.abs(mid)", "product_of_two"),
    Mutation("rounding of a quotient", "_rounded", "UNIT * np.abs(mid)", "0 * np.abs(mid)", "quotient"),
    Mutation("rounding of a root", "_rounded", "UNIT * np.abs(mid)", "0 * np.abs(mid)", "square_root"),
    Mutation("rounding of a rational", "rational", "np.float64(rad)", "np.float64(0 * rad)", "rational"),
    Mutation("spread", "_rounded", "(spread +", "(0 * spread +", "sum_of_two"),
    Mutation("enlarged spread", "_rounded", " * _GROW", "", "product_of_two"),
    Mutation("underflow of a product", "_rounded", "8 * ETA", "0 * ETA", "product_of_two"),
    Mutation("underflow of a quotient", "_rounded", "8 * ETA", "0 * ETA", "quotient"),
    Mutation("enlarged magnitude", "magnitude", " * _GROW", "", "magnitude"),
    Mutation("radius in a magnitude", "magnitude", "+ self.rad", "+ 0 * self.rad", "magnitude"),
    Mutation("radius of the opposite", "__neg__", "self.rad", "0 * self.rad", "difference"),
    Mutation("radius of a transpose", "T", "self.rad.T", "0 * self.rad.T", "views"),
    Mutation("radius of an entry", "__getitem__", "self.rad[key]", "0 * self.rad[key]", "views"),
    Mutation("sum: left radius", "__add__", "self.rad + other.rad", "other.rad", "sum_of_two"),
    Mutation("sum: right radius", "__add__", "self.rad + other.rad", "self.rad", "sum_of_two"),
    Mutation(
        "product: right radius", "__mul__", "np.abs(self.mid) * other.rad", "np.abs(self.mid) * 0", "product_of_two"
    ),
    Mutation("product: left radius", "__mul__", "self.rad * (", "0 * (", "product_of_two"),
    Mutation(
        "product: left radius, linear",
        "__mul__",
        "(np.abs(other.mid) + other.rad)",
        "other.rad",
        "product_of_two",
    ),
    Mutation(
        "product: both radii",
        "__mul__",
        "(np.abs(other.mid) + other.rad)",
        "np.abs(other.mid)",
        "product_of_two",
    ),
    Mutation("quotient: radius of the numerator", "__truediv__", "(self.rad +", "(0 * self.rad +", "quotient"),
    Mutation("quotient: radius of the divisor", "__truediv__", "* other.rad + ETA", "* 0 + ETA", "quotient"),
    Mutation("quotient: least divisor", "__truediv__", "- other.rad)", "- 0 * other.rad)", "quotient"),
    Mutation("quotient: underflow of the spread", "__truediv__", " + ETA) / room", ") / room", "quotient"),
    Mutation("matrices: rounding", "__matmul__", "(terms + 2) * UNIT * right", "0 * right", "matrix_product"),
    Mutation("stacks: rounding", "__matmul__", "(terms + 2) * UNIT * right", "0 * right", "stacked_product"),
    Mutation("matrices: right radius", "__matmul__", "left @ (other.rad +", "left @ (", "matrix_product"),
    Mutation("stacks: right radius", "__matmul__", "left @ (other.rad +", "left @ (", "stacked_product"),
    Mutation("matrices: left radius", "__matmul__", "self.rad @ (right", "0 * self.rad @ (right", "matrix_product"),
    Mutation("stacks: left radius", "__matmul__", "self.rad @ (right", "0 * self.rad @ (right", "stacked_product"),
    Mutation("matrices: left radius, linear", "__matmul__", "(right + other.rad)", "other.rad", "matrix_product"),
    Mutation("matrices: both radii", "__matmul__", "(right + other.rad)", "right", "matrix_product"),
    Mutation("matrices: enlarged radius", "__matmul__", "(2 * terms + 16) * UNIT", "0", "matrix_product"),
    Mutation("matrices: underflow", "__matmul__", "(4 * terms + 4) * ETA", "0", "matrix_product"),
    Mutation("root: radius", "sqrt", "self.rad / mid", "0 * self.rad / mid", "square_root"),
    Mutation("root: meeting zero", "sqrt", "> self.rad", "> 0", "square_root"),
    Mutation("sums: radii", "sum", "(self.rad +", "(0 * self.rad +", "sums"),
    Mutation("sums: rounding", "sum", "terms * UNIT * np.abs(self.mid)", "0 * np.abs(self.mid)", "sums"),
    Mutation("sums: enlarged radius", "sum", "(2 * terms + 16) * UNIT", "0", "sums"),
    Mutation("inverse sine: radius", "by_balls", "float(x.rad[place])", "0.0", "arcsine"),
    Mutation("inverse sine: rounding", "by_balls", "from_arb(ball)", "(from_arb(ball)[0], 0.0)", "arcsine"),
    Mutation("from balls: radius", "from_arb", "(ball - flint.arb(mid)).abs_upper()", "flint.arb(0)", "from_arb"),
    Mutation("from balls: midpoint", "from_arb", "(ball - flint.arb(mid)).abs_upper()", "ball.rad()", "from_arb"),
    Mutation("from balls: last step", "from_arb", "np.nextafter(", "(lambda x, _: x)(", "from_arb"),
    Mutation("pi", None, "np.float64(2.0**-52)", "np.float64(0.0)", "pi"),
    Mutation("row sums", "row_sums", "(matrix.shape[-1] + 4) * UNIT", "0", "row_sums"),
    Mutation("spectral bound", "spectral_bound", "(2 * len(v) + 8) * UNIT", "0", "spectral_bound"),
    Mutation(
        "spectral bound: largest row", "spectral_bound", ".max()) * _GROW", ".mean()) * _GROW", "spectral_bound"
    ),
)

DEFINITE = (
    Mutation("radii", "definite", "spectral_bound(matrix.rad)", "0.0", "lower_bounds"),
    Mutation("radii: use", "_shifted", " + blur)", ")", "lower_bounds"),
    Mutation("residual", "_shifted", "row_sums(gap * (1 + 4 * UNIT))", "0 * row_sums(gap)", "false_factors"),
    Mutation("rounding of the product", "_shifted", "(order + 2) * UNIT * (size", "0 * (size", "rounded_products"),
    Mutation("underflow of the product", "_shifted", " + 4 * order * ETA", "", "rounded_products"),
    Mutation("rounding of the bound", "_shifted", "bound - 4 * UNIT * shift", "bound", "shifts_next_to_one"),
    Mutation("basis: radii", "diagonalise", "(row_sums(off + B.rad) + blur)", "row_sums(off + B.rad)", "spread"),
    Mutation("signs: radii", "diagonalise", "(row_sums(off + B.rad) + blur)", "row_sums(off + B.rad)", "signs"),
    Mutation("basis: rounding", "diagonalise", "off + B.rad", "off", "spread"),
    Mutation("basis: off the diagonal", "diagonalise", "off + B.rad", "B.rad", "spread"),
    Mutation("signs: off the diagonal", "diagonalise", "off + B.rad", "B.rad", "signs"),
    Mutation("basis: enlarged", "diagonalise", "(1 + (6 * order + 16) * UNIT)", "1", "spread"),
    Mutation("skew", "diagonalise", "np.abs(gram.mid - np.eye(order))", "0 * gram.mid", "skew"),
    Mutation("skew: signs", "diagonalise", "np.abs(gram.mid - np.eye(order))", "0 * gram.mid", "signs"),
    Mutation("skew: rounding", "diagonalise", "+ gram.rad", "", "skew"),
    Mutation("signs: skew", "signs", "(1 + self.skew)", "1", "signs"),
    Mutation("signs: spread", "signs", "- self.spread)", "- 0 * self.spread)", "signs"),
    Mutation("signs: singular basis", "signs", "self.skew < 1", "True", "singular_bases"),
    Mutation("contraction", "contraction", "(1 + 4 * UNIT)", "1", "contraction"),
)

HESSIAN = (
    Mutation(
        "box", "curvature", "np.broadcast_to(np.float64(radius)", "np.broadcast_to(0 * np.float64(radius)", "hessian"
    ),
    Mutation("outgoing columns", "curvature", "(rad, outgoing.rad)", "(rad, 0 * outgoing.rad)", "hessian"),
    Mutation(
        "cross blocks on the diagonal",
        "curvature",
        "rad[neuron, :, neuron, :])",
        "0 * rad[neuron, :, neuron, :])",
        "hessian",
    ),
    Mutation("residual on the diagonal", "curvature", " + residual\n", " + MidRad(residual.mid)\n", "hessian"),
    Mutation("own blocks", "curvature", "= own.mid, own.rad", "= own.mid, 0 * own.rad", "hessian"),
    Mutation("partners", "_pairs", "np.vstack([W.rad, V.rad])", "0 * np.vstack([W.rad, V.rad])", "hessian"),
    Mutation(
        "partners: residual", "_pairs", "np.vstack([W.rad, V.rad])", "0 * np.vstack([W.rad, V.rad])", "residual"
    ),
    Mutation("coefficients", "_pairs", "np.concatenate([a.rad,", "np.concatenate([0 * a.rad,", "residual"),
    Mutation("squared norms", "_pairs", "norms.rad[:n, None]", "0 * norms.rad[:n, None]", "hessian"),
    Mutation("columns", "_column", "x.rad[:, None]", "0 * x.rad[:, None]", "hessian"),
    Mutation("cross: derivatives", "_cross_blocks", "f.rad[:, :, None]", "0 * f.rad[:, :, None]", "hessian"),
    Mutation("cross: rows", "_cross_blocks", "W.rad[:, None, :]", "0 * W.rad[:, None, :]", "hessian"),
    Mutation("cross: columns", "_cross_blocks", "W.rad[None])", "0 * W.rad[None])", "hessian"),
    Mutation("cross: factor v", "_cross_blocks", "W.rad.T[:, :, None]", "0 * W.rad.T[:, :, None]", "hessian"),
    Mutation("cross: factor w", "_cross_blocks", "W.rad[i][:, None, None]", "0 * W.rad[i][:, None, None]", "hessian"),
    Mutation("cross: blocks", "_cross_blocks", "= block.mid, block.rad", "= block.mid, 0 * block.rad", "hessian"),
    Mutation(
        "cross: diagonal before",
        "_cross_blocks",
        "rad[:, diagonal, :, diagonal]) +",
        "0 * rad[:, diagonal, :, diagonal]) +",
        "hessian",
    ),
    Mutation("cross: trace", "_cross_blocks", "d_s.rad[None]", "0 * d_s.rad[None]", "hessian"),
    Mutation("cross: diagonal", "_cross_blocks", "= trace.mid, trace.rad", "= trace.mid, 0 * trace.rad", "hessian"),
    Mutation("residual: partners", "_residual_blocks", "Z.rad.T[None]", "0 * Z.rad.T[None]", "residual"),
    Mutation(
        "residual: second derivatives",
        "_residual_blocks",
        "d_ss.rad[:, None, :]",
        "0 * d_ss.rad[:, None, :]",
        "residual",
    ),
    Mutation(
        "residual: mixed",
        "_residual_blocks",
        "mixed.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])",
        "0 * mixed.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])",
        "residual",
    ),
    Mutation(
        "residual: factor of mixed",
        "_residual_blocks",
        "mixed.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])",
        "mixed.rad[:, :, None]) * MidRad(W.mid[:, None, :], 0 * W.rad[:, None, :])",
        "residual",
    ),
    Mutation(
        "residual: mixed transposed",
        "_residual_blocks",
        "outer.rad.transpose(0, 2, 1)",
        "0 * outer.rad.transpose(0, 2, 1)",
        "residual",
    ),
    Mutation(
        "residual: left of own",
        "_residual_blocks",
        "MidRad(W.mid[:, :, None], W.rad[:, :, None])",
        "MidRad(W.mid[:, :, None], 0 * W.rad[:, :, None])",
        "residual",
    ),
    Mutation(
        "residual: right of own",
        "_residual_blocks",
        "W.rad[:, :, None]) * MidRad(W.mid[:, None, :], W.rad[:, None, :])",
        "W.rad[:, :, None]) * MidRad(W.mid[:, None, :], 0 * W.rad[:, None, :])",
        "residual",
    ),
    Mutation(
        "residual: factor of own",
        "_residual_blocks",
        "of_w.rad[:, None, None]",
        "0 * of_w.rad[:, None, None]",
        "residual",
    ),
    Mutation("residual: trace", "_residual_blocks", "+ _column(trace)", "+ MidRad(_column(trace).mid)", "residual"),
    Mutation("residual: diagonal", "_residual_blocks", "= on.mid, on.rad", "= on.mid, 0 * on.rad", "residual"),
    Mutation(
        "residual: blocks", "_residual_blocks", "= block.mid, block.rad", "= block.mid, 0 * block.rad", "residual"
    ),
    Mutation(
        "residual: last column",
        "_residual_blocks",
        "whole.rad[:, :dim, dim] = pull.mid, pull.rad",
        "whole.rad[:, :dim, dim] = pull.mid, 0 * pull.rad",
        "residual",
    ),
    Mutation(
        "residual: last row",
        "_residual_blocks",
        "whole.rad[:, dim, :dim] = pull.mid, pull.rad",
        "whole.rad[:, dim, :dim] = pull.mid, 0 * pull.rad",
        "residual",
    ),
    Mutation("outgoing: derivatives", "_outgoing", "f.rad[:, :, None]", "0 * f.rad[:, :, None]", "hessian"),
    Mutation("outgoing: others", "_outgoing", "W.rad[None])", "0 * W.rad[None])", "hessian"),
    Mutation("outgoing: own", "_outgoing", "W.rad[:, None, :])", "0 * W.rad[:, None, :])", "hessian"),
    Mutation(
        "outgoing: weights",
        "_outgoing",
        "2 * pairs.a.rad[:, None, None]",
        "0 * pairs.a.rad[:, None, None]",
        "hessian",
    ),
    Mutation(
        "outgoing: incoming weights",
        "_outgoing",
        "= incoming.mid, incoming.rad",
        "= incoming.mid, 0 * incoming.rad",
        "hessian",
    ),
    Mutation("outgoing: values", "_outgoing", "= value.mid, value.rad", "= value.mid, 0 * value.rad", "hessian"),
    Mutation("mean: radii", "_mean", "0.5 * (rad + mirrored_rad)", "0.0 * rad", "hessian"),
    Mutation("mean: one triangle", "_mean", "0.5 * (rad + mirrored_rad)", "rad", "symmetric"),
    Mutation("mean: enlarged", "_mean", " * (1 + 8 * UNIT)", "", "symmetric"),
    Mutation("mean: underflow", "_mean", " + ETA", "", "symmetric"),
    Mutation("mean: rounding", "_mean", "UNIT * np.abs(mean)", "0 * np.abs(mean)", "symmetric"),
)

#: Not exposed, because no violation exists or none was found: module, function, snippet, what covers it.
NOT_EXPOSED = (
    (midrad, "__truediv__", " * (1 - 4 * UNIT)", "the radius is enlarged by 16 units, the operations err by seven"),
    (midrad, "__truediv__", "np.abs(mid) * _GROW", "as above"),
    (midrad, "sqrt", " * (1 - 4 * UNIT)", "midpoint and radius are exact, so their comparison is"),
    (midrad, "sum", " + ETA", "additions do not underflow, and their bound is of twice what they err by"),
    (midrad, "row_sums", " + ETA", "additions do not underflow, and multiplying by more than 1 does not decrease"),
    (midrad, "spectral_bound", " + len(v) * ETA", "rows that underflow are not the largest, unless v is all ones"),
    (midrad, "spectral_bound", " * _GROW", "the sums before are enlarged by more than they err, and by a division"),
    (midrad, "__matmul__", "terms + 2", "only the 2: n units are enough for n terms"),
    (
        definite,
        "_shifted",
        "UNIT * np.abs(np.diagonal(shifted)) * 2 + ETA",
        "2 of the order + 2 units of the product",
    ),
    (definite, "_shifted", "gap * (1 + 4 * UNIT)", "row_sums enlarges by more than additions err by"),
    (definite, "_shifted", " * (1 + 4 * order * UNIT)", "order + 2 units, of which sums of rounding errors use few"),
    (definite, "_shifted", " * (1 + 8 * UNIT)", "4 units of the shift, and what row_sums has to spare"),
    (definite, "signs", " * (1 - 4 * UNIT)", "the 8 units of the quotient"),
    (definite, "signs", " * (1 - 8 * UNIT)", "the 4 units of the room, and what the spread has to spare"),
    (definite, "signs", "np.isfinite(self.spread).all()", "an infinite spread leaves no room, nor does NaN"),
    (definite, "diagonalise", " + 8 * order * ETA", "the radii of the two products hold as much for every entry"),
    (definite, "diagonalise", " * (1 + 8 * UNIT)", "both summands are enlarged by more than they err by"),
    (definite, "diagonalise", " + 2 * UNIT", "the radius of the product, and what row_sums has to spare"),
)


@pytest.mark.parametrize(("module", "function", "snippet", "why"), NOT_EXPOSED)
def test_what_is_not_exposed_is_still_there(module: ModuleType, function: str, snippet: str, why: str) -> None:
    """Or the list would outlive what it speaks of."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    start, end = _extent(source, function)
    assert source[start:end].count(snippet) == 1, why


def _complaints(module: ModuleType, checks: dict[str, Check], mutation: Mutation) -> list[str]:
    return checks[mutation.check](_mutate(module, mutation))


@pytest.mark.parametrize("mutation", MIDRAD, ids=lambda mutation: mutation.name)
def test_arithmetic(mutation: Mutation) -> None:
    assert _complaints(midrad, test_midrad.CHECKS, mutation)


@pytest.mark.parametrize("mutation", DEFINITE, ids=lambda mutation: mutation.name)
def test_eigenvalues(mutation: Mutation) -> None:
    assert _complaints(definite, test_definite.CHECKS, mutation)


@pytest.mark.parametrize("mutation", HESSIAN, ids=lambda mutation: mutation.name)
def test_hessians(mutation: Mutation) -> None:
    assert _complaints(hessian, test_hessian.CHECKS, mutation)
