"""Contacts that people wrote down become touches like those from files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from marketsofone.customer.keys import as_read
from marketsofone.customer.tables import RECORD, TABLES
from marketsofone.record import Contact, Entry, Record

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

_LEADS = ("contact", "account", "opportunity")
"""What a touch can belong to; a key that several of these share means the first."""

_STATED = pa.schema([
    ("about", pa.string()), ("about_id", pa.string()), ("source_row", pa.int64()), ("channel", pa.string()),
    ("happened_at", pa.timestamp("us")), ("known_at", pa.timestamp("us")), ("answered", pa.bool_()),
    ("minutes", pa.float64()),
])


def load_contacts(engine: Backend, record: Record, as_of: datetime) -> bool:
    """Append the contacts in force to the customer table ``touch``; whether there were any.

    They are touches of sales, outgoing, with ``source`` = 'record' and the id of the statement as
    ``source_row``. A contact about something that no file knows (any more) is left out.

    Parameters
    ----------
    engine : Backend
        With ``entity_link``, as `load_sources` leaves it.
    as_of : datetime
        What was stated later does not count.
    """
    entries = record.statements("contact", as_of=as_of)
    if not entries:
        return False
    engine.create_table("contacted", _rows(entries), temp=True, overwrite=True)
    touch = TABLES["touch"]
    if "touch" not in engine.list_tables():
        columns = ", ".join(f"cast(null as {_SQL_TYPES[field.kind]}) as {field.name}" for field in touch.fields)
        engine.raw_sql(f"create table touch as select {columns}, cast(null as varchar) as source, "
                       "cast(null as bigint) as source_row limit 0")
    engine.raw_sql(
        f"create or replace table touch as from touch where source is distinct from '{RECORD}' "
        f"union all by name {_touches()}")
    engine.drop_table("contacted")
    return True


_SQL_TYPES = {"id": "bigint", "text": "varchar", "number": "double", "money": "bigint", "instant": "timestamp",
              "flag": "boolean", "date": "date", "share": "double"}


def _touches() -> str:
    """Contacts with the internal id of what each is about."""
    place = " ".join(f"when '{entity}' then {n}" for n, entity in enumerate(_LEADS))
    ids = ", ".join(f"case when entity = '{entity}' then entity_id end as {entity}_id" for entity in _LEADS)
    return (
        f"select source_row as touch_id, {ids}, happened_at, known_at, 'sales' as team, channel, "
        f"'out' as direction, minutes, answered, '{RECORD}' as source, source_row from ("
        f"select contacted.*, entity, entity_id, row_number() over (partition by contacted.source_row "
        f"order by case entity {place} end, entity_id) as place "
        f"from contacted join entity_link on entity_link.source_id = about_id and entity in {_LEADS} "
        f"and (entity = about or about = 'buyer')) where place = 1")


def _rows(entries: Sequence[Entry]) -> pa.Table:
    return pa.Table.from_pylist([_row(entry) for entry in entries], _STATED)


def _row(entry: Entry) -> dict[str, object]:
    said = entry.says
    assert isinstance(said, Contact)
    return {
        "about": entry.about, "about_id": as_read(entry.about_id), "source_row": entry.id, "channel": said.channel,
        "happened_at": _utc(said.happened_at), "known_at": _utc(entry.stated_at), "answered": said.answered,
        "minutes": said.minutes}


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
