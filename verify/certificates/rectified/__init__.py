"""Theorems about points of ReLU networks: critical points, families of collinear neurons, dead neurons, basins."""
