"""Activation functions by family: what they are and how their interaction functions are derived. Exact."""
