"""A table in, factors out: one `factorize`, the solvers behind it, their options and compiled kernels."""
