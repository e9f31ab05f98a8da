"""How the sources of a project are mapped, as its file says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsofone.project.settings.market_file import described, read_settings


@dataclass(frozen=True, slots=True)
class MappedField:
    """A field, dimension or trait of a customer table, and the column or expression it is read from."""

    name: str
    role: str
    source: str


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A customer table that a source fills."""

    name: str
    fields: tuple[MappedField, ...]


@dataclass(frozen=True, slots=True)
class MappedSource:
    """A source: its file or address (passwords left out), and the customer tables it fills."""

    name: str
    where: str
    tables: tuple[MappedTable, ...]


def mapped_sources(project_folder: Path) -> tuple[MappedSource, ...]:
    """The sources of a project, in the order of its file.

    Raises
    ------
    SourceMissing, SettingsInvalid
        There is no project file, or it cannot be followed.
    """
    sources: Mapping[str, Any] = described(read_settings(project_folder))["sources"]
    return tuple(MappedSource(name, _where(said), tuple(_tables(said)))
                 for name, said in sources.items() if isinstance(said, Mapping))


def _where(source: Mapping[str, Any]) -> str:
    """The file or address, then the files whose columns stand beside it."""
    joined = [str(join["file"]) for join in source.get("join", {}).values()]
    return ", joined with ".join([str(source.get("file") or source.get("url") or ""), *joined])


def _tables(source: Mapping[str, Any]) -> Iterator[MappedTable]:
    for name, table in source.items():
        if isinstance(table, Mapping) and name != "join":
            yield MappedTable(name, tuple(_fields(table)))


def _fields(table: Mapping[str, Any]) -> Iterator[MappedField]:
    for name, said in table.items():
        if isinstance(said, Mapping):
            yield from (MappedField(each, name.removesuffix("s"), _column(of)) for each, of in said.items())
        else:
            yield MappedField(name, "field", str(said))


def _column(said: object) -> str:
    return str(said.get("from", "")) if isinstance(said, Mapping) else str(said)
