"""Agreement between coders, and between a model and coders: pure functions on numpy arrays."""
