"""The table ``trials`` of a run: for every number, the rows it was counted from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from marketsofone.features import judged_rows
from marketsofone.project.snapshots.parquet import Streamed

if TYPE_CHECKING:
    import duckdb
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered

SORTED = "buyer_id, score, source, source_row, table_name, happened_on"
"""How the rows stand in the file."""

_ROWS_IN_GROUP = 32_768
_COUNTED = ("judgement", "opportunity", "order_line", "touch")


def trials_writer(engine: Backend, gathered: Gathered, sources: Iterable[str]) -> Streamed:
    """A writer of ``score, buyer_id, source, source_row, happened_on, trials, total, table_name``.

    For each buyer, its rows add up to the tallies behind its scores. Judgements stand beside them as
    rows of the table ``judgement``: what people hold is added to what was counted, and is not in the
    ``trials`` of a score.

    Names are sorted and written as numbers that stand for them: millions of rows cost seconds then.

    Parameters
    ----------
    sources : iterable of str
        Names of all that rows may come from.
    """
    con = engine.con
    _make_enum(con, "m1_score", sorted(gathered.trials))
    _make_enum(con, "m1_table", sorted(_COUNTED))
    _make_enum(con, "m1_source", sorted(sources))
    parts = [f"select '{score}'::m1_score as score, * from ({sql})"
             for score in gathered.trials for sql in _queries(engine, gathered, score)]
    query = ("select score, buyer_id, source::varchar::m1_source as source, source_row, happened_on, trials, "
             f"total, table_name::m1_table as table_name from ({' union all '.join(parts)})")
    return Streamed(con.cursor(), query, SORTED, _ROWS_IN_GROUP)


def _queries(engine: Backend, gathered: Gathered, score: str) -> list[str]:
    """The rows of one score: those counted, and those that people stated."""
    counted = gathered.trials[score]
    judged = judged_rows(gathered.tables, gathered.owner, score)
    every = [counted] if judged is None else [counted, judged.semi_join(gathered.buyers, "buyer_id")]
    return [str(engine.compile(rows)) for rows in every]


def _make_enum(con: duckdb.DuckDBPyConnection, name: str, values: list[str]) -> None:
    quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    con.execute(f"drop type if exists {name}")
    con.execute(f"create type {name} as enum ({quoted})")
