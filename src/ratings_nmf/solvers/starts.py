"""Where a factorization starts: random numbers, or singular vectors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ratings_nmf.model.factors import Factors
from ratings_nmf.solvers.cells import Floats
from ratings_nmf.solvers.kernels.vectors import multiply, orthonormalize
from ratings_nmf.solvers.problem import Axis, Problem, pad
from ratings_nmf.solvers.threads import Run

_ITERATIONS = 10
_SHARE_BESIDE_BASELINES = 0.25


def random_start(problem: Problem, n_components: int, random: np.random.Generator) -> Factors:
    """W and H uniform from 0, so that W @ H is the mean on average.

    Beside baselines, which start at the whole mean, it is a quarter of the mean.
    """
    mean = problem.mean * (_SHARE_BESIDE_BASELINES if problem.options.has_baseline else 1)
    top = 2 * np.sqrt(mean / n_components)
    W = random.random((problem.rows.n_lines, n_components))
    H = random.random((n_components, problem.columns.n_lines))
    return problem.factors(top * W, top * H)


def svd_start(problem: Problem, n_components: int, random: np.random.Generator, run: Run) -> Factors:
    """W and H from the leading singular vectors of the table.

    Of each pair the larger of the positive and the negative parts, zeros replaced by the mean value
    (Boutsidis & Gallopoulos 2008, NNDSVDa). The vectors come from orthogonal iteration with the kernels, as
    LAPACK's last bits depend on the processor.
    """
    n_rows, n_columns = problem.rows.n_lines, problem.columns.n_lines
    right = pad(random.random((n_columns, n_components)), np.float64)
    for _ in range(_ITERATIONS):
        vectors = _multiply(problem.columns, _multiply(problem.rows, right, run), run).T.copy()
        orthonormalize(vectors)
        right = vectors.T.copy()
    left = _multiply(problem.rows, right, run)
    W, H = _dominant_parts(left[:n_rows, :n_components], right[:n_columns, :n_components])
    mean = np.ldexp(problem.mean, -2 * problem.exponent)
    W[W == 0], H[H == 0] = mean, mean
    return problem.factors(np.ldexp(W, problem.exponent), np.ldexp(H.T, problem.exponent))


def _multiply(axis: Axis, table: NDArray[Any], run: Run) -> NDArray[Any]:
    product = pad(np.zeros((axis.n_lines, table.shape[1])), np.float64)
    run(multiply, axis.parts, axis.cells, table, product)
    return product


def _dominant_parts(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Of each pair of columns the positive or negative parts, by the larger product of norms, balanced."""
    signs = np.array([1.0, -1.0])[:, np.newaxis, np.newaxis]
    lefts, rights = np.maximum(signs * left, 0), np.maximum(signs * right, 0)
    left_norms, right_norms = (np.sqrt((parts**2).cumsum(axis=1)[:, -1]) for parts in (lefts, rights))
    better = np.argmax(left_norms * right_norms, axis=0)
    each = np.arange(better.size)
    ratio = right_norms[better, each] / np.maximum(left_norms[better, each], np.finfo(float).tiny)
    balance = np.sqrt(np.where(ratio > 0, ratio, 1))
    return lefts[better, :, each].T * balance, rights[better, :, each].T / balance
