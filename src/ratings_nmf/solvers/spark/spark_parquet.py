"""Parquet as Spark reads and writes it: folders of part files, whose sorted names give the order of the records."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def location(path: Path) -> str:
    """Return a path of the file system that driver and executors share, as Spark takes it whatever its default is."""
    return f"file:{path.resolve()}"


def read(spark: "SparkSession", path: Path) -> "DataFrame":
    """Return a file or folder of Parquet as a data frame."""
    return spark.read.parquet(location(path))


def write(frame: "DataFrame", folder: Path) -> None:
    """Write a data frame as part-00000.parquet …, and nothing else, in the order of its partitions."""
    frame.write.option("compression", "zstd").parquet(location(folder))
    parts = sorted(folder.glob("part-*.parquet"))
    for file in folder.iterdir():
        if file not in parts:
            file.unlink()  # checksums and the mark of success, which are Hadoop's
    for number, part in enumerate(parts):
        part.rename(folder / f"part-{number:05}.parquet")


def settled(frame: "DataFrame", folder: Path) -> "DataFrame":
    """Return the data frame as read from a folder that it is written to: computed once, whatever executors are lost."""
    frame.write.parquet(location(folder))
    return read(frame.sparkSession, folder)
