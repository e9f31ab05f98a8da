"""How the parts of ``[sources]`` are read: strictly, each name that means nothing led to the nearest that does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from marketsofone.customer.tables import TABLES
from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.mapping.variables import expanded
from marketsofone.sources.spelling import nearest, quoted_as_toml

FORMATS = ("csv", "parquet", "xlsx", "jsonl")
_ENDINGS = {
    **dict.fromkeys(("csv", "tsv", "txt", "tab"), "csv"),
    **dict.fromkeys(("parquet", "pq"), "parquet"),
    **dict.fromkeys(("xlsx", "xlsm"), "xlsx"),
    **dict.fromkeys(("jsonl", "ndjson"), "jsonl"),
}
TEXTS = (
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
    "groups",
)
LISTS = ("missing", "after_outcome", "fill_down")
PARTS = {"dimensions": "dimension", "traits": "trait"}


def path_of(file: str, root: Path, place: str) -> Path | None:
    """The file that the settings name, variables expanded, relative to the project folder; None for none."""
    return root / Path(expanded(file, f"{place}.file")).expanduser() if file else None


def format_said(said: Mapping[str, str], path: Path | None, place: str) -> str:
    """The format that the settings name, else the one the file's ending tells."""
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


def choice(said: Mapping[str, Any], key: str, choices: tuple[str, ...], place: str) -> str:
    """A value that is one of a few, empty where nothing is said."""
    value = said.get(key, "")
    if value and value not in choices:
        raise SettingsInvalid(
            f"{place}.{key} is one of {shortened(choices)}.",
            repr(value),
            f"{key} = {quoted_as_toml(nearest(str(value), choices) or choices[0])}",
        )
    return str(value)


def known_only(said: Iterable[str], known: Iterable[str], place: str, elsewhere: Iterable[str]) -> None:
    """Raise ``SettingsInvalid`` for a key that is not known, with the nearest that is."""
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
    if name in TABLES or name in PARTS:
        return f'a part of its own, [... .{name}], with lines such as name = "column"'
    return f'a line, {name} = "..."' if name in TEXTS else f'a line, {name} = ["..."]'


def table_of(value: object, place: str) -> Mapping[str, Any]:
    """A part of its own in the settings."""
    if isinstance(value, Mapping):
        return value
    raise SettingsInvalid(f"{place} is a part of its own.", repr(type(value).__name__), f"Write it as:\n[{place}]")


def text_said(value: object, place: str) -> str:
    """A text in the settings."""
    if isinstance(value, str):
        return value
    raise SettingsInvalid(f"{place} is a text.", f"a {type(value).__name__}.", f'{place.rsplit(".", 1)[1]} = "{value}"')


def sql_said(value: object, place: str) -> str:
    """The text of a column or an expression in the settings."""
    if isinstance(value, bool):
        value = str(value).lower()
        raise SettingsInvalid(
            f"{place} is a column or an expression, as text.", value, f'{place.rsplit(".", 1)[1]} = "{value}"'
        )
    text = text_said(value, place).strip()
    if not text:
        raise SettingsInvalid(f"{place} names a column or an expression.", "an empty text.", "Remove the line.")
    return text


def texts_said(value: object, place: str) -> tuple[str, ...]:
    """A list of texts in the settings."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SettingsInvalid(
        f"{place} is a list of texts.", repr(type(value).__name__), f'{place.rsplit(".", 1)[1]} = ["..."]'
    )
