"""Spark in local mode: the proof that the same expressions run on a cluster."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from marketsofone.errors import SourceMissing

if TYPE_CHECKING:
    from ibis.backends.pyspark import Backend

_SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.log.level": "OFF",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def open_spark() -> Backend:
    """A local Spark, as an Ibis backend: UTC, two cores, loopback only, quiet.

    Starting it takes several seconds and it stays slower than DuckDB on anything that fits one
    machine; it is there for those whose data already live in a cluster. Its workers run the Python that runs us, unless
    ``PYSPARK_PYTHON`` names another.

    Raises
    ------
    SourceMissing
        Java or pyspark is not installed.
    """
    require_spark()
    import ibis
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)   # else the first python3 on the path, of any version
    builder = SparkSession.builder.master("local[2]").appName("marketsofone")
    for name, value in _SETTINGS.items():
        builder = builder.config(name, value)
    return ibis.pyspark.connect(builder.getOrCreate())


def require_spark() -> None:
    """Raise ``SourceMissing`` where Spark cannot start here, saying what to install."""
    if find_spec("pyspark") is None:
        raise SourceMissing(
            "Spark was asked for.", "pyspark is not installed.", "Run: pip install 'marketsofone[spark]'"
        )
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise SourceMissing(
            "Spark was asked for.",
            "no Java on this machine.",
            "Install Java 17, or leave the engine as it is.",
        )
