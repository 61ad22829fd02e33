"""The letters of the paper, each with its domain, defined once.

``s`` is the inner product of two weight vectors, ``p`` and ``q`` their squared norms: the covariances of
the two pre-activations. ``r1, r2, u`` are the norms and the cosine.
"""

from __future__ import annotations

import sympy as sp

#: Pre-activations of the two neurons, jointly normal with variances p, q and covariance s.
x, y = sp.symbols("x y", real=True)
s = sp.Symbol("s", real=True)
p, q = sp.symbols("p q", positive=True)
#: Norms and cosine.
r, r1, r2 = sp.symbols("r r_1 r_2", positive=True)
u = sp.Symbol("u", real=True)
#: Outgoing weight of a student neuron.
a = sp.Symbol("a", real=True)
#: Sizes: students, teachers, one group of teachers.
n, k, m = sp.symbols("n k m", integer=True, positive=True)
#: Coefficients of the perturbed copy.
alpha, beta, gamma = sp.symbols("alpha beta gamma", real=True)
