"""Statements in files that speak of nobody the files know: an objection under a mistyped key protects nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import STATED
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OF_STRATA_TOO = ("effort",)
"""Statements that a plan reads of all buyers of a stratum."""


def statements_astray(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Of each table of statements, how many rows name a key that no file holds, and how many speak of strata."""
    findings = []
    for name in tables:
        if name in STATED:
            findings += _unknown(con, name)
            findings += _of_strata(con, name) if name not in _OF_STRATA_TOO else []
    return findings


def _unknown(con: DuckDBPyConnection, name: str) -> list[Finding]:
    rows, keys = con.execute(
        f"select count(*), count(distinct about_id) from {quoted(name)} s where about <> 'stratum' and not exists "
        "(select 1 from entity_link l where l.source_id = s.about_id and (s.about = 'buyer' or l.entity = s.about))"
    ).fetchall()[0]
    if not rows:
        return []
    return [Finding(
        "statements_astray", "warning", f"{name}.about_id",
        f"{rows:,} rows of {name} speak of {keys:,} keys that no file holds; they are kept, and change nothing.",
        "Check that both files write the key alike, and that about says what it is the key of.")]


def _of_strata(con: DuckDBPyConnection, name: str) -> list[Finding]:
    rows = con.execute(f"select count(*) from {quoted(name)} where about = 'stratum'").fetchall()[0][0]
    if not rows:
        return []
    return [Finding(
        "statements_of_strata", "warning", f"{name}.about",
        f"{rows:,} rows of {name} speak of strata; they are kept and change no number: what is said of buyers does.",
        "State it of the buyers that are meant, or of their accounts.")]
