"""Figures as a paper would print them. Needs matplotlib (extra ``plot``)."""
