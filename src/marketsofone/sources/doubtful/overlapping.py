"""What two sources tell of one thing for times that overlap: what the row that began last leaves open, the other fills.

On each day the row that began last stands. Where another source tells more of the same day, its row is filled for that
time, and parted where the other ends; what both tell is as it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIRST, _LAST = "date '0001-01-01'", "date '9999-12-31'"


def fill_overlapping(con: DuckDBPyConnection, name: str, told: Sequence[str]) -> list[Finding]:
    """Fill dated rows of a table from those of other sources that began earlier and hold beside them.

    Parameters
    ----------
    name : str
        A customer table whose rows have periods.
    told : sequence of str
        Its columns that say something, quoted.
    """
    if not told:
        return []
    con.execute(_beside(name, told))
    rows, differing = con.execute(
        "select count(distinct own) filter (where fills), count(distinct own) filter (where differs) "
        "from m1_beside").fetchall()[0]
    if rows:
        con.execute("delete from m1_beside where own not in (select own from m1_beside where fills)")
        con.execute(f"create or replace temp table m1_parted as {_parted(name, told)}")
        con.execute(f"delete from {quoted(name)} where rowid in (select own from m1_beside)")
        con.execute(f"insert into {quoted(name)} by name select * from m1_parted")
        con.execute("drop table m1_parted")
    con.execute("drop table m1_beside")
    if not rows and not differing:
        return []
    return [Finding(
        "periods_of_several", "warning" if differing else "info", f"{name}.valid_from",
        f"Two sources tell of {name} for overlapping times: {rows:,} rows are filled, where they leave something open, "
        f"by what the other tells of the same days; in {differing:,} rows something differs, and the row that began "
        "last stands.")]


def _beside(name: str, told: Sequence[str]) -> str:
    """Pairs of a row and one of another source that began no later, was known by then and holds beside it."""
    began, ends = f"coalesce(u.valid_from, {_FIRST})", f"coalesce(u.valid_to, {_LAST})"
    known = "(u.known_at is null or u.known_at <= t.known_at)" if TABLES[name].has("known_at") else "true"
    fills = " or ".join(f"(t.{one} is null and u.{one} is not null)" for one in told)
    differs = " or ".join(f"(t.{one} <> u.{one})" for one in told)
    key, dated = quoted(f"{name}_id"), "(u.valid_from is not null or u.valid_to is not null)"
    return (f"create or replace temp table m1_beside as select t.rowid as own, u.rowid as beside, {began} as began, "
            f"{ends} as ends, coalesce({fills}, false) as fills, coalesce({differs}, false) as differs "
            f"from {quoted(name)} t join {quoted(name)} u using ({key}) where t.source <> u.source and {dated} "
            f"and t.valid_from is not null and {began} <= t.valid_from and {ends} > t.valid_from and {known}")


def _parted(name: str, told: Sequence[str]) -> str:
    """The rows to fill, parted where what fills them ends: each part with what is told of all its days."""
    table, last = quoted(name), f"coalesce(t.valid_to, {_LAST})"
    firsts = ", ".join(f"first(u.{one} order by b.began desc, u.source, u.source_row) "
                       f"filter (where u.{one} is not null) as {one}" for one in told)
    filled = ", ".join(f"coalesce(t.{one}, f.{one}) as {one}" for one in told)
    return f"""
        with ends as (
            select b.own, least(b.ends, {last}) as until from m1_beside b join {table} t on t.rowid = b.own
            union select t.rowid as own, {last} as until from {table} t where t.rowid in (select own from m1_beside)),
        parts as (select own, until, lag(until) over (partition by own order by until) as since from ends),
        found as (select p.own, p.until, {firsts} from parts p join m1_beside b on b.own = p.own and b.ends >= p.until
                  join {table} u on u.rowid = b.beside group by p.own, p.until)
        select t.* replace (
            coalesce(p.since, t.valid_from) as valid_from, nullif(p.until, {_LAST}) as valid_to, {filled})
        from parts p join {table} t on t.rowid = p.own left join found f on f.own = p.own and f.until = p.until"""
