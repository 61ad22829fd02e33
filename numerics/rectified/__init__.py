"""ReLU: its loss is homogeneous in each incoming vector, and not differentiable where one vanishes. Approximation."""
