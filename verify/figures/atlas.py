"""All figures of a store, one after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from verify.figures.against_n import draw_fates, draw_fractions, draw_gradients, draw_loss
from verify.figures.groups import Group, groups
from verify.figures.picture import Picture, caption
from verify.figures.single import draw_courses, draw_plane, draw_weights
from verify.figures.spectra import draw_spectrum
from verify.figures.style import styled, write
from verify.sweep.outcome import Outcome
from verify.sweep.store import Store

#: What can be drawn, in this order.
KINDS = ("loss", "fractions", "fates", "gradients", "weights", "courses", "plane", "spectrum")
#: Over n, of all runs.
OVER_N: dict[str, Callable[[Group], Picture | None]] = {
    "loss": draw_loss,
    "fractions": draw_fractions,
    "fates": draw_fates,
    "gradients": draw_gradients,
}


def pictures(
    store: Store, *, n: Sequence[int] | None = None, k: Sequence[int] | None = None, kinds: Collection[str] = KINDS
) -> Iterator[Picture]:
    """The figures of a store. Approximation.

    Parameters
    ----------
    store : Store
    n, k : sequence of int, optional
        Only runs of these sizes. Figures of one cell are drawn for each of n; without it, for the n at which seeds
        are divided most evenly among structures.
    kinds : collection of str
        Of :data:`KINDS`.

    Yields
    ------
    Picture
    """
    for group in groups(store, n, k):
        for kind, draw in OVER_N.items():
            drawn = draw(group) if kind in kinds else None
            if drawn is not None:
                yield drawn
        for size in group.sizes if n is not None else [group.most_divided()]:
            yield from _cell(store, group, size, kinds)
        if "plane" in kinds and group.k == 3 and 2 in group.sizes and group.teacher is None:
            found = draw_plane(group, _outcomes(store, group, 2))
            if found is not None:
                yield found


def _cell(store: Store, group: Group, n: int, kinds: Collection[str]) -> Iterator[Picture]:
    """Figures of one n."""
    first = [_first(store, group, n, structure) for structure in group.structures() if group.counts(n)[structure]]
    # Networks and spectra are drawn beside those of the theory, for the first k unit vectors.
    taught = group.teacher is not None
    if "weights" in kinds and not taught:
        yield from filter(None, (draw_weights(group, outcome) for outcome in first))
    if "courses" in kinds:
        yield draw_courses(group, n, _outcomes(store, group, n))
    if "spectrum" in kinds and not taught:
        found = draw_spectrum(group, first)
        if found is not None:
            yield found


def _outcomes(store: Store, group: Group, n: int) -> list[Outcome]:
    found = (store.outcome(group.task(n, seed)) for size, seed in sorted(group.records) if size == n)
    return [outcome for outcome in found if outcome is not None]


def _first(store: Store, group: Group, n: int, structure: str) -> Outcome:
    """The run of the least seed that ended in a structure."""
    seed = min(seed for (size, seed), r in group.records.items() if size == n and r["structure"] == structure)
    found = store.outcome(group.task(n, seed))
    if found is None:
        raise LookupError(f"store: the run of seed {seed} has gone")
    return found


def draw_all(
    store: Store,
    folder: Path,
    command: str,
    *,
    formats: Sequence[str] = ("pdf", "png"),
    n: Sequence[int] | None = None,
    k: Sequence[int] | None = None,
    kinds: Collection[str] = KINDS,
) -> Iterator[str]:
    """Write every figure with its caption, yielding their names as they are done. Approximation.

    Parameters
    ----------
    store : Store
    folder : Path
        That exists.
    command : str
        For the captions.
    formats : sequence of str
        Endings of files.
    n, k, kinds
        As of :func:`pictures`.

    Yields
    ------
    str
    """
    with styled():
        for picture in pictures(store, n=n, k=k, kinds=kinds):
            for kind in formats:
                write(picture.figure, folder / f"{picture.name}.{kind}")
            (folder / f"{picture.name}.txt").write_text(caption(picture, store, command), encoding="utf-8")
            yield picture.name
