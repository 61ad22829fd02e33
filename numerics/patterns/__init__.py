"""Networks of smooth activations that are constant on blocks: their gauge and reduced equations. Approximation."""
