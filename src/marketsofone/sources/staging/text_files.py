"""What a delimited text file looks like before anything is read: bytes, encoding, delimiter, header."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from marketsofone.errors import SettingsInvalid, SourceUnreadable
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.staging.grouped_headers import VALUE, is_grouped, under_groups
from marketsofone.sources.staging.unpacking import opened

BLANKS = " "
"""The delimiter of files whose columns stand apart by one or more blanks."""

_DELIMITERS = (",", ";", "\t", "|")
_PROBE = 1 << 20
_MOST_LINE = 1 << 22
csv.field_size_limit(_MOST_LINE)  # a note may be longer than the reader's own limit; so is a line that nothing cuts
_TOP, _TITLE = 20, 2
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a delimited text file is laid out.

    Parameters
    ----------
    encoding : str
        A codec of Python; ``guessed`` says that nothing in the file or the settings named it.
    delimiter : str
        One character; a blank stands for one or more blanks.
    columns : tuple of str
        Header names, trimmed, empty ones numbered, repeated ones told apart.
    skip, titles : int
        Lines before the header; how many of them are titles, or name groups of columns, and not empty.
    above : tuple of tuple of str
        What each of these lines says.
    zipped, guessed : bool
        Whether it is compressed with gzip; whether the encoding is a guess.

    """

    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    skip: int
    zipped: bool
    guessed: bool
    titles: int = 0
    above: tuple[tuple[str, ...], ...] = ()

    @property
    def plain(self) -> bool:
        """Whether DuckDB reads the file as it stands."""
        return self.delimiter != BLANKS and self.encoding in ("utf-8", "utf-8-sig")


def layout_of(path: Path, place: str, *, encoding: str = "", delimiter: str = "") -> Layout:
    """Look at the beginning of a file and tell how it is laid out.

    The encoding is the one given, else the file's byte order mark, else UTF-8, else Windows-1252.

    Raises
    ------
    SourceUnreadable
        The file is empty, or is not text in the encoding given.

    """
    zipped = is_zipped(path)
    found, guessed = (_codec(encoding, place), False) if encoding else encoding_of(path)
    head = _head(path, found, zipped, place)
    lines = head.splitlines()
    skip = next((number for number, line in enumerate(lines) if line.strip("\ufeff \t")), None)
    if skip is None:
        raise SourceUnreadable(f"{place} has a header and rows.", "an empty file.", "Export it again, with its header.")
    chosen = _delimiter(delimiter, place) or likely_delimiter("\n".join(lines[skip:]))
    head_at = _header(lines, chosen)
    titles = sum(bool(line.strip("\ufeff \t")) for line in lines[:head_at])
    below = records(io.StringIO("\n".join(lines[head_at:])), chosen)
    top = list(islice(below, _TOP))
    if is_grouped(top):
        names = header_names(under_groups(top[0], top[1]))
        return Layout(found, chosen, names, head_at + 1, zipped, guessed, titles + 1)
    above = cells_above([next(records(iter([line]), chosen), []) for line in lines[:head_at]])
    return Layout(found, chosen, header_names(top[0]), head_at, zipped, guessed, titles, above)


def _header(lines: list[str], delimiter: str) -> int:
    """The line of the header: the first that is neither empty nor a title, nor a program's line on its own file."""
    rows = [next(records(iter([line]), delimiter), []) for line in lines[:_TOP]]
    place = first_header([sum(bool(cell.strip("\ufeff \t")) for cell in row) for row in rows])
    return place + (place + 1 < len(rows) and tells_of_itself(rows[place], rows[place + 1]))


def first_header(filled: Sequence[int]) -> int:
    """Which of the first rows is the header, by how many cells each fills.

    Above it stand empty rows, and titles: rows of one cell in a table of three columns or more, and of two in one that
    is more than twice as wide.

    Examples
    --------
    >>> first_header([1, 2, 0, 6, 6, 5]), first_header([1, 0, 4, 4]), first_header([2, 3, 3]), first_header([0, 1, 1])
    (3, 2, 0, 1)
    """
    least = max(filled) / 2 if max(filled) > _TITLE else 1
    return next(place for place, cells in enumerate(filled) if cells > _TITLE or cells >= least)


def cells_above(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """What each of the rows above a header says, empty cells aside.

    Examples
    --------
    >>> cells_above([["Report", ""], [], ["Closed won", "", ""]])
    (('Report',), (), ('Closed won',))
    """
    said = ([cell.strip("\ufeff \t") for cell in row] for row in rows)
    return tuple(tuple(filter(None, cells)) for cells in said)


def tells_of_itself(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row is a program's line on its own file: it holds numbers, the headings below it words, twice as many.

    Examples
    --------
    >>> tells_of_itself(["EXTF", "700", "2025"], ["Amount", "Side", "Account", "Day", "No", "Text"])
    True
    >>> tells_of_itself(["No", "2025"], ["A", "B", "C"]), tells_of_itself(["2024", "2025", "x"], ["1", "2", "a"])
    (False, False)
    """
    filled, names = ([cell for cell in cells if cell.strip()] for cells in (row, below))
    return len(names) >= 2 * len(filled) and any(map(VALUE.match, filled)) and not any(map(VALUE.match, names))


def is_zipped(path: Path) -> bool:
    """Whether the file is compressed with gzip, by its first two bytes."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def encoding_of(path: Path) -> tuple[str, bool]:
    """The encoding a file seems to have, and whether that is a guess."""
    with opened(path, is_zipped(path)) as file:
        head = file.read(_PROBE)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252", True
    return "utf-8", False


def likely_delimiter(text: str) -> str:
    r"""The delimiter that cuts the first lines of a text into the most columns, alike on most lines.

    Where none does, or several do, the one that cuts the first line into the most.

    Examples
    --------
    >>> likely_delimiter('a;"b, c";d\n1;2,5;3'), likely_delimiter('only one\n1'), likely_delimiter('a;b\n1\n2')
    (';', ',', ';')
    >>> likely_delimiter('who;value\nF1;1,50\nF2;2,25')
    ';'

    """
    widths = {delimiter: _width(text, delimiter) for delimiter in _DELIMITERS}
    first = {delimiter: len(next(records(io.StringIO(text), delimiter), [])) for delimiter in _DELIMITERS}
    if max(widths.values()) < 2:
        return max(_DELIMITERS, key=lambda delimiter: first[delimiter])
    return max(_DELIMITERS, key=lambda delimiter: (widths[delimiter], first[delimiter]))


def delimiter_seen(text: str) -> str:
    """The delimiter a text seems to use, rarer ones and runs of blanks included; empty for none."""
    widths = {delimiter: _width(text, delimiter) for delimiter in (*_DELIMITERS, "~", "^", ":", BLANKS)}
    best = max(widths, key=lambda delimiter: widths[delimiter])
    return best if widths[best] > 1 else ""


def _width(text: str, delimiter: str) -> int:
    rows = [len(row) for _, row in zip(range(20), records(io.StringIO(text), delimiter), strict=False)]
    width, times = Counter(rows).most_common(1)[0] if rows else (0, 0)
    return width if 2 * times > len(rows) else 0


def records(lines: IO[str] | Iterator[str], delimiter: str) -> Iterator[list[str]]:
    """The records of a text, empty lines left out."""
    if delimiter == BLANKS:
        return (line.split() for line in lines if line.strip())
    return (row for row in csv.reader(lines, delimiter=delimiter) if row)


def header_names(names: list[str]) -> tuple[str, ...]:
    """Header names made fit for use: trimmed, empty ones numbered, repeated ones told apart.

    Examples
    --------
    >>> header_names([" a", "", "A", "b "])
    ('a', 'column_2', 'A_2', 'b')

    """
    result: list[str] = []
    taken = set[str]()
    for place, raw in enumerate(names, start=1):
        name = unique = raw.strip("\ufeff \t\r\n\u00a0") or f"column_{place}"
        times = 1
        while unique.casefold() in taken:
            times += 1
            unique = f"{name}_{times}"
        result.append(unique)
        taken.add(unique.casefold())
    return tuple(result)


def blank_lines(path: Path, layout: Layout, until: int) -> list[int]:
    """Which lines below the header are empty, up to line ``until``; a record that runs over lines is one line.

    Files without two line ends in a row, by far the most, are only searched for such.
    """
    if not _may_have_blanks(path, layout.zipped):
        return []
    with opened(path, layout.zipped) as raw:
        lines = io.TextIOWrapper(raw, encoding=layout.encoding, errors="replace", newline="")
        rows = csv.reader(_pieces(lines), delimiter="\t" if layout.delimiter == BLANKS else layout.delimiter)
        try:
            return [number for number, row in zip(range(1, until + 1), rows, strict=False)
                    if not row and number > layout.skip]
        except csv.Error:  # a field longer than any person would write: numbers stay a little off
            return []


def count_lines(path: Path, layout: Layout) -> int:
    """The lines of a file, as an editor counts them."""
    ends, last = 0, b"\n"
    with opened(path, layout.zipped) as file:
        while chunk := file.read(_PROBE):
            ends, last = ends + chunk.count(b"\n"), chunk[-1:]
    return ends + (last not in (b"\n", b"\x00"))


def _may_have_blanks(path: Path, zipped: bool) -> bool:
    with opened(path, zipped) as file:
        tail = b""
        while chunk := file.read(_PROBE):
            plain = (tail + chunk).replace(b"\x00", b"")
            if b"\n\n" in plain or b"\r\r" in plain or b"\n\r" in plain:
                return True
            tail = chunk[-8:]
    return False


def mixes_line_ends(path: Path, zipped: bool) -> bool:
    """Whether some lines end as on Windows and others do not: the engine's reader takes one kind of end for all."""
    both, ends, last = 0, 0, b""
    with opened(path, zipped) as file:
        while chunk := file.read(_PROBE):
            both += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            ends += chunk.count(b"\n")
            last = chunk[-1:]
    return 0 < both < ends


def write_plain(path: Path, layout: Layout, target: Path, place: str) -> None:
    """Write a copy in UTF-8 with line ends of one kind, cut by tabs where the original is cut by blanks.

    Raises
    ------
    SourceUnreadable
        Some byte is not text in the layout's encoding.

    """
    with opened(path, layout.zipped) as raw, target.open("w", encoding="utf-8", newline="") as out:
        lines = io.TextIOWrapper(raw, encoding=layout.encoding, newline="")
        try:
            for line in _pieces(lines):
                out.write("\t".join(line.split()) + "\n" if layout.delimiter == BLANKS else line.replace("\r\n", "\n"))
        except UnicodeError as error:
            raise _not_text(place, layout.encoding) from error


def _pieces(lines: IO[str]) -> Iterator[str]:
    """The lines of a text; one beyond any row in pieces, so that a file without line ends is never held whole."""
    return iter(lambda: lines.readline(_MOST_LINE), "")


def _head(path: Path, encoding: str, zipped: bool, place: str) -> str:
    with opened(path, zipped) as file:
        head = file.read(_PROBE)
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError as error:
        raise _not_text(place, encoding) from error


def _not_text(place: str, encoding: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{place} is text in the encoding {encoding}.",
        "bytes that are not.",
        'Name its encoding, for example: encoding = "cp1252" (Windows), "latin-1", "utf-16"',
    )


def _codec(name: str, place: str) -> str:
    try:
        found = codecs.lookup(name).name
    except LookupError as error:
        raise SettingsInvalid(
            f"{place} has an encoding that exists.", repr(name), 'Write, for example: encoding = "latin-1"'
        ) from error
    return "utf-8-sig" if found == "utf-8" else found


def _delimiter(said: str, place: str) -> str:
    named = {"tab": "\t", "blank": BLANKS, "blanks": BLANKS, "\\t": "\t"}
    delimiter = named.get(said, said)
    if len(delimiter) > 1:
        close = quoted_as_toml(delimiter.strip()[:1] or ",")
        raise SettingsInvalid(f"{place} has a delimiter of one character.", repr(said), f"Write: delimiter = {close}")
    return delimiter
