"""Versions of everything that a result may depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

#: Distributions whose versions a document records.
RECORDED = ("copy-average", "numpy", "scipy", "numba", "mpmath", "python-flint")


def versions() -> dict[str, str]:
    """Versions of everything that a result may depend on. Exact."""
    found = {"python": platform.python_version()}
    for name in RECORDED:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
