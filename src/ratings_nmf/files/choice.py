"""`reports/metrics/<dataset>/choice.json`: the count that the survey chose, alone, so that no more depends on it."""

from ratings_nmf.core.errors import InputError
from ratings_nmf.files import reports as metrics


def write(dataset: str, n_components: int | None) -> None:
    """Write the count, or null where the survey chose none."""
    metrics.write(dataset, "choice", {"n_components": n_components})


def read(dataset: str) -> int:
    """Return the count that the survey chose.

    Raises
    ------
    InputError
        If the survey did not run yet, or chose none.
    """
    count = metrics.read(dataset, "choice", stage="survey")["n_components"]
    if count is None:
        raise InputError(
            f"reports/metrics/{dataset}/choice.json: the survey chose no count; set `survey.folds`, "
            "or a count in `fit.n_components` in place of auto"
        )
    return int(count)
