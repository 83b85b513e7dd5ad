"""What the pipeline made of one dataset, read once for its figures and for the page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ratings_nmf.core.table import RatingsTable, Side
from ratings_nmf.figures.arrangement import Matrix
from ratings_nmf.files import interim, loadings, reports
from ratings_nmf.model import reading
from ratings_nmf.model.factors import Factors
from ratings_nmf.recommend import recommendations
from ratings_nmf.recommend.recommendations import Recommendations
from ratings_nmf.survey.consensus import Consensus

PREDICTED = 4_000_000
"""Cells of a table up to which draws predict all of them: some seconds."""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What the pipeline made of one dataset.

    Attributes
    ----------
    name
        The dataset's key in params.yaml.
    table, profile, factors, fit
        What went in and came out; of a table with more than most_cells, of the rows drawn.
    evidence, survey
        Lines of survey.csv, None where a score was not measured, and survey.json.
    heldout
        heldout.json.
    recommendations, to
        The lists, and whether rows or columns receive them.
    loss_curve
        The loss after each iteration, shape (iterations,); None where the solver tells none.
    traces
        The noise after each sweep, shape (chains, sweeps), NaN after a chain's last; None without chains.
    consensus
        How often columns fall together over restarts; None where nothing was restarted.
    parameters
        The dataset's block in params.yaml, where it is shown.
    """

    name: str
    table: RatingsTable
    profile: dict[str, Any]
    factors: Factors
    fit: dict[str, Any]
    evidence: Sequence[dict[str, Any]]
    survey: dict[str, Any]
    heldout: dict[str, Any]
    recommendations: Recommendations
    to: Side
    loss_curve: Matrix | None = None
    traces: Matrix | None = None
    consensus: Consensus | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


def read(name: str) -> Sources:
    """Return what the pipeline made of a dataset, but for its block in params.yaml; rows drawn are those evaluated.

    Raises
    ------
    InputError
        If a stage before was not run.
    """
    fit, heldout = reports.read(name, "fit"), reports.read(name, "heldout", stage="evaluate")
    draw = interim.draw(name, **heldout["drawn"]) if "drawn" in heldout else None
    table, to = interim.read(name, draw=draw), reports.read(name, "recommend")["to"]
    factors = reading.read(name, draw=draw, dense_limit=PREDICTED)
    return Sources(
        name=name,
        table=table,
        profile=interim.read_profile(name),
        factors=factors,
        fit=fit,
        evidence=reports.read_evidence(name),
        survey=reports.read(name, "survey"),
        heldout=heldout,
        recommendations=recommendations.read(name, table, to=to, components=factors.components),
        to=to,
        loss_curve=loadings.read_loss_curve(name),
        traces=loadings.read_traces(name),
        consensus=Consensus.from_numbers(*reports.read_consensus(name)),
    )
