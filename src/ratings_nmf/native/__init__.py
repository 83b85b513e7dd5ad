"""The native solver: pure functions on arrays, without scikit-learn; `solver` is its front."""
