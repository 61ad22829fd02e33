r"""Certificates of single points: a critical point exists, is unique near by, has a known index, and attracts.

Fast because everything of size N^2 is done in doubles with bounds on their errors
(``verify.certificates.midrad``); what has to be sharper than doubles, the gradient, is done in balls.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import flint
import numpy as np
from mpmath import mp
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from numerics.kernels import HOMOGENEOUS, degree_of, encloses
from numerics.matrix_free import DENSE_LIMIT
from numerics.newton import GUARD_DIGITS, Polished, read_point
from numerics.precision import Exact, digits, from_ball, to_ball, to_double
from numerics.problem import Array, Problem, finite_array
from verify.certificates.basin import Ellipsoid, ellipsoid
from verify.certificates.existence import Existence, Searcher, Status
from verify.certificates.held import HeldSearcher, held_point, rescaled
from verify.certificates.identity import Identity, compare, enclose, identity_of
from verify.certificates.midrad import ETA, UNIT, MidRad, self_test
from verify.certificates.smoothness import SMOOTH
from verify.enclosures import Enclosures
from verify.matching import match

#: Distance over 1/M at which the theorem on basins still holds, nearly the largest; for messages and for running on.
REACH = 0.7
#: Activations whose constants the theorem on basins has.
WITH_BASIN = SMOOTH


@dataclass(frozen=True, eq=False)
class Certificate:
    """What was proved of a point. Enclosure.

    Attributes
    ----------
    status : Status
    radius : mpmath number or None
        The critical point is within this of the given point (infinity norm), rounded up.
    uniqueness_radius : mpmath number or None
        Radius of the box that was proved to hold one critical point (or none).
    index : int or None
        Number of negative Hessian eigenvalues at the critical point; None if not proved.
    lambda_min : mpmath number or None
        Lower bound on the absolute values of all Hessian eigenvalues there.
    loss : tuple of two mpmath numbers, or None
        Enclosure of the loss at the critical point.
    identity : bool or None
        Whether the critical point is the predicted one; None if that was not decided.
    basin : bool or None
        True if gradient flow from ``start`` was proved to converge to the critical point; None if not asked.
    named : Identity or None
        The structure that ``identity`` speaks of.
    why : str or None
        What stood in the way, where existence or index was not proved.
    why_no_basin : str or None
    distance : float or None
        Upper bound on the distance of ``start``, in the metric of the Hessian.
    reach : float or None
        Distance from which the basin is certified, in that metric.
    seconds : float
    point : ndarray of mpmath numbers, or None
        The point that was given; up to scale, with outgoing weights that are doubles.
    start : ndarray or None
    ellipsoid : Ellipsoid or None
        Where the loss is strongly convex.
    held : bool
        Whether all this is of the incoming weights, the outgoing ones held fixed at those of ``point``.
    degree : int or None
        Of homogeneity, where with trained outgoing weights the point was proved to be critical and isolated up to
        the scales of its neurons, with this index on the quotient and n null directions beside.
    """

    status: Status
    radius: mp.mpf | None = None
    uniqueness_radius: mp.mpf | None = None
    index: int | None = None
    lambda_min: mp.mpf | None = None
    loss: tuple[mp.mpf, mp.mpf] | None = None
    identity: bool | None = None
    basin: bool | None = None
    named: Identity | None = None
    why: str | None = None
    why_no_basin: str | None = None
    distance: float | None = None
    reach: float | None = None
    seconds: float = 0.0
    point: Exact | None = None
    start: Array | None = None
    ellipsoid: Ellipsoid | None = None
    existence: Existence | None = None
    held: bool = False
    degree: int | None = None

    def _repr_html_(self) -> str:
        """What was proved, for notebooks. Enclosure."""
        from verify.certificates.notebook import certificate_html

        return certificate_html(self)


def certify(
    problem: Problem,
    theta: ArrayLike | Polished,
    *,
    dps: int = 50,
    start: ArrayLike | None = None,
    radius: str | None = None,
    named: Identity | None = None,
) -> Certificate:
    r"""Prove that a critical point exists, is unique near by, what its index is, and what flows to it. Enclosure.

    **Proves:** with ``UNIQUE``, that exactly one critical point of the full mean squared error lies within
    ``uniqueness_radius`` of ``theta`` in the infinity norm, and within ``radius``; with ``EMPTY``, that none lies
    within ``uniqueness_radius``. ``UNKNOWN`` proves nothing. ``basin`` proves that gradient flow from ``start``
    converges to that critical point. With outgoing weights held fixed all this is of the incoming weights. For a
    homogeneous activation it is of the incoming weights with the outgoing ones held at the point's, which proves the
    point critical and isolated up to the scales of its neurons (``degree``).

    For ``relu`` and its kind the answer is a
    ``verify.certificates.rectified.certificate.RectifiedCertificate``: with outgoing weights held fixed of the
    incoming ones; with trained ones up to rescaling, with dead neurons left out and collinear ones merged, and what
    was proved of those. ``basin`` then proves convergence to the network of the start's balances
    :math:`a_i^2 - |w_i|^2` with that point, or to a point of the continuum of collinear neurons.

    Parameters
    ----------
    problem : Problem
    theta : array_like, shape (n, dim + 1), or Polished
    dps : int
        Working digits.
    start : array_like, shape (n, dim + 1), optional
        A point of a flow, for the basin.
    radius : str, optional
        Radius of the only box to try, as a decimal string; default: as large as can be proved.
    named : Identity, optional
        The structure to compare with; default: what :func:`verify.match` finds.

    Returns
    -------
    Certificate

    Raises
    ------
    ValueError
        If ``theta`` or ``start`` has another shape or is not finite, or ``radius`` is not a positive decimal.

    Examples
    --------
    >>> from numerics import Problem, gradient_flow, initial_weights, polish
    >>> problem = Problem(1, 2)
    >>> flow = gradient_flow(problem, initial_weights(problem, seed=0))
    >>> found = certify(problem, polish(problem, flow.theta), start=flow.theta)
    >>> found.status.name, found.index, found.identity, found.basin
    ('UNIQUE', 0, True, True)
    >>> problem = Problem(2, 3, activation="relu")
    >>> flow = gradient_flow(problem, initial_weights(problem, seed=0))
    >>> found = certify(problem, polish(problem, flow.theta), start=flow.theta)
    >>> found.status.name, found.index, found.basin, found.radius < 1e-50
    ('UNIQUE', 0, True, True)
    """
    begun = time.perf_counter()
    rough, exact = read_point(problem, theta)
    origin = None if start is None else finite_array("start", start, problem.shape)
    if problem.activation in HOMOGENEOUS:
        # Imported here, for it is built on this module.
        from verify.certificates.rectified.certify import certify_rectified

        _tested()
        box = None if radius is None else _radius(radius)
        with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
            return certify_rectified(problem, theta, dps=dps, start=start, radius=box)
    if not encloses(problem.activation):
        why = f"there is no enclosure of the interaction function of {problem.activation}, only its Fourier series"
        return Certificate(Status.UNKNOWN, why=why, point=exact)
    box = None if radius is None else _radius(radius)
    degree = degree_of(problem.activation) if problem.fixed_outgoing is None else None
    if degree is not None:
        held = rescaled(problem, exact, degree, dps + GUARD_DIGITS)
        if held is None:
            return Certificate(Status.UNKNOWN, why="an outgoing weight vanishes", point=exact)
        problem, exact = held
    if problem.fixed_outgoing is not None:
        rough, exact = held_point(problem, to_double(exact), exact)
    order = len(problem.free)
    if order > DENSE_LIMIT:
        why = (
            f"with {order} parameters the Hessian is not formed (more than {DENSE_LIMIT}); the perturbed copy can be "
            "certified in its reduced unknowns by copy-average certify"
        )
        return Certificate(Status.UNKNOWN, why=why, point=exact)
    _tested()
    # Two pools of threads, numpy's and scipy's, would wait for each other.
    with threadpool_limits(limits=1, user_api="blas"), np.errstate(all="ignore"):
        kind = Searcher if problem.fixed_outgoing is None else HeldSearcher
        search = kind(problem, rough, exact, dps + GUARD_DIGITS)
        if box is not None:
            found, _ = search.box(box)
        else:
            found = _best(problem, search)
        result = _conclude(problem, search, found, dps, given=box is not None)
        if result.status is Status.UNIQUE and problem.fixed_outgoing is not None:
            result = replace(result, held=True, degree=degree)
        elif result.status is Status.UNIQUE:
            if named is None:
                named = identity_of(match(problem, theta, dps=dps))
            result = _with_identity(problem, result, search, named, dps)
            result = replace(result, point=exact)
            if origin is not None:
                result = with_basin(result, origin)
    return replace(result, point=exact, seconds=time.perf_counter() - begun)


_PASSED: list[bool] = []


def _tested() -> None:
    """The self-test of the arithmetic, once per process."""
    if not _PASSED:
        self_test()
        _PASSED.append(True)


def _radius(text: str) -> Any:
    try:
        ball = flint.arb(text)
    except ValueError:
        ball = flint.arb(0)
    if not (ball > 0 and ball.is_finite()):
        raise ValueError(f"radius: got {text!r}, needs a positive decimal number")
    return ball.abs_upper()


def _with_basin(problem: Problem) -> bool:
    return problem.activation in WITH_BASIN and problem.fixed_outgoing is None


def _best(problem: Problem, search: Searcher) -> Existence:
    """By convexity where an ellipsoid can follow, which widens the box; else by contraction on a wide box at once."""
    if _with_basin(problem):
        return search.minimum() or search.any_kind()
    found = search.any_kind()
    if found.status is Status.UNIQUE and found.signs is not None:
        return found
    return search.minimum() or found


def _conclude(problem: Problem, search: Searcher, found: Existence, dps: int, *, given: bool) -> Certificate:
    """Status, radii, index, loss; for a minimum of erf the ellipsoid, which also widens the box of uniqueness."""
    status = found.status
    if status is not Status.UNIQUE or found.local is None:
        wide = from_ball(found.uniqueness) if found.uniqueness is not None else None
        return Certificate(status, uniqueness_radius=wide, why=found.why)
    with digits(dps + GUARD_DIGITS) as arithmetic:
        blur = flint.arb(0, found.radius)
        ball = Enclosures(problem, arithmetic).loss([[x + blur for x in row] for row in search.point])
        if not ball.is_finite():
            return Certificate(Status.UNKNOWN, why="the loss could not be enclosed")
        # Twice as wide as proved: room for another's rounding.
        loss = ball - ball.rad(), ball + ball.rad()
        ends = from_ball(loss[0].lower()), from_ball(loss[1].upper())
    region, uniqueness = None, found.uniqueness
    if found.signs is not None and found.signs.negative == 0 and _with_basin(problem):
        if found.inverse is not None:
            top = float(np.nextafter(float(ball.upper()), np.inf))
            region = ellipsoid(problem, search.rough, found.within, found.local, found.inverse, top)
        if region is not None and not given:
            wide = region.smallest_radius(found.local.hessian) - 2 * (float(found.radius) + search.offset)
            uniqueness = flint.arb(wide * (1 - 8 * UNIT)) if flint.arb(wide) > uniqueness else uniqueness
    signs = found.signs
    return Certificate(
        status,
        from_ball(found.radius),
        from_ball(uniqueness),
        None if signs is None else signs.negative,
        None if signs is None else mp.mpf(signs.smallest),
        ends,
        why="the discs of some eigenvalues meet zero" if signs is None else None,
        ellipsoid=region,
        existence=found,
    )


def _with_identity(
    problem: Problem, result: Certificate, search: Searcher, named: Identity | None, dps: int
) -> Certificate:
    if named is None:
        return result
    with digits(dps + GUARD_DIGITS) as arithmetic:
        predicted = enclose(problem, named, arithmetic, dps)
        if predicted is None:
            return result
        radius, wide = to_ball(result.radius), to_ball(result.uniqueness_radius)
        return replace(result, identity=compare(predicted, search.point, radius, wide), named=named)


def with_basin(result: Certificate, start: Array) -> Certificate:
    """The same certificate with the answer whether the flow from a point converges there. Enclosure.

    Parameters
    ----------
    result : Certificate
        With the status ``UNIQUE``.
    start : ndarray, shape (n, dim + 1)

    Returns
    -------
    Certificate
        ``basin`` true or false; if false, ``why_no_basin``. False proves nothing of the flow.
    """
    from verify.certificates.rectified.certificate import RectifiedCertificate
    from verify.certificates.rectified.ends import with_start

    if isinstance(result, RectifiedCertificate):
        return with_start(result, start)
    if result.existence is None or result.existence.local is None or result.point is None:
        return result
    if result.ellipsoid is None:
        known = "it is not a strict minimum" if result.index != 0 else "no region of convexity was found"
        return replace(result, basin=False, why_no_basin=known, start=start)
    hessian = result.existence.local.hessian
    rough = to_double(result.point)
    step = MidRad(start) - MidRad(rough, UNIT * np.abs(rough) * 2 + ETA)
    row = MidRad(step.mid.reshape(1, -1), step.rad.reshape(1, -1))
    square = float((row @ hessian @ row.T).magnitude()[0, 0])
    # The critical point is not quite the point given: that much more, by the triangle inequality.
    extra = float(result.radius or 0) * float(np.sqrt(hessian.magnitude().sum())) * (1 + 1e-6)
    distance = (float(np.sqrt(square)) + extra) * (1 + 16 * UNIT)
    reach = REACH / result.ellipsoid.third
    if result.ellipsoid.holds(distance):
        return replace(result, basin=True, why_no_basin=None, distance=distance, reach=reach, start=start)
    why = f"the flow's last point is {distance:.1e} away in the metric of the Hessian, proved is {reach:.1e}"
    return replace(result, basin=False, why_no_basin=why, distance=distance, reach=reach, start=start)
