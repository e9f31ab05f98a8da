"""What ``[sources.<name>.join.<join>]`` says: another file whose rows stand beside those of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.mapping.strictly import FORMATS, choice, format_said, known_only, path_of, table_of, text_said
from marketsofone.sources.spelling import quoted_as_toml, snake

_KEYS = ("file", "format", "delimiter", "encoding", "sheet", "latest")


@dataclass(frozen=True, slots=True)
class Join:
    """A file that is read beside a source: its columns are ``<name>.<column>`` there.

    Parameters
    ----------
    name : str
        Lower snake case.
    file : str
        As the settings write it, variables unexpanded.
    path : Path
        Variables expanded.
    on : tuple of (str, str)
        Columns that hold the same key: of the source, of the file. A source's column may be one of a
        join above it.
    format, delimiter, encoding, sheet : str
        How to read it; empty where it is left to the reader.
    latest : str
        A column of dates there: of several rows of a key, the one of the last date stands. Empty: a key stands once.

    """

    name: str
    file: str
    path: Path
    on: tuple[tuple[str, str], ...]
    format: str
    delimiter: str
    encoding: str
    sheet: str
    latest: str = ""

    @property
    def key(self) -> str:
        """The columns of the file's key, in words."""
        return " and ".join(right for _, right in self.on)


def joins_said(raw: object, root: Path, place: str) -> tuple[Join, ...]:
    """The joins of a source in their order.

    Parameters
    ----------
    raw : object
        What stands under ``join``; ``{}`` for none.
    root : Path
        The project folder.
    place : str
        ``sources.<name>.join``.

    Raises
    ------
    SettingsInvalid
        A key or a value that means nothing there.
    """
    return tuple(_join(name, table_of(said, f"{place}.{name}"), root, f"{place}.{name}")
                 for name, said in table_of(raw, place).items())


def _join(name: str, raw: Mapping[str, Any], root: Path, place: str) -> Join:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise SettingsInvalid(f"The name of a join is lower snake case: [{place}].", repr(name),
                              f"[{place.rpartition('.')[0]}.{snake(name)}]")
    known_only(raw, (*_KEYS, "on"), place, ())
    said = {key: text_said(raw.get(key, ""), f"{place}.{key}") for key in _KEYS}
    choice(said, "format", FORMATS, place)
    path = path_of(said["file"], root, place)
    if path is None:
        raise SettingsInvalid(f"[{place}] has a file.", "none.", f'Add:\n[{place}]\nfile = "headers.csv"')
    return Join(name, said["file"], path, tuple(_on(raw.get("on"), place)), format_said(said, path, place),
                said["delimiter"], said["encoding"], said["sheet"], said["latest"])


def _on(raw: object, place: str) -> Iterator[tuple[str, str]]:
    """``"a"``, ``["a", "b"]`` where both files write the columns alike, ``{ a = "b" }`` where they do not."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(raw, Mapping):
        pairs = list(raw.items())
    elif isinstance(raw, str):
        pairs = [(raw, raw)]
    elif isinstance(raw, list):
        pairs = [(one, one) for one in raw]
    if pairs and all(isinstance(one, str) and one.strip() for pair in pairs for one in pair):
        yield from pairs
        return
    found = "nothing." if raw is None else f"{shortened([type(raw).__name__])}, or an empty text."
    raise SettingsInvalid(
        f"[{place}] says which columns hold the same key in both files.", found,
        f"[{place}]\non = {quoted_as_toml('order_no')}   # or, where they are called differently: "
        '{ order_no = "number" }')
