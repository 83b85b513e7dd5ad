"""Solve for rows, or columns, that come later, without refitting."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from ratings_nmf.core import params, stage
from ratings_nmf.core.table import DENSE_LIMIT, RatingsTable, Side
from ratings_nmf.files import interim, lists, reports
from ratings_nmf.files import loadings as factor_files
from ratings_nmf.files.loadings import as_written
from ratings_nmf.model import reading
from ratings_nmf.model.factors import Factors, predicted_range
from ratings_nmf.model.frame import Frame
from ratings_nmf.model.samples import Samples, predictor
from ratings_nmf.model.usual import usual_receiver
from ratings_nmf.raw import newcomers
from ratings_nmf.raw.layouts import spooled
from ratings_nmf.raw.scan import LIMITS, Limits
from ratings_nmf.recommend import foldin, search
from ratings_nmf.recommend.recommendations import Ranking


def fold_in(
    dataset: str,
    file: Path,
    *,
    output: Path | None = None,
    side: Side | None = None,
    ignore_unknown: bool = False,
    limits: Limits = LIMITS,
    dense_limit: int = DENSE_LIMIT,
) -> stage.Outcome:
    """Write W (of new columns H), predictions and recommendations of the newcomers in `file`, some at a time."""
    parameters = params.load().dataset(dataset)
    table = interim.read(dataset)
    factors = Factors(**factor_files.read(dataset), range=predicted_range(table.zeros, table.range))
    source = msgspec.structs.replace(parameters.ingest, zeros=table.zeros)
    with spooled(file, source, limits) as (spool, _):
        side = side or foldin.side_of(spool.rows, spool.columns, table)
        own, other = (spool.rows, spool.columns) if side == "rows" else (spool.columns, spool.rows)
        known, items = (table.column_labels, factors.H.T) if side == "rows" else (table.row_labels, factors.W)
        absent = foldin.check_known(other, table, source=file, side=side, ignore_unknown=ignore_unknown)
        has_draws = parameters.fit.solver == "bayes"
        solve = _solver(dataset, parameters.fit, table, factors, side)
        blocks = (block for _, block in reading.beside(dataset, interim.blocks(dataset))) if has_draws else [factors]
        usual = usual_receiver(blocks, to=side)
        ranking = Ranking(parameters.recommend.top, parameters.recommend.by)
        cells, count = 0, len(own)
        dense = count * len(known) <= dense_limit
        kinds = foldin.kinds_of(side=side, dense=dense, has_intervals=has_draws)
        with lists.beside(file, output, kinds=kinds) as places:
            results = foldin.Results(places, side=side, known=known, dense=dense)
            for some in newcomers.tables(spool, file, source, side=side, known=known, many=limits.newcomers):
                predicting = solve(some)
                best = search.best_unknown(predicting, some, ranking, to=side, usual=usual)
                results.add(some, predicting, search.with_known(best, items[:, : usual.parts], some))
                cells += len(some.values)
            results.finish()
    meaning = {"observed": "0", "missing": "not rated"}.get(str(table.zeros), "not given")
    kind = side[:-1] if count == 1 else side
    return cells, f"{count:,} new {kind}" + (
        f"; {absent:,} lines that the file lacks count as {meaning}" if absent else ""
    )


def _solver(
    dataset: str, fit: params.FitParameters, table: RatingsTable, factors: Factors, side: Side
) -> Callable[[RatingsTable], Factors]:
    """Return what solves for newcomers × known lines as the fit did for its own, and returns what predicts for them."""
    largest = factors.W.max(axis=0) if side == "rows" else factors.H.max(axis=1)

    def predicting(loadings: NDArray[np.float64], draws: Samples | None) -> Factors:
        return predictor(foldin.extended(factors, as_written(loadings, largest, csv=True), side=side), draws)

    if fit.solver == "bayes":
        samples = reading.against(dataset, factors, side=side)

        def drawn(some: RatingsTable) -> Factors:
            draws = foldin.sampled(some, samples, side=side)
            mean = draws.for_people()
            return predicting(mean.W if side == "rows" else mean.H.T, draws)

        return drawn
    method = foldin.method_of(table, solver=fit.solver, options=reports.decisions(dataset, fit)[1])
    beside = (factor_files.read_extra(dataset, name) for name in ("scale", "restart_baselines"))
    frame = Frame.from_numbers(*beside, parts=factors.parts)
    return lambda some: predicting(foldin.fold_in(some, factors, side=side, frame=frame, method=method), None)


if __name__ == "__main__":
    arguments = stage.Arguments(fold_in)
    arguments.add_argument("file", metavar="FILE", type=stage.path, help="a table of the dataset's layout")
    arguments.add_argument(
        "--output", type=stage.path, metavar="FOLDER", help="where results go; beside the file if not given"
    )
    arguments.add_argument(
        "--new", dest="side", choices=["rows", "columns"], help="found out from the labels if not given"
    )
    arguments.add_argument("--ignore-unknown", action="store_true", help="leave out labels that the fitted table lacks")
    stage.run(fold_in, arguments)
