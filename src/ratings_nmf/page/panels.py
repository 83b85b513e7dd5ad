"""How many components, how wrong on cells not seen, and recommendations, as the page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from markupsafe import Markup

from ratings_nmf.page import charts
from ratings_nmf.page.shown import label, number, percent

SCORES = {
    "cv_rmse": ("error on held-out cells", "root of the mean square (RMSE); the lower, the better"),
    "cv_rmse_se": ("its standard error", "how far it would move with other held-out cells"),
    "cv_mae": ("mean error on held-out cells", "mean of the absolute differences"),
    "train_rmse": ("error on fitted cells", "always falls with more components"),
    "explained_variance": ("explained", "1 is all of the table's sum of squares"),
    "rss": ("left over", "sum of the squared differences"),
    "shuffled_rss": ("left over of a shuffled table", "the same for a table without structure"),
    "cophenetic": ("cophenetic correlation", "1: the restarts group alike"),
    "dispersion": ("dispersion", "1: the restarts agree on every pair"),
    "silhouette": ("silhouette", "1: the groups are far apart"),
    "stability": ("stability", "1: every restart finds the same components"),
    "sparsity_W": ("sparsity of W", "0: all rows alike, 1: one row holds all"),
    "sparsity_H": ("sparsity of H", "0: all columns alike, 1: one column holds all"),
}
"""Names and meanings of survey.csv's columns."""

GUESSES = {"global_mean": "the mean of all", "baselines": "row + column level"}
"""Names of the simpler guesses of heldout.json."""

RECEIVERS = 500
"""Receivers whose recommendations the page holds; the CSV has all."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """survey.csv and survey.json as shown; `scores` are texts by column, count by count."""

    reason: str
    chart: Markup | str
    described: str
    counts: list[int]
    shown: int
    names: list[tuple[str, str, str]]
    scores: list[dict[str, str]]
    rules: list[tuple[str, str]]
    notes: list[str]
    warning: str


def survey(scores: Sequence[dict[str, float | None]], choice: dict[str, Any], *, fitted: int) -> Survey:
    """Describe the evidence for a number of components; `fitted` is the number in use.

    Parameters
    ----------
    scores
        survey.csv: a record for each surveyed count, None where a score is not known.
    choice
        survey.json: rules, choice, reason, notes.
    fitted
        The count that was fitted, shown first where it was surveyed.
    """
    counts = [int(record["n_components"] or 0) for record in scores]
    columns = [name for name in (scores[0] if scores else {}) if name != "n_components"]
    told = [record for record in scores if record.get("cv_rmse") is not None]
    described = "; ".join(f"{record['n_components']:g}: {number(record['cv_rmse'])}" for record in told)
    return Survey(
        reason=choice.get("reason", ""),
        chart=charts.survey(told) if told else "",
        described=f"Error on held-out cells by number of components: {described}",
        counts=counts,
        shown=next((count for count in (fitted, choice.get("choice")) if count in counts), counts[0]),
        names=[(name, *SCORES.get(name, (name.replace("_", " "), ""))) for name in columns],
        scores=[{name: number(record.get(name)) for name in columns} for record in scores],
        rules=[
            (name.replace("_", " "), "nothing" if count is None else str(count))
            for name, count in sorted(choice.get("rules", {}).items())
        ],
        notes=[label(note) for note in choice.get("notes", [])],
        warning=(
            f"The survey suggests {choice['choice']} as the number of components; {fitted} were fitted."
            if choice["choice"] not in (None, fitted)
            else ""
        ),
    )


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """heldout.json as shown; `warning` is the verdict where a simpler guess does as well."""

    verdict: str
    warning: str
    chart: Markup | str
    described: str
    how: str


def heldout(measured: dict[str, Any]) -> HeldOut:
    """Describe the error on cells that the fit did not see, beside those of simpler guesses (`<guess>_rmse`)."""
    others = {
        GUESSES.get(name := key.removesuffix("_rmse"), name.replace("_", " ")): float(value)
        for key, value in sorted(measured.items())
        if key.endswith("_rmse") and value is not None
    }
    if measured.get("rmse") is None:
        return HeldOut(verdict=measured["verdict"], warning="", chart="", described="", how="")
    bars = [("this model", float(measured["rmse"])), *sorted(others.items(), key=lambda bar: (bar[1], bar[0]))]
    folds, cells = measured.get("folds"), measured.get("cells")
    source = f"{cells:,} cells" if cells else "Cells"
    turns = f", in {folds} turns," if folds else ""
    return HeldOut(
        verdict=measured["verdict"],
        warning="" if measured.get("beats_baseline", True) else measured["verdict"],
        chart=charts.errors(bars),
        described="; ".join(f"{name}: {number(error)}" for name, error in bars),
        how=f"{source} were hidden from the fit{turns} and then predicted. Shorter is better; grey: simpler guesses.",
    )


@dataclass(frozen=True, kw_only=True)
class Recommendations:
    """The recommendations of the first receivers as texts: rank, item, predicted, reason."""

    intro: str
    receivers: list[str]
    lists: list[list[list[str]]]


def recommendations(header: Sequence[str], records: Iterable[Sequence[str]], *, dataset: str) -> Recommendations | None:
    """Group the lines of a recommendations CSV by receiver; None where there are none."""
    place = {name: at for at, name in enumerate(header)}
    groups = groupby(records, key=lambda record: record[place["for"]])
    first = [(name, list(lines)) for name, lines in islice(groups, RECEIVERS)]
    if not first:
        return None
    more = sum(1 for _ in groups)
    rest = f" These are the first {RECEIVERS:,}; data/recommendations/{dataset}.csv holds {more:,} more."
    return Recommendations(
        intro=(
            "What each receiver does not have yet and is predicted to value most, and the component that "
            f"contributes most to that prediction.{rest if more else ''}"
        ),
        receivers=[label(name) for name, _ in first],
        lists=[[_line(record, place) for record in lines] for _, lines in first],
    )


def _line(record: Sequence[str], place: dict[str, int]) -> list[str]:
    component, share = record[place["component"]], record[place["share"]]
    reasons = [f"{component} gives {percent(float(share))} of it" if component else "no component speaks for it"]
    if "flag" in place and record[place["flag"]]:
        reasons.append(record[place["flag"]])
    predicted = number(float(record[place["predicted"]]))
    return [record[place["rank"]], label(record[place["item"]]), predicted, "; ".join(reasons)]
