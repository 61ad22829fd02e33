r"""Certificates of points of homogeneous networks (ReLU and its kind).

Held fixed, the outgoing weights s leave the loss a function of the incoming weights; trained ones make every critical
point a continuum, by :math:`(w_i, a_i) \to (c w_i, a_i / c)`. With :math:`\omega_i = |a_i| w_i` and
:math:`s_i = \mathrm{sign}\, a_i` the map from (w, a) to :math:`\omega` is a submersion where no :math:`a_i` and no
:math:`w_i` vanishes, so critical points are those of :math:`F_s(\omega)`, with the same index: the quotient. Neurons
with one direction are merged first, dead ones (:math:`w_i = 0`) left out.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import flint
import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike

from numerics.kernels import HOMOGENEOUS
from numerics.newton import GUARD_DIGITS, Polished, read_point
from numerics.precision import Exact, from_ball, to_ball
from numerics.problem import Array, Problem, finite_array
from numerics.rectified.gauge import reduced
from verify.certificates.existence import Status
from verify.certificates.rectified.basin import minimum_loss
from verify.certificates.rectified.certificate import RectifiedCertificate
from verify.certificates.rectified.collinear import families
from verify.certificates.rectified.dead import resting
from verify.certificates.rectified.ends import with_start
from verify.certificates.rectified.existence import Found, Search, refined
from verify.certificates.rectified.network import Rows, Setting
from verify.certificates.rectified.pairs import Ball

__all__ = ["RectifiedCertificate", "certify_rectified"]


@dataclass(frozen=True, eq=False)
class _Merged:
    """The network whose critical point is to be certified, and what it leaves out."""

    setting: Setting
    point: Rows
    members: list[tuple[int, int]]
    dead: list[int]
    trained: bool
    groups: tuple[tuple[int, ...], ...] = ()
    turned: Array | None = None


def certify_rectified(
    problem: Problem,
    theta: ArrayLike | Polished,
    *,
    dps: int = 50,
    start: ArrayLike | None = None,
    radius: Ball = None,
) -> RectifiedCertificate:
    r"""Prove that a critical point exists, is unique near by, what its index is, and what flows to it. Enclosure.

    **Proves:** with ``UNIQUE``, that the box of ``uniqueness_radius`` (infinity norm) around ``point`` holds exactly
    one critical point of the loss with outgoing weights held fixed, within ``radius``. With trained outgoing weights
    this is the merged network: the critical points of the full loss that reduce to one of the box are exactly its
    rescalings and splittings into collinear neurons of these signs. ``EMPTY``: that the box holds none.

    Parameters
    ----------
    problem : Problem
        With a positively homogeneous activation.
    theta : array_like, shape (n, dim + 1), or Polished
    dps : int
    start : array_like, shape (n, dim + 1), optional
    radius : exact ball, optional
        Radius of the only box to try.

    Returns
    -------
    RectifiedCertificate
    """
    begun = time.perf_counter()
    rough, exact = read_point(problem, theta)
    origin = None if start is None else finite_array("start", start, problem.shape)
    bits = int((dps + GUARD_DIGITS) * np.log2(10)) + 8
    merged = _fixed(problem, exact) if problem.fixed_outgoing is not None else _quotient(problem, rough, exact, bits)
    if isinstance(merged, str):
        trained = problem.fixed_outgoing is None
        return RectifiedCertificate(Status.UNKNOWN, why=merged, point=exact, trained=trained)
    if merged.setting.order > LARGEST:
        why = f"the Hessian of {merged.setting.order} unknowns is not formed (more than {LARGEST})"
        return RectifiedCertificate(Status.UNKNOWN, why=why, point=_table(merged), trained=merged.trained)
    search = Search(merged.setting, merged.point, bits)
    if radius is None or merged.setting.n == 0:
        found = search.any_radius()
    else:
        found = search.given((radius * flint.arb(max(merged.setting.order, 1)).sqrt()).upper())
    result = _conclude(merged, search, found)
    if origin is not None:
        result = with_start(result, origin)
    return replace(result, seconds=time.perf_counter() - begun)


#: Largest number of unknowns whose Hessian is formed.
LARGEST = 3000


def _fixed(problem: Problem, exact: Exact) -> _Merged | str:
    assert problem.fixed_outgoing is not None
    form = HOMOGENEOUS[problem.activation]
    setting = Setting.of(problem.fixed_outgoing, problem.teacher, problem.teacher_outgoing, form)
    point = [[to_ball(x) for x in row[:-1]] for row in exact]
    if any(all(x == 0 for x in row) for row in point):
        return "the incoming weights of a neuron are zero"
    return _Merged(setting, point, [(1, 0)] * problem.n, [], False)


def _quotient(problem: Problem, rough: Array, exact: Exact, bits: int) -> _Merged | str:
    """Rescaled, merged and without the dead, then refined to all digits; or why that is not possible."""
    for i, row in enumerate(exact):
        if row[-1] == 0 and any(x != 0 for x in row[:-1]):
            # Dead by its outgoing weight: critical only if its interaction with the residual vanishes, too.
            return f"the outgoing weight of neuron {i} is zero, its incoming weights are not"
    small = reduced(problem, rough)
    signs = np.asarray(small.signs, dtype=np.float64)
    setting = Setting.of(signs, problem.teacher, problem.teacher_outgoing, HOMOGENEOUS[problem.activation])
    members, point = [], []
    with flint.ctx.workprec(bits):
        for sign, group in zip(signs.tolist(), small.groups, strict=True):
            own = [np.sign(float(exact[p, -1])) for p in group]
            members.append((own.count(sign), len(own) - own.count(sign)))
            rows = [
                [int(sign * small.turned[p]) * to_ball(exact[p, -1]) * to_ball(x) for x in exact[p, :-1]]
                for p in group
            ]
            point.append([sum(column, flint.arb(0)).mid() for column in zip(*rows, strict=True)])
    dead = [int(np.sign(rough[p, -1])) for p in small.dead]
    return _Merged(setting, refined(setting, point, bits), members, dead, True, small.groups, small.turned)


def _table(merged: _Merged) -> Exact:
    """The merged network as rows of incoming weights and the outgoing one."""
    rows = [
        [*map(from_ball, row), from_ball(s)] for row, s in zip(merged.point, merged.setting.outgoing, strict=True)
    ]
    return np.array(rows, dtype=object).reshape(merged.setting.n, merged.setting.dim + 1)


def _conclude(merged: _Merged, search: Search, found: Found) -> RectifiedCertificate:
    # A box of this radius lies in the ball.
    side = flint.arb(max(merged.setting.order, 1)).sqrt()
    wide = None if found.uniqueness is None else from_ball((found.uniqueness / side).lower())
    nothing = RectifiedCertificate(
        found.status,
        uniqueness_radius=wide,
        why=found.why,
        point=_table(merged),
        trained=merged.trained,
        groups=merged.groups,
        turned=merged.turned,
        setting=merged.setting,
        search=search,
        found=found,
    )
    if found.status is not Status.UNIQUE or found.signs is None:
        return nothing
    # Twice as wide as proved: room for another's rounding.
    ball = minimum_loss(search, found)
    with flint.ctx.workprec(search.bits + 64):
        loss = from_ball((ball - ball.rad()).lower()), from_ball((ball + ball.rad()).upper())
    own = families(search, found.radius, merged.members)
    added = [one.index for one in own]
    index = None if None in added else found.signs.negative + sum(x for x in added if x is not None)
    return replace(
        nothing,
        radius=from_ball(found.radius),
        index=index,
        lambda_min=mp.mpf(found.signs.smallest) if merged.setting.n else None,
        loss=loss,
        smallest=None if found.smallest is None else (from_ball(found.smallest[0]), from_ball(found.smallest[1])),
        merged_index=found.signs.negative,
        families=own,
        resting=resting(search, found, merged.dead),
        why="the sign test of collinear neurons was not decided" if index is None else None,
    )
