"""The options of every solver, `fit.options` of params.yaml: their types, bounds and defaults."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.sections import Count, Section, convert
from ratings_nmf.core.table import Zeros, weight_of

Amount = Annotated[float, Meta(ge=0, le=1e30)]
"""A number of 0 or more whose multiples stay finite in single precision."""

Few = Annotated[int, Meta(ge=1, le=10_000)]
"""Number of whole fits, or of their draws: more would hardly end."""

JavaCount = Annotated[int, Meta(ge=1, le=2**31 - 1)]

AT = "fit.options"
"""Where a message says that an option stands."""

SPARK_SMALLEST, SPARK_LARGEST = 1e-30, 1e30
"""Range of a cell for Spark's ALS: what it multiplies in single precision stays finite and above 0."""


class NativeKeys(Section, frozen=True, kw_only=True):
    """Options of the native solver.

    Attributes
    ----------
    regularization
        Penalty on the squares of W and H, times the root mean square of the values above 0, so that it means the same
        in all units. Where a cell that is not given counts with a weight between 0 and 1, also times the number of a
        line's known cells plus the weight times that of all its cells (Rendle et al. 2021). None: 0 for observed zeros;
        for missing ones 2.2, or 1.8 for an ensemble; with a weight 0.02.
    baseline
        Whether rows and columns have levels of their own, with zeros ``missing``.
    baseline_regularization
        Penalty on the squared distance of the baselines from half the mean value; means the same in all units.
    ensemble
        Number of restarts whose mean prediction is the result.
    max_iter
        Most sweeps over rows and columns.
    tol
        A fit has converged when a sweep lowers the loss by at most this fraction of it. None: 1e-4 for observed
        zeros, 1e-3 for missing ones, with a weight 2e-3: more sweeps improve neither errors on held-out ratings nor
        lists.
    """

    regularization: Amount | None = None
    baseline: bool = True
    baseline_regularization: Amount = 5.0
    ensemble: Few = 1
    max_iter: Count = 200
    tol: Amount | None = None


class NativeOptions(NativeKeys, frozen=True, kw_only=True):
    """Options of the native solver, with the table's meaning of zero, which some defaults depend on."""

    zeros: Zeros

    @property
    def weight(self) -> float:
        """How much a cell that is not given counts."""
        return weight_of(self.zeros)

    @property
    def penalty(self) -> float:
        """The regularization, or its default."""
        if self.regularization is not None:
            return self.regularization
        if self.weight == 0:
            return 2.2 if self.ensemble == 1 else 1.8
        return 0.0 if self.weight == 1 else 0.02

    @property
    def tolerance(self) -> float:
        """The fraction of the loss below which a sweep's gain ends the fit, or its default."""
        if self.tol is not None:
            return self.tol
        return {0.0: 1e-3, 1.0: 1e-4}.get(self.weight, 2e-3)

    @property
    def has_baseline(self) -> bool:
        """Whether baselines are part of the model."""
        return self.baseline and self.zeros == "missing"


class BayesOptions(Section, frozen=True, kw_only=True):
    """Options of the solver that samples.

    Attributes
    ----------
    chains
        Number of chains, each from a start of its own; as many as there are processors run side by side.
    samples
        Draws that each chain keeps.
    burn_in
        Most sweeps over rows and columns before the first is kept; fewer of a large table with much noise, once
        that has settled.
    thinning
        Sweeps from one to the next.
    baseline
        Whether rows and columns have levels of their own, with zeros ``missing``.
    """

    chains: Few = 4
    samples: Few = 30
    burn_in: Count = 600
    thinning: Count = 10
    baseline: bool = True


class SklearnOptions(Section, frozen=True):
    """Options of scikit-learn's NMF, by its own names and with its own defaults.

    alpha_W and alpha_H refer to values over their root mean square above 0, so that they mean the same in all units.
    """

    init: Literal["random", "nndsvd", "nndsvda", "nndsvdar"] | None = None
    solver: Literal["cd", "mu"] = "cd"
    beta_loss: Literal["frobenius", "kullback-leibler", "itakura-saito"] | Annotated[float, Meta(ge=-9, le=9)] = (
        "frobenius"
    )
    tol: Amount = 1e-4
    max_iter: Count = 200
    alpha_W: Amount = 0.0  # noqa: N815
    alpha_H: Amount | Literal["same"] = "same"  # noqa: N815
    l1_ratio: Annotated[float, Meta(ge=0, le=1)] = 0.0
    shuffle: bool = False

    def __post_init__(self) -> None:
        if self.solver == "cd" and self.beta_loss not in ("frobenius", 2):
            raise InputError(
                f"solver cd takes frobenius alone; found {self.beta_loss!r}; add `solver: mu`",
                parameter=f"{AT}.beta_loss",
            )

    def unit(self, spread: float) -> float:
        """Return what values of this root mean square are divided by for a fit: 1 where there is no penalty.

        >>> SklearnOptions().unit(3.7), SklearnOptions(alpha_H=0.1).unit(3.7)
        (1.0, 3.7)
        """
        return spread if self.alpha_W or self.alpha_H not in ("same", 0) else 1.0


class SparkKeys(Section, frozen=True, kw_only=True):
    """Options of Spark's ALS, by its own names and, but for the penalty, with its own defaults.

    Attributes
    ----------
    master
        Where Spark runs: local[*] (all processors of this machine), local[2], spark://host:7077, yarn …
    maxIter
        Sweeps over rows and columns; ALS does them all, as it has no rule to stop at.
    regParam
        Penalty on the squares of a row's (column's) factors, times the number of its known cells and the root mean
        square of the values above 0, so that it means the same in all units. None: 0.04 for missing zeros, 1 with a
        weight.
    blocks
        Parts that rows, and columns, are split into; at most so many processors work at a time.
    """

    master: Annotated[
        str,
        Meta(pattern="^(local|spark://|k8s://|yarn$)", description="yarn, or a text from local, spark:// or k8s:// on"),
    ] = "local[*]"
    maxIter: JavaCount = 10  # noqa: N815
    regParam: Amount | None = None  # noqa: N815
    blocks: JavaCount = 10


class SparkOptions(SparkKeys, frozen=True, kw_only=True):
    """Options of Spark's ALS, with the table's meaning of zero."""

    zeros: Zeros = "missing"

    @property
    def alpha(self) -> float | None:
        """How much more a given cell counts than another, which counts 1; None where others do not count."""
        weight = weight_of(self.zeros)
        return 1 / weight - 1 if weight else None

    @property
    def penalty(self) -> float:
        """The regParam, or its default."""
        if self.regParam is not None:
            return self.regParam
        return 1.0 if weight_of(self.zeros) else 0.04


def native_options(options: Mapping[str, Any], *, zeros: Zeros, at: str = AT) -> NativeOptions:
    """Return the options of the native solver for a table of this meaning of zero.

    Raises
    ------
    InputError
        If an option is not known or out of bounds; its parameter is the option's path below `at`.
    """
    convert(dict(options), NativeKeys, at=at)
    settings: NativeOptions = convert({**options, "zeros": zeros}, NativeOptions, at=at)
    return settings


def bayes_options(options: Mapping[str, Any], *, zeros: Zeros, at: str = AT) -> BayesOptions:
    """Return the options of the solver that samples.

    Raises
    ------
    InputError
        If an option is not known or out of bounds, or a cell that is not stored neither counts fully nor not at all.
    """
    if 0 < weight_of(zeros) < 1:
        raise InputError(
            f"bayes takes zeros observed or missing; found {zeros}; take one of these, or `solver: native`",
            parameter="fit.solver",
        )
    settings: BayesOptions = convert(dict(options), BayesOptions, at=at)
    return settings


def sklearn_options(options: Mapping[str, Any], *, zeros: Zeros, lowest: float) -> SklearnOptions:
    """Return the options of scikit-learn's NMF for a table with this lowest value, 0 where a cell is not stored.

    Raises
    ------
    InputError
        If an option is not known or out of bounds, or NMF cannot take the table's meaning of zero or a 0.
    """
    if weight_of(zeros) < 1:
        raise InputError(
            "sklearn takes every cell as a value; it cannot leave out cells that were not rated, nor let them count "
            "less; `solver: native` can",
            parameter="fit.solver",
        )
    settings: SklearnOptions = convert(dict(options), SklearnOptions, at=AT)
    endless = settings.beta_loss == "itakura-saito" or (
        isinstance(settings.beta_loss, float) and settings.beta_loss <= 0
    )
    if lowest == 0 and endless:
        raise InputError(
            f"{settings.beta_loss!r} takes cells above 0 alone, and the table has a 0; such as `beta_loss: frobenius`",
            parameter=f"{AT}.beta_loss",
        )
    return settings


def spark_options(options: Mapping[str, Any], *, zeros: Zeros, lowest: float, highest: float) -> SparkOptions:
    """Return the options of Spark's ALS for a table whose cells above 0 lie between the lowest and the highest.

    Raises
    ------
    InputError
        If an option is not known or out of bounds, or ALS cannot take the table's meaning of zero or its values.
    """
    if weight_of(zeros) == 1:
        raise InputError(
            "spark fits the cells that are stored and lets others count less if at all; give `ingest.zeros: missing` "
            "or a weight, or where 0 is a value `solver: sklearn`",
            parameter="fit.solver",
        )
    if weight_of(zeros) > 0 and not lowest == highest == 1:
        raise InputError(
            f"spark takes preferences of 1 where cells that are not given count by a weight; expected 1 alone, found "
            f"{lowest:g} to {highest:g}; give `ingest.values: {{at_least: {highest:g}}}`, or `solver: native`",
            parameter="fit.solver",
        )
    if not SPARK_SMALLEST <= lowest <= highest <= SPARK_LARGEST:
        raise InputError(
            f"spark computes in single precision; expected cells from {SPARK_SMALLEST:g} to {SPARK_LARGEST:g}, "
            f"found {lowest:g} to {highest:g}; measure them in another unit",
            parameter="fit.solver",
        )
    convert(dict(options), SparkKeys, at=AT)
    settings: SparkOptions = convert({**options, "zeros": zeros}, SparkOptions, at=AT)
    return settings
