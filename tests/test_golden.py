"""Every number that the reference notebook prints comes out of `dvc repro`, digit by digit."""

import csv
import json

import pytest

RATINGS_RECONSTRUCTION = """
5.34 2.14 0.17 1.01
3.46 1.37 0.00 0.98
1.17 0.56 0.09 5.01
0.85 0.40 0.00 3.99
0.00 1.04 4.99 4.00
"""
GROCERIES_H = """
0.000000 2.434610 4.664494 5.577052 0.000000 0.157663
0.000000 0.871472 0.000000 0.846342 1.924870 1.735532
1.503022 1.712571 0.801863 0.151135 0.757168 0.827288
"""
GROCERIES_RECONSTRUCTION = """
0.00 0.98 0.04 0.98 2.11 1.90
2.00 2.84 1.23 0.87 2.07 2.06
1.01 1.31 0.54 0.26 0.86 0.87
0.00 2.01 2.99 4.01 0.99 1.00
0.00 0.20 0.00 0.20 0.45 0.41
"""
PEOPLE = ["John", "Alice", "Mary", "Greg", "Peter", "Jennifer"]
PRODUCTS = ["vegetables", "fruits", "sweets", "bread", "coffee"]
COMPONENTS = ["component 1", "component 2", "component 3"]


def table(reproduced, path, decimals):
    """Return the row labels, the column labels and the numbers of a written table, as printed."""
    with (reproduced.root / path).open(encoding="utf-8", newline="") as stream:
        header, *records = csv.reader(stream)
    numbers = "\n".join(" ".join(f"{float(field):.{decimals}f}" for field in record[1:]) for record in records)
    return [record[0] for record in records], header[1:], numbers


@pytest.mark.parametrize(
    ("path", "decimals", "rows", "columns", "printed"),
    [
        ("data/factors/groceries/H.csv", 6, COMPONENTS, PEOPLE, GROCERIES_H),
        ("data/factors/groceries/reconstruction.csv", 2, PRODUCTS, PEOPLE, GROCERIES_RECONSTRUCTION),
        (
            "data/factors/ratings/reconstruction.csv",
            2,
            [f"user {number}" for number in range(1, 6)],
            [f"item {number}" for number in range(1, 5)],
            RATINGS_RECONSTRUCTION,
        ),
    ],
)
def test_printed_numbers_come_out(reproduced, path, decimals, rows, columns, printed):
    assert table(reproduced, path, decimals) == (rows, columns, printed.strip())


@pytest.mark.parametrize("dataset", ["ratings", "groceries", "ratings-unrated"])
def test_every_artifact_is_written(reproduced, dataset):
    made = {path for path in reproduced.artifacts() if f"/{dataset}/" in path or f"/{dataset}." in path}
    figures = {"input", "W", "H", "reconstruction", "residual", "correlation", "components", "recommendations"}
    figures |= {"survey", "consensus"}
    factors = {"W", "H", "reconstruction"}
    if dataset == "ratings-unrated":  # the native solver tells its loss
        figures.add("convergence")
        factors |= {"convergence", "scale"}
    assert made == {
        *(f"data/interim/{dataset}/{name}" for name in ("cells.parquet", "rows.csv", "columns.csv", "profile.json")),
        *(f"data/factors/{dataset}/{name}.csv" for name in factors),
        *(f"reports/figures/{dataset}/{name}.png" for name in figures),
        *(f"reports/metrics/{dataset}/{name}.json" for name in ("fit", "survey", "choice", "heldout", "recommend")),
        *(f"reports/metrics/{dataset}/{name}-summary.json" for name in ("fit", "heldout")),
        *(f"reports/metrics/{dataset}/{name}.csv" for name in ("survey", "consensus")),
        f"data/recommendations/{dataset}.csv",
    }


def test_w_has_the_row_labels_and_component_names(reproduced):
    rows, columns, _ = table(reproduced, "data/factors/groceries/W.csv", 2)
    assert (rows, columns) == (PRODUCTS, COMPONENTS)


def test_reconstruction_is_the_written_w_times_the_written_h(reproduced):
    def numbers(name):
        _, _, text = table(reproduced, f"data/factors/groceries/{name}.csv", 17)
        return [[float(field) for field in line.split()] for line in text.splitlines()]

    W, H, reconstruction = numbers("W"), numbers("H"), numbers("reconstruction")
    for row, weights in enumerate(W):
        for column in range(len(PEOPLE)):
            product = sum(weight * parts[column] for weight, parts in zip(weights, H, strict=True))
            assert reconstruction[row][column] == float(f"{product:.9g}")


def test_metrics_match_the_reconstruction(reproduced):
    fit = json.loads((reproduced.root / "reports/metrics/groceries/fit.json").read_text())
    _, _, rebuilt = table(reproduced, "data/factors/groceries/reconstruction.csv", 17)
    with (reproduced.root / "data/raw/groceries.csv").open() as stream:
        given = [[float(field) for field in record[1:]] for record in list(csv.reader(stream))[1:]]
    pairs = [
        (cell, float(field))
        for cells, line in zip(given, rebuilt.splitlines(), strict=True)
        for cell, field in zip(cells, line.split(), strict=True)
    ]
    squares = sum((cell - predicted) ** 2 for cell, predicted in pairs)
    total = sum(cell**2 for cell, _ in pairs)
    assert fit["frobenius_error"] == pytest.approx(squares**0.5, rel=1e-6)
    assert fit["relative_error"] == pytest.approx((squares / total) ** 0.5, rel=1e-6)
    assert fit["explained_variance"] == pytest.approx(1 - squares / total, rel=1e-6)
    assert fit["rmse"] == pytest.approx((squares / 30) ** 0.5, rel=1e-6)
    assert fit["mae"] == pytest.approx(sum(abs(cell - predicted) for cell, predicted in pairs) / 30, rel=1e-6)
    assert (fit["n_components"], fit["n_iter"], fit["converged"]) == (3, 30, True)


def test_text_artifacts_name_no_machine_and_sort_their_keys(reproduced):
    for path, content in reproduced.artifacts().items():
        assert str(reproduced.root).encode() not in content
        if path.endswith(".json"):
            keys = list(json.loads(content))
            assert keys == sorted(keys)


def test_unrated_cells_are_predicted_and_rated_ones_come_close(reproduced):
    _, _, numbers = table(reproduced, "data/factors/ratings-unrated/reconstruction.csv", 2)
    predicted = [[float(field) for field in line.split()] for line in numbers.splitlines()]
    rated = {(0, 0): 5, (0, 1): 3, (0, 3): 1, (1, 0): 4, (2, 3): 5, (3, 3): 4, (4, 2): 5, (4, 3): 4}
    assert all(abs(predicted[row][column] - value) < 0.5 for (row, column), value in rated.items())
    assert predicted[1][2] > 1, "user 2 did not rate item 3, which is not a rating of 0"
