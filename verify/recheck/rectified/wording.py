"""What a certificate of a homogeneous network states, in words that follow from its fields alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from verify.recheck.rectified.units import units


def rectified(document: dict[str, Any], number: Callable[[list[int]], str], name: Callable[[Any], str]) -> list[str]:
    """The sentences, with functions that show numbers and name points. Exact."""
    system, states = document["system"], document["states"]
    sentences = [_networks(system, name), *_point(document, number, name)]
    sentences += [_family(family) for family in states["families"]]
    sentences += [_resting(one) for one in states["resting"]]
    if states["basin"] is not None:
        sentences.append(_basin(system, name(states["basin"]["start"]), bool(states["families"])))
    else:
        sentences.append("No basin of attraction is stated.")
    return [*sentences, "Neurons are counted from 0."]


def _networks(system: dict[str, Any], name: Callable[[Any], str]) -> str:
    held, activation = name(system["student_outgoing"]), units(system["activation"])
    if system["trained"]:
        unknowns = (
            "with trained outgoing weights that are not 0 and have the signs s_i that are the numbers "
            f"{held}; omega_i = |a_i| w_i, and F(omega) is the loss, which depends on omega alone: critical points "
            "of the loss are those of F, with the same index (on the quotient by w_i, a_i -> c w_i, a_i / c)"
        )
    else:
        unknowns = f"with outgoing weights held fixed at the numbers {held}; omega_i = w_i, and F(omega) is the loss"
    turned = " As sigma is even, w_i and -w_i are the same neuron." if activation.even else ""
    return (
        f"Let f(x) = sum_i a_i sigma(w_i.x) be a student network of n = {system['n']} neurons with sigma(t) = "
        f"{activation.words()}, x ~ N(0, I) in dimension {system['dim']}, {unknowns}. Let f* be a teacher network of "
        f"k = {system['k']} neurons of the same activation, namely the weights {name(system['teacher'])} with "
        f"outgoing weights {name(system['teacher_outgoing'])}; the loss is E[(f - f*)^2] (full mean squared error)."
        f"{turned}"
    )


def _point(document: dict[str, Any], number: Callable[[list[int]], str], name: Callable[[Any], str]) -> list[str]:
    system, states = document["system"], document["states"]
    low, high = states["loss"]
    loss = f"The loss there lies between {number(low)} and {number(high)}."
    total = states["index"]
    if system["n"] == 0:
        radii = f"{number(states['radius'])} and {number(states['uniqueness_radius'])}"
        which = f"point {name(document['point'])}; status: {states['status']}; radii {radii}; index {total}"
        return [f"The student is the zero function ({which}).", loss]
    own = total - sum(family["index"] for family in states["families"])
    least, most = states["smallest"]
    return [
        f"F has exactly one critical point x* in the Euclidean ball of radius {number(states['uniqueness_radius'])} "
        f"around the point {name(document['point'])} (status: {states['status']}), and x* is within "
        f"{number(states['radius'])} of that point.",
        f"The Hessian of F at x* has exactly {own} negative eigenvalues, all its eigenvalues have absolute value at "
        f"least {number(states['lambda_min'])}, and the smallest lies between {number(least)} and {number(most)}.",
        *([f"With the families named here the index is {total}."] if states["families"] else []),
        loss,
    ]


def _family(family: dict[str, Any]) -> str:
    i, same, opposite = family["neuron"], family["same"], family["opposite"]
    return (
        f"In the place of neuron {i} there are {same + opposite} neurons of its direction, {same} with outgoing "
        f"weights of its sign and {opposite} of the other: for all lengths of theirs whose signed sum is that of "
        f"neuron {i} these are critical points, a continuum of dimension {same + opposite - 1}; on the quotient by "
        f"rescaling the Hessian has no other null directions for them, and they add {family['index']} to the index."
    )


def _resting(one: dict[str, Any]) -> str:
    sign = {-1: "negative outgoing weights", 0: "outgoing weights 0", 1: "positive outgoing weights"}[one["sign"]]
    return (
        f"Besides there are {one['count']} dead neurons, with incoming weights 0 and {sign}: 0 is in the regular "
        f"subdifferential of the loss, for a E[sigma(e.x) (f - f*)] >= 0 for all unit vectors e."
    )


def _basin(system: dict[str, Any], start: str, continuum: bool) -> str:
    if continuum:
        return (
            f"Gradient flow on the loss from the network {start}, its neurons in the order of the merged ones, "
            f"converges to a point of that continuum."
        )
    what = (
        "omega converges to x*, and the network to the one of these balances a_i^2 - |w_i|^2 that has it"
        if system["trained"]
        else "the incoming weights converge to x*"
    )
    return f"Along gradient flow on the loss from the network {start} {what}."
