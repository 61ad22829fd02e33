"""Copy-average configurations: teachers split into groups, each averaged by one student neuron."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

import sympy as sp

from theory import names
from theory.activations import activation as find_activation
from theory.derivation import Derivation, Step
from theory.interactions import pair
from theory.neuron import exact_size, group, one_neuron_derivation
from theory.prose import given, sentence
from theory.structure import Structure
from theory.symbols import m, q, s
from theory.unevaluated import at


@cache
def copy_average_derivation() -> Derivation:
    r"""Check that copy-average points are critical, for symbolic group sizes. Exact.

    Vectors of different groups are orthogonal, so groups meet only through :math:`G_s` at :math:`s = 0`:
    the group's own neuron and its teachers must pull alike, in every direction of the group.

    Returns
    -------
    Derivation
        Its result is what one group adds to the loss.

    Examples
    --------
    >>> all(copy_average_derivation().check())
    True
    """
    own = one_neuron_derivation()
    star = group(m)
    exact = pair("erf")
    # Pull on a neuron of squared norm p from one direction v_j of another group, over 2 a_i.
    from_neuron = star.outgoing * star.norm * star.cosine * at(exact.d_s, {s: 0, q: star.norm**2})
    from_teacher = at(exact.d_s, {s: 0, q: 1})
    steps = (
        *own.steps,
        Step(
            "other-incoming",
            sentence("Neuron and teachers of another group pull alike on {}", names.w_i),
            from_neuron,
            from_teacher,
        ),
        Step(
            "other-norm", sentence("{} is zero at {}", names.G_p, given(s, "=", 0)), at(exact.d_p, {s: 0}), sp.S.Zero
        ),
        Step(
            "other-outgoing",
            sentence("and so is the interaction itself: other groups leave {} alone", names.a_i),
            at(exact.value, {s: 0}),
            sp.S.Zero,
        ),
    )
    return Derivation("erf-copy-average-critical", steps, star.loss)


def copy_average(sizes: Sequence[int | sp.Expr], activation: str = "erf") -> Structure:
    r"""The copy-average configuration of a partition. Exact.

    .. math:: L = \sum_{i=1}^n L^*_{\mathrm{erf}}(k_i), \qquad k_1 + \dots + k_n = k

    Parameters
    ----------
    sizes : sequence of int or sympy.Expr
        Group sizes :math:`k_i`; they may be symbols.
    activation : {"erf"}

    Returns
    -------
    Structure
        A critical point of the loss, checked by :func:`copy_average_derivation`; not always a
        minimum.

    Raises
    ------
    ValueError
        If there is no group, or a size is a number other than a positive integer.

    Examples
    --------
    >>> copy_average([1, 2]).loss
    -8*asin(1/4)/pi + 2/3
    """
    if find_activation(activation).name != "erf":
        raise ValueError(f"activation: got {activation!r}, the closed form is that of erf")
    if not sizes:
        raise ValueError("sizes: got none, needs at least one group")
    counts = Counter(exact_size("sizes", size) for size in sizes)
    return Structure("copy-average", activation, tuple(group(size, count) for size, count in counts.items()))


def optimal_copy_average(n: int | sp.Expr, k: int | sp.Expr, activation: str = "erf") -> Structure:
    r"""The copy-average configuration of lowest loss: n - 1 copies and one average. Exact.

    .. math:: L = L^*_{\mathrm{erf}}(k - n + 1)

    Parameters
    ----------
    n, k : int or sympy.Expr
        Numbers of student and teacher neurons, n <= k; may be symbolic.
    activation : {"erf"}

    Returns
    -------
    Structure
        For n = k every neuron copies.

    Raises
    ------
    ValueError
        If n or k is not positive, or n > k.

    Examples
    --------
    >>> optimal_copy_average(2, 3).partition
    (1, 2)
    """
    if find_activation(activation).name != "erf":
        raise ValueError(f"activation: got {activation!r}, the closed form is that of erf")
    n, k = exact_size("n", n), exact_size("k", k)
    if (k - n).is_negative:
        raise ValueError(f"n: got {n}, needs at most k = {k}")
    rest = sp.expand(k - n + 1)
    if n == 1:
        return Structure("copy-average", activation, (group(rest),))
    if rest == 1:
        return Structure("copy-average", activation, (group(1, n),))
    return Structure("copy-average", activation, (group(1, n - 1), group(rest)))
