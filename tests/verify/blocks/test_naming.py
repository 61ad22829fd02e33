"""Names by roles."""

from __future__ import annotations

import numpy as np

from numerics.patterns.catalogue import catalogue
from verify.blocks.naming import roles, structure_of, structure_of_roles


def _name(C: list[list[float]], a: list[float], *, unequal: bool = False) -> tuple[str, tuple[int, ...]]:
    found = roles(np.array(C), np.array(a))
    return structure_of_roles(found, len(C[0]), unequal=unequal), found.partition


def test_every_name() -> None:
    assert _name([[1, 0.1, 0.1], [0, 0.4, 0.4]], [1, 2]) == ("perturbed-copy-average", (1, 2))
    assert _name([[0.9, 0.1, 0.2], [0.1, 0.9, 0.2]], [1, 1]) == ("perturbed-copy", (1, 1))
    assert _name([[0.9, 0.1, 0.2], [0.1, 0.6, 0.1]], [1, 2], unequal=True) == ("unequal-copy", (1, 1))
    assert _name([[-1.2, 0, 0], [0.1, 0.4, 0.4]], [-0.7, 3]) == ("reversed-copy", (1, 2))
    assert _name([[1.2, 0, 0], [0.1, 0.4, 0.4]], [-0.7, 3])[0] == "negative-corrector"
    assert _name([[-1.2, 0, 0], [0.1, 0.4, 0.4]], [0.7, 3])[0] == "against-teacher"
    assert _name([[1.2, 0, 0], [1.1, 0.1, 0.1]], [0.7, 0.3])[0] == "shared-teacher"
    assert _name([[0, 0, 0], [1.1, 0.1, 0.1]], [0.7, 0.3])[0] == "constant-neuron"
    assert _name([[0.4, 0.4, 0, 0, 0], [0, 0, 0.4, 0.4, 0.01]], [2, 2])[0] == "perturbed-partial-average"


def test_names_of_the_catalogue() -> None:
    def names(activation: str, n: int, k: int) -> list[str]:
        return [structure_of(member) for member in catalogue(activation, n, k)]

    assert names("sin", 2, 3) == ["copy-average", "perturbed-copy"]
    assert names("tanh", 2, 3) == ["perturbed-copy-average", "perturbed-copy"]
    assert names("hermite3", 2, 3) == ["copy-average", "partial-average"]
    assert names("exp", 2, 2) == ["copy-average"]
    assert "unequal-copy" in names("cos", 2, 4)
