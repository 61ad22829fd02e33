"""LaTeX printed from the objects that are checked."""
