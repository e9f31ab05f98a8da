"""What is done with doubtful rows that are kept, each with its count: nothing is repaired in silence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.doubtful.alike import way_apart
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.source import UserColumn
from marketsofone.sources.rows.keys import without_row
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PLACEHOLDERS = ("none", "select", "n/a", "na", "unknown", "null", "nan", "-", "?", "not specified", "other")
"""Texts that often mean nothing was said, in lower case. They stay values of their own unless declared."""


def treat(con: DuckDBPyConnection, tables: Sequence[str], columns: Sequence[UserColumn]) -> list[Finding]:
    """Tidy the loaded tables and tell what was found: orphans, returns, blank keys, placeholder texts."""
    findings = _orphans(con, tables)
    for name in {*tables, "account", "rate"}:
        con.execute(f"alter table {quoted(name)} drop column m1_refused")
    for name in tables:
        findings += _blank_keys(con, name) + _returns(con, name) + _placeholders(con, name, columns)
    if "opportunity" in tables:
        findings += _closed_before(con)
    return findings


ADDED = "account_added"
"""Name of the table of the engine that holds the ``account_id`` of accounts that rows name and no source tells of."""


def _orphans(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    findings = []
    mapped = "account" in tables
    con.execute(f"create or replace table {ADDED} (account_id bigint)")
    refers = {field.refers for name in tables for field in TABLES[name].fields}
    astray = without_row(con, refers & {*tables, "account"})
    for name in tables:
        for field in TABLES[name].fields:
            if field.refers not in astray:
                continue
            if field.refers == "account" and not (name == "account" and field.name == "account_id"):
                findings += _added_accounts(con, name, field.name, mapped)
            elif field.refers != name:
                findings += _other_orphans(con, name, field.name, field.refers)
    return findings


def _added_accounts(con: DuckDBPyConnection, name: str, field: str, mapped: bool) -> list[Finding]:
    column = quoted(field)
    con.execute(
        f"create or replace temp table m1_absent as select {column} as account_id, count(*) as rows, "
        f"min((enum_code(source)::bigint << 40) + source_row) as place from {quoted(name)} t "
        f"where {column} is not null and not exists (select 1 from account a where a.account_id = t.{column}) "
        "group by all"
    )
    rows, keys = con.execute("select coalesce(sum(rows), 0), count(*) from m1_absent").fetchall()[0]
    told, repair = ("", "") if not (rows and mapped) else way_apart(
        con, "select account_id as id from m1_absent", "account", field)
    con.execute(
        "insert into account by name select account_id, place & ((1::bigint << 40) - 1) as source_row, "
        f"enum_range(null::{_enum(con, name)})[(place >> 40) + 1] as source from m1_absent"
    )
    con.execute(f"insert into {ADDED} select account_id from m1_absent")
    con.execute("drop table m1_absent")
    if not rows:
        return []
    if not mapped:
        return [
            Finding(
                "accounts_from_events",
                "info",
                f"{name}.{field}",
                f"No source fills account: {keys:,} accounts were made from {name}.{field}.",
            )
        ]
    return [
        Finding(
            "orphans",
            "warning",
            f"{name}.{field}",
            f"{rows:,} rows of {name} name {keys:,} accounts that no account source holds; they are kept, and the "
            f"accounts added with nothing but their id.{told}",
            repair,
        )
    ]


def _enum(con: DuckDBPyConnection, name: str) -> str:
    """The type of the column ``source``: the sources in their order."""
    return str(con.execute(f"select any_value(typeof(source)) from {quoted(name)}").fetchall()[0][0])


def _other_orphans(con: DuckDBPyConnection, name: str, field: str, refers: str) -> list[Finding]:
    key = TABLES[refers].key[0] if TABLES[refers].key else f"{refers}_id"
    rows, keys = con.execute(
        f"select count(*), count(distinct {quoted(field)}) from {quoted(name)} t where {quoted(field)} is not null "
        f"and not exists (select 1 from {quoted(refers)} r where r.{quoted(key)} = t.{quoted(field)})"
    ).fetchall()[0]
    if not rows:
        return []
    told, repair = way_apart(con, f"select {quoted(field)} as id from {quoted(name)} t where not exists (select 1 from "
                                  f"{quoted(refers)} r where r.{quoted(key)} = t.{quoted(field)})", refers, field)
    return [
        Finding(
            "orphans",
            "warning",
            f"{name}.{field}",
            f"{rows:,} rows of {name} name {keys:,} keys that are in no row of {refers}; they are kept.{told}",
            repair,
        )
    ]


def _blank_keys(con: DuckDBPyConnection, name: str) -> list[Finding]:
    fields = [field.name for field in TABLES[name].fields if field.refers and not field.required]
    parts = ", ".join(f"count({quoted(field)})" for field in fields)
    if not fields:
        return []
    rows, *filled = con.execute(f"select count(*), {parts} from {quoted(name)}").fetchall()[0]
    return [
        Finding(
            "blank_keys",
            "info",
            f"{name}.{field}",
            f"{rows - count:,} of {rows:,} rows of {name} have no {field}; they are kept, tied to none.",
        )
        for field, count in zip(fields, filled, strict=True)
        if 0 < count < rows and field not in ("parent_id", "site_id")
    ]


def _returns(con: DuckDBPyConnection, name: str) -> list[Finding]:
    if not TABLES[name].has("quantity"):
        return []
    count = con.execute(f"select count(*) from {quoted(name)} where quantity < 0").fetchall()[0][0]
    if not count:
        return []
    return [
        Finding(
            "returns",
            "info",
            f"{name}.quantity",
            f"{count:,} rows of {name} have a negative quantity and are kept as returns.",
        )
    ]


def _closed_before(con: DuckDBPyConnection) -> list[Finding]:
    """Opportunities decided before the day on which they were opened: one of the two days is not what it seems."""
    rows = con.execute("select count(*) from opportunity where outcome in ('won', 'lost') "
                       "and closed_at < opened_at - interval 1 day").fetchall()[0][0]
    if not rows:
        return []
    return [
        Finding(
            "closed_before_opened",
            "warning",
            "opportunity.closed_at",
            f"{rows:,} opportunities were decided before they were opened; they count as decided on the earlier day.",
            "Check which columns hold the two days: a planned day, or that of entering the row, may stand for one.",
        )
    ]


def _placeholders(con: DuckDBPyConnection, name: str, columns: Sequence[UserColumn]) -> list[Finding]:
    texts = [one for one in columns if one.table == name and one.kind == "text"]
    if not texts:
        return []
    words = ", ".join(map(literal, PLACEHOLDERS))
    parts = ", ".join(f"count_if(lower({quoted(one.column)}) in ({words}))" for one in texts)
    counts = con.execute(f"select {parts} from {quoted(name)}").fetchall()[0]
    return [
        Finding(
            "placeholder_texts",
            "info",
            f"{name}.{one.column}",
            f"{count:,} rows of {name} hold a text such as None, Select, N/A or Unknown in {one.name!r}; it is kept as "
            "a value of its own.",
            'If it means that nothing was said, list it in its source: missing = ["..."]',
        )
        for one, count in zip(texts, counts, strict=True)
        if count
    ]
