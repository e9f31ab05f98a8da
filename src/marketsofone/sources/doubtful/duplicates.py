"""Rows that share the key of an earlier row: the first one stands, the later ones are refused.

What another source tells of the same account, person, product, rep or rival is no duplicate: it fills what the first
row leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.sources.findings import Finding
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

THINGS = ("account", "contact", "product", "rep", "competitor")
"""Tables whose rows say what something is, so that two sources may tell of one."""
_TIMES = ("known_at", "valid_to")
"""What must be alike for that: what is known, or holds, at another time is another thing."""


def refuse_duplicates(
    con: DuckDBPyConnection, tables: Sequence[str], repeating: Set[tuple[str, str]]
) -> tuple[list[Finding], Mapping[tuple[str, str], int]]:
    """Quarantine later rows of the same key, the sources taken in their order.

    A row whose every loaded value equals the first one's is called an exact duplicate. A ledger that
    also fills the accounts says the same of an account in every line: that is no duplicate but a
    statement made again, and is counted apart.

    Parameters
    ----------
    tables : sequence of str
        Customer tables that were filled.
    repeating : set of (source, table)
        Where a source fills a table of things beside a table of events.

    Returns
    -------
    findings : list of Finding
    repeated : mapping
        (source, table) -> rows that only said again what an earlier row of that source had said.
    """
    findings: list[Finding] = []
    repeated: dict[tuple[str, str], int] = {}
    for name in tables:
        if TABLES[name].key and _mark_later(con, name):
            repeated |= _drop_repeated(con, name, repeating)
            findings += [*_told_more(con, name), *_refuse_marked(con, name)]
        con.execute("drop table if exists m1_later")
        con.execute("drop table if exists m1_more")
    return findings, repeated


def _mark_later(con: DuckDBPyConnection, name: str) -> bool:
    """Note the later rows of each key, the row that stands, and whether both say the same.

    Of two sources one may tell what holds always, the other what held until some day: neither repeats the other.
    """
    keys, table = ", ".join(map(quoted, TABLES[name].key)), quoted(name)
    several = len(con.execute(f"select distinct source from {table}").fetchall()) > 1
    if several and TABLES[name].has("valid_to"):
        keys += ", (valid_from is null and valid_to is not null)"
    rows, different = con.execute(
        f"select count(*), (select count(*) from (select distinct {keys} from {table})) from {table}"
    ).fetchall()[0]
    if rows == different:
        return False
    values = _values(con, name)
    times = ", ".join(quoted(one) for one in _TIMES if TABLES[name].has(one)) or "0"
    con.execute(
        f"create temp table m1_later as select source, source_row, m1_source, m1_row, m1_said = m1_first as m1_exact, "
        f"m1_own > 1 and m1_said = m1_own_first as m1_again, m1_own = 1 and m1_when = m1_first_when as m1_other "
        f"from (select source, source_row, row_number() over w as m1_nth, first_value(source) over w as m1_source, "
        f"first_value(source_row) over w as m1_row, m1_said, first_value(m1_said) over w as m1_first, "
        f"row_number() over v as m1_own, first_value(m1_said) over v as m1_own_first, "
        f"m1_when, first_value(m1_when) over w as m1_first_when "
        f"from (select *, hash(({', '.join(values)})) as m1_said, hash(({times})) as m1_when from {table}) "
        f"window w as (partition by {keys} order by source, source_row), "
        f"v as (partition by {keys}{', source' if several else ''} order by source, source_row)) where m1_nth > 1"
    )
    own = "t.source = l.source and t.source_row = l.source_row"
    con.execute(f"create temp table m1_more as select t.*, l.m1_source, l.m1_row from {table} t, m1_later l "
                f"where {own} and l.m1_other")
    con.execute(f"delete from {table} t using m1_later l where {own}")
    return True


def _values(con: DuckDBPyConnection, name: str) -> list[str]:
    """Columns that say something, the key among them."""
    columns = [row[0] for row in con.execute(f"describe {quoted(name)}").fetchall()]
    return [quoted(one) for one in columns if one not in ("source", "source_row", "m1_refused")]


def _told_more(con: DuckDBPyConnection, name: str) -> list[Finding]:
    """Fill what standing rows leave open with what other sources tell of the same thing."""
    rows = con.execute("select count(*) from m1_more").fetchall()[0][0]
    if name not in THINGS or not rows:
        return []
    told = [one for one in _values(con, name) if one.strip('"') not in TABLES[name].key]
    stands = "t.source = m.m1_source and t.source_row = m.m1_row"
    differ = " or ".join(f"t.{one} <> m.{one}" for one in told) or "false"
    differing = con.execute(f"select count(*) from {quoted(name)} t, m1_more m where {stands} and ({differ})")
    many = differing.fetchall()[0][0]
    firsts = ", ".join(f"first({one} order by source, source_row) filter (where {one} is not null) as {one}"
                       for one in told)
    if told:
        fills = ", ".join(f"{one} = coalesce(t.{one}, m.{one})" for one in told)
        con.execute(f"update {quoted(name)} t set {fills} from (select m1_source, m1_row, {firsts} from m1_more "
                    f"group by m1_source, m1_row) m where {stands}")
    con.execute("delete from m1_later where m1_other")
    message = f"{rows:,} rows of {name} tell of what an earlier source tells too, and fill what that leaves open"
    return [
        Finding(
            "told_by_several",
            "warning" if many else "info",
            name,
            f"{message}; in {many:,} of them something differs, and what the earlier source says stands." if many
            else f"{message}.",
            "The source that is to be believed stands first in market.toml." if many else "",
        )
    ]


def _drop_repeated(con: DuckDBPyConnection, name: str, repeating: Set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    sources = [literal(source) for source, table in repeating if table == name]
    if not sources:
        return {}
    again = f"from m1_later where m1_again and source in ({', '.join(sources)})"
    counts = con.execute(f"select source::varchar, count(*) {again} group by source").fetchall()
    con.execute(f"delete {again}")
    return {(source, name): int(count) for source, count in counts}


def _refuse_marked(con: DuckDBPyConnection, name: str) -> list[Finding]:
    key = literal(", ".join(TABLES[name].key))
    con.execute(
        f"insert into quarantine select source::varchar, {literal(name)}, source_row, {key}, "
        f"case when m1_exact then 'exact duplicate' else 'duplicate key' end || ': row ' || m1_row || ' of ' "
        f"|| m1_source::varchar || ' stands' from m1_later"
    )
    rows, exact = con.execute("select count(*), count_if(m1_exact) from m1_later").fetchall()[0]
    if not rows:
        return []
    return [
        Finding(
            "duplicate_keys",
            "warning",
            name,
            f"{rows:,} rows of {name} share the key of an earlier row, {exact:,} of them alike in every mapped column; "
            "the first row of each key stands, the others are in quarantine.",
            f"If several rows of one {name} are meant, put their columns on the table of the events "
            'with on_many = "latest".',
        )
    ]
