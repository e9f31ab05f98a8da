"""A database that is looked into before any mapping names it: its tables, and each as a source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from marketsofone.errors import MarketError, SourceUnreadable
from marketsofone.sources.mapping.source import Source, address_of
from marketsofone.sources.profiling.columns import source_of
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.databases import engine_of, opened_alone, require_database, table_names

_ENDINGS = {".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".duckdb": "duckdb"}

LOOKED_AT = 200_000
"""Rows of a table that a proposal looks at: a run reads all of them."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A database and those of its tables that are to be read.

    Parameters
    ----------
    address : str
        As the project file writes it, variables unexpanded.
    tables : tuple of str
    root : Path
        The project folder, which paths are relative to.
    """

    address: str
    tables: tuple[str, ...]
    root: Path


def tables_in(address: str, root: Path) -> tuple[str, ...]:
    """The tables and views of a database, by name.

    Raises
    ------
    SourceMissing
        The database, a variable of its address, or the driver is not there.
    SourceUnreadable
        It does not open. Messages of drivers are not passed on: they may hold the password.
    SettingsInvalid
        The address names no database that can be read.
    """
    source = database_source(Connected(address, (), root), "", "database")
    scheme, _, rest = source.url.partition("://")
    if scheme in ("sqlite", "duckdb"):
        require_database(source, Path(rest[1:]))
    return tuple(sorted(_duckdb_tables(Path(rest[1:])) if scheme == "duckdb" else _sql_tables(source)))


def databases_in(folder: Path) -> tuple[list[Connected], list[str]]:
    """The databases that are files of a folder, and a sentence for every one that does not open."""
    found, unsure = [], []
    for path in sorted(folder.iterdir()):
        scheme = _ENDINGS.get(path.suffix.lower())
        if scheme is None or not path.is_file():
            continue
        address = f"{scheme}:///{path.resolve().as_posix()}"
        try:
            found.append(Connected(address, tables_in(address, folder), folder))
        except MarketError as error:
            unsure.append(f"{path.name} was not used. {error.wanted} Found: {error.found}")
    return found, unsure


def database_source(connected: Connected, table: str, name: str) -> Source:
    """A table as a source that fills no customer table yet."""
    url = address_of(connected.address, connected.root, "The address of the database")
    return replace(source_of(Path(), name, connected.address), path=None, url=url, table=table, format="")


def looked_at(source: Source) -> Source:
    """The first rows of a table of a database, for a proposal; any other source as it is."""
    if not source.table:
        return source
    named = ".".join(quoted(part) for part in source.table.split("."))
    return replace(source, table="", query=f"select * from {named} limit {LOOKED_AT}")


def _sql_tables(source: Source) -> list[str]:
    from sqlalchemy.exc import SQLAlchemyError

    engine = engine_of(source)
    try:
        with engine.connect() as con:
            return table_names(con)
    except SQLAlchemyError:
        raise _closed() from None
    finally:
        engine.dispose()


def _duckdb_tables(path: Path) -> list[str]:
    import duckdb

    try:
        with opened_alone(path) as con:
            return [row[0] for row in con.execute(
                "select case table_schema when 'main' then '' else table_schema || '.' end || table_name "
                "from information_schema.tables").fetchall()]
    except duckdb.Error:
        raise _closed() from None


def _closed() -> MarketError:
    return SourceUnreadable("A database opens and tells its tables.", "one that refused.",
                            "Check the address, and the password in its variable.")
