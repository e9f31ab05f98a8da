"""The table ``memberships`` of a run: where each buyer stands on each level, in shares that sum to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa

from marketsofone.project.snapshots.parquet import Streamed

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.stratifying import Stratified

_AT_ONCE = 32_768
_ROWS_IN_GROUP = 16_384


def memberships_writer(engine: Backend, stratified: Stratified, buyers: ir.Table) -> Callable[[Path], None]:
    """A writer of ``buyer_id``, ``stratum_id``, ``level`` and ``share``, by the first, then level and stratum.

    Buyers of one place are spread alike, in rows that stand sorted already: only buyers are sorted, and the rows
    of their places repeated, some thousands of buyers at a time.
    """
    placed = stratified.standing.select("buyer_id", "place").semi_join(buyers, "buyer_id").order_by("buyer_id")
    standing = engine.to_pyarrow(placed).combine_chunks()

    def write(path: Path) -> None:
        with duckdb.connect(config={"threads": 1}) as connection:  # pieces stay in the order in which they come
            connection.register("held", pa.RecordBatchReader.from_batches(_SCHEMA, _spread(standing, stratified)))
            Streamed(connection, "select * replace (stratum_id::varchar as stratum_id) from held", "",
                     _ROWS_IN_GROUP)(path)
    return write


_SCHEMA = pa.schema([("buyer_id", pa.int64()), ("stratum_id", pa.dictionary(pa.int32(), pa.string())),
                     ("level", pa.int64()), ("share", pa.float64())])


def _spread(standing: pa.Table, stratified: Stratified) -> Iterator[pa.RecordBatch]:
    rows = stratified.spread.sort_values(["place", "level", "stratum_id"])
    place, level, share = (rows[name].to_numpy() for name in ("place", "level", "share"))
    stratum = pa.array(rows["stratum_id"].to_numpy(object), pa.string()).dictionary_encode()
    ids, places = standing["buyer_id"].to_numpy(), standing["place"].to_numpy()
    for first in range(0, len(ids), _AT_ONCE):
        own = places[first: first + _AT_ONCE]
        start, count = np.searchsorted(place, own), np.searchsorted(place, own, side="right")
        count -= start
        at = np.arange(int(count.sum())) + np.repeat(start - (np.cumsum(count) - count), count)
        names = pa.DictionaryArray.from_arrays(stratum.indices.take(pa.array(at)), stratum.dictionary)
        columns = [np.repeat(ids[first: first + _AT_ONCE], count), names, level[at], share[at]]
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], schema=_SCHEMA)
