r"""A dead neuron with negative outgoing weight stays dead: proof over the whole sphere, in few dimensions.

To be shown is :math:`\Phi(e) = \sum_j b_j \phi(e \cdot v_j) - \sum_i s_i |\omega_i|\, \phi(e \cdot e_i) \ge 0` for
all unit e, with :math:`\phi(u) = (\sqrt{1 - u^2} + u\,(\pi - \arccos u))/(2\pi)`, the interaction of unit vectors.
It vanishes at the directions :math:`e_i` of the students, with its gradient, since the network is critical.

*Few dimensions.* Teachers are unit vectors of axes with positive weights. Those whose columns in the critical point
are equal, with equal weights, form a class of :math:`m_c`; that the columns are equal is proved by uniqueness:
exchanging the two maps the point nearly to itself, hence the critical point to the one critical point. Likewise the
students have nothing along axes without a teacher. As :math:`\phi` is convex, Jensen's inequality gives, with the
means :math:`t_c` of e over the classes,

.. math:: \Phi(e) \ge \sum_c m_c b_c\, \phi(t_c) - \sum_i s_i |\omega_i|\, \phi\Big(\sum_c m_c \hat e_{ic} t_c\Big),
          \qquad \sum_c m_c t_c^2 \le 1 .

*Caps.* If :math:`\Phi''(e_i) \ge \lambda > 0` across :math:`e_i`, then at distance d, :math:`e - e_i` has
:math:`d^2 (1 - d^2/4)` across, and :math:`\Phi(e) \ge \lambda d^2 (1 - d^2/4)/2 - T d^3/6` with
:math:`T = \frac{3 \sqrt 3}{4 \pi} \sum_j |c_j| |z_j| / (1 - d^2/4)`: positive up to some distance.

Other activations :math:`p \max(x, 0) + q \max(-x, 0)` have the interaction :math:`(p + q)^2 \phi(u) - p q u`, convex,
too, with :math:`(p + q)^2` times the third derivative. If it is even, the same holds around :math:`-e_i`.

*Boxes* of t elsewhere: tangents from below where the weight of a convex term is positive, a tangent and its largest
error, which is at an end, where it is negative. As :math:`\sum_c m_c t_c^2 \le 1`, any :math:`\mu \ge 0` times
:math:`\sum_c m_c t_c^2 - 1` may be added, at least its tangent: with the multiplier of the constraint boxes that
reach beyond it do no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

import flint

from numerics.kernels.homogeneous import RELU, Homogeneous
from verify.certificates.rectified.collinear import tangent
from verify.certificates.rectified.existence import Found, Search
from verify.certificates.rectified.pairs import Ball, exactly, root_of, supplement_of

#: Most classes of teachers, and boxes.
CLASSES = 3
BOXES = 20_000
BITS = 80


@dataclass(frozen=True, eq=False)
class Sphere:
    """A proof that a dead neuron with negative outgoing weight stays dead. Enclosure.

    Attributes
    ----------
    classes : list of lists of int
        Teachers with equal columns and weights.
    caps : list of exact balls
        Distance from each student's direction up to which positivity follows from the second derivative.
    boxes : int
        Number of boxes that were needed elsewhere.
    """

    classes: list[list[int]]
    caps: list[Ball]
    boxes: int


@dataclass(frozen=True, eq=False)
class _Small:
    """The problem in means over classes."""

    sizes: list[int]
    weights: list[Ball]
    students: list[Ball]
    ways: list[list[Ball]]
    form: Homogeneous = RELU


def sphere(search: Search, found: Found) -> Sphere | None:
    """Prove that a dead neuron with negative outgoing weight stays dead, or None if that fails. Enclosure."""
    with flint.ctx.workprec(BITS):
        axes = teacher_axes(search)
        if axes is None:
            return None
        classes = classes_of(search, found, axes)
        if classes is None or len(classes) > CLASSES:
            return None
        caps = _caps(search, found)
        if caps is None:
            return None
        boxes = positive(_small(search, found, axes, classes), caps)
    return None if boxes is None else Sphere(classes, caps, boxes)


def teacher_axes(search: Search) -> list[int] | None:
    """The axis of each teacher, if they are different unit vectors of axes with positive weights. Exact."""
    axes = []
    for row, b in zip(search.setting.teacher, search.setting.teacher_outgoing, strict=True):
        places = [x for x, entry in enumerate(row) if entry != 0]
        if len(places) != 1 or row[places[0]] != 1 or not b > 0:
            return None
        axes.append(places[0])
    return axes if len(set(axes)) == len(axes) else None


def classes_of(search: Search, found: Found, axes: list[int]) -> list[list[int]] | None:
    """Teachers with equal columns in the critical point; None if students have something elsewhere. Enclosure."""

    def moved(x: int, y: int | None) -> Ball:
        """How far the point goes when two axes are exchanged, or one is reflected."""
        ways = [2 * row[x] if y is None else row[x] - row[y] for row in search.point]
        square = sum((t * t for t in ways), flint.arb(0))
        return root_of(square if y is None else 2 * square)

    def invariant(x: int, y: int | None) -> bool:
        return bool(moved(x, y) + found.radius <= found.uniqueness)

    if not all(invariant(x, None) for x in range(search.setting.dim) if x not in axes):
        return None
    classes: list[list[int]] = []
    weights = search.setting.teacher_outgoing
    for j, axis in enumerate(axes):
        home = next((c for c in classes if weights[c[0]] == weights[j] and invariant(axes[c[0]], axis)), None)
        if home is None:
            classes.append([j])
        else:
            home.append(j)
    return classes


def _small(search: Search, found: Found, axes: list[int], classes: list[list[int]]) -> _Small:
    blur = flint.arb(0, found.radius)
    students, ways = [], []
    for s, row in zip(search.setting.outgoing, search.point, strict=True):
        means = [row[axes[c[0]]] + blur for c in classes]
        length = root_of(sum((len(c) * x * x for c, x in zip(classes, means, strict=True)), flint.arb(0)))
        students.append(s * length)
        ways.append([len(c) * x / length for c, x in zip(classes, means, strict=True)])
    sizes, weights = [len(c) for c in classes], [search.setting.teacher_outgoing[c[0]] for c in classes]
    return _Small(sizes, weights, students, ways, search.setting.form)


def _caps(search: Search, found: Found) -> list[Ball] | None:
    """Distance from each student's direction within which the function is positive by its second derivative."""
    lengths = search.at.lengths()
    blur = found.radius
    pulls = sum((abs(c) * (x + blur) for c, x in zip(search.at.c, lengths, strict=True)), flint.arb(0))
    T = exactly(search.setting.form.scale) * 3 * flint.arb(3).sqrt() / (4 * flint.arb.pi()) * pulls
    caps = []
    for i, s in enumerate(search.setting.outgoing):
        across = tangent(search, i, blur)
        if across is None or (across.positive if s > 0 else across.negative):
            return None
        least = (lengths[i] - blur) / (2 * abs(s)) * flint.arb(across.smallest)
        d = min(1.0, float(3 * least / T))
        for _ in range(40):
            half = 1 - flint.arb(d) ** 2 / 4
            if 3 * least * half**2 > T * flint.arb(d):
                break
            d *= 0.97
        else:
            return None
        caps.append(flint.arb(d))
    return caps


def positive(small: _Small, caps: list[Ball]) -> int | None:
    """Number of boxes with which the function is shown to be positive outside the caps, or None. Enclosure."""
    # Halves of 1 are exact, so that nothing is left out between boxes.
    stack, count = [[(0.0, 1.0) for _ in small.sizes]], 0
    while stack:
        box = stack.pop()
        count += 1
        if count > BOXES:
            return None
        if _settled(small, caps, box):
            continue
        wide = max(range(len(box)), key=lambda c: box[c][1] * small.sizes[c] ** 0.5)
        middle, half = box[wide]
        if half < 1e-7:
            return None
        for sign in (-0.5, 0.5):
            part = list(box)
            part[wide] = (middle + sign * half, half / 2)
            stack.append(part)
    return count


def _settled(small: _Small, caps: list[Ball], box: list[tuple[float, float]]) -> bool:
    """Whether a box has no unit vectors, lies in a cap, or has only positive values."""
    nearest = [flint.arb(max(abs(t) - r, 0.0)) for t, r in box]
    if sum((m * t * t for m, t in zip(small.sizes, nearest, strict=True)), flint.arb(0)) > 1:
        return True
    total, slopes = flint.arb(0), []
    for m, b, (t, _) in zip(small.sizes, small.weights, box, strict=True):
        middle = flint.arb(min(max(t, -1.0), 1.0))
        value, slope = interaction(middle, small.form)
        total += m * b * (value + slope * (flint.arb(t) - middle))
        slopes.append(m * b * slope)
    for gamma, way, cap in zip(small.students, small.ways, caps, strict=True):
        at = sum((x * flint.arb(t) for x, (t, _) in zip(way, box, strict=True)), flint.arb(0))
        blur = sum((abs(x) * flint.arb(r) for x, (_, r) in zip(way, box, strict=True)), flint.arb(0))
        low, high = (at - blur).lower(), (at + blur).upper()
        near = low if not small.form.even or low > -high else -high
        if near > 1 - cap * cap / 2:
            return True
        at_least, at_most = _clipped(low), _clipped(high)
        middle = _clipped(at.mid())
        value, slope = interaction(middle, small.form)
        error = flint.arb(0)
        if gamma > 0:
            ends = [interaction(x, small.form)[0] - value - slope * (x - middle) for x in (at_least, at_most)]
            error = ends[0].upper() if ends[0].upper() > ends[1].upper() else ends[1].upper()
        total -= gamma * (value + error + slope * (at - middle))
        slopes = [g - gamma * slope * x for g, x in zip(slopes, way, strict=True)]
    square = sum((m * flint.arb(t) ** 2 for m, (t, _) in zip(small.sizes, box, strict=True)), flint.arb(0))
    for mu in (flint.arb(0), _multiplier(slopes, square, box)):
        leaning = (g + 2 * mu * m * flint.arb(t) for g, m, (t, _) in zip(slopes, small.sizes, box, strict=True))
        spread = sum((abs(g) * flint.arb(r) for g, (_, r) in zip(leaning, box, strict=True)), flint.arb(0))
        if total + mu * (square - 1) - spread > 0:
            return True
    return False


def _multiplier(slopes: list[Ball], square: Ball, box: list[tuple[float, float]]) -> Ball:
    """A number that is not negative, with which the slopes are nearly across the middle of a box. Approximation."""
    inward = -sum((g * flint.arb(t) for g, (t, _) in zip(slopes, box, strict=True)), flint.arb(0))
    mu = float(inward) / (2 * float(square)) if square > 0 else 0.0
    return flint.arb(max(mu, 0.0))


def _clipped(x: Ball) -> Ball:
    return flint.arb(1) if x > 1 else flint.arb(-1) if x < -1 else x


def interaction(u: Ball, form: Homogeneous = RELU) -> tuple[Ball, Ball]:
    """The interaction of unit vectors with cosine u, an exact number in [-1, 1], and its derivative. Enclosure."""
    root = root_of(1 - u * u)
    around, scale, shift = 2 * flint.arb.pi(), exactly(form.scale), exactly(form.shift)
    turn = scale * supplement_of(root, u) + around * shift
    return (scale * root + u * turn) / around, turn / around
