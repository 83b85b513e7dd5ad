"""The solver that samples as a scikit-learn estimator."""

from dataclasses import replace
from typing import Any, Self, cast

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import Places, Zeros
from ratings_nmf.model.factors import Factors, predicted_range
from ratings_nmf.model.samples import Samples
from ratings_nmf.solvers.bayes import fit, fold_in
from ratings_nmf.solvers.cells import Cells, Floats
from ratings_nmf.solvers.estimator import RatingsNMF
from ratings_nmf.solvers.options import BayesOptions, bayes_options


class BayesNMF(RatingsNMF):
    """Non-negative matrix factorization by sampling: no penalty to choose, and how sure each prediction is.

    A cell is normal around Σ_c w_ic h_cj + b_i + c_j, W and H ≥ 0, with one precision for all. W and H are normal, cut
    off below 0, and levels b and c normal, with precisions for each component and side, and means of W and levels, that
    are sampled as well. Gibbs sampling draws each number in turn, given all others and the known cells. With
    zeros="observed" an absent cell is a 0, and there are no levels.

    Parameters
    ----------
    n_components : int
        Number of components, at least 1. A few too many cost little.
    zeros : {"missing", "observed"}
        What a cell that a sparse X does not store means: unknown, or 0. In any X, NaN is unknown.
    baseline, chains, samples, burn_in, thinning
        As in `solvers.options.BayesOptions`.
    random_state : int, RandomState or None
        What the chains draw.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features_in_)
        Mean H over the draws, whose parts are matched before. With baselines there are two more components, as in
        `RatingsNMF`, and levels of rows hold what a part gives all columns. transform(X) @ components_ comes close to
        the prediction, which is the mean of products.
    n_components_ : int
        Number of rows of components_.
    n_iter_ : int
        Number of sweeps, in the longest chain.
    samples_ : Samples
        The draws.
    mixing_ : dict
        R-hat of noise and predictions over the chains, near 1 where they agree, and effective numbers of draws.
    solution_ : Solution
        The fit of the training rows.

    References
    ----------
    Schmidt, Winther & Hansen 2009, Bayesian non-negative matrix factorization. Salakhutdinov & Mnih 2008, Bayesian
    probabilistic matrix factorization using Markov chain Monte Carlo.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[5, 3, np.nan, 1], [4, np.nan, np.nan, 1], [1, 1, np.nan, 5], [1, np.nan, np.nan, 4]])
    >>> mean, deviation = BayesNMF(2).fit(X).predict_cells([0, 1], [0, 1], return_std=True)
    >>> bool(mean[0] > mean[1]), bool((deviation > 0).all())
    (True, True)
    """

    def __init__(
        self,
        n_components: int,
        *,
        zeros: Zeros = "missing",
        baseline: bool = True,
        chains: int = 4,
        samples: int = 30,
        burn_in: int = 600,
        thinning: int = 10,
        random_state: Any = 0,
    ) -> None:
        self.n_components = n_components
        self.zeros = zeros
        self.baseline = baseline
        self.chains = chains
        self.samples = samples
        self.burn_in = burn_in
        self.thinning = thinning
        self.random_state = random_state

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit X (rows, columns): an array, DataFrame or sparse array, values ≥ 0, NaN for unknown cells."""
        cells, held_out = self._read(X, reset=True)
        try:
            options = bayes_options(self._plain(BayesOptions.__struct_fields__), zeros=self.zeros, at="")
        except InputError as error:
            raise ValueError(str(error)) from None
        solution = fit(
            cells,
            n_components=self.n_components,
            zeros=self.zeros,
            options=options,
            seed=self._seed(),
            held_out=held_out,
        )
        self.solution_ = solution.within(predicted_range(self.zeros, cells.range))
        self.samples_ = cast(Samples, solution.samples)
        self.mixing_ = solution.mixing
        self.components_ = solution.factors.H
        self.n_components_ = len(self.components_)
        self.n_iter_ = solution.n_iter
        return self

    def fit_transform(self, X: Any, y: None = None) -> Floats:
        """Fit and return what `transform` does."""
        return self.fit(X).transform(X)

    def predict_cells(self, rows: Any, columns: Any, *, return_std: bool = False) -> Any:
        """Predicted values (cells,) of the training table in rows[i] and columns[i], counted from 0.

        With zeros="missing" means are cut off at the least and the largest value that the fit knew. With return_std
        also the standard deviations (cells,) of the cells around them, noise included: 90 % of cells lie within 1.645
        of these.
        """
        places = self._checked(rows, columns)
        mean, deviation = self.samples_.predict(*places)
        mean = mean.clip(*self.solution_.factors.range)
        return (mean, deviation) if return_std else mean

    def _folded(self, cells: Cells, held_out: Places) -> Samples:
        return fold_in(cells, self.samples_, zeros=self.zeros, held_out=held_out)

    def _predictor(self, cells: Cells, held_out: Places) -> Factors:
        return replace(self._folded(cells, held_out).joined(), range=self.solution_.factors.range)

    def _fold_in(self, cells: Cells, held_out: Places) -> Floats:
        return self._folded(cells, held_out).for_people().W
