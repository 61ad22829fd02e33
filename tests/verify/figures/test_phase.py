"""The phase diagram: a file of each kind, the same bytes twice, and refusals before any work."""

from __future__ import annotations

from math import ceil, floor
from pathlib import Path

import click
import pytest

from verify.certificates.phases import boundaries
from verify.cli import boundaries_command
from verify.figures.phase import CURVES, FORMATS, draw_phase_diagram, real_curves

ROWS = [boundaries(k) for k in (6, 8, 10, 20)]


@pytest.mark.parametrize("kind", FORMATS)
def test_files_are_written_and_repeat(kind: str, tmp_path: Path) -> None:
    first, second = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
    draw_phase_diagram(ROWS, first)
    draw_phase_diagram(ROWS, second)
    start = {"pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<?xml"}[kind]
    assert first.read_bytes().startswith(start)
    if kind != "svg":
        # SVG carries random names of clip paths.
        assert first.read_bytes() == second.read_bytes()


def test_every_certified_point_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = []
    save = Figure.savefig

    def keep(self: Figure, *args: object, **options: object) -> None:
        drawn.append(self)
        save(self, *args, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    draw_phase_diagram(ROWS, tmp_path / "a.png")
    (axes,) = drawn[0].axes
    lines = {line.get_label(): line for line in axes.get_lines()}
    for attribute, _, _, _, label in CURVES:
        expected = [getattr(row, attribute) / row.k for row in ROWS]
        assert list(lines[label].get_ydata()) == pytest.approx(expected)


def test_curves_in_real_n_separate_the_certified_integers() -> None:
    curves = real_curves(8, 20, 2)
    for attribute, name, *_ in CURVES:
        for k, n in curves[name]:
            row = next(row for row in ROWS if row.k == round(k))
            # The first integer above the curve, or the last one below it.
            assert getattr(row, attribute) == (floor(n) if name == "ca_minimum" else ceil(n))


def test_curves_are_drawn_as_lines(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda self, *args, **options: drawn.append(self))
    draw_phase_diagram(ROWS, tmp_path / "a.png", {"pc_lower": [(8.0, 6.2), (20.0, 15.0)]})
    lines = [list(line.get_ydata()) for line in drawn[0].axes[0].get_lines()]
    assert [6.2 / 8, 15.0 / 20] in lines


def test_refusals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="needs one of pdf, png, svg"):
        draw_phase_diagram(ROWS, tmp_path / "a.txt")
    with pytest.raises(click.BadParameter, match="needs a file ending in"):
        boundaries_command._check_picture("a.txt")
    with pytest.raises(click.BadParameter, match="cannot write"):
        boundaries_command._check_picture(str(tmp_path / "none" / "a.pdf"))
    monkeypatch.setattr(boundaries_command, "find_spec", lambda name: None)
    with pytest.raises(click.BadParameter, match="needs matplotlib"):
        boundaries_command._check_picture(str(tmp_path / "a.pdf"))
