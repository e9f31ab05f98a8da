"""The written record as a source like any other: statements in force become rows of customer tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from marketsofone.customer.keys import as_read
from marketsofone.customer.permission import refuses
from marketsofone.customer.tables import RECORD, TABLES, Kind, Table
from marketsofone.record import Entry, Permission, Record

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

STATED = ("judgement", "effort", "wish", "adjustment", "permission", "objection")
"""Customer tables that people state, one kind of statement each."""

_TYPES: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "share": pa.float64(),
    "money": pa.int64(),
    "instant": pa.timestamp("us"),
    "date": pa.date32(),
}
_OF_THE_STATEMENT = ("about", "about_id", "stated_by", "stated_at")


def load_record(
    engine: Backend, record: Record, as_of: datetime, told: datetime | None = None
) -> tuple[str, ...]:
    """Append the statements in force to the customer tables ``judgement``, ``wish``, ``adjustment``, ...

    Rows carry ``source`` = 'record' and the id of the statement as ``source_row``; those of an earlier
    call are replaced. Instants are UTC without a zone. An adjustment's ``cost`` stays in minor units of the
    ``currency`` it was stated in, which may not be the market's own.

    Parameters
    ----------
    engine : Backend
        The DuckDB that holds the customer tables which the files gave.
    record : Record
        What people stated.
    as_of : datetime
        Instant with a time zone: what was stated later does not count. Objections do, whenever they
        were stated: whoever objects now is not profiled in a look at the past either, and who refuses contact is
        not approached. So that no filter on time loses them, their ``stated_at`` is left empty, and so is the first
        day of a refusal that has begun; the statement itself tells it.
    told : datetime, optional
        Instant with a time zone, absent ``as_of``: of what is neither permission nor objection counts what stood
        then, though it was corrected or taken back since.

    Returns
    -------
    tuple of str
        The tables that got rows.

    Raises
    ------
    RecordRefused
        ``as_of`` has no time zone, or the record cannot be read.
    """
    by = {"objection": None, "permission": as_of}
    stated = {name: record.statements(name, as_of=by.get(name, told or as_of)) for name in STATED}
    for name, entries in stated.items():
        _put(engine, name, _rows(TABLES[name], entries, as_of))
    return tuple(name for name, entries in stated.items() if entries)


def _put(engine: Backend, name: str, rows: pa.Table) -> None:
    """Take the place of the rows of the record in a table, which is made where there is none."""
    if name not in engine.list_tables():
        if rows.num_rows:
            engine.create_table(name, rows)
        return
    engine.create_table("stated", rows, temp=True, overwrite=True)
    engine.raw_sql(
        f"create or replace table {name} as from {name} where source is distinct from '{RECORD}' "
        "union all by name from stated"
    )
    engine.drop_table("stated")


def _rows(table: Table, entries: Sequence[Entry], as_of: datetime) -> pa.Table:
    columns = {
        field.name: pa.array([_value(entry, field.name, as_of) for entry in entries], _TYPES[field.kind])
        for field in table.fields
    }
    columns["source"] = pa.array([RECORD] * len(entries), pa.string())
    columns["source_row"] = pa.array([entry.id for entry in entries], pa.int64())
    return pa.table(columns)


def _value(entry: Entry, field: str, as_of: datetime) -> object:
    if field == "stated_at":
        return None if _is_a_no(entry) else entry.stated_at.astimezone(UTC).replace(tzinfo=None)
    if field == "about_id":
        return as_read(entry.about_id)
    value = getattr(entry if field in _OF_THE_STATEMENT else entry.says, field, None)
    if field == "valid_from" and value is not None and _is_a_no(entry) and value <= as_of.astimezone(UTC).date():
        return None
    return value


def _is_a_no(entry: Entry) -> bool:
    """Whether it is an objection, or a permission refused: it holds whatever day a run looks at."""
    return entry.kind == "objection" or (isinstance(entry.says, Permission) and refuses(entry.says.basis))
