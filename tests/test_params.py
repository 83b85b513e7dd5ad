"""What params.yaml says is what the stages get."""

from ratings_nmf.core import params

TEXT = """
seed: 7
datasets:
  a:
    ingest: {path: data/raw/a.csv, layout: table, zeros: missing}
    survey: {components: [1, 2], folds: 2, restarts: 3}
    fit: {n_components: auto, solver: native, options: {tol: 1e-4, max_iter: 30}}
    evaluate: {folds: 4}
    recommend: {to: rows, top: 1}
"""


def test_parameters_are_read_with_dvcs_numbers(tmp_path, monkeypatch):
    (tmp_path / "params.yaml").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = params.load()
    fit = found.dataset("a").fit
    assert (found.seed, fit.n_components, fit.options) == (7, "auto", {"tol": 0.0001, "max_iter": 30})
