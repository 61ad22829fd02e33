"""Turn exact expressions into Python source that runs on floats, arrays and balls alike.

The source is written against a namespace ``m`` with ``sqrt``, ``asin``, ``exp``, ``pi`` and ``rational``, so that one
generated formula serves every arithmetic (:data:`FLOAT` here, the balls in ``numerics.balls``). Only the
nodes listed in :func:`source_of` are accepted: a general printer would write 1/3 as a float, which is
unsound on balls.

``python -m numerics.compile`` writes the kernels in ``numerics/kernels``; a test holds them to the theory.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.kernels import HOMOGENEOUS

if TYPE_CHECKING:
    import sympy as sp


def _exponential(x: Any) -> Any:
    """Infinite where it overflows: an integrator tries steps that are too long, and looks at the result."""
    with np.errstate(over="ignore"):
        return np.exp(x)


#: The arithmetic of numpy: double precision, elementwise.
FLOAT = SimpleNamespace(sqrt=np.sqrt, asin=np.arcsin, exp=_exponential, pi=np.pi, rational=lambda a, b: a / b)

KERNELS = Path(__file__).parent / "kernels"


def source_of(expression: sp.Expr) -> str:
    """Python source of one expression over the namespace ``m``. Exact.

    Raises
    ------
    TypeError
        If the expression holds a node outside the allow-list: symbols, rationals, pi, sums, products,
        powers with integer or half-integer exponents, asin, exp.

    Examples
    --------
    >>> import sympy as sp
    >>> source_of(sp.Symbol("x") / 3)
    'm.rational(1, 3)*x'
    """
    import sympy as sp

    if isinstance(expression, sp.Symbol):
        return str(expression.name)
    if isinstance(expression, sp.Integer):
        return str(expression)
    if isinstance(expression, sp.Rational):
        return f"m.rational({expression.p}, {expression.q})"
    if expression is sp.pi:
        return "m.pi"
    if isinstance(expression, sp.Add):
        return "(" + " + ".join(source_of(term) for term in expression.as_ordered_terms()) + ")"
    if isinstance(expression, sp.Mul):
        return _product(expression)
    if isinstance(expression, sp.Pow):
        return _power(expression.base, expression.exp)
    if expression is sp.E:
        return "m.exp(m.rational(1, 1))"
    if isinstance(expression, sp.exp):
        return f"m.exp({source_of(expression.args[0])})"
    if isinstance(expression, sp.asin):
        return f"m.asin({source_of(expression.args[0])})"
    raise TypeError(f"cannot compile {type(expression).__name__} in {expression}")


def _product(expression: sp.Mul) -> str:
    numerator = []
    denominator = []
    for factor in expression.as_ordered_factors():
        if factor.is_Pow and factor.exp.is_negative:
            denominator.append(source_of(1 / factor))
        else:
            numerator.append(source_of(factor))
    top = "*".join(numerator) or "1"
    return f"{top}/({'*'.join(denominator)})" if denominator else top


def _power(base: sp.Expr, exponent: sp.Expr) -> str:
    if not (2 * exponent).is_integer:
        raise TypeError(f"cannot compile the exponent {exponent}")
    if exponent.is_negative:
        return f"1/({_power(base, -exponent)})"
    whole, half = divmod(int(2 * exponent), 2)
    # The root of a bare integer would leave the arithmetic of m.
    text = f"m.rational({base}, 1)" if base.is_Integer else source_of(base)
    return "*".join([f"({text})"] * whole + [f"m.sqrt({text})"] * half)


def function_source(
    name: str, arguments: tuple[str, ...], outputs: dict[str, sp.Expr], doc: str, shape: str | None = None
) -> str:
    """Source of a function that evaluates several expressions, common parts once. Exact.

    Parameters
    ----------
    name : str
        Name of the function.
    arguments : tuple of str
        Names of its arguments; a last argument ``m`` is added.
    outputs : dict
        Names and expressions, in the order in which they are returned.
    doc : str
        First line of its docstring.
    shape : str, optional
        An argument whose shape every output takes: zero times it is added where an expression does not hold it.
    """
    import sympy as sp

    shared, reduced = sp.cse(list(outputs.values()), symbols=(sp.Symbol(f"c{i}") for i in range(10**6)))
    typed = ", ".join(f"{argument}: Any" for argument in (*arguments, "m"))
    lines = [f"def {name}({typed}) -> tuple[Any, ...]:", f'    """{doc} Returns {", ".join(outputs)}."""']
    lines += [f"    {symbol.name} = {source_of(value)}" for symbol, value in shared]
    results = [source_of(value) for value in reduced]
    if shape is not None:
        held = (sp.Symbol(shape, real=True) in value.free_symbols for value in outputs.values())
        results = [text if has else f"{text} + 0*{shape}" for text, has in zip(results, held, strict=True)]
    lines.append("    return (" + ", ".join(results) + ",)")
    return "\n".join(lines) + "\n"


def _header(title: str, origin: str) -> str:
    return (
        f'"""{title}\n\nGenerated from {origin} by `python -m numerics.compile`: change the theory,\n'
        'not this file. m is the arithmetic.\n"""\n\nfrom typing import Any\n'
    )


def kernel_source(activation: str) -> str:
    """The generated module of one activation's interaction function. Exact."""
    header = _header(
        f"Interaction function of {activation} and its derivatives; s = w.v, p = |w|^2, q = |v|^2.",
        "theory.interactions",
    )
    return header + "\n\n" + activation_source(activation)


def activation_source(activation: str) -> str:
    """The functions of such a module. Exact."""
    from theory.interactions import pair

    exact = pair(activation)
    first = {"g": exact.value, "g_s": exact.d_s, "g_p": exact.d_p}
    second = {name: getattr(exact, name) for name in ("d_s", "d_p", "d_ss", "d_sp", "d_sq", "d_pp", "d_pq")}
    value = {"g": exact.value}
    return "\n\n".join(
        [
            function_source("value", ("s", "p", "q"), value, "The interaction function.", "s"),
            function_source("first", ("s", "p", "q"), first, "Value and first derivatives.", "s"),
            function_source("second", ("s", "p", "q"), second, "First and second derivatives.", "s"),
        ]
    )


def structure_source() -> str:
    """The generated module of the structures' coordinates, equations and losses (erf). Exact."""
    import sympy as sp

    from theory.copying import perturbed_copy
    from theory.neuron import group
    from theory.symbols import k, m, n

    star = group(m)
    averaging = {"coordinate": star.norm * star.cosine, "outgoing": star.outgoing, "loss": star.loss}
    system = perturbed_copy(n, k)
    names = tuple(symbol.name for symbol in system.unknowns)
    residuals = {f"e_{name}": e for name, e in zip(names, system.equations, strict=True)}
    jacobian = {
        f"e_{name}_{z.name}": sp.diff(e, z)
        for name, e in zip(names, system.equations, strict=True)
        for z in system.unknowns
    }
    # The size of a group is called size in the generated code: m is the arithmetic there.
    size = sp.Symbol("size", integer=True, positive=True)
    averaging = {name: value.subs(m, size) for name, value in averaging.items()}
    arguments = (*names, "n", "k")
    return "\n\n".join(
        [
            _header("Copy-average and perturbed-copy structures of erf.", "theory.neuron and theory.copying"),
            function_source("averaging", ("size",), averaging, "The neuron that averages a group of teachers."),
            function_source("perturbed_copy", arguments, residuals, "The reduced equations."),
            function_source("perturbed_copy_jacobian", arguments, jacobian, "Their derivatives, row by row."),
            function_source("perturbed_copy_loss", arguments, {"loss": system.loss}, "The loss."),
        ]
    )


def channel_source() -> str:
    """The generated module of a pair of neurons in a channel to infinity, in the limit (erf). Exact."""
    import sympy as sp

    from theory import channel
    from theory.symbols import p, q, s

    exact = channel.limit_pair("erf")

    def derivatives(of: sp.Expr, by: tuple[sp.Symbol, ...]) -> dict[str, sp.Expr]:
        """First and second derivatives, the second row by row of the upper triangle."""
        first = {f"d_{z}": sp.diff(of, z) for z in by}
        second = {f"d_{y}{z}": sp.diff(of, y, z) for i, y in enumerate(by) for z in by[i:]}
        return {name: sp.factor_terms(value) for name, value in (first | second).items()}

    mixed, own = (channel.c, s, channel.t, p, channel.l, q), (channel.c, p, channel.l, channel.e)
    names, own_names = tuple(z.name for z in mixed), tuple(z.name for z in own)
    return "\n\n".join(
        [
            _header(
                "A pair of neurons in a channel to infinity, in the limit: s = w.v, t = delta.v, l = w.delta,\n"
                "p = |w|^2, e = |delta|^2, q = |v|^2.",
                "theory.channel",
            ),
            function_source("mixed", names, {"g": exact.mixed}, "The pair with another neuron."),
            function_source("mixed_derivatives", names, derivatives(exact.mixed, mixed), "Its derivatives."),
            function_source("own", own_names, {"g": exact.own}, "The pair with itself."),
            function_source("own_derivatives", own_names, derivatives(exact.own, own), "Its derivatives."),
            function_source(
                "mixed_third",
                ("s", "t", "p", "l", "e", "q"),
                {"g": exact.mixed_third},
                "Third derivative along delta.",
            ),
            function_source("own_third", own_names, {"g": exact.own_third}, "Third derivative along delta."),
        ]
    )


def normalised_source() -> str:
    """The generated module of the perturbed copy in normalised coordinates (erf). Exact."""
    import sympy as sp

    from theory import normalised as theory
    from theory.symbols import a, n

    z = theory.normalised()
    scale = sp.sqrt(2 / (1 - z.own))
    point = {"alpha": z.Q * scale, "beta": z.B * scale, "gamma": z.G * scale}
    unknowns = (theory.t, a, theory.U, theory.V)
    arguments = (*(symbol.name for symbol in unknowns), "n", "k")
    residuals = {f"e{i}": e for i, e in enumerate(theory.equations())}
    jacobian = {f"{name}_{z.name}": sp.diff(e, z) for name, e in residuals.items() for z in (*unknowns, n)}
    block = theory.standard_block()
    upper = {f"s{i}{j}": block[i, j] for i in range(5) for j in range(i, 5)}
    loss = {"loss": 2 * theory.energy() / sp.pi}
    return "\n\n".join(
        [
            _header("The perturbed copy of erf in normalised coordinates; n and k may be real.", "theory.normalised"),
            function_source("point", arguments, point, "Coefficients of the incoming vectors."),
            function_source("equations", arguments, residuals, "The reduced equations."),
            function_source("jacobian", arguments, jacobian, "Their derivatives in t, a, U, V, n, row by row."),
            function_source("standard", arguments, upper, "The standard component's block, its upper half."),
            function_source("loss", arguments, loss, "The loss."),
        ]
    )


def kernel_file(activation: str) -> str:
    """File name of an activation's generated module. Exact."""
    return activation.replace("-", "_") + ".py"


def smooth() -> tuple[str, ...]:
    """Activations with a closed form of which gradient flows are run. Exact."""
    from theory.activations import activation, closed

    return tuple(name for name in closed() if name not in HOMOGENEOUS and not activation(name).obstacle)


def sources() -> dict[str, str]:
    """Every generated module by its file name in ``numerics/kernels``. Exact."""
    return {
        **{kernel_file(name): kernel_source(name) for name in smooth()},
        "structures.py": structure_source(),
        "channel.py": channel_source(),
        "normalised.py": normalised_source(),
    }


def main() -> None:
    """Write every kernel anew."""
    for name, source in sources().items():
        (KERNELS / name).write_text(source, encoding="utf-8")


if __name__ == "__main__":
    main()
