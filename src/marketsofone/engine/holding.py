"""Results that are needed more than once are kept in the engine under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.engine.embedded import HELD

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend


def hold(engine: Backend, name: str, rows: ir.Table | pd.DataFrame) -> ir.Table:
    """Rows as a table of the engine, in place of an earlier one of that name; gone when the engine closes.

    Every cursor of the engine's connection sees it, as it would not see a temporary table. Overwriting would do
    without dropping first, yet Ibis then writes every row twice.

    Parameters
    ----------
    engine : ibis DuckDB backend
    name : str
    rows : Ibis table or DataFrame
        Not made of the earlier table of that name.

    Examples
    --------
    >>> import ibis
    >>> from marketsofone.engine import open_engine
    >>> rows = ibis.range(2).unnest().name("n").as_table()
    >>> hold(open_engine(threads=1), "two", rows).n.to_pyarrow().to_pylist()
    [0, 1]
    """
    release(engine, name)
    return engine.create_table(name, rows, database=(HELD, "main"))


def release(engine: Backend, *names: str) -> None:
    """Lets held tables go; what is made of them can no longer be run.

    At a million buyers each takes hundreds of megabytes.
    """
    for name in names:
        engine.con.execute(f'drop table if exists {HELD}.main."{name}"')
