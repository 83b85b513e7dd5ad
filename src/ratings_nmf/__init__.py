"""Non-negative matrix factorization of ratings tables, in which an unrated cell is unknown."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ratings_nmf.solvers.estimator import RatingsNMF
    from ratings_nmf.solvers.posterior import BayesNMF

__all__ = ["BayesNMF", "RatingsNMF"]


def __getattr__(name: str) -> Any:
    """Import an estimator, and scikit-learn with it, only when it is asked for."""
    if name == "RatingsNMF":
        from ratings_nmf.solvers.estimator import RatingsNMF

        return RatingsNMF
    if name == "BayesNMF":
        from ratings_nmf.solvers.posterior import BayesNMF

        return BayesNMF
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
