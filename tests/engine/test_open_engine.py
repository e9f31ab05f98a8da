from __future__ import annotations

import datetime as dt
import importlib.util
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import ibis
import pytest

from marketsofone.engine import hold, open_engine, open_spark, release
from marketsofone.errors import MarketError, SourceMissing


def setting(backend, name: str):
    return backend.con.execute(f"select current_setting('{name}')").fetchone()[0]


def test_the_engine_speaks_utc_and_never_downloads_an_extension():
    engine = open_engine(threads=1)
    assert setting(engine, "TimeZone") == "UTC"
    assert not setting(engine, "autoinstall_known_extensions")
    assert not setting(engine, "enable_progress_bar")


def test_threads_memory_and_spill_are_what_was_asked_for(tmp_path):
    engine = open_engine(threads=1, memory="300MB", spill=tmp_path / "spill")
    assert setting(engine, "threads") == 1
    assert setting(engine, "memory_limit") == "286.1 MiB"
    assert setting(engine, "temp_directory") == str(tmp_path / "spill")


def test_a_database_file_keeps_its_tables(tmp_path):
    first = open_engine(tmp_path / "kept.duckdb")
    first.con.execute("create table kept as select 7 as n")
    first.disconnect()
    kept = open_engine(tmp_path / "kept.duckdb").table("kept")
    assert kept.to_pyarrow().to_pydict() == {"n": [7]}


def test_an_aggregate_larger_than_memory_spills_and_answers(tmp_path):
    engine = open_engine(threads=1, memory="100MB", spill=tmp_path)
    query = "select count(*) from (select distinct md5(i::varchar) from range(1500000) t(i))"
    assert engine.con.execute(query).fetchone() == (1_500_000,)


def test_importing_the_engine_room_loads_no_heavy_library():
    code = "import sys, marketsofone.engine; print(sorted({'ibis', 'duckdb', 'pyspark', 'pandas'} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_spark_without_java_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SourceMissing, match="Install Java 17") as raised:
        open_spark()
    assert isinstance(raised.value, MarketError)


def test_spark_without_pyspark_says_what_to_install(monkeypatch):
    monkeypatch.setattr("marketsofone.engine.spark.find_spec", lambda name: None)
    with pytest.raises(SourceMissing, match=r"marketsofone\[spark\]"):
        open_spark()


@pytest.mark.skipif(
    shutil.which("java") is None or importlib.util.find_spec("pyspark") is None,
    reason="Java or pyspark is absent",
)
@pytest.mark.filterwarnings("ignore")
def test_spark_and_duckdb_give_the_same_instant_and_its_workers_run_our_python(monkeypatch):
    import ibis

    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    literal = ibis.literal(dt.datetime(2026, 3, 29, 1, 30)).name("at")
    spark = open_spark()
    try:
        assert setting_of(spark, "spark.sql.session.timeZone") == "UTC"
        assert spark.execute(literal) == open_engine().execute(literal)
        assert spark._session.sparkContext.pythonExec == os.environ["PYSPARK_PYTHON"] == sys.executable
    finally:
        spark.disconnect()


def setting_of(backend, name: str) -> str:
    return backend._session.conf.get(name)


def test_a_cursor_of_another_thread_sees_what_is_held_and_tells_time_in_utc():
    engine = open_engine(threads=1)
    hold(engine, "two", ibis.memtable({"n": [1, 2]}))
    cursor = engine.con.cursor()
    asked = "select sum(n), current_setting('TimeZone') from held.main.two"
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(lambda: cursor.execute(asked).fetchall()).result() == [(3, "UTC")]


def test_what_is_held_is_not_in_the_file_of_a_database(tmp_path):
    engine = open_engine(tmp_path / "market.duckdb")
    hold(engine, "two", ibis.memtable({"n": [1, 2]}))
    engine.disconnect()
    assert open_engine(tmp_path / "market.duckdb").list_tables() == []


def test_what_is_released_goes_and_the_rest_stays():
    engine = open_engine(threads=1)
    kept, _gone = (hold(engine, name, ibis.memtable({"n": [1, 2]})) for name in ("kept", "gone"))
    release(engine, "gone", "never there")
    there = engine.list_tables(database="held.main")
    assert "kept" in there
    assert "gone" not in there
    assert engine.to_pyarrow(kept.n.sum()).as_py() == 3
