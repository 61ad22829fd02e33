"""Matching what simulations found to what the theory says, with verdicts. Approximation.

Names are loaded on first use: ``import verify`` loads neither sympy nor flint nor matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.cells import Cell
    from verify.certificates.document import certificate_document
    from verify.certificates.flow import FlowProof, prove_flow
    from verify.certificates.reduced import ReducedCertificate, certify_perturbed_copy
    from verify.certification import Certificate, certify
    from verify.ends.settle import End, settle
    from verify.ledger import Entry, register
    from verify.matching import Match, match
    from verify.prediction import Prediction, predict
    from verify.runs import Run, Task, run_task
    from verify.separatrices import Separatrix, separatrix

# No module may carry the name of a public function: importing it would hide the function.
_HOME = {
    "Cell": "verify.cells",
    "ReducedCertificate": "verify.certificates.reduced",
    "certificate_document": "verify.certificates.document",
    "certify_perturbed_copy": "verify.certificates.reduced",
    "Certificate": "verify.certification",
    "certify": "verify.certification",
    "Entry": "verify.ledger",
    "End": "verify.ends.settle",
    "FlowProof": "verify.certificates.flow",
    "Match": "verify.matching",
    "Prediction": "verify.prediction",
    "Run": "verify.runs",
    "Task": "verify.runs",
    "register": "verify.ledger",
    "match": "verify.matching",
    "predict": "verify.prediction",
    "prove_flow": "verify.certificates.flow",
    "run_task": "verify.runs",
    "Separatrix": "verify.separatrices",
    "separatrix": "verify.separatrices",
    "settle": "verify.ends.settle",
}

__all__ = [
    "Cell",
    "Certificate",
    "End",
    "Entry",
    "FlowProof",
    "Match",
    "Prediction",
    "ReducedCertificate",
    "Run",
    "Separatrix",
    "Task",
    "certificate_document",
    "certify",
    "certify_perturbed_copy",
    "match",
    "predict",
    "prove_flow",
    "register",
    "run_task",
    "separatrix",
    "settle",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'verify' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
