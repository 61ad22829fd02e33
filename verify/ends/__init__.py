"""Where flows end: isolated critical points, and what else erf flows do."""
