"""Where buyers stand, written in order; and tables that nothing reads any more let go."""

from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from marketsofone.engine import hold, open_engine
from marketsofone.project.main_job.memberships import memberships_writer
from marketsofone.project.snapshots.parquet import Streamed

SPREAD = pd.DataFrame([(4, 2, "poor", 0.25), (0, 0, "market", 1.0), (4, 0, "market", 1.0), (4, 1, "care", 1.0),
                       (4, 2, "rich", 0.75)], columns=["place", "level", "stratum_id", "share"])


def written(engine, ids, places, path):
    standing = ibis.memtable(pd.DataFrame({"buyer_id": ids, "place": places}))
    kept = ibis.memtable(pd.DataFrame({"buyer_id": [each for each in ids if each != 99]}))
    memberships_writer(engine, SimpleNamespace(standing=standing, spread=SPREAD), kept)(path)
    return pq.read_table(path).to_pandas()


def test_each_buyer_stands_in_the_strata_of_its_place_by_buyer_level_and_stratum(tmp_path):
    rows = written(open_engine(threads=2), [7, 99, 3], [4, 4, 0], tmp_path / "memberships.parquet")
    assert [tuple(row) for row in rows.itertuples(index=False)] == [
        (3, "market", 0, 1.0), (7, "market", 0, 1.0), (7, "care", 1, 1.0), (7, "poor", 2, 0.25), (7, "rich", 2, 0.75)]


def test_many_buyers_keep_their_order_whatever_order_they_came_in(tmp_path, rng):
    ids = rng.permutation(300_000)
    rows = written(open_engine(threads=2), ids, np.where(ids % 3 == 0, 4, 0), tmp_path / "memberships.parquet")
    assert rows["buyer_id"].is_monotonic_increasing
    assert len(rows) == 299_999 + 3 * 99_999
    assert rows.groupby(["buyer_id", "level"])["share"].sum().to_numpy() == pytest.approx(1.0)


def test_a_table_sorted_before_its_texts_are_made_is_written_sorted(tmp_path, rng):
    engine = open_engine(threads=2)
    engine.con.execute("set preserve_insertion_order = false")
    sheet = hold(engine, "sheet", pd.DataFrame({"buyer_id": rng.permutation(400_000), "node": 1}))
    rows = sheet.order_by("buyer_id")
    rows = rows.mutate(path=ibis.array(["market", "retail"])[rows.node] + rows.buyer_id.cast("string"))
    Streamed(engine.con, str(engine.compile(rows.select("path", "buyer_id"))), "")(tmp_path / "buyers.parquet")
    assert pq.read_table(tmp_path / "buyers.parquet").to_pandas()["buyer_id"].is_monotonic_increasing
