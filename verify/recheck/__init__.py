"""Certificate files: their format, and an independent re-verification in pure ball arithmetic.

A certificate states a theorem about one critical point, or about one solution of the reduced equations, and holds
what a proof needs besides the statement. ``recheck`` proves it again from the numbers in the file alone. This package
imports python-flint, numpy and scipy and nothing else of the project, so that it shares no code with what wrote the
file; numpy and scipy give only approximations that are then checked (eigenvectors, Cholesky factors, inverses).
"""

from __future__ import annotations

from verify.recheck.document import canonical, digest, read
from verify.recheck.numbers import Unreadable, number, to_ball
from verify.recheck.verdict import Verdict, recheck
from verify.recheck.wording import statement

__all__ = ["Unreadable", "Verdict", "canonical", "digest", "number", "read", "recheck", "statement", "to_ball"]
