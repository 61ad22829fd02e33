"""Figures of a store: what is drawn is what is stored and predicted; letters legible, inside, and apart."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from numerics import copy_average_point, perturbed_copy_point
from numerics.population import Population
from verify.cli.main import main
from verify.cli.plot_command import KINDS as OFFERED
from verify.figures import single, spectra
from verify.figures.atlas import KINDS, pictures
from verify.figures.groups import Group, groups
from verify.figures.picture import Picture, caption, spans
from verify.figures.style import LETTERS, LOOKS, SMALL, WIDTH, styled
from verify.sweep.store import Store


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both structures, a channel (n = k = 8, seed 1), the plane of (2, 3), and two initialisations."""
    path = tmp_path_factory.mktemp("figures") / "runs.db"
    common = ["--store", str(path), "--no-certify", "--jobs", "1"]
    assert main(["sweep", "-k", "3", "--seeds", "3", "--init", "glorot,gaussian", *common]) == 0
    assert main(["sweep", "-n", "4,5,6,8", "-k", "8", "--seeds", "4", *common]) == 1
    return path


def _drawn(path: Path) -> list[Picture]:
    with styled(), Store(path) as store:
        found = list(pictures(store))
        for picture in found:
            picture.figure.draw_without_rendering()
        return found


@pytest.fixture(scope="module")
def drawn(path: Path) -> list[Picture]:
    return _drawn(path)


@pytest.fixture(scope="module")
def rectified(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    """ReLU: dead and collinear neurons, both structures, the plane of (2, 3)."""
    path = tmp_path_factory.mktemp("figures") / "relu.db"
    common = ["--store", str(path), "--no-certify", "--jobs", "1", "--activation", "relu"]
    assert main(["sweep", "-k", "3", "--seeds", "4", *common]) == 0
    assert main(["sweep", "-n", "1,3,5", "-k", "6", "--seeds", "4", *common]) == 0
    return _drawn(path)


def _only(drawn: list[Picture], kind: str, k: int) -> Picture:
    return next(
        p for p in drawn if p.kind.startswith(kind) and p.group.k == k and p.group.setting["init"] == "glorot"
    )


def _lines(axes: object) -> dict[str, object]:
    return {line.get_label(): line for line in axes.get_lines()}


def test_every_kind_is_drawn_and_offered(drawn: list[Picture]) -> None:
    assert list(KINDS) == OFFERED
    assert {p.kind.split("-")[0] for p in drawn} == set(KINDS) - {"fates"}
    assert len({p.name for p in drawn}) == len(drawn)
    assert {p.kind for p in drawn if p.group.k == 8} >= {"weights-CA", "weights-PC"}
    assert not [p for p in drawn if p.kind == "plane" and p.group.k != 3]


def test_every_kind_is_drawn_for_relu(rectified: list[Picture]) -> None:
    assert {p.kind.split("-")[0] for p in rectified} == set(KINDS)
    assert len({p.name for p in rectified}) == len(rectified)


def test_fates_are_those_of_the_runs(rectified: list[Picture]) -> None:
    picture = _only(rectified, "fates", 3)
    (axes,) = picture.figure.axes
    heights = {container.get_label(): [bar.get_height() for bar in container] for container in axes.containers}
    for n, position in ((1, 0), (2, 1), (3, 2)):
        records = [r for (m, _), r in picture.group.records.items() if m == n]
        dead = sum(bool(r["dead"]) and not r["collinear"] for r in records) / len(records)
        collinear = sum(bool(r["collinear"]) and not r["dead"] for r in records) / len(records)
        assert heights["dead"][position] == dead
        assert heights["collinear"][position] == collinear
    assert max(heights["dead"]) > 0
    assert max(heights["collinear"]) > 0


def test_relu_weights_and_spectra_stand_beside_their_structure(rectified: list[Picture]) -> None:
    for picture in rectified:
        if picture.kind.startswith("weights"):
            found, theory = (axes.get_images()[0].get_array() for axes in picture.figure.axes[0:3:2])
            assert np.abs(found - theory).max() < 1e-12
        if picture.kind == "spectrum":
            assert float(picture.text.rsplit(" ", 1)[1].rstrip(".")) < 1e-10


@pytest.mark.parametrize("which", ["drawn", "rectified"])
def test_letters_are_legible_inside_and_apart(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Picture] = request.getfixturevalue(which)
    texts: dict[int, Text] = {}
    draw = Text.draw

    def noted(self: Text, renderer: object, *rest: object, **options: object) -> None:
        if self.get_visible() and self.get_text().strip():
            texts[id(self)] = self
        draw(self, renderer, *rest, **options)

    monkeypatch.setattr(Text, "draw", noted)
    for picture in drawn:
        figure = picture.figure
        assert figure.get_size_inches()[0] == WIDTH
        texts.clear()
        figure.draw_without_rendering()
        assert len(texts) > 5
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts.values()]
        assert min(text.get_fontsize() for text in texts.values()) >= SMALL
        for name, box in boxes:
            # One pixel of rounding in the layout.
            assert min(box.x0, box.y0, figure.bbox.x1 - box.x1, figure.bbox.y1 - box.y1) > -1, (picture.name, name)
        for (first, one), (second, other) in combinations(boxes, 2):
            overlap = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
            assert min(overlap) < 1, (picture.name, first, second)


def test_shades_differ_in_grey_and_marks_for_everyone() -> None:
    def grey(colour: str) -> float:
        return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))

    first, second = LOOKS["copy-average"], LOOKS["perturbed-copy"]
    assert abs(grey(first.colour) - grey(second.colour)) > 0.25
    for field in ("marker", "colour", "label"):
        assert len({getattr(look, field) for look in LOOKS.values()}) == len(LOOKS)
    assert first.dashes != second.dashes
    assert first.hatch != second.hatch
    assert LETTERS >= SMALL >= 7


def test_losses_are_those_of_runs_and_structures(drawn: list[Picture]) -> None:
    picture = _only(drawn, "loss", 8)
    top, bottom = picture.figure.axes
    lines = _lines(top)
    records = picture.group.records
    for structure, label in (("copy-average", "CA, seeds"), ("perturbed-copy", "PC, seeds")):
        expected = [(n, float(r["loss"])) for (n, _), r in records.items() if r["structure"] == structure]
        assert list(zip(*lines[label].get_data(), strict=True)) == expected
    ((n, limit),) = [(n, r["evidence"]["limit_loss"]) for (n, _), r in records.items() if "channel" in r["structure"]]
    assert (list(lines["channel, seeds"].get_xdata()), list(lines["channel, seeds"].get_ydata())) == ([n], [limit])
    # Thick where a minimum: CA up to 6, PC from 5 on (the oracles of the project).
    thick = {label: lines[label].get_data() for label in ("CA", "PC")}
    assert [x for x, y in zip(*thick["CA"], strict=True) if np.isfinite(y)] == [1, 2, 3, 4, 5, 6]
    assert [x for x, y in zip(*thick["PC"], strict=True) if np.isfinite(y)] == [5, 6, 7]
    assert thick["PC"][1][-1] == pytest.approx(float(perturbed_copy_point(7, 8).loss), rel=1e-15)
    relative = dict(zip(*_lines(bottom)["PC"].get_data(), strict=True))
    quotient = float(perturbed_copy_point(6, 8).loss / copy_average_point([1] * 5 + [3]).loss)
    # Percent of a quotient near 1: rounding of 1e-14.
    assert relative[6] == pytest.approx(100 * (quotient - 1), abs=1e-12)


def test_fractions_are_counts_and_boundaries_those_of_the_command(drawn: list[Picture]) -> None:
    picture = _only(drawn, "fractions", 8)
    (axes,) = picture.figure.axes
    group = picture.group
    for container in axes.containers:
        structure = next(s for s, look in LOOKS.items() if look.label == container.get_label())
        assert [bar.get_height() for bar in container] == [group.counts(n)[structure] / 4 for n in (4, 5, 6, 8)]
    assert max(bar.get_y() + bar.get_height() for c in axes.containers for bar in c) == pytest.approx(1)
    places = {label: line.get_xdata()[0] for label, line in _lines(axes).items() if not label.startswith("_")}
    assert places == {"PC minimum from 5": 4.5, "PC lower from 7": 6.5, "CA minimum up to 6": 6.5}


def test_the_network_beside_its_prediction(drawn: list[Picture]) -> None:
    for kind in ("weights-CA", "weights-PC"):
        picture = _only(drawn, kind, 8)
        found, predicted = (axes.images[0].get_array() for axes in picture.figure.axes[0:4:2])
        # Both are double-precision roundings of the same fifty-digit point.
        assert np.abs(found - predicted).max() < 1e-12
        n = picture.runs[0][0]
        assert found.shape == (n, 8)
        assert (np.argmax(found[: n - 1], axis=1) == np.arange(n - 1)).all()
        for row in (1, 3):
            norms, outgoing = (np.array(line.get_xdata()) for line in picture.figure.axes[row].get_lines())
            assert (norms > 0).all()
            assert (outgoing > 0).all()


def test_spectra_agree_with_the_blocks(path: Path) -> None:
    with Store(path) as store:
        (group,) = groups(store, [6], [8])
        for seed in range(4):
            outcome = store.outcome(group.task(6, seed))
            theta = np.array([[float(x) for x in row] for row in outcome.theta])
            values = np.linalg.eigvalsh(Population(outcome.task.problem()).hessian_unchecked(theta))
            predicted = spectra.predicted_spectrum(outcome)
            # A symmetric eigenvalue solver is backward stable: a few N u times the largest, N = 60.
            assert np.abs(values - predicted).max() < 60 * 10 * 2.3e-16 * values[-1]


def test_paths_go_from_the_stored_start_to_the_structure(drawn: list[Picture], path: Path) -> None:
    picture = _only(drawn, "plane", 3)
    lines = [line for line in picture.figure.axes[0].get_lines() if len(line.get_xdata()) > 4]
    assert len(lines) == 2 * 3
    ends = np.array([[line.get_xdata()[-1], line.get_ydata()[-1]] for line in lines])
    C, _ = copy_average_point([1, 2], dps=20).doubles()
    expected = np.array([single.PLANE @ C[i % 2] for i in range(6)])
    # At the gradient tolerance of 5e-8 flows are within 1e-3 of this minimum.
    assert np.abs(ends - expected).max() < 1e-3
    # Orthonormal directions of the plane, orthogonal to the diagonal.
    assert np.abs(single.PLANE @ single.PLANE.T - np.eye(2)).max() < 1e-15
    assert np.abs(single.PLANE @ np.ones(3)).max() < 1e-15


def test_captions_say_what_made_them(drawn: list[Picture], path: Path) -> None:
    with Store(path) as store:
        text = caption(_only(drawn, "courses", 8), store, "copy-average plot x")
        assert store.identity() in text
    assert "seeds 0:3." in text
    assert "Made by: copy-average" in text
    assert "Drawn by: copy-average plot x" in text
    assert "numpy" in text
    assert "matplotlib" in text
    assert "early finish, gradient tolerance 5e-08" in text
    assert spans([5]) == "5"


def test_the_command_writes_each_figure_with_its_caption(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--only", "fractions,courses", "-k", "8", "-n", "5,6"]
    before = path.read_bytes()
    assert main(["plot", str(path), "--out", str(tmp_path / "figures"), *only]) == 0
    names = {p.name for p in (tmp_path / "figures").iterdir()}
    stems = {"fractions-k8-erf-glorot", "courses-k8-erf-glorot-n5", "courses-k8-erf-glorot-n6"}
    assert names == {f"{stem}.{kind}" for stem in stems for kind in ("pdf", "png", "txt")}
    assert path.read_bytes() == before
    first = {p.name: p.read_bytes() for p in (tmp_path / "figures").iterdir() if p.suffix != ".txt"}
    assert main(["plot", str(path), "--out", str(tmp_path / "figures"), *only]) == 0
    assert all((tmp_path / "figures" / name).read_bytes() == data for name, data in first.items())
    capsys.readouterr()
    assert main(["plot", str(path), "--out", str(path)]) == 2
    assert "it is a file" in capsys.readouterr().err
    assert main(["plot", str(path), "--out", str(tmp_path / "none"), "-k", "77"]) == 2
    assert "holds no runs to draw" in capsys.readouterr().err
    assert main(["plot", str(path), "--only", "pies"]) == 2
    assert "got 'pies', known are" in capsys.readouterr().err


def test_the_cell_that_is_divided_most_evenly() -> None:
    records = {(n, seed): {"structure": "copy-average"} for n in (2, 3, 4) for seed in range(4)}
    group = Group({}, 6, 7, records=records)
    assert group.most_divided() == 3
    records[4, 0] = {"structure": "perturbed-copy"}
    assert group.most_divided() == 4
    records[2, 0] = records[2, 1] = {"structure": "perturbed-copy"}
    assert group.most_divided() == 2
