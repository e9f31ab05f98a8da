"""Internal ids: 52 bits made from what a thing is and the key a source gave it.

The same key of the same kind is the same thing, whichever source says it, in every run; a
spreadsheet and a double hold 52 bits exactly. A salt makes the ids of one project its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.errors import KeyNotUnique
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BITS = (1 << 52) - 1


def id_of(key: str, entity: str, salt: int) -> str:
    """SQL of the internal id of a key that is SQL of a text.

    Examples
    --------
    >>> print(id_of("k", "account", 0))
    cast(md5_number('account' || chr(31) || '0' || chr(31) || k) & 4503599627370495 as bigint)

    """
    before = f"{literal(entity)} || chr(31) || {literal(str(salt))} || chr(31)"
    return f"cast(md5_number({before} || {key}) & {_BITS} as bigint)"


def begin_keys(con: DuckDBPyConnection) -> None:
    """Make room for the keys of this load."""
    con.execute("create or replace temp table m1_keys (entity varchar, entity_id bigint, source varchar, key varchar)")


def keep_keys(con: DuckDBPyConnection, relation: str, key: str, entity: str, source: str, salt: int) -> None:
    """Remember which keys a source uses for an entity that others point to.

    Orders and touches lead back by ``source`` and ``source_row``: nothing is computed from their ids,
    so that a ledger's numbers need not be kept.
    """
    if entity not in TABLES or entity == "touch":
        return
    con.execute(
        f"insert into m1_keys select {literal(entity)}, {id_of('k', entity, salt)}, {literal(source)}, k "
        f"from (select distinct {key} as k from {relation}) where k is not null"
    )


def link_keys(con: DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    """Write ``entity_link``: internal id -> source and key, for every entity that has a customer table.

    Orders have none; their lines, and touches, carry ``source`` and ``source_row``.

    Raises
    ------
    KeyNotUnique
        Two keys of one entity came to the same id (one chance in nine thousand among a million keys).

    """
    clashes = con.execute(
        "select entity, count(*) from (select entity, entity_id from m1_keys group by all "
        "having min(key) <> max(key)) group by entity"
    ).fetchall()
    if clashes:
        raise _clash(*clashes[0])
    con.execute(
        "create or replace table entity_link as select distinct entity, entity_id, source, key as source_id, "
        "null::date as valid_from, null::date as valid_to from m1_keys"
    )
    con.execute("drop table m1_keys")
    if con.execute("select 1 from quarantine limit 1").fetchall():
        _drop_unused(con, tables)


def _clash(entity: str, ids: int) -> KeyNotUnique:
    return KeyNotUnique(
        f"Every key of {entity} has an internal id of its own.",
        f"{ids:,} ids that two keys share.",
        "Choose another salt: the ids change, the results do not.",
    )


def _drop_unused(con: DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    uses = [
        f"select {literal(field.refers)} as entity, {quoted(field.name)} as entity_id from {quoted(name)}"
        for name in tables
        for field in TABLES[name].fields
        if field.refers in TABLES
    ]
    used = " union ".join(uses) or "select null::varchar as entity, null::bigint as entity_id"
    con.execute(
        f"delete from entity_link l where not exists (select 1 from ({used}) u "
        "where u.entity = l.entity and u.entity_id = l.entity_id)"
    )
