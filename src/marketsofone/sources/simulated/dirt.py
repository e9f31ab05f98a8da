"""Dirt on request: the ways in which exports go wrong, each on a stated share of rows and written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.sources.simulated.chance import Flags, stream
from marketsofone.sources.simulated.columns import only

Spoil = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class Stain:
    """One way of spoiling one column.

    Parameters
    ----------
    table, field : str
        What is spoilt.
    kind : str
        In which way, in words.
    spoil : callable
        The column as it looks where it is spoilt.

    """

    table: str
    field: str
    kind: str
    spoil: Spoil


def _said(word: str) -> Spoil:
    return lambda column: pa.repeat(word, len(column))


def _day_first(column: pa.Array) -> pa.Array:
    return pc.strftime(column, format="%d.%m.%Y %H:%M")


def _shouted(column: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(pc.utf8_upper(column), pa.scalar(""), " ")


def _stranger(column: pa.Array) -> pa.Array:
    return pc.utf8_replace_slice(column, start=0, stop=1, replacement="X")


STAINS = (
    Stain("account", "account_id", "blank key", _said("")),
    Stain("account", "sector", "other spelling", _shouted),
    Stain("account", "employees", "text in a number", _said("about 50")),
    Stain("account", "payment_format", "word for missing", _said("Select")),
    Stain("account", "end_customers", "word for missing", _said("None")),
    Stain("opportunity", "closed_at", "second date format", _day_first),
    Stain("opportunity", "account_id", "orphan", _stranger),
    Stain("touch", "happened_at", "second date format", _day_first),
    Stain("order_line", "account_id", "orphan", _stranger),
    Stain("order_line", "amount", "text in a number", _said("on request")),
)
REPEATED = ("account", "opportunity", "touch")


def soil(tables: dict[str, pa.Table], share: float, seed: int) -> tuple[dict[str, pa.Table], pa.Table]:
    """Tables with dirt on ``share`` of the rows in each way, and a table of what was done.

    Numbers and dates of a spoilt column become text, as they would in a CSV file.

    Returns
    -------
    tables : dict of table
        New tables; the given ones stay as they are.
    dirt : table
        ``table_name``, ``field`` (null for whole rows), ``kind``, ``rows``.

    """
    rng, spoilt = stream(seed, "dirt"), dict(tables)
    done: list[tuple[str, str | None, str, int]] = []
    for stain in STAINS if share else ():
        table = spoilt[stain.table]
        there = table[stain.field].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
        chosen = there & (rng.random(table.num_rows) < share)
        spoilt[stain.table] = _spoil(table, stain, chosen)
        done.append((stain.table, stain.field, stain.kind, int(chosen.sum())))
    for name in REPEATED if share else ():
        again = np.flatnonzero(rng.random(spoilt[name].num_rows) < share)
        spoilt[name] = pa.concat_tables([spoilt[name], spoilt[name].take(pa.array(again))]).combine_chunks()
        done.append((name, None, "row twice", len(again)))
    names = ("table_name", "field", "kind", "rows")
    types = (pa.string(), pa.string(), pa.string(), pa.int64())
    rows = [dict(zip(names, row, strict=True)) for row in done]
    return spoilt, pa.Table.from_pylist(rows, schema=pa.schema(list(zip(names, types, strict=True))))


def _spoil(table: pa.Table, stain: Stain, chosen: Flags) -> pa.Table:
    clean = table[stain.field].combine_chunks()
    text = _plain(clean)
    dirty = pc.if_else(pa.array(chosen), stain.spoil(only(clean, chosen)), text)
    return table.set_column(table.schema.get_field_index(stain.field), stain.field, dirty)


def _plain(column: pa.Array) -> pa.Array:
    """The column as text; instants as a CSV file holds them."""
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format="%Y-%m-%d %H:%M:%SZ")
    return column.cast(pa.string())
