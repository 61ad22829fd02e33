"""Separatrices: bisected between proved flows, with a certified saddle of index 1 between."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from mpmath import mp

from numerics import Population, Problem, initial_weights
from verify import separatrix


def test_two_flows_to_one_structure_are_refused() -> None:
    problem = Problem(2, 3)
    points = [initial_weights(problem, seed=seed) for seed in (0, 1)]
    with pytest.raises(
        ValueError, match="got flows to copy-average and copy-average, needs one to copy-average, one"
    ):
        separatrix(problem, *points, width=1e-3)


@pytest.mark.slow
def test_the_smallest_size_with_both_minima(tmp_path: Path) -> None:
    command = str(Path(sys.executable).with_name("copy-average"))
    target, folder = tmp_path / "s.json", tmp_path / "proofs"
    arguments = ["-n", "4", "-k", "5", "--width", "1e-4", "--json", str(target), "--certificates", str(folder)]
    done = subprocess.run([command, "separatrix", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(target.read_text(encoding="utf-8"))
    schema = json.loads((files("verify") / "schema" / "documents.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    assert found["complete"]
    assert found["width"] <= 1e-4
    assert [side["structure"] for side in found["sides"]] == ["copy-average", "perturbed-copy"]
    first, second = (np.array(side["theta0"]) for side in found["sides"])
    assert np.linalg.norm(first - second) <= 1e-4
    saddle = found["saddle"]
    assert saddle["index"] == 1
    # Independently: the gradient vanishes there, and the Hessian has one negative eigenvalue.
    population, theta = Population(Problem(4, 5)), np.array(saddle["theta"], dtype=float)
    loss, gradient = population.value_and_gradient(theta)
    assert np.abs(gradient).max() < 1e-14
    assert (np.linalg.eigvalsh(population.hessian(theta)) < 0).sum() == 1
    low, high = (mp.mpf(x) for x in saddle["loss"])
    assert low <= high
    assert abs(float(low) - loss) < 1e-14
    for interval in saddle["barriers"]:
        assert mp.mpf(interval[0]) > 0
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        f"n4-k5-{x}.json" for x in ("beside-saddle-ca", "beside-saddle-pc", "saddle", "side-ca", "side-pc")
    ]
    done = subprocess.run(
        [command, "recheck", *map(str, folder.iterdir())], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count("accepted") == 5
