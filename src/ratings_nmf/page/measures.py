"""How many components, how wrong on cells not seen, and how the solver came to its end, as templates show them."""

from collections.abc import Sequence
from typing import Any

from ratings_nmf.core.words import PREDICTORS, apart, counted, label, length, number
from ratings_nmf.figures.arrangement import Matrix
from ratings_nmf.page import charts
from ratings_nmf.survey.criterion import deciding

SCORES = {
    "ndcg": ("quality of lists on held-out cells", "NDCG@10: 1 where the first ten stand in the best order"),
    "ndcg_se": ("its standard error", "how far it would move with other receivers"),
    "ndcg_gap_se": (
        "standard error of how far it is below the highest",
        "of the same receivers; 0 at the highest itself",
    ),
    "cv_rmse": ("error on held-out cells", "root of the mean square (RMSE); the lower, the better"),
    "cv_rmse_se": ("its standard error", "how far it would move with other held-out cells"),
    "cv_gap_se": ("standard error of how far it is above the least", "on the same cells; 0 at the least itself"),
    "cv_mae": ("mean error on held-out cells", "mean of the absolute differences"),
    "explained_variance": ("explained", "1 is all of the table's sum of squares"),
    "rss": ("left over", "sum of the squared differences"),
    "shuffled_rss": ("left over of a shuffled table", "the same for a table without structure"),
    "cophenetic": ("cophenetic correlation", "1: the restarts group alike"),
    "dispersion": ("dispersion", "1: the restarts agree on every pair"),
    "silhouette": ("silhouette", "1: the groups are far apart"),
    "stability": ("stability", "1: every restart finds the same components"),
    "weakest": ("least alike component", "1: most restarts find each of them again"),
    "sparsity_W": ("sparsity of W", "0: all rows alike, 1: one row holds all"),
    "sparsity_H": ("sparsity of H", "0: all columns alike, 1: one column holds all"),
}
"""Names and meanings of survey.csv's columns."""

RULES = {
    "above_noise": "singular values above those of noise",
    "agreement": "the most parts that restarts find again",
    "cophenetic": "the last before restarts group less alike",
    "error_threshold": "the first that rebuilds nearly all",
    "one_standard_error": "the fewest within one standard error of the {criterion.best} {criterion.noun}",
    "shuffled": "where the error falls no faster than on shuffled data",
}
"""What each rule of survey.json suggests."""

STATES = {True: " The solver stopped when it hardly fell any more.", False: " The solver had not converged.", None: ""}
"""What is said of a fit that converged, that did not, or of which that is not known."""


def survey_panel(evidence: Sequence[dict[str, Any]], survey: dict[str, Any], *, fitted: int) -> dict[str, Any]:
    """Describe the evidence for a number of components; the count that was fitted is shown first where surveyed."""
    counts = [line["n_components"] for line in evidence]
    with_score = {name for line in evidence for name, score in line.items() if score is not None}
    names = [name for name in evidence[0] if name in with_score - {"n_components"}]
    criterion = deciding(evidence)
    known = criterion.known(evidence)
    points = "; ".join(f"{line['n_components']}: {number(line[criterion.column])}" for line in known)
    choice = survey["choice"]
    return {
        "reason": f"To predict: {survey['reason']} To name: {survey['parts_reason']}",
        "chart": charts.survey(known, criterion) if known else None,
        "alternative": f"{criterion.noun.capitalize()} on held-out cells by number of components: {points}",
        "noun": criterion.noun,
        "agreement": charts.agreement(evidence) if any(line["stability"] is not None for line in evidence) else None,
        "counts": counts,
        "first": next((count for count in (fitted, choice) if count in counts), counts[0]),
        "names": [(name, *SCORES.get(name, (name.replace("_", " "), ""))) for name in names],
        "scores": [{name: number(line[name]) for name in names} for line in evidence],
        "rules": [
            (
                name.replace("_", " "),
                RULES.get(name, "").format(criterion=criterion),
                "nothing" if count is None else str(count),
            )
            for name, count in sorted(survey["rules"].items())
        ],
        "notes": [label(note) for note in survey["notes"]],
        "warnings": (
            [f"The survey suggests {choice} as the number of components; {fitted} were fitted."]
            if choice not in (None, fitted)
            else []
        ),
    }


def heldout_panel(heldout: dict[str, Any]) -> dict[str, Any]:
    """Describe the error on cells that the fit did not see, beside those of averages."""
    panel = {
        "verdict": heldout["verdict"],
        "warns": heldout.get("beats_baseline") is False,
        "notes": [label(note) for note in heldout.get("notes", [])],
        "bars": [],
    }
    if heldout.get("rmse") is None:
        return panel
    factors, *averages = ((name, heldout[f"{prefix}rmse"]) for prefix, name in PREDICTORS.items())
    bars = [factors, *sorted(averages, key=lambda bar: (bar[1], bar[0]))]
    longest = max(error for _, error in bars) or 1.0
    turns = f", in {heldout['folds']} turns," if heldout["folds"] else ""
    return {
        **panel,
        "bars": [
            (name, text, length(error, longest))
            for (name, error), text in zip(bars, apart([error for _, error in bars]), strict=True)
        ],
        "how": (
            f"Error (RMSE): {heldout['cells']:,} cells were hidden from the fit{turns} and then predicted. "
            "Shorter is better; grey: averages."
        ),
    }


def convergence_panel(losses: Matrix | None, traces: Matrix | None, *, converged: bool | None) -> dict[str, Any] | None:
    """Describe how a solver came to its end: the loss after each iteration, or the noise after each sweep of chains."""
    if traces is not None:
        return {
            "chart": charts.chains(traces),
            "alternative": f"The noise of {counted(len(traces), 'chain')} over {traces.shape[1]:,} sweeps.",
            "state": "The noise (standard deviation) of each chain: from other starts they should come to one level.",
        }
    if losses is None or not len(losses):
        return None
    first, last = number(float(losses[0])), number(float(losses[-1]))
    return {
        "chart": charts.convergence(losses),
        "alternative": f"What the solver minimises falls from {first} to {last} in {len(losses)} iterations.",
        "state": f"What the solver minimises, after each iteration.{STATES[converged]}",
    }
