"""The engines that every test of this room runs on: DuckDB, and Spark where Java and pyspark are there."""

import ibis
import pyarrow.parquet as parquet
import pytest

from marketsofone.engine import open_spark
from marketsofone.errors import SourceMissing

SMALL = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.parquet.inferTimestampNTZ.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
"""Spark for tables of five rows: what pays on large data only costs here."""


@pytest.fixture(scope="session")
def spark():
    """One local Spark for the session; skipped, with the reason, where it cannot start."""
    try:
        backend = open_spark()
    except SourceMissing as missing:
        pytest.skip(str(missing))
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    for name, value in SMALL.items():
        session.conf.set(name, value)
    yield backend
    session.stop()


class OnEngine:
    """Tables in an engine by one interface; results as sorted rows."""

    def __init__(self, backend, folder):
        self.backend, self.folder = backend, folder

    def hold(self, name, rows):
        """Rows, an expression or an Arrow table, under a name in this engine."""
        if self.backend.name == "duckdb":
            return self.backend.create_table(name, rows, overwrite=True, temp=True)
        if isinstance(rows, ibis.Expr):
            made = self.backend.to_pyarrow(rows)
            rows = made.cast(rows.schema().to_pyarrow())
        file = self.folder / f"{name}.parquet"
        parquet.write_table(rows, file)
        return self.backend.read_parquet(file, table_name=name)

    def rows(self, expr):
        """The answer, as dicts sorted by their text columns and ids."""
        found = self.backend.to_pyarrow(expr).to_pylist()
        return sorted(found, key=lambda row: [str(v) for v in row.values() if not isinstance(v, float)])


@pytest.fixture(params=["duckdb", "pyspark"], scope="session")
def on(request, tmp_path_factory):
    """The engine a test runs on."""
    backend = request.getfixturevalue("engine" if request.param == "duckdb" else "spark")
    return OnEngine(backend, tmp_path_factory.mktemp("tables"))
