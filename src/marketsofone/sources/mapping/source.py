"""What ``market.toml`` says about sources: which file fills which customer table, and how.

Read strictly: a name that means nothing is an error that says the nearest name that does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from marketsofone.customer.tables import RECORD, STATED, TABLES
from marketsofone.errors import SettingsInvalid, shortened, without_passwords
from marketsofone.sources.mapping.across import across_said
from marketsofone.sources.mapping.joins import Join, joins_said
from marketsofone.sources.mapping.months import Months, months_said
from marketsofone.sources.mapping.strictly import (
    FORMATS,
    LISTS,
    PARTS,
    TEXTS,
    choice,
    format_said,
    known_only,
    path_of,
    sql_said,
    table_of,
    text_said,
    texts_said,
)
from marketsofone.sources.mapping.variables import expanded
from marketsofone.sources.spelling import nearest, quoted_as_toml, snake

Role = Literal["dimension", "trait"]
ColumnKind = Literal["", "text", "number"]
OnMany = Literal["latest", "dominant", "mixed"]

_COLUMN_KEYS = ("from", "kind", "on_many")


@dataclass(frozen=True, slots=True)
class UserColumn:
    """A column of the user's own, beside the fields of the model.

    Parameters
    ----------
    name : str
        Lower snake case; it is loaded as ``dim_<name>`` or ``trait_<name>``.
    sql : str
        The source's column, or an expression over its columns.
    kind : str
        ``text`` or ``number``; empty in a mapping that leaves it to the loader.
    on_many : str
        How several rows become one value as of a date: the latest, the dominant, or ``mixed``.
    role : str
        ``dimension`` may split the market, ``trait`` may inform a prior.
    table : str
        The customer table it stands on.

    """

    name: str
    sql: str
    kind: ColumnKind
    on_many: OnMany
    role: Role
    table: str

    @property
    def column(self) -> str:
        """Its name in the loaded table."""
        return f"{'dim' if self.role == 'dimension' else 'trait'}_{self.name}"


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one source fills one customer table: field -> column or expression, and the user's columns."""

    table: str
    fields: Mapping[str, str]
    columns: tuple[UserColumn, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One file or query and the customer tables it fills.

    Parameters
    ----------
    name : str
        As in ``[sources.<name>]``.
    file : str
        The file or the URL as the settings write it, variables unexpanded; in messages, `shown`.
    path : Path, optional
        The file, variables expanded.
    url : str
        The database's address with its password, so it is never printed; empty for a file.
    query, table : str
        What is read from the database; one of the two.
    where : str
        The rows to keep, an expression over the source's columns; empty for all.
    missing, after_outcome : tuple of str
        Texts that mean nothing was said; columns that are filled in after the outcome.
    format : str
        One of ``FORMATS``; empty for a URL.
    delimiter, encoding, decimal, sheet, date_format, one_zone : str
        How to read it; empty where it is left to the reader.
    tables : tuple of TableMapping
        In the order of the settings.
    joins : tuple of Join
        Files whose columns stand beside its own, in the order of the settings.
    fill_down : tuple of str
        Columns that rows leave empty where they say the same as the row above.
    across : tuple of str
        Columns that are months or quarters: ``month`` or ``quarter`` alone for all that are called so, else their
        headings.
    months : Months or None
        The columns of the first and the last day that a row holds for, where each month of it is a sale.
    groups : str
        What a column is called of the groups that rows of their own name; empty where no rows do.

    """

    name: str
    file: str
    path: Path | None
    url: str = field(repr=False)
    query: str
    table: str
    where: str
    missing: tuple[str, ...]
    after_outcome: tuple[str, ...]
    format: str
    delimiter: str
    encoding: str
    decimal: str
    sheet: str
    date_format: str
    one_zone: str
    tables: tuple[TableMapping, ...]
    joins: tuple[Join, ...] = ()
    fill_down: tuple[str, ...] = ()
    across: tuple[str, ...] = ()
    months: Months | None = None
    groups: str = ""

    @property
    def place(self) -> str:
        """The source as a message names it."""
        return f"Source {self.name!r}"

    @property
    def may_be_empty(self) -> bool:
        """Whether it may hold no row: it gives nothing but what people state, and nobody may have stated anything."""
        return bool(self.tables) and all(mapping.table in STATED for mapping in self.tables)

    @property
    def shown(self) -> str:
        """Where it is read from, without any password."""
        return re.sub(r"//.*@", "//", without_passwords(self.file))

    @property
    def read_as(self) -> str:
        """What a run calls the thing it read: a file, or what a source asked of a server's database."""
        on_server = self.url and not self.url.startswith(("sqlite:", "duckdb:"))
        return f"{self.shown} ({self.name})" if on_server else self.shown


def sources_from(raw: Mapping[str, Any], root: Path) -> tuple[Source, ...]:
    """The sources that the ``[sources]`` part of ``market.toml`` names, in its order.

    Parameters
    ----------
    raw : mapping
        Name of a source -> its settings, as ``tomllib`` gives them.
    root : Path
        The project folder; paths in the settings are relative to it.

    Raises
    ------
    SettingsInvalid
        A key, a table, a field or a value that means nothing here.
    SourceMissing
        An environment variable that the settings use is not set.

    """
    if not raw:
        raise SettingsInvalid(
            "market.toml names at least one source.",
            "no [sources.<name>] part.",
            'Add:\n[sources.crm]\nfile = "crm.csv"',
        )
    if RECORD in raw:
        raise SettingsInvalid(
            f"A source is not called {RECORD!r}: rows of that name are what people state.",
            f"[sources.{RECORD}] in market.toml.",
            f"Give it another name, for instance:\n[sources.{RECORD}_file]",
        )
    return tuple(_source(name, table_of(settings, f"sources.{name}"), root) for name, settings in raw.items())


def _source(name: str, raw: Mapping[str, Any], root: Path) -> Source:
    place = f"sources.{name}"
    joins = joins_said(raw.get("join", {}), root, f"{place}.join")
    months = raw.get("months")
    raw = {key: value for key, value in raw.items() if key not in ("join", "months")}
    tables = {key: value for key, value in raw.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in raw.items() if key not in tables}
    known_only(plain, (*TEXTS, *LISTS, "across", "months"), place, {**TABLES})
    known_only(tables, TABLES, place, (*TEXTS, *LISTS, "across", "months"))
    said = {key: text_said(plain.get(key, ""), f"{place}.{key}") for key in TEXTS}
    lists = {key: texts_said(plain.get(key, ()), f"{place}.{key}") for key in LISTS}
    _check_origin(said, place)
    _check_choices(said, place)
    path = path_of(said["file"], root, place)
    file_format = format_said(said, path, place)
    if not tables:
        raise SettingsInvalid(
            f"[{place}] fills at least one customer table.",
            "no table.",
            f'Add, for example:\n[{place}.opportunity]\nopportunity_id = "<column>"',
        )
    return Source(
        name=name,
        path=path,
        format=file_format,
        file=said["file"] or said["url"],
        url=address_of(said["url"], root, place),
        missing=lists["missing"],
        after_outcome=lists["after_outcome"],
        tables=tuple(_table_mapping(key, value, place) for key, value in tables.items()),
        joins=joins,
        fill_down=lists["fill_down"],
        across=across_said(plain.get("across", ""), tables, place),
        months=months_said(months, tables, bool(plain.get("across")), place),
        **{key: said[key] for key in TEXTS if key not in ("file", "url", "format")},
    )


def _check_origin(said: Mapping[str, str], place: str) -> None:
    if bool(said["file"]) == bool(said["url"]):
        found = "both" if said["file"] else "neither"
        raise SettingsInvalid(f"[{place}] has a file or a url.", found, f'Write:\n[{place}]\nfile = "export.csv"')
    if said["url"] and bool(said["query"]) == bool(said["table"]):
        found = "both" if said["query"] else "neither"
        raise SettingsInvalid(
            f"[{place}] has a url, so a query or a table.",
            found,
            f'Write:\n[{place}]\ntable = "opportunities"',
        )
    if said["file"] and (said["query"] or said["table"]):
        raise SettingsInvalid(
            f"[{place}] reads a file.",
            "a query or a table, which only a url has.",
            f'Rows of a file are chosen with:\n[{place}]\nwhere = "<condition>"',
        )


def _check_choices(said: Mapping[str, str], place: str) -> None:
    for key, choices in (("decimal", (".", ",")), ("format", FORMATS)):
        if said[key] and said[key] not in choices:
            raise SettingsInvalid(
                f"{place}.{key} is one of {shortened(map(repr, choices))}.",
                repr(said[key]),
                f"[{place}]\n{key} = {quoted_as_toml(nearest(said[key], choices) or choices[0])}",
            )
    if said["one_zone"]:
        check_zone(said["one_zone"], f"{place}.one_zone")


def check_zone(zone: str, place: str) -> None:
    """Raise ``SettingsInvalid`` unless ``zone`` is a time zone by its IANA name."""
    from zoneinfo import available_timezones

    if zone not in available_timezones():
        close = nearest(zone, available_timezones()) or "Europe/Berlin"
        raise SettingsInvalid(
            f"{place} is a time zone by its name.", repr(zone), f"If {close!r} is meant, write it there."
        )


def address_of(url: str, root: Path, place: str) -> str:
    """The address of a database with its variables expanded and its path below the project folder.

    Raises
    ------
    SettingsInvalid
        It names no database that can be read.
    SourceMissing
        A variable is not set.
    """
    address = expanded(url, f"{place}.url")
    for scheme in ("sqlite:///", "duckdb:///"):
        if address.startswith(scheme):
            return scheme + str(root / address.removeprefix(scheme))
    if address and not address.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise SettingsInvalid(
            f"{place}.url begins with sqlite:///, duckdb:/// or postgresql://.",
            f"{url.split(':')[0]!r} before the first colon.",
            f'[{place}]\nurl = "sqlite:///crm.db"',
        )
    return address


def _table_mapping(name: str, raw: Mapping[str, Any], source: str) -> TableMapping:
    place, table = f"{source}.{name}", TABLES[name]
    parts = {key: table_of(raw[key], f"{place}.{key}") for key in PARTS if key in raw}
    said = {key: value for key, value in raw.items() if key not in PARTS}
    known_only(said, [one.name for one in table.fields], place, PARTS)
    fields = {key: sql_said(value, f"{place}.{key}") for key, value in said.items()}
    absent = [one for one in table.fields if one.required and one.name not in fields]
    if absent:
        raise SettingsInvalid(
            f"[{place}] says where {absent[0].name} stands ({absent[0].doc}).",
            shortened(fields) or "no field.",
            f'Add:\n[{place}]\n{absent[0].name} = "<column>"',
        )
    columns = tuple(
        _user_column(key, value, cast(Role, PARTS[part]), name, f"{place}.{part}")
        for part, listed in parts.items()
        for key, value in listed.items()
    )
    return TableMapping(name, fields, columns)


def _user_column(name: str, raw: object, role: Role, table: str, place: str) -> UserColumn:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise SettingsInvalid(
            f"A name under [{place}] is lower snake case.",
            repr(name),
            f"[{place}]\n{snake(name)} = {quoted_as_toml(name)}",
        )
    said: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {"from": raw}
    known_only(said, _COLUMN_KEYS, f"{place}.{name}", ())
    if "from" not in said:
        raise SettingsInvalid(
            f"{place}.{name} says which column it comes from.",
            shortened(said),
            f'[{place}]\n{name} = {{ from = "<column>" }}',
        )
    kind = choice(said, "kind", ("text", "number"), f"{place}.{name}")
    on_many = choice(said, "on_many", ("latest", "dominant", "mixed"), f"{place}.{name}") or "latest"
    return UserColumn(
        name,
        sql_said(said["from"], f"{place}.{name}"),
        cast(ColumnKind, kind),
        cast(OnMany, on_many),
        role,
        table,
    )
