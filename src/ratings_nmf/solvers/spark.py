"""Spark MLlib's alternating least squares (ALS) with factors ≥ 0 on the known cells of a table.

Minimises Σ_known (x − w·h)² + regParam s (Σ_rows n |w|² + Σ_columns n |h|²), n being a line's number of known cells and
s the root mean square of the values, by solving exactly, in turns, for all rows with the columns fixed and the reverse
(Zhou et al. 2008, ALS-WR; the non-negative least squares by Spark's NNLS). Spark is given values over s, so that a
table in another unit takes the same course. No baselines. Where a cell that is not given counts as a 0 by a weight, and
known cells are 1, it minimises 1 / weight times the native solver's squared error (Hu, Koren & Volinsky 2008; MLlib's
implicitPrefs, alpha = 1 / weight − 1).

Nothing here is imported unless `solver: spark` asks for it, and pyspark only by `connect` and what comes after.
Positions of rows and columns are Spark's user and item ids. Executors need Spark alone: no Python runs on them.

With the same seed, options, versions and processors, fits on one machine have given the same bytes. Spark does not
promise it: what is fetched from several executors is summed in the order in which it comes, an executor that is lost is
made up for in another order, other numbers of blocks start from other random factors, and BLAS differs with processors
and installed libraries. Factors are single precision: expect differences from the seventh digit on.
"""

import math
import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet
from numpy.typing import NDArray

from ratings_nmf.core.errors import InputError
from ratings_nmf.core.table import RatingsTable, weight_of
from ratings_nmf.files.columns import write_parquet
from ratings_nmf.model.factors import Factors, numbered, predicted_range
from ratings_nmf.model.frame import Solution
from ratings_nmf.solvers.factorize import check_count
from ratings_nmf.solvers.options import SparkOptions, spark_options

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

JAVA = 17
"""First version of Java that runs Spark 4."""

INSTALL = "pip install --require-hashes --requirement requirements-spark.lock"

LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = Spark: %m%n
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
"""
"""Errors alone, in one line each, for the driver; LOG4J_CONFIGURATION_FILE in the environment names another."""

CHECKPOINT = 5
"""Sweeps after which factors are put on disk. Without that, what leads to them is redone from the start where an
executor is lost, and after some 30 sweeps that is too deep for Java's stack."""


def connect(master: str) -> "SparkSession":
    """Return the process's connection to Spark; a connection to another master is closed first.

    Whatever else Spark needs to know (memory of executors, jars, passwords) it reads from its own configuration,
    spark-defaults.conf in the folder SPARK_CONF_DIR.

    Raises
    ------
    InputError
        If pyspark or Java is not there, or Spark does not start with this master.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(
            f"spark needs the package pyspark; install it with `{INSTALL}`", parameter="fit.solver"
        ) from None
    from py4j.protocol import Py4JError

    active = SparkSession.getActiveSession()
    if active is not None:
        if active.sparkContext.master == master:
            return active
        active.stop()
    check_java()
    configuration = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    if master.startswith("local"):
        configuration |= {"spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1"}
    builder = SparkSession.builder.master(master).appName("ratings-nmf").config(map=configuration)
    with tempfile.NamedTemporaryFile("w", suffix=".properties") as logging, warnings.catch_warnings():
        logging.write(LOGGING)
        logging.flush()
        # Pandas, which pyspark warns of, is imported by it and used nowhere
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        log_file = os.environ.setdefault("LOG4J_CONFIGURATION_FILE", logging.name)
        try:
            return builder.getOrCreate()
        except (Py4JError, PySparkException) as error:
            reason = next((line for line in str(error).splitlines() if line.startswith(":")), f": {error}")
            raise InputError(
                f"Spark does not start with {master!r}{' '.join(reason.split())}", parameter="fit.options.master"
            ) from None
        finally:
            if log_file == logging.name:
                del os.environ["LOG4J_CONFIGURATION_FILE"]


@contextmanager
def scratch(master: str) -> Iterator[Path]:
    """Yield a folder for what Spark passes on or needs where an executor is lost; remove it at the end.

    Executors on other machines share the working folder with this one, and so find it there.
    """
    place = None if master.startswith("local") else Path.cwd()
    with tempfile.TemporaryDirectory(prefix="spark-", suffix=".partial", dir=place) as folder:
        yield Path(folder)


def check_java() -> None:
    """Refuse a machine without a Java that Spark runs on, where Spark looks for it: in JAVA_HOME, or on PATH."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    place = f"JAVA_HOME ({home})" if home else "PATH"
    expected = f"spark needs Java {JAVA} or 21"
    mend = "install it, such as Debian's openjdk-17-jre-headless, or let JAVA_HOME name it"
    if java is None:
        raise InputError(f"{expected}; found no java in {place}; {mend}", parameter="fit.solver")
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', answer)
    if version is None or int(version[1]) < JAVA:
        other = version[1] if version else " ".join(answer.split())[:100]
        raise InputError(f"{expected}; found {other} in {place}; {mend}", parameter="fit.solver")


def fit(cells: Path, *, n_components: int, options: SparkOptions, seed: int, folder: Path) -> list["DataFrame"]:
    """Return the factors of rows and those of columns that have a known cell: `id`, `features` (float32, components).

    Parameters
    ----------
    cells
        Parquet of `row`, `column`, `value`: positions and values above 0.
    folder
        For checkpoints; all executors can write to it.
    """
    spark = connect(options.master)
    from pyspark.ml.recommendation import ALS

    spark.conf.set("spark.sql.shuffle.partitions", options.blocks)
    known = spark.read.parquet(_location(cells)).where("value > 0")
    # rounded: what several executors add up comes in any order
    spread = float(f"{known.selectExpr('sqrt(avg(value * value))').first()[0]:.6g}")
    spark.sparkContext.setCheckpointDir(_location(folder / "checkpoints"))
    implicit = {} if options.alpha is None else {"implicitPrefs": True, "alpha": options.alpha}
    model = ALS(
        rank=n_components,
        maxIter=options.maxIter,
        regParam=options.penalty,
        numUserBlocks=options.blocks,
        numItemBlocks=options.blocks,
        seed=seed,
        nonnegative=True,
        checkpointInterval=CHECKPOINT,
        userCol="row",
        itemCol="column",
        ratingCol="value",
        **implicit,
    ).fit(known.selectExpr("row", "column", f"value / {spread!r}D AS value"))
    back = f"transform(features, x -> CAST(x * {math.sqrt(spread)!r}D AS FLOAT)) AS features"
    return [side.selectExpr("id", back) for side in (model.userFactors, model.itemFactors)]


@contextmanager
def fitted(
    cells: Path, shape: tuple[int, int], *, n_components: int, options: SparkOptions, seed: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield W (rows, components) and the transpose of H (columns, components) of a table of this shape.

    Both are files for as long as they are needed, so that of factors that no memory holds some rows can be taken at a
    time; 0 for rows and columns without a known cell. Parameters are those of `fit`.
    """
    with scratch(options.master) as folder:
        sides = fit(cells, n_components=n_components, options=options, seed=seed, folder=folder)
        rows, columns = (
            _mapped(factors, folder / name, (count, n_components))
            for factors, name, count in zip(sides, ("rows", "columns"), shape, strict=True)
        )
        yield rows, columns


@contextmanager
def factorize_file(
    cells: Path, profile: Mapping[str, Any], *, n_components: int, options: Mapping[str, Any], seed: int
) -> Iterator[Solution]:
    """Yield the factors of cells that lie in a file, given the table's profile; W is a file, as `fitted` tells.

    Errors are those of `ratings_nmf.solvers.factorize.factorize`, and of `connect`.
    """
    shape = profile["rows"], profile["columns"]
    check_count(shape, n_components, "fit.n_components")
    lowest, size = profile["minimum"], shape[0] * shape[1]
    weight_sum = profile["cells"] + weight_of(profile["zeros"]) * (size - profile["cells"])
    if math.isclose(profile["mean"] * weight_sum, profile["cells"] * profile["maximum"], rel_tol=1e-5):
        lowest = profile["maximum"]  # all given cells are alike; the least value is that of those not given
    settings = spark_options(options, zeros=profile["zeros"], lowest=lowest, highest=profile["maximum"])
    with fitted(cells, shape, n_components=n_components, options=settings, seed=seed) as (W, columns):
        factors = Factors(W=W, H=np.ascontiguousarray(columns.T, np.float64), components=numbered(n_components))
        known = profile["minimum"], profile["maximum"]
        solution = Solution(factors=factors, n_iter=settings.maxIter, converged=None)
        yield solution.within(predicted_range(profile["zeros"], known))


def factorize(
    table: RatingsTable, *, n_components: int, options: SparkOptions, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return W (rows, components) and H (components, columns) of a table that is in memory."""
    with scratch(options.master) as folder:
        cells = folder / "cells.parquet"
        write_parquet(cells, {"row": table.rows, "column": table.columns, "value": table.values})
        with fitted(cells, table.shape, n_components=n_components, options=options, seed=seed) as (rows, columns):
            return np.array(rows, np.float64), np.ascontiguousarray(columns.T, np.float64)


def _mapped(factors: "DataFrame", folder: Path, shape: tuple[int, int]) -> NDArray[Any]:
    """Let Spark write factors, sorted by id, to a folder; return them as one file's lines, 0 where it has none."""
    factors.orderBy("id").write.parquet(_location(folder))
    lines = np.memmap(folder.with_suffix(".lines"), np.float32, "w+", shape=shape)
    for part in sorted(folder.glob("*.parquet")):
        with pyarrow.parquet.ParquetFile(part) as opened:
            for batch in opened.iter_batches():
                features = batch.column("features").flatten().to_numpy()
                lines[batch.column("id").to_numpy()] = features.reshape(-1, shape[1])
    return lines


def _location(path: Path) -> str:
    """Return a path of the file system that driver and executors share, as Spark takes it whatever its default is."""
    return f"file:{path.resolve()}"
