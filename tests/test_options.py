"""The options of every solver: what they default to, and that a wrong one is refused in one form of words."""

import inspect
import math

import msgspec
import numpy as np
import pytest
from sklearn.decomposition import NMF

from ratings_nmf import RatingsNMF
from ratings_nmf.core.errors import InputError
from ratings_nmf.solvers.options import (
    BayesOptions,
    NativeKeys,
    NativeOptions,
    SklearnOptions,
    SparkKeys,
    SparkOptions,
    bayes_options,
    native_options,
    sklearn_options,
    spark_options,
)


def options_of(solver, options, **table):
    match solver:
        case "native":
            return native_options(options, **{"zeros": "missing"} | table)
        case "bayes":
            return bayes_options(options, **{"zeros": "missing"} | table)
        case "sklearn":
            return sklearn_options(options, **{"zeros": "observed", "lowest": 0.0} | table)
        case "spark":
            return spark_options(options, **{"zeros": "missing", "lowest": 0.5, "highest": 5.0} | table)


OPTIONS = {"native": NativeKeys, "bayes": BayesOptions, "sklearn": SklearnOptions, "spark": SparkKeys}
EVERY = [(solver, field.name) for solver, kind in OPTIONS.items() for field in msgspec.structs.fields(kind)]


@pytest.mark.parametrize(("solver", "name"), EVERY)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -99, [1], "?"])
def test_every_option_refuses_what_it_cannot_be(solver, name, value):
    with pytest.raises(InputError, match=f"expected .*; found .*; for example `{name}: .*`$") as refused:
        options_of(solver, {name: value})
    assert refused.value.parameter == f"fit.options.{name}"


@pytest.mark.parametrize("solver", OPTIONS)
def test_an_unknown_option_is_refused_with_those_that_are_known(solver):
    known = ", ".join(OPTIONS[solver].__struct_fields__)
    with pytest.raises(
        InputError, match=rf"^fit\.options\.zeros: unknown key; expected one of: {known}; take it out: `grep"
    ):
        options_of(solver, {"zeros": "observed"})


def test_scikit_learns_options_have_its_own_names_and_defaults():
    own = {name: value.default for name, value in inspect.signature(NMF).parameters.items()}
    given = msgspec.structs.asdict(sklearn_options({}, zeros="observed", lowest=0.0))
    assert given == {name: own[name] for name in own.keys() - {"n_components", "random_state", "verbose"}}


def test_sparks_options_have_its_own_defaults():
    assert options_of("spark", {}) == SparkOptions(master="local[*]", maxIter=10, blocks=10)


@pytest.mark.parametrize(
    ("zeros", "ensemble", "penalty", "tolerance", "has_baseline"),
    [
        ("observed", 1, 0.0, 1e-4, False),
        ("missing", 1, 2.2, 1e-3, True),
        ("missing", 3, 1.8, 1e-3, True),
        (0.1, 1, 0.02, 2e-3, False),
    ],
)
def test_defaults_of_the_native_solver_depend_on_zeros(zeros, ensemble, penalty, tolerance, has_baseline):
    found = native_options({"ensemble": ensemble}, zeros=zeros)
    assert (found.penalty, found.tolerance, found.has_baseline) == (penalty, tolerance, has_baseline)
    found = native_options({"regularization": 0, "tol": 0}, zeros=zeros)
    assert (found.penalty, found.tolerance) == (0.0, 0.0)


@pytest.mark.parametrize("loss", ["kullback-leibler", "itakura-saito", 0, 1.5])
def test_a_loss_that_sklearns_default_solver_cannot_take(loss):
    with pytest.raises(InputError, match=r"^fit\.options\.beta_loss: solver cd takes frobenius alone; .* `solver: mu`"):
        options_of("sklearn", {"beta_loss": loss})
    assert options_of("sklearn", {"beta_loss": loss, "solver": "mu"}, lowest=1.0).beta_loss == loss


@pytest.mark.parametrize("loss", ["itakura-saito", 0, -1])
def test_a_loss_that_cannot_take_a_zero(loss):
    with pytest.raises(InputError, match=r"^fit\.options\.beta_loss: .* takes cells above 0 alone"):
        options_of("sklearn", {"beta_loss": loss, "solver": "mu"})


@pytest.mark.parametrize(
    ("solver", "table", "message"),
    [
        ("sklearn", {"zeros": "missing"}, "sklearn takes every cell as a value"),
        ("sklearn", {"zeros": 0.1}, "sklearn takes every cell as a value"),
        ("spark", {"zeros": "observed"}, "spark fits the cells that are stored"),
        (
            "spark",
            {"zeros": 0.1},
            r"spark takes preferences of 1 .*, found 0.5 to 5; give `ingest.values: \{at_least: 5",
        ),
        ("spark", {"highest": 1e31}, r"spark computes .*; expected cells from 1e-30 to 1e\+30, found 0.5 to 1e\+31"),
    ],
)
def test_a_table_that_a_solver_cannot_take(solver, table, message):
    with pytest.raises(InputError, match=rf"^fit\.solver: {message}"):
        options_of(solver, {}, **table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"regularization": -1},
            r"regularization: expected a number from 0 to 1e\+30 or nothing; found -1; for example `reg.*`",
        ),
        ({"ensemble": 1.5}, "ensemble: expected a whole number from 1 to 10000; found 1.5; for example `ensemble: 1`"),
        (
            {"zeros": "none"},
            "zeros: expected .* or a number from 0 to 1; found 'none'; for example `zeros: missing`",
        ),
    ],
)
def test_the_estimator_says_the_same_as_an_error_of_value(options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        RatingsNMF(1, **options).fit(np.ones((2, 2)))


def test_numbers_of_numpy_are_numbers_to_the_estimator():
    options = {"regularization": np.float64(0.5), "ensemble": np.int64(2), "baseline": np.bool_(False)}
    assert RatingsNMF(1, **options)._options() == NativeOptions(
        zeros="missing", regularization=0.5, ensemble=2, baseline=False
    )
