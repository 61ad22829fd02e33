"""Block structures of activations other than erf and ReLU: names, matching, and what is universal. Approximation."""
