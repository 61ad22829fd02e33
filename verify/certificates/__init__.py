"""Theorems about one point: existence, uniqueness, index, identity, basin, and files that state them."""
