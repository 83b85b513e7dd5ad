"""`reports/figures/<dataset>/`: PNG figures, committed to Git."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from ratings_nmf.core.progress import progress
from ratings_nmf.files.atomic import replacing


def write(dataset: str, figures: Mapping[str, Figure]) -> None:
    """Write each named figure as PNG; figures of an earlier run that are not among them go.

    The Software tag, which holds matplotlib's version, is left out.
    """
    with replacing(Path("reports/figures", dataset)) as folder:
        folder.mkdir()
        for name, figure in progress(figures.items(), unit="figures"):
            figure.savefig(folder / f"{name}.png", bbox_inches="tight", pad_inches=0.15, metadata={"Software": None})
