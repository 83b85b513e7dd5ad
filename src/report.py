"""Draw the heatmaps of one dataset: the table, W, H, the reconstruction, the residual, the correlation."""

import matplotlib

from ratings_nmf import stage
from ratings_nmf.artifacts import factors, figures, interim, metrics
from ratings_nmf.heatmap import gallery


def report(dataset: str) -> str:
    """Draw and write the figures of one dataset."""
    matplotlib.rcdefaults()  # a user's own matplotlibrc must not change the figures
    drawn = gallery.figures(
        dataset,
        interim.read(dataset),
        factors.read(dataset),
        profile=interim.read_profile(dataset),
        fit=metrics.read(dataset, "fit"),
    )
    figures.write(dataset, drawn.items())
    return f"{len(drawn)} figures"


if __name__ == "__main__":
    stage.run(report)
