"""Merges applied: what people said means the same thing has one id in every table, as of a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from marketsofone.customer.merged import MERGED, roots
from marketsofone.customer.tables import OF_OPPORTUNITY
from marketsofone.engine import hold
from marketsofone.features.merging import with_merged
from marketsofone.sources import Finding
from marketsofone.sources.sql import literal
from marketsofone.sources.stated.links import LINK

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.features import AsOf


_MERGED = {"entity": "string", "entity_id": "int64", "into_id": "int64", "valid_from": "date"}
_PAIRED = ("entity_link a, entity_link b where a.source_id = s.about_id and b.source_id = s.same_as "
           "and b.entity = a.entity and (a.entity = s.about or s.about = 'buyer') "
           f"and a.entity in ({', '.join(map(literal, MERGED))})")
"""The two things ``a`` and ``b`` that a link ``s`` says are one."""


class Pair(NamedTuple):
    """Two internal ids that mean one thing, the keys they were made from, and since when."""

    entity: str
    one: int
    key_one: str
    other: int
    key_other: str
    valid_from: date | None


def merged_tables(engine: Backend, tables: Mapping[str, ir.Table], as_of: AsOf) -> dict[str, ir.Table]:
    """The customer tables as loaded, with what was merged by the day under one id."""
    if LINK not in engine.list_tables():
        return dict(tables)
    pairs = _fetch_pairs(engine, as_of)
    if not pairs:
        return dict(tables)
    merged = with_merged(tables, hold(engine, "merged", ibis.memtable(_merged(pairs), schema=_MERGED)))
    again = (*MERGED, *OF_OPPORTUNITY)
    return {name: hold(engine, f"merged_{name}", table) if name in again else table for name, table in merged.items()}


def unmerged_findings(engine: Backend) -> list[Finding]:
    """Links of which no source gives both keys as keys of what they link: they join nothing."""
    if LINK not in engine.list_tables():
        return []
    unknown = engine.con.execute(
        f"select count(*) from {LINK} s where not exists (select 1 from {_PAIRED})").fetchall()[0][0]
    if not unknown:
        return []
    return [Finding("merge_unknown", "warning", "record: link",
                    f"{unknown:,} merge{'s name' if unknown != 1 else ' names'} an account, contact or "
                    "opportunity by a key that no source gives for such.",
                    "Check the keys, or take the merge back: m1 merge --undo")]


def _fetch_pairs(engine: Backend, as_of: AsOf) -> list[Pair]:
    """Ids that mean the same by the day."""
    found = engine.con.execute(
        "select distinct a.entity, a.entity_id, a.source_id, b.entity_id, b.source_id, s.valid_from "
        f"from {LINK} s, {_PAIRED} and a.entity_id <> b.entity_id and coalesce(s.valid_from <= ?, true) "
        "order by all", [as_of.told_day]).fetchall()
    return [Pair(*row) for row in found]


def _merged(pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """One row for each id that leads to another one, and the last day on which something about it was merged."""
    rows = []
    for entity in sorted({pair.entity for pair in pairs}):
        of = [pair for pair in pairs if pair.entity == entity]
        key_of = {pair.one: pair.key_one for pair in of} | {pair.other: pair.key_other for pair in of}
        for each, root in roots([(pair.one, pair.other) for pair in of], key_of).items():
            days = [pair.valid_from for pair in of if each in (pair.one, pair.other) and pair.valid_from]
            rows.append({"entity": entity, "entity_id": each, "into_id": root, "valid_from": max(days, default=None)})
    return rows
