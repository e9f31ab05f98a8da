"""Links that people stated become a table of the engine: which keys of the sources mean the same thing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from marketsofone.customer.keys import as_read

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend

    from marketsofone.record import Entry, Record

LINK = "stated_link"
"""Name of that table: ``about``, ``about_id``, ``same_as``, ``valid_from`` and ``source_row`` (the statement)."""

_STATED = pa.schema([("about", pa.string()), ("about_id", pa.string()), ("same_as", pa.string()),
                     ("valid_from", pa.date32()), ("source_row", pa.int64())])


def load_links(engine: Backend, record: Record, as_of: datetime) -> bool:
    """Put the links in force into the engine; whether there were any.

    A link holds from its day on (absent: always), whenever it was stated: what two keys mean does not
    change by our finding out. Links that say two keys are *not* the same join nothing.

    Parameters
    ----------
    as_of : datetime
        Instant with a time zone: what was stated later does not count.
    """
    rows = [row for row in map(_row, record.statements("link", as_of=as_of)) if row]
    if rows:
        engine.create_table(LINK, pa.Table.from_pylist(rows, _STATED), overwrite=True)
    return bool(rows)


def _row(entry: Entry) -> dict[str, object]:
    """A link as a row; empty for one that says two keys differ."""
    from marketsofone.record import Link

    said = entry.says
    if not isinstance(said, Link) or not said.same:
        return {}
    return {"about": entry.about, "about_id": as_read(entry.about_id), "same_as": as_read(said.same_as),
            "valid_from": said.valid_from, "source_row": entry.id}
