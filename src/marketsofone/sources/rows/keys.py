"""Internal ids: 52 bits made from what a thing is and the key a source gave it.

The same key of the same kind is the same thing, whichever source says it, in every run; a
spreadsheet and a double hold 52 bits exactly. A salt makes the ids of one project its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.errors import KeyNotUnique
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BITS = (1 << 52) - 1


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a source names things of a kind: SQL of its rows, SQL of the key in them, the kind and the source."""

    relation: str
    key: str
    entity: str
    source: str


def id_of(key: str, entity: str, salt: int) -> str:
    """SQL of the internal id of a key that is SQL of a text.

    What leads to no table, an order, only tells its lines apart: the engine's own hash does, at a fraction of the time.

    Examples
    --------
    >>> print(id_of("k", "account", 0))
    cast(md5_number('account' || chr(31) || '0' || chr(31) || k) & 4503599627370495 as bigint)
    >>> print(id_of("k", "order", 0))
    case when k is not null then cast(hash('order', '0', k) & 4503599627370495 as bigint) end

    """
    if entity not in TABLES:
        hashed = f"cast(hash({literal(entity)}, {literal(str(salt))}, {key}) & {_BITS} as bigint)"
        return f"case when {key} is not null then {hashed} end"
    before = f"{literal(entity)} || chr(31) || {literal(str(salt))} || chr(31)"
    return f"cast(md5_number({before} || {key}) & {_BITS} as bigint)"


def begin_keys(con: DuckDBPyConnection) -> None:
    """Make room for the keys of this load: an empty ``entity_link``."""
    con.execute(
        "create or replace table entity_link (entity varchar, entity_id bigint, source varchar, source_id varchar, "
        "valid_from date, valid_to date)"
    )


def keep_keys(con: DuckDBPyConnection, keys: Keys, salt: int) -> None:
    """Write into ``entity_link`` the keys of an entity that others point to, each under the first source to name it.

    Orders and touches lead back by ``source`` and ``source_row``: nothing is computed from their ids,
    so that a ledger's numbers need not be kept.
    """
    if keys.entity not in TABLES or keys.entity == "touch":
        return
    entity = literal(keys.entity)
    con.execute(
        f"insert into entity_link by name select {entity} as entity, {id_of('k', keys.entity, salt)} as entity_id, "
        f"{literal(keys.source)} as source, k as source_id from (select distinct {keys.key} as k from {keys.relation}) "
        f"where k is not null and not exists (select 1 from entity_link l where l.source_id = k "
        f"and l.entity = {entity})"
    )


def without_row(con: DuckDBPyConnection, entities: Iterable[str]) -> frozenset[str]:
    """Those of the entities of which some key leads to no row of their own table."""
    return frozenset(entity for entity in entities if _leads_nowhere(con, entity))


def _leads_nowhere(con: DuckDBPyConnection, entity: str) -> bool:
    absent = (
        f"select 1 from entity_link l where entity = {literal(entity)} and not exists "
        f"(select 1 from {quoted(entity)} r where r.{quoted(entity + '_id')} = l.entity_id) limit 1"
    )
    return bool(con.execute(absent).fetchall())


def settle_keys(con: DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    """Leave in ``entity_link`` the keys in use, once it is sure that each has an internal id of its own.

    Orders are not in it; their lines, and touches, carry ``source`` and ``source_row``.

    Raises
    ------
    KeyNotUnique
        Two keys of one entity came to the same id (one chance in nine thousand among a million keys).

    """
    differ = "having min(hash(source_id)) <> max(hash(source_id))"
    suspect = f"select entity_id from entity_link group by entity_id {differ}"
    clashes = con.execute(
        f"select entity, count(*) from (select entity, entity_id from entity_link where entity_id in ({suspect}) "
        f"group by all {differ}) group by entity"
    ).fetchall()
    if clashes:
        raise _clash(*clashes[0])
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
