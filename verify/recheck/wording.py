"""The statement of a certificate in words: one text for one theorem, so that neither can change alone."""

from __future__ import annotations

import hashlib
from decimal import Context, Decimal
from typing import Any

from verify.recheck.document import canonical
from verify.recheck.expression import homogeneous_degree
from verify.recheck.interaction import formula
from verify.recheck.numbers import LARGEST_EXPONENT, long_integers
from verify.recheck.rectified.wording import rectified
from verify.recheck.schema import contents

#: Longer numbers are still exact in the text; only the decimal in brackets is rounded.
_DECIMAL = Context(prec=40, Emax=10 * LARGEST_EXPONENT, Emin=-10 * LARGEST_EXPONENT)

Num = list[int]


def statement(document: dict[str, Any]) -> str:
    """The theorem that a document states, as one paragraph of English. Exact.

    It names everything in "system", "point" and "states" (points by the SHA-256 of their canonical JSON) and the
    assumptions. The proof, the text itself and the digest need not be there yet.

    Raises
    ------
    Unreadable
        If system, point, states or proof do not have the shape of a certificate.
    """
    contents(document)
    with long_integers():
        kind = document["system"]["kind"]
        if kind == "rectified":
            sentences = rectified(document, _number, _name)
        elif kind == "held":
            sentences = _held(document)
        else:
            sentences = _reduced(document) if kind == "reduced" else _full(document)
        assumptions = document["theorem"]["assumptions"]
        if assumptions:
            numbered = (f"({i}) {entry}" for i, entry in enumerate(assumptions, start=1))
            sentences.append("Assumptions: " + " ".join(numbered))
        return " ".join(sentences)


def _full(document: dict[str, Any]) -> list[str]:
    system, states = document["system"], document["states"]
    n, k, dim = system["n"], system["k"], system["dim"]
    sentences = [
        f"Let f(x) = sum_i a_i sigma(w_i.x) be a student network of n = {n} neurons with "
        f"{formula(system['activation'])} and trained outgoing weights, x ~ N(0, I) in dimension {dim}, and f* a "
        f"teacher network of k = {k} neurons of the same activation, {_teacher(system)}.",
        f"The loss L = E[(f - f*)^2] (full mean squared error) has exactly one critical point x* in the box of "
        f"radius {_number(states['uniqueness_radius'])} in the infinity norm around the point "
        f"{_name(document['point'])} (status: {states['status']}), and x* is within {_number(states['radius'])} "
        f"of that point.",
        *_spectrum(states),
    ]
    sentences.append(_identity(states["identity"]))
    if states["basin"] is not None:
        sentences.append(_basin(states["basin"]))
    else:
        sentences.append("No basin of attraction is stated.")
    sentences.append(_line(states["line"]))
    return [*sentences, "Neurons are counted from 0."]


def _spectrum(states: dict[str, Any]) -> list[str]:
    low, high = states["loss"]
    return [
        f"The Hessian of L at x* has exactly {states['index']} negative eigenvalues, and all its eigenvalues have "
        f"absolute value at least {_number(states['lambda_min'])}.",
        f"The loss L(x*) lies between {_number(low)} and {_number(high)}.",
    ]


def _held(document: dict[str, Any]) -> list[str]:
    system, states = document["system"], document["states"]
    n, k, dim = system["n"], system["k"], system["dim"]
    sentences = [
        f"Let f(x) = sum_i a_i sigma(w_i.x) be a student network of n = {n} neurons with "
        f"{formula(system['activation'])} and outgoing weights held fixed at the numbers "
        f"{_name(system['student_outgoing'])}, x ~ N(0, I) in dimension {dim}, and f* a teacher network of k = {k} "
        f"neurons of the same activation, {_teacher(system)}.",
        f"As a function of the incoming weights the loss L = E[(f - f*)^2] (full mean squared error) has exactly one "
        f"critical point x* in the box of radius {_number(states['uniqueness_radius'])} in the infinity norm around "
        f"the point {_name(document['point'])} (status: {states['status']}), and x* is within "
        f"{_number(states['radius'])} of that point.",
        *_spectrum(states),
    ]
    if states["up_to_scale"]:
        degree = homogeneous_degree(system["activation"])
        sentences.append(
            f"Since sigma is homogeneous of degree {degree}, (w_i, a_i) -> (c w_i, a_i c^-{degree}), c > 0, leaves "
            f"the network as it is, and w_i.dL/dw_i = {degree} a_i dL/da_i: x* with these outgoing weights is a "
            f"critical point with trained outgoing weights too, where the Hessian in all {n * (dim + 1)} parameters "
            f"has rank {n * dim} and the same number of negative eigenvalues; up to these scalings it is isolated."
        )
    else:
        sentences.append("Nothing is stated of trained outgoing weights.")
    return [*sentences, "Neurons are counted from 0."]


def _reduced(document: dict[str, Any]) -> list[str]:
    system, states = document["system"], document["states"]
    low, high = states["loss"]
    return [
        f"For n = {system['n']} students and k = {system['k']} orthonormal teachers of weight 1, activation "
        f"sigma(t) = erf(t/sqrt 2), take the full mean squared error on perturbed copies: student i has the "
        f"coefficient alpha at teacher i, beta at the other n - 1 copied teachers, gamma at the k - n uncopied ones, "
        f"and outgoing weight a ({system['kind']} system, structure {system['structure']}).",
        f"This function of (alpha, beta, gamma, a) has exactly one critical point x* in the box of "
        f"radius {_number(states['uniqueness_radius'])} in the infinity norm around ("
        f"{', '.join(_number(x) for x in document['point'])}) (status: {states['status']}), and x* is within "
        f"{_number(states['radius'])} of that point; by symmetry it is a critical point of the loss on all networks.",
        f"The loss there lies between {_number(low)} and {_number(high)}.",
    ]


def _teacher(system: dict[str, Any]) -> str:
    return f"namely the weights {_name(system['teacher'])} with outgoing weights {_name(system['teacher_outgoing'])}"


def _identity(identity: dict[str, Any] | None) -> str:
    if identity is None:
        return "No structure is stated for x*."
    parts = [
        f"student {i} has sign {sign:+d} and {'teachers' if len(group) > 1 else 'teacher'} "
        f"{', '.join(map(str, group)) or 'none'}"
        for i, (group, sign) in enumerate(zip(identity["assignment"], identity["signs"], strict=True))
    ]
    which = f"x* is exactly the {identity['structure']} point"
    if identity["partition"] is not None:
        which += f" of group sizes {', '.join(map(str, identity['partition']))}"
    else:
        which += " for a solution of the reduced equations"
    return f"{which}: {'; '.join(parts)}."


def _basin(basin: dict[str, Any]) -> str:
    text = f"Gradient flow on L from the point {_name(basin['start'])} converges to x*"
    if "time" in basin:
        text += (
            f"; at time {_number(basin['time'])} it is within {_number(basin['error'])} in the 2-norm of the point "
            f"{_name(basin['end'])}"
        )
    return text + "."


def _line(line: dict[str, Any] | None) -> str:
    if line is None:
        return "No line of critical points is stated."
    parts = [f"student {split['student']} with share {_number(split['share'])}" for split in line["splits"]]
    return (
        f"Splitting students of x* in two with equal incoming vectors and outgoing weights t a and (1 - t) a gives "
        f"critical points for every t; with {'; '.join(parts) or 'no splits'}, the Hessian has rank {line['rank']} "
        f"and exactly {line['index']} negative eigenvalues."
    )


def _number(num: Num) -> str:
    mantissa, exponent = num
    size = _DECIMAL.multiply(_DECIMAL.create_decimal(mantissa), _DECIMAL.power(Decimal(2), exponent))
    return f"{mantissa}*2^{exponent} (about {size:.3e})"


def _name(value: Any) -> str:
    return "with SHA-256 " + hashlib.sha256(canonical(value)).hexdigest()[:32]
