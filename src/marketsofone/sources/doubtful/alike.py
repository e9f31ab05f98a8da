"""Keys that would meet if two files wrote them alike: what sets them apart, and the lines that repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WAYS = (
    ("leading zeros", "ltrim({}, '0')", "ltrim(cast({} as varchar), '0')"),
    ("capital letters", "lower({})", "lower({})"),
)
_MANY = 0.5


def way_apart(con: DuckDBPyConnection, absent: str, entity: str, field: str) -> tuple[str, str]:
    """What is said of keys without a row of their own, and the repair.

    Parameters
    ----------
    absent : str
        SQL of the ids of those keys, as column ``id``.
    entity : str
        The table in which they should be.
    field : str
        The field that names them.
    """
    keys = f"select entity_id, source_id from entity_link where entity = {literal(entity)}"
    there = f"exists (select 1 from {quoted(entity)} r where r.{quoted(f'{entity}_id')} = k.entity_id)"
    for apart, alike, sql in _WAYS:
        asked, met = con.execute(
            f"select count(*), count(met) from (select distinct {alike.format('source_id')} as said from ({keys}) k "
            f"where entity_id in (select id from ({absent}))) left join (select distinct "
            f"{alike.format('source_id')} as met from ({keys}) k where {there}) on said = met").fetchall()[0]
        if met and met >= _MANY * asked:
            column = sql.format('\\"...\\"')
            return (f" {met:,} of them are there but for {apart}.",
                    f'Write the key alike in both mappings:\n{field} = "{column}"')
    return "", "Check that both files write the key alike; an expression can repair it."
