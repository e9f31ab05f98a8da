"""People whom a file puts at several accounts at once: only the first would count, so it is told what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import Source, TableMapping
from marketsofone.sources.rows.expressions import Rows
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def people_at_several(
    con: DuckDBPyConnection, mappings: Sequence[tuple[TableMapping, Source]], opened: Mapping[str, Rows]
) -> list[Finding]:
    """Of each source of people, how many stand at more than one account from the same day on.

    The key of a person is ``contact_id`` and ``valid_from``: a later row of the same is refused. Asked before that.
    """
    findings = []
    for mapping, source in mappings:
        if mapping.table != "contact" or not {"contact_id", "account_id"} <= mapping.fields.keys():
            continue
        people = con.execute(
            f"select count(distinct contact_id) from (select contact_id from contact where source = "
            f"{literal(source.name)} group by contact_id, valid_from having min(account_id) <> max(account_id))"
        ).fetchall()[0][0]
        if people:
            findings.append(_told(people, mapping, opened[source.name]))
    return findings


def _told(people: int, mapping: TableMapping, rows: Rows) -> Finding:
    source, dated = rows.source.name, "valid_from" in mapping.fields
    both = " || ' ' || ".join(_as_sql(rows, mapping.fields[name]) for name in ("contact_id", "account_id"))
    since = "" if dated else ("If they moved from one to the next, map the day since when each row holds:\n"
                              f"[sources.{source}.contact]\nvalid_from = \"<column of that day>\"\n")
    return Finding(
        "people_at_several", "warning", f"{source}: contact.account_id",
        f"People who stand at more than one account {'from the same day on' if dated else 'at once'}: {people:,}. Each "
        "counts at the account of its first row alone; the other rows are in quarantine.",
        f"{since}If they work at all of them, let each place be a person of its own; an objection then names each of "
        f"these keys, as does what else names people:\n[sources.{source}.contact]\ncontact_id = {quoted_as_toml(both)}")


def _as_sql(rows: Rows, said: str) -> str:
    column = rows.column(said)
    return quoted(column) if column else f"({said})"
