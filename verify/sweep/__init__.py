"""Sweeps over many runs, kept in a store that loses nothing: plan, carry out, merge, export."""
