"""The bibliography: works that the theory and its checks rest on, each cited where it is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """One work.

    Attributes
    ----------
    key, authors, title, where, year : str
    identifier : str
        An arXiv number, if it has one.
    """

    key: str
    authors: str
    title: str
    where: str
    year: str
    identifier: str = ""


REFERENCES = (
    Reference(
        "simsek2023",
        "B. Şimşek, A. Bendjeddou, W. Gerstner and J. Brea",
        "Should Under-parameterized Student Networks Copy or Average Teacher Weights?",
        "Advances in Neural Information Processing Systems 36",
        "2023",
        "arXiv:2311.01644",
    ),
    Reference("price1958", "R. Price", "A useful theorem for nonlinear devices having Gaussian inputs", "", "1958"),
    Reference("williams1996", "C. K. I. Williams", "Computing with infinite networks", "", "1996"),
    Reference("cho2009", "Y. Cho and L. K. Saul", "Kernel methods for deep learning", "", "2009"),
    Reference(
        "safran2018",
        "I. Safran and O. Shamir",
        "Spurious local minima are common in two-layer ReLU neural networks",
        "",
        "2018",
        "arXiv:1712.08968",
    ),
    Reference("rockafellar1998", "R. T. Rockafellar and R. J.-B. Wets", "Variational analysis", "Springer", "1998"),
    Reference(
        "filippov1988",
        "A. F. Filippov",
        "Differential equations with discontinuous righthand sides",
        "Kluwer",
        "1988",
    ),
    Reference(
        "jeannerod2013",
        "C.-P. Jeannerod and S. M. Rump",
        "Improved error bounds for inner products in floating-point arithmetic",
        "",
        "2013",
    ),
    Reference("rump1999", "S. M. Rump", "Fast and parallel interval arithmetic", "", "1999"),
)
