"""The figures of a survey, each with a title and a sentence that says what it shows."""

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from ratings_nmf.figures.captions import Caption
from ratings_nmf.figures.consensus_map import consensus_figure
from ratings_nmf.figures.evidence_panels import survey_figure
from ratings_nmf.survey.consensus import Shown


def figures(
    dataset: str, evidence: Sequence[dict[str, Any]], shown: Shown | None, survey: dict[str, Any]
) -> dict[str, Figure]:
    """Return ``survey`` and ``consensus``, each where the survey has what it shows.

    Parameters
    ----------
    dataset
        Its name, for the titles.
    evidence, shown, survey
        Contents of survey.csv, consensus.csv and survey.json.
    """
    drawn = {}
    title = f"{dataset}: how many components?"
    lines = (
        "Low held-out error and high agreement between restarts speak for a count; grey: the choice",
        survey["reason"],
    )
    figure = survey_figure(evidence, survey["choice"], Caption(title=title, lines=lines, colours=""))
    if figure is not None:
        drawn["survey"] = figure
    if shown is not None:
        count = f"{survey['consensus']} component" + ("s" if survey["consensus"] > 1 else "")
        caption = Caption(
            title=f"{dataset}: consensus",
            lines=(f"Share of restarts in which two columns have the same strongest of {count}",),
            colours="share of restarts",
        )
        drawn["consensus"] = consensus_figure(shown, caption)
    return drawn
