"""E-mail addresses that are keys and differ by capitals only: two people for the sources, one for everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import STATED, TABLES
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source, TableMapping
from marketsofone.sources.rows.expressions import Rows
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import quoted
from marketsofone.sources.values.addresses import is_address

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_Pair = tuple[TableMapping, Source]


def addresses_alike(
    con: DuckDBPyConnection, mappings: Sequence[_Pair], opened: Mapping[str, Rows]
) -> list[Finding]:
    """Of each kind of thing, how many addresses are written in several ways; and the lines that make each one key."""
    found = con.execute(
        "select entity, count(*), sum(ways) from (select entity, count(*) as ways from entity_link where "
        f"{is_address('source_id')} group by entity, lower(source_id) having count(distinct source_id) > 1) "
        "group by entity order by entity").fetchall()
    return [_told(entity, addresses, int(ways), list(_lines(entity, mappings, opened)))
            for entity, addresses, ways in found]


def _told(entity: str, addresses: int, ways: int, lines: Sequence[str]) -> Finding:
    written = (f"{addresses:,} e-mail addresses that are keys of {entity} are" if addresses != 1
               else f"1 e-mail address that is a key of {entity} is")
    return Finding(
        "addresses_alike", "warning", f"{entity}_id",
        f"{written} written in several ways that differ in capitals only: each of the {ways:,} counts as a thing of "
        "its own, and an objection under one of them does not hold for the others.",
        "If they are the same, read them in small letters, wherever they stand:\n" + "\n".join(lines))


def _lines(entity: str, mappings: Sequence[_Pair], opened: Mapping[str, Rows]) -> Iterator[str]:
    """What to write for each field that holds such keys."""
    for mapping, source in mappings:
        for name, said in mapping.fields.items():
            if TABLES[mapping.table].field(name).refers == entity or (name == "about_id" and mapping.table in STATED):
                column = opened[source.name].column(said)
                small = quoted_as_toml(f"lower({quoted(column) if column else said})")
                yield f"[sources.{source.name}.{mapping.table}]\n{name} = {small}"
