"""What ``market.toml`` says about sources: which file fills which customer table, and how.

Read strictly: a name that means nothing is an error that says the nearest name that does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from marketsofone.customer.tables import TABLES
from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.spelling import nearest, quoted_as_toml, snake
from marketsofone.sources.variables import expanded

Role = Literal["dimension", "trait"]
ColumnKind = Literal["", "text", "number"]
OnMany = Literal["latest", "dominant", "mixed"]

FORMATS = ("csv", "parquet", "xlsx", "jsonl")
_ENDINGS = {
    **dict.fromkeys(("csv", "tsv", "txt", "tab"), "csv"),
    **dict.fromkeys(("parquet", "pq"), "parquet"),
    **dict.fromkeys(("xlsx", "xlsm"), "xlsx"),
    **dict.fromkeys(("jsonl", "ndjson"), "jsonl"),
}
_TEXTS = (
    "file",
    "url",
    "query",
    "table",
    "where",
    "format",
    "delimiter",
    "encoding",
    "decimal",
    "sheet",
    "date_format",
    "one_zone",
)
_LISTS = ("missing", "after_outcome")
_PARTS = {"dimensions": "dimension", "traits": "trait"}
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

    @property
    def place(self) -> str:
        """The source as a message names it."""
        return f"Source {self.name!r}"

    @property
    def shown(self) -> str:
        """Where it is read from, without any password."""
        return re.sub(r"//.*@", "//", self.file)


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
    return tuple(_source(name, _table_of(settings, f"sources.{name}"), root) for name, settings in raw.items())


def _source(name: str, raw: Mapping[str, Any], root: Path) -> Source:
    place = f"sources.{name}"
    tables = {key: value for key, value in raw.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in raw.items() if key not in tables}
    _known_only(plain, (*_TEXTS, *_LISTS), place, {**TABLES})
    _known_only(tables, TABLES, place, (*_TEXTS, *_LISTS))
    said = {key: _text_of(plain.get(key, ""), f"{place}.{key}") for key in _TEXTS}
    lists = {key: _texts_of(plain.get(key, ()), f"{place}.{key}") for key in _LISTS}
    _check_origin(said, place)
    _check_choices(said, place)
    path = _path(said["file"], root, place)
    file_format = _format(said, path, place)
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
        **{key: said[key] for key in _TEXTS if key not in ("file", "url", "format")},
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


def _path(file: str, root: Path, place: str) -> Path | None:
    return root / Path(expanded(file, f"{place}.file")).expanduser() if file else None


def _format(said: Mapping[str, str], path: Path | None, place: str) -> str:
    if path is None or said["format"]:
        return said["format"]
    found = format_of(path)
    if found:
        return found
    raise SettingsInvalid(
        f"{place}.file has an ending that tells its format ({shortened(FORMATS)}).",
        f"{path.suffix or 'no ending'}.",
        f'Add:\n[{place}]\nformat = "csv"',
    )


def format_of(path: Path) -> str:
    """The format that a file's ending tells, ``.gz`` aside; empty for none."""
    endings = [ending.lower().lstrip(".") for ending in path.suffixes if ending.lower() != ".gz"]
    return _ENDINGS.get(endings[-1], "") if endings else ""


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
    parts = {key: _table_of(raw[key], f"{place}.{key}") for key in _PARTS if key in raw}
    said = {key: value for key, value in raw.items() if key not in _PARTS}
    _known_only(said, [one.name for one in table.fields], place, _PARTS)
    fields = {key: _sql_of(value, f"{place}.{key}") for key, value in said.items()}
    absent = [one for one in table.fields if one.required and one.name not in fields]
    if absent:
        raise SettingsInvalid(
            f"[{place}] says where {absent[0].name} stands ({absent[0].doc}).",
            shortened(fields) or "no field.",
            f'Add:\n[{place}]\n{absent[0].name} = "<column>"',
        )
    columns = tuple(
        _user_column(key, value, cast(Role, _PARTS[part]), name, f"{place}.{part}")
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
    _known_only(said, _COLUMN_KEYS, f"{place}.{name}", ())
    if "from" not in said:
        raise SettingsInvalid(
            f"{place}.{name} says which column it comes from.",
            shortened(said),
            f'[{place}]\n{name} = {{ from = "<column>" }}',
        )
    kind = _choice(said, "kind", ("text", "number"), f"{place}.{name}")
    on_many = _choice(said, "on_many", ("latest", "dominant", "mixed"), f"{place}.{name}") or "latest"
    return UserColumn(
        name,
        _sql_of(said["from"], f"{place}.{name}"),
        cast(ColumnKind, kind),
        cast(OnMany, on_many),
        role,
        table,
    )


def _choice(said: Mapping[str, Any], key: str, choices: tuple[str, ...], place: str) -> str:
    value = said.get(key, "")
    if value and value not in choices:
        raise SettingsInvalid(
            f"{place}.{key} is one of {shortened(choices)}.",
            repr(value),
            f"{key} = {quoted_as_toml(nearest(str(value), choices) or choices[0])}",
        )
    return str(value)


def _known_only(said: Iterable[str], known: Iterable[str], place: str, elsewhere: Iterable[str]) -> None:
    known, elsewhere = list(known), list(elsewhere)
    for name in said:
        if name in known:
            continue
        close = nearest(name, [*known, *elsewhere])
        repair = f"If {close!r} is meant, write {close!r} instead of {name!r}." if close else "Remove it."
        if name in elsewhere or close in elsewhere:
            repair = f"If {close!r} is meant: it is {_shape(close)}."
        raise SettingsInvalid(
            f"[{place}] has a key that means nothing there: {name!r}.",
            f"known are {shortened(known, 20)}.",
            repair,
        )


def _shape(name: str) -> str:
    if name in TABLES or name in _PARTS:
        return f'a part of its own, [... .{name}], with lines such as name = "column"'
    return f'a line, {name} = "..."' if name in _TEXTS else f'a line, {name} = ["..."]'


def _table_of(value: object, place: str) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    raise SettingsInvalid(f"{place} is a part of its own.", repr(type(value).__name__), f"Write it as:\n[{place}]")


def _text_of(value: object, place: str) -> str:
    if isinstance(value, str):
        return value
    raise SettingsInvalid(f"{place} is a text.", f"a {type(value).__name__}.", f'{place.rsplit(".", 1)[1]} = "{value}"')


def _sql_of(value: object, place: str) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
        raise SettingsInvalid(
            f"{place} is a column or an expression, as text.", value, f'{place.rsplit(".", 1)[1]} = "{value}"'
        )
    text = _text_of(value, place).strip()
    if not text:
        raise SettingsInvalid(f"{place} names a column or an expression.", "an empty text.", "Remove the line.")
    return text


def _texts_of(value: object, place: str) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SettingsInvalid(
        f"{place} is a list of texts.", repr(type(value).__name__), f'{place.rsplit(".", 1)[1]} = ["..."]'
    )
