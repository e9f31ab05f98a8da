"""Cells of a sheet that are merged over several rows: what they say holds for each of those rows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK = 1 << 20

Merged = tuple[int, int, int]
"""First and last row, from 1, and column, from 0."""


def merged_down(path: Path, sheet: str) -> list[Merged]:
    """The ranges of a sheet that are merged over several rows, by their first column."""
    with zipfile.ZipFile(path) as book:
        part = part_of(book, sheet)
        return list(_ranges(book, part)) if part else []


def part_of(book: zipfile.ZipFile, sheet: str) -> str:
    """Where in the workbook a sheet stands; empty where that cannot be told."""
    try:
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml"))
        links = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return ""
    wanted = next((one.get(_RELATION) for one in sheets.iter() if one.tag.endswith("}sheet") and one.get(
        "name") == sheet), None)
    target = next((one.get("Target", "") for one in links if one.get("Id") == wanted), "")
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in book.namelist() else ""


def _ranges(book: zipfile.ZipFile, part: str) -> Iterator[Merged]:
    with book.open(part) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            text = tail + chunk
            end = 0
            for found in _MERGED.finditer(text):
                first, last, end = int(found[2]), int(found[3]), found.end()
                if last > first:
                    yield first, last, _place(found[1].decode())
            tail = text[max(end, len(text) - 200):]


def _place(letters: str) -> int:
    """A column's place from 0: ``A`` is 0, ``AA`` is 26."""
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    return place - 1


def spread(rows: Iterable[Sequence[object]], merged: Sequence[Merged]) -> Iterator[tuple[object, ...]]:
    """Rows of a sheet, from its first; where cells are merged, their texts and dates stand in each row of them.

    A number stays in the first row: an amount of several rows together would else count once for each.

    Examples
    --------
    >>> list(spread([("a", 5), (None, None), ("b", 7)], [(1, 2, 0), (1, 2, 1)]))
    [('a', 5), ('a', None), ('b', 7)]
    """
    begins: dict[int, list[Merged]] = {}
    for one in merged:
        begins.setdefault(one[0], []).append(one)
    going: dict[int, tuple[int, object]] = {}
    for number, row in enumerate(rows, start=1):
        if not going and number not in begins:
            yield tuple(row)
            continue
        cells = list(row)
        for place, (last, value) in list(going.items()):
            cells += [None] * (place + 1 - len(cells))
            if number > last:
                del going[place]
            elif cells[place] is None:
                cells[place] = value
        for _, last, place in begins.get(number, ()):
            if place < len(cells) and not isinstance(cells[place], (int, float)):
                going[place] = (last, cells[place])
        yield tuple(cells)
