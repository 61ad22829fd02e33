"""Rectified-linear networks: which structures are predicted, and which one a network is."""
