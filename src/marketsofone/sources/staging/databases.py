"""Tables and queries of DuckDB, SQLite and PostgreSQL, read in batches into a staged file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import MarketError, SourceMissing, SourceUnreadable, shortened
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.sql import copied, described, literal, quoted
from marketsofone.sources.staging.staged_rows import BATCH, Staged, fingerprint, write_texts
from marketsofone.sources.staging.text_files import header_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from sqlalchemy import Connection, Engine

_CONNECT_SECONDS = 10


def stage_query(source: Source, target: Path) -> Staged:
    """Read a database's table or query into the Parquet file ``target``.

    Raises
    ------
    SourceMissing
        The database, its table, or the driver is not there.
    SourceUnreadable
        The query does not run. Messages of drivers are not passed on: they may hold the password.

    """
    scheme, _, rest = source.url.partition("://")
    if scheme in ("sqlite", "duckdb"):
        require_database(source, Path(rest[1:]))
    return _stage_duckdb(source, Path(rest[1:]), target) if scheme == "duckdb" else _stage_sql(source, target)


def require_database(source: Source, path: Path) -> None:
    """Raise ``SourceMissing`` unless a database that is a file is there."""
    if not path.is_file():
        raise SourceMissing(
            f"{source.place} reads a database file.",
            f"no file {Path(source.file).name!r} where the url says.",
            "Paths are relative to the project folder; three slashes begin them: sqlite:///crm.db",
        )


def _stage_duckdb(source: Source, path: Path, target: Path) -> Staged:
    import duckdb

    try:
        with opened_alone(path, target.parent) as con:
            if source.table:
                known = [row[0] for row in con.execute("select table_name from information_schema.tables").fetchall()]
                _require_table(source, known)
            query = source.query or f"select * from {_table_name(source)}"
            columns = described(con, query)
            rows = copied(con, query, target)
    except duckdb.Error as error:
        raise _not_run(source) from error
    return Staged(target, columns, rows, (), is_text=False, fingerprint=fingerprint(path))


def opened_alone(path: Path, *folders: Path) -> DuckDBPyConnection:
    """A DuckDB database, read only, that reaches no network and no file but of its own folder and those named.

    A view in it may read files: whoever sent the database must not thereby read what lies elsewhere.
    """
    import duckdb

    con = duckdb.connect(str(path), read_only=True, config={
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"})
    reached = ", ".join(literal(str(folder.resolve())) for folder in (path.parent, *folders))
    con.execute(f"set allowed_directories = [{reached}]")
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con


def _stage_sql(source: Source, target: Path) -> Staged:
    from sqlalchemy.exc import SQLAlchemyError

    engine = engine_of(source)
    try:
        with engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH) as con:
            if source.table:
                _require_table(source, table_names(con))
            names, rows = _result(con, source)
            written = write_texts(target, names, rows, source.decimal)
    except SQLAlchemyError as error:
        raise _not_run(source) from error
    finally:
        engine.dispose()
    is_file = source.url.startswith("sqlite")
    print_of = fingerprint(Path(source.url.partition("://")[2][1:]) if is_file else target)
    return Staged(target, dict.fromkeys(names, "VARCHAR"), written, (), is_text=True, fingerprint=print_of)


def engine_of(source: Source) -> Engine:
    """The way into a SQLite or PostgreSQL database; nothing is opened yet. SQLite is asked to read only.

    Raises
    ------
    SourceMissing
        The driver is not installed.
    """
    from sqlalchemy import URL, create_engine

    scheme, _, rest = source.url.partition("://")
    if scheme == "sqlite":   # the file of that very name: in an address of the driver a question mark ends it
        file = Path(rest[1:]).absolute().as_uri()
        return create_engine(URL.create("sqlite", database=file, query={"mode": "ro", "uri": "true"}))
    try:
        return create_engine(f"postgresql+psycopg://{rest}", connect_args={"connect_timeout": _CONNECT_SECONDS})
    except ImportError as error:
        raise SourceMissing(
            f"{source.place} reads from PostgreSQL.",
            "psycopg is not installed.",
            "Run: pip install 'marketsofone[postgres]'",
        ) from error


def _result(con: Connection, source: Source) -> tuple[tuple[str, ...], Iterator[Any]]:
    from sqlalchemy import text

    statement = source.query.replace(":", r"\:") if source.query else f"select * from {_table_name(source)}"
    result = con.execute(text(statement))
    return header_names(list(result.keys())), iter(result.yield_per(BATCH))


def table_names(con: Connection) -> list[str]:
    """Tables and views of the schema that is read unasked, by name."""
    from sqlalchemy import inspect

    inspector = inspect(con)
    return [*inspector.get_table_names(), *inspector.get_view_names()]


def _table_name(source: Source) -> str:
    return ".".join(quoted(part) for part in source.table.split("."))


def _require_table(source: Source, known: list[str]) -> None:
    if "." in source.table or source.table.casefold() in map(str.casefold, known):
        return
    close = nearest(source.table, known)
    raise SourceMissing(
        f"{source.place} reads the table {source.table!r}.",
        f"the tables {shortened(known) or 'none'}.",
        f"[sources.{source.name}]\ntable = {quoted_as_toml(close)}" if close else "",
    )


def _not_run(source: Source) -> MarketError:
    asked = f"the table {source.table!r}" if source.table else "its query"
    return SourceUnreadable(
        f"{source.place} reads {asked} from its database.",
        "the database refused.",
        "Check the url, the password in its variable, and run the query in the database's own client. "
        "Views of a DuckDB database read files of its own folder only.",
    )
