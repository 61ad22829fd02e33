"""Re-verification of certificates of ReLU networks."""
