"""Claims on interaction functions in closed form of activations other than erf."""

from __future__ import annotations

from collections.abc import Callable

from theory.activations import activation
from theory.claim import Claim, Formula, Kind
from theory.derivation import Step
from theory.symbols import p, q, s
from theory.unevaluated import quantity_of

#: The activations, what they are in words, and the value as a formula.
_WORDS = {
    "normal-cdf": (
        "the normal distribution function",
        r"\tfrac14 + \tfrac1{2\pi}\arcsin\tfrac{s}{\sqrt{(1+p)(1+q)}}",
    ),
    "gelu": (
        "GELU, x times the normal distribution function",
        r"\tfrac s4 + \tfrac s{2\pi}\arcsin\tfrac{s}{\sqrt{(1+p)(1+q)}} + \tfrac{1}{2\pi\sqrt D}"
        r"(pq + s^2 - \tfrac{p s^2}{1+p} - \tfrac{q s^2}{1+q}),\ D = (1+p)(1+q) - s^2",
    ),
    "linear": ("the identity", "s"),
    "square": ("the square", "pq + 2s^2"),
    "cube": ("the cube", "9pqs + 6s^3"),
    "hermite2": ("the second Hermite polynomial", "(p-1)(q-1) + 2s^2"),
    "hermite3": ("the third Hermite polynomial", "9s(p-1)(q-1) + 6s^3"),
    "hermite4": ("the fourth Hermite polynomial", "9(p-1)^2(q-1)^2 + 72s^2(p-1)(q-1) + 24s^4"),
    "sin": ("the sine", r"e^{-(p+q)/2}\sinh s"),
    "cos": ("the cosine", r"e^{-(p+q)/2}\cosh s"),
    "exp": ("the exponential", r"e^{s + (p+q)/2}"),
    "sign": ("the sign", r"\tfrac2\pi\arcsin\tfrac{s}{\sqrt{pq}}"),
    "step": ("the step", r"\tfrac14 + \tfrac1{2\pi}\arcsin\tfrac{s}{\sqrt{pq}}"),
}


def _steps(name: str) -> Callable[[], tuple[Step, ...]]:
    def derive() -> tuple[Step, ...]:
        found = activation(name).derive
        return () if found is None else found().steps

    return derive


def _formulas(name: str) -> Callable[[], tuple[Formula, ...]]:
    def formulas() -> tuple[Formula, ...]:
        found = activation(name).derive
        if found is None:
            return ()
        derivation = found()
        G = quantity_of(r"G_{\mathrm{" + name + "}}")(s, p, q)
        established = derivation.steps[-1]
        step = established.name if established.right == derivation.result else ""
        return (Formula(G, "=", derivation.result, step, tail="with $s = w \\cdot v$, $p = |w|^2$, $q = |v|^2$"),)

    return formulas


def _claim(name: str) -> Claim:
    words, latex = _WORDS[name]
    return Claim(
        f"{name}-interaction",
        Kind.THEOREM,
        f"The interaction function of {words} in closed form",
        rf"E[\sigma(w\cdot x)\,\sigma(v\cdot x)] = {latex}",
        "all w, v" if name not in ("sign", "step") else "all non-zero w, v",
        _steps(name),
        "values, gradients and Hessians agree with quadrature at 30 digits",
        "nothing further",
        title=f"Interaction function: {name}",
        text=f"The interaction function of {words} is",
        formulas=_formulas(name),
    )


CLAIMS = tuple(map(_claim, _WORDS))
