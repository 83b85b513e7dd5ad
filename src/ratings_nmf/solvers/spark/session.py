"""A connection to Spark, and a folder that its executors can write to."""

import os
import re
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ratings_nmf.core.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

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
    builder = SparkSession.builder.master(master).appName("ratings-nmf")
    for key, value in _configuration(master).items():
        builder = builder.config(key, value)
    with tempfile.NamedTemporaryFile("w", suffix=".properties") as logging, warnings.catch_warnings():
        logging.write(LOGGING)
        logging.flush()
        # Pandas, which pyspark warns of, is imported by it and used nowhere
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        given = os.environ.setdefault("LOG4J_CONFIGURATION_FILE", logging.name)
        try:
            return builder.getOrCreate()
        except (Py4JError, PySparkException) as error:
            reason = next((line for line in str(error).splitlines() if line.startswith(":")), f": {error}")
            raise InputError(
                f"Spark does not start with {master!r}{' '.join(reason.split())}", parameter="fit.options.master"
            ) from None
        finally:
            if given == logging.name:
                del os.environ["LOG4J_CONFIGURATION_FILE"]


@contextmanager
def scratch(master: str) -> Iterator[Path]:
    """Yield a folder for what Spark passes on or needs where an executor is lost; remove it at the end.

    Executors on other machines share the working folder with this one, and so find it there.
    """
    place = None if master.startswith("local") else Path.cwd()
    with tempfile.TemporaryDirectory(prefix="spark-", suffix=".partial", dir=place) as folder:
        yield Path(folder)


def _configuration(master: str) -> dict[str, str]:
    always = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    if not master.startswith("local"):
        return always
    return {**always, "spark.driver.host": "localhost", "spark.driver.bindAddress": "127.0.0.1"}


def check_java() -> None:
    """Refuse a machine without a Java that Spark runs on, where Spark looks for it: in JAVA_HOME, or on PATH."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    place = f"JAVA_HOME ({home})" if home else "PATH"
    expected = f"spark needs Java {JAVA} or 21"
    mend = "install it, such as Debian's openjdk-17-jre-headless, or let JAVA_HOME name it"
    if java is None:
        raise InputError(f"{expected}; found no java in {place}; {mend}", parameter="fit.solver")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < JAVA:
        found = version[1] if version else " ".join(said.split())[:100]
        raise InputError(f"{expected}; found {found} in {place}; {mend}", parameter="fit.solver")
