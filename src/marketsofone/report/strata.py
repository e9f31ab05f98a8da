"""The strata as rows: which are leaves, which come first, what they are called."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import words
from marketsofone.report.figures import Row

WHOLE_MARKET = "the whole market"


def leaves(strata: pa.Table) -> pa.Table:
    """Strata that are not split further."""
    return strata.filter(pc.invert(pc.is_in(strata["stratum_id"], value_set=pc.unique(strata["parent_id"]))))


def first(table: pa.Table, keys: list[tuple[str, str]], most: int) -> list[Row]:
    """The first rows in the order of the keys, nulls last; the last key must tell all rows apart."""
    taken = table.take(pc.select_k_unstable(table, min(most, table.num_rows), keys))
    rows: list[Row] = taken.sort_by(keys).to_pylist()
    return rows


def most_valuable(table: pa.Table, most: int) -> list[Row]:
    """Strata in the order in which an hour earns most there, those of unknown value last, by size."""
    keys = [("value_per_hour", "descending"), ("buyers", "descending"), ("stratum_id", "ascending")]
    return first(table, keys, most)


def market(strata: pa.Table) -> Row:
    """The row of the whole market; an empty one where the snapshot has none."""
    rows: list[Row] = strata.filter(pc.equal(strata["level"], 0)).slice(0, 1).to_pylist()
    return rows[0] if rows else {}


def label(path: str | None, whole: Row) -> str:
    """A path without the market's own name in front.

    Examples
    --------
    >>> label("Acme / retail / hardware", {"path": "Acme"}), label("Acme", {"path": "Acme"})
    ('retail / hardware', 'the whole market')

    """
    text, name = words.plain(path), words.plain(whole.get("path"))
    if text == name:
        return WHOLE_MARKET
    return text.removeprefix(f"{name} / ")


def named(row: Row, whole: Row) -> str:
    """A stratum by its path, after the name that people use where they gave it one.

    Examples
    --------
    >>> named({"path": "Acme / retail", "called": "High street"}, {"path": "Acme"})
    'High street: retail'

    """
    called, path = words.plain(row.get("called")), label(row["path"], whole)
    return f"{called}: {path}" if called else path
