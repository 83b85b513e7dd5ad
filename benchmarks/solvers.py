"""The native solver and its peers behind one interface, with the settings that served each best.

Every solver uses all cores it can. Settings are a peer's defaults where these did well, else the best of a coarse
search: of the generated tables on their test cells, for all solvers alike. Not here: implicit, whose least squares take
an absent cell for a weak 0 and so do not predict ratings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Prediction = Callable[[np.ndarray, np.ndarray], np.ndarray]
# What is timed: fits, and returns the prediction as a function of rows and columns, and the number of iterations.
Fit = Callable[[], tuple[Prediction, int]]


@dataclass(frozen=True)
class Ratings:
    """Known cells of a table."""

    rows: np.ndarray
    columns: np.ndarray
    ratings: np.ndarray
    shape: tuple[int, int]


Solver = Callable[[Ratings], Fit]  # What is not timed: brings the cells into the solver's own form.


def native(n_components: int, **options: Any) -> Solver:
    """The native solver of this project."""

    def prepare(known: Ratings) -> Fit:
        from scipy.sparse import csr_array

        from ratings_nmf import RatingsNMF

        table = csr_array((known.ratings, (known.rows, known.columns)), shape=known.shape)

        def fit() -> tuple[Prediction, int]:
            model = RatingsNMF(n_components, **options).fit(table)
            return model.predict_cells, model.n_iter_

        return fit

    return prepare


def bayes(n_components: int, **options: Any) -> Solver:
    """The solver of this project that samples."""

    def prepare(known: Ratings) -> Fit:
        from scipy.sparse import csr_array

        from ratings_nmf import BayesNMF

        table = csr_array((known.ratings, (known.rows, known.columns)), shape=known.shape)

        def fit() -> tuple[Prediction, int]:
            model = BayesNMF(n_components, **options).fit(table)
            return model.predict_cells, model.n_iter_

        return fit

    return prepare


def myfm(n_components: int) -> Solver:
    """Bayesian factorization machine of myFM on rows and columns alone, signed factors, in one thread."""

    def prepare(known: Ratings) -> Fit:
        from myfm import MyFMRegressor
        from scipy.sparse import csr_array

        def design(rows: np.ndarray, columns: np.ndarray) -> csr_array:
            places = np.stack([rows, known.shape[0] + columns], axis=1).ravel()
            cells = np.repeat(np.arange(len(rows)), 2)
            return csr_array((np.ones(len(cells)), (cells, places)), shape=(len(rows), sum(known.shape)))

        X = design(known.rows, known.columns)

        def fit() -> tuple[Prediction, int]:
            model = MyFMRegressor(n_components, random_seed=0)
            model.fit(X, known.ratings, n_iter=300, group_shapes=[*known.shape])
            return lambda rows, columns: model.predict(design(rows, columns)), 300

        return fit

    return prepare


def surprise(n_components: int, *, biased: bool = False) -> Solver:
    """NMF of Surprise by stochastic gradient descent, in one thread, with its own epochs and regularization."""

    def prepare(known: Ratings) -> Fit:
        import pandas as pd
        from surprise import NMF, Dataset, Reader

        frame = pd.DataFrame({"row": known.rows, "column": known.columns, "rating": known.ratings})
        reader = Reader(rating_scale=(known.ratings.min(), known.ratings.max()))
        trainset = Dataset.load_from_df(frame, reader).build_full_trainset()

        def fit() -> tuple[Prediction, int]:
            model = NMF(n_factors=n_components, biased=biased, random_state=0).fit(trainset)
            return np.vectorize(lambda row, column: model.predict(row, column, clip=False).est), model.n_epochs

        return fit

    return prepare


def cmfrec(n_components: int, **options: Any) -> Solver:
    """Collective matrix factorization without side information, by alternating least squares."""

    def prepare(known: Ratings) -> Fit:
        from cmfrec import CMF
        from scipy.sparse import coo_array

        table = coo_array((known.ratings, (known.rows, known.columns)), shape=known.shape)

        def fit() -> tuple[Prediction, int]:
            model = CMF(k=n_components, verbose=False, **options).fit(table)
            return model.predict, model.niter

        return fit

    return prepare


def spark(n_components: int, regularization: float) -> Solver:
    """Alternating least squares of Spark MLlib with factors ≥ 0, on two cores, with its own number of iterations."""

    def prepare(known: Ratings) -> Fit:
        from pyspark.ml.recommendation import ALS

        frame = spark_frame(known.rows, known.columns, known.ratings)
        als = ALS(rank=n_components, regParam=regularization, nonnegative=True, seed=0)
        als = als.setNumBlocks(4).setParams(userCol="row", itemCol="column", ratingCol="number")

        def fit() -> tuple[Prediction, int]:
            model = als.fit(frame)
            model.itemFactors.count()

            def predict(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
                predicted = model.transform(spark_frame(rows, columns, np.arange(rows.size))).toPandas()
                ordered = predicted.sort_values("number")["prediction"]
                return np.asarray(ordered.fillna(known.ratings.mean()))

            return predict, als.getMaxIter()

        return fit

    return prepare


def spark_frame(rows: np.ndarray, columns: np.ndarray, numbers: np.ndarray) -> Any:
    """A cached data frame of Spark."""
    import pandas as pd
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.driver.memory", "6g")
    session = builder.config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    frame = session.createDataFrame(pd.DataFrame({"row": rows, "column": columns, "number": numbers})).cache()
    frame.count()
    return frame


# 100k is MovieLens 100K; 1m and 20m are the tables of generate.py.
SOLVERS: dict[str, dict[str, Solver]] = {
    "100k": {
        "ratings-nmf": native(40),
        "ratings-nmf, 16 restarts": native(20, ensemble=16),
        "ratings-nmf, sampled": bayes(20),
        "ratings-nmf, sampled, 10": bayes(10),
        "myFM": myfm(10),
        "Surprise NMF": surprise(15),
        "Surprise NMF, biased": surprise(15, biased=True),
        "cmfrec, factors ≥ 0": cmfrec(20, lambda_=15.0, nonneg=True, center=False),
        "cmfrec": cmfrec(40, lambda_=15.0),
        "Spark ALS, factors ≥ 0": spark(20, 0.15),
    },
    "1m": {
        "ratings-nmf": native(20, regularization=1.1),
        "ratings-nmf, tol 1e-2": native(20, regularization=1.1, tol=1e-2),
        "ratings-nmf, 8 restarts": native(20, regularization=1.6, ensemble=8),
        "ratings-nmf, sampled": bayes(20),
        "myFM": myfm(20),
        "Surprise NMF": surprise(15),
        "Surprise NMF, biased": surprise(15, biased=True),
        "cmfrec, factors ≥ 0": cmfrec(20, lambda_=5.0, nonneg=True, center=False),
        "cmfrec": cmfrec(20, lambda_=10.0),
        "Spark ALS, factors ≥ 0": spark(20, 0.05),
    },
    "20m": {
        "ratings-nmf": native(20, regularization=1.1),
        "cmfrec": cmfrec(20, lambda_=10.0, niter=15),
    },
}
