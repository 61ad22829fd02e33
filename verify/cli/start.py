"""Entry point of the command, installed as the top-level module ``copy_average_command``.

That name is nobody else's, so this runs even where ``verify`` is another distribution's. It loads the check of the
packages from its file, not through an import that somebody else may answer.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def launch() -> int:
    """Check that the packages are this project's own, then run the command line."""
    beside = Path(__file__).with_name("verify") / "cli" / "guard.py"
    # In an editable install the packages lie elsewhere, and an ordinary import finds them.
    spec = spec_from_file_location("copy_average_guard", beside) if beside.is_file() else None
    if spec is None or spec.loader is None:
        try:
            from verify.cli import guard
        except Exception as error:  # whatever somebody else's package does when it is imported
            sys.stderr.write(f"copy-average: error: another one stands before the package 'verify' ({error})\n")
            return 2
    else:
        guard = module_from_spec(spec)
        spec.loader.exec_module(guard)
    status: int = guard.launch()
    return status
