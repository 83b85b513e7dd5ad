"""Tables for the tests, with obvious counterparts of what the library computes."""

from dataclasses import replace

import msgspec
import numpy as np
from hypothesis import strategies as st

from ratings_nmf.core.params import IngestParameters
from ratings_nmf.core.sections import convert
from ratings_nmf.core.table import from_dense
from ratings_nmf.core.tally import tally_of
from ratings_nmf.model.factors import BASELINES, numbered
from ratings_nmf.model.samples import Samples
from ratings_nmf.raw.layouts import read_blocks
from ratings_nmf.raw.notes import notes
from ratings_nmf.raw.scan import LIMITS
from ratings_nmf.solvers.cells import Cells


@st.composite
def masked_tables(draw, most=9):
    """A table of values and the mask of its known cells; whole rows and columns may be unknown."""
    shape = draw(st.integers(1, most)), draw(st.integers(1, most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    known = random.random(shape) < draw(st.sampled_from([0.0, 0.1, 0.5, 1.0]))
    return np.where(known, random.integers(1, 11, shape) / 2, 0.0), known


def read_raw(path, ingest, limits=LIMITS):
    """What `read_blocks` gives of a file, in one piece."""
    first, *others = read_blocks(path, ingest, limits)
    cells = [(one.table.rows, one.table.columns, one.table.values) for one in (first, *others)]
    rows, columns, values = map(np.concatenate, zip(*cells, strict=True))
    return first._replace(table=replace(first.table, rows=rows, columns=columns, values=values))


def read_noted(path, settings):
    """The table that a file holds by these settings, and what ingest remarks on it."""
    ingest = convert({"path": str(path), **settings}, IngestParameters)
    reading = read_raw(path, ingest)
    read = msgspec.structs.replace(ingest, separator=reading.separator)
    return reading.table, reading.remarks + notes(tally_of(reading.table), read, path)


def table_of(cells, zeros="observed"):
    """A table with labels r0, r1 … and c0, c1 …"""
    cells = np.asarray(cells, dtype=float)
    rows, columns = (tuple(f"{side}{line}" for line in range(n)) for side, n in zip("rc", cells.shape, strict=True))
    return from_dense(cells, row_labels=rows, column_labels=columns, zeros=zeros)


def expression(genes):
    """Genes by samples, log-normal: 19 of one kind, 8 of its near kin and 11 of another lineage; and their groups."""
    draw, groups = np.random.default_rng(0), np.repeat([0, 1, 2], [19, 8, 11])
    lineage, kin = (np.where(draw.random(genes) < 0.15, draw.lognormal(0, 1.2, genes), 1.0) for _ in range(2))
    means = draw.lognormal(5.0, 1.2, genes)[:, None] * np.stack([np.ones(genes), kin, lineage], axis=1)[:, groups]
    return means * draw.lognormal(0, 0.3, means.shape), groups


def cells_of(table, known=None):
    """The known cells of a table; by default all."""
    rows, columns = np.nonzero(np.ones(table.shape) if known is None else known)
    return Cells(rows.astype(np.int32), columns.astype(np.int32), table[rows, columns].astype(float), table.shape)


def places_of(mask):
    """(rows, columns) where the mask is true."""
    rows, columns = np.nonzero(mask)
    return rows.astype(np.int32), columns.astype(np.int32)


def planted(shape=(60, 40), n_components=3, seed=0, *, spread=None):
    """Non-negative W, H and their product: half zeros, or of a gamma distribution of this shape parameter."""
    random = np.random.default_rng(seed)

    def loadings(*shape):
        if spread is not None:
            return random.gamma(spread, 1, shape)
        return random.random(shape) * (random.random(shape) < 0.5)

    W, H = loadings(shape[0], n_components), loadings(n_components, shape[1])
    return W, H, W @ H


def drawn(zeros="missing", draws=6, parts=3, seed=3, *, shape=(9, 6)):
    """Some draws of a table, with levels where cells may be unknown."""
    random = np.random.default_rng(seed)
    rows, columns = shape
    W, H = random.gamma(0.7, 1, (draws, rows, parts)), random.gamma(0.7, 1, (draws, parts, columns))
    names = numbered(parts)
    if zeros == "missing":
        W = np.concatenate([W, random.random((draws, rows, 1)), np.ones((draws, rows, 1))], axis=2)
        H = np.concatenate([H, np.ones((draws, 1, columns)), random.random((draws, 1, columns))], axis=1)
        names += BASELINES
    parts_only = np.isin(names, BASELINES, invert=True) * (zeros == "missing")
    common = np.stack([H.mean(axis=0).min(axis=1), W.mean(axis=0).min(axis=0)]) * parts_only
    prior = random.random((2, draws, 2, len(names)))
    return Samples(
        W=W.astype(np.float32), H=H.astype(np.float32), noise=random.random(draws), W_prior=prior[0], H_prior=prior[1],
        common=common, components=names, chains=2,
    )  # fmt: skip
