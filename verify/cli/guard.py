"""Start of the command: make sure that the packages it is about to run are its own.

``theory``, ``numerics`` and ``verify`` are generic names. Another distribution may install files over them or
stand before them on the path; results would then come from code that nobody checked. This file imports nothing
but the standard library, and ``verify/cli/start.py`` loads it by its path.
"""

from __future__ import annotations

import hashlib
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from importlib.machinery import PathFinder
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

PACKAGES = ("theory", "numerics", "verify")
DISTRIBUTION = "copy-average"
REMEDY = f"reinstall {DISTRIBUTION} in a fresh virtual environment"


def _find(package: str, path: Sequence[str] | None) -> Path | None:
    """The ``__init__.py`` that an import of the package would run."""
    spec = PathFinder.find_spec(package, path)
    return Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None


def _changed(installed: Distribution) -> str | None:
    """The first recorded file of the packages whose content is not what was installed."""
    for file in installed.files or ():
        if file.parts[0] not in PACKAGES or file.hash is None or file.suffix != ".py":
            continue
        path = Path(str(installed.locate_file(file)))
        if not path.is_file():
            return f"{file} is missing"
        digest = hashlib.new(file.hash.mode, path.read_bytes()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            return f"{file} is not the file that was installed"
    return None


def trouble(name: str = DISTRIBUTION, path: Sequence[str] | None = None) -> str | None:
    """Say which package is not this project's own, or None if all are.

    Parameters
    ----------
    name : str
        Name of the distribution.
    path : sequence of str, optional
        Where imports are looked up; default ``sys.path``.
    """
    homes = {package: _find(package, path) for package in PACKAGES}
    for package, origin in homes.items():
        if origin is None:
            return f"the package {package!r} has no __init__.py: another distribution has removed or shadowed it"
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        installed = None
    recorded = {file.parts[0] for file in (installed.files or ()) if len(file.parts) == 2} if installed else set()
    if installed is not None and recorded >= set(PACKAGES):
        for package, origin in homes.items():
            own = Path(str(installed.locate_file(f"{package}/__init__.py"))).resolve()
            if origin != own:
                return f"the package {package!r} is found at {origin}, not at {own}: another one stands before it"
        changed = _changed(installed)
        return None if changed is None else f"{changed}: another distribution has written over it"
    # Run from a checkout (or an editable install): nothing is recorded, but the three belong together.
    parents = {origin.parent.parent for origin in homes.values() if origin is not None}
    if len(parents) > 1:
        return "the packages " + ", ".join(f"{package!r}" for package in PACKAGES) + " come from different places"
    return None


def launch() -> int:
    """Entry point of ``copy-average``."""
    found = trouble()
    if found is not None:
        sys.stderr.write(f"copy-average: error: {found}; {REMEDY}\n")
        return 2
    from verify.cli.main import main

    return main()
