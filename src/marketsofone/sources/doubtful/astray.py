"""Statements that speak of nobody the files know: an objection under a mistyped key protects nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import RECORD, STATED
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OF_STRATA_TOO = ("effort",)
"""Statements that a plan reads of all buyers of a stratum."""


def statements_astray(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Of statements in files, table by table, how many name a key that no file holds, and how many speak of strata."""
    findings = []
    for name in tables:
        if name in STATED:
            findings += _unknown(con, name)
            findings += _of_strata(con, name) if name not in _OF_STRATA_TOO else []
    return findings


def recorded_astray(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Of each kind of statement in the written record, how many speak of keys that no file holds.

    That was said when they were stated; keys also go from the files later.
    """
    findings = []
    for name in tables:
        rows, keys = _counted(con, name, f"s.source = {literal(RECORD)}") if name in STATED else (0, 0)
        if rows:
            said = "1 statement" if rows == 1 else f"{rows:,} statements"
            findings.append(Finding(
                "statements_astray", "info", f"record: {name}",
                f"{said} of kind {name} about keys that no file holds ({keys:,}): kept, without effect until one does.",
                "Where one was mistyped, state it again: m1 rank and m1 buyer show keys as they are written."))
    return findings


def _unknown(con: DuckDBPyConnection, name: str) -> list[Finding]:
    rows, keys = _counted(con, name, "true")
    if not rows:
        return []
    return [Finding(
        "statements_astray", "warning", f"{name}.about_id",
        f"{rows:,} rows of {name} speak of {keys:,} keys that no file holds; they are kept, and change nothing.",
        "Check that both files write the key alike, and that about says what it is the key of.")]


def _counted(con: DuckDBPyConnection, name: str, where: str) -> tuple[int, int]:
    """How many rows speak of keys that no file holds, and of how many such keys."""
    rows, keys = con.execute(
        f"select count(*), count(distinct about_id) from {quoted(name)} s where {where} and about <> 'stratum' and "
        "not exists (select 1 from entity_link l where l.source_id = s.about_id "
        "and (s.about = 'buyer' or l.entity = s.about))").fetchall()[0]
    return rows, keys


def _of_strata(con: DuckDBPyConnection, name: str) -> list[Finding]:
    rows = con.execute(f"select count(*) from {quoted(name)} where about = 'stratum'").fetchall()[0][0]
    if not rows:
        return []
    return [Finding(
        "statements_of_strata", "warning", f"{name}.about",
        f"{rows:,} rows of {name} speak of strata; they are kept and change no number: what is said of buyers does.",
        "State it of the buyers that are meant, or of their accounts.")]
