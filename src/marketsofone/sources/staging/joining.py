"""A file's columns put beside the rows of a source: each row finds one row there, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import ColumnMissing, KeyNotUnique, SettingsInvalid, ValuesInvalid, shortened
from marketsofone.sources.findings import Finding
from marketsofone.sources.mapping.joins import Join
from marketsofone.sources.mapping.source import Source
from marketsofone.sources.spelling import nearest, quoted_as_toml
from marketsofone.sources.sql import copied, quoted
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.values.dates import parsed, written
from marketsofone.sources.values.readings import cleaned, is_number, key, text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def source_of_join(source: Source, join: Join) -> Source:
    """The joined file as a source of its own that fills nothing."""
    return replace(source, name=f"{source.name}.join.{join.name}", file=join.file, path=join.path, url="", query="",
                   table="", where="", after_outcome=(), format=join.format, delimiter=join.delimiter,
                   encoding=join.encoding, sheet=join.sheet, tables=(), joins=(), fill_down=(), groups="")


def put_beside(con: DuckDBPyConnection, source: Source, join: Join, first: Staged, second: Staged,
               target: Path) -> Staged:
    """The rows of ``first`` in their order, with the columns of ``second`` as ``<join>.<column>``.

    Keys are compared as text, outer blanks aside, so that ``17850.0`` and ``17850`` are one; an empty key
    finds nothing. Where one of the two has types and the other is text, both are taken as text.

    Raises
    ------
    ColumnMissing
        A column of the key is not there.
    KeyNotUnique
        A key stands in several rows of the joined file: rows of the source would count several times.
    ValuesInvalid
        No row finds any, or the dates of ``latest`` cannot be read in one way.
    """
    as_text = first.is_text or second.is_text
    place = f"sources.{source.name}.join.{join.name}"
    left = [_key(source, join, first, pair[0], f"Source {source.name!r}", place) for pair in join.on]
    right = [_key(source, join, second, pair[1], join.file, place) for pair in join.on]
    if join.latest:
        second = _last_of_each(con, source, join, second, right, target.with_suffix(".latest.parquet"))
    else:
        _require_unique(con, join, second, right, place)
    names = _names(join, first, second, place)
    own = [_taken(source, first, name, as_text) + f" as {quoted(name)}" for name in first.columns]
    beside = [_taken(source, second, name, as_text) + f" as {quoted(new)}" for name, new in names.items()]
    keys = [f"k{place}" for place in range(len(join.on))]
    one = _keyed(first, left, keys, [*own, "file_row_number as m1_place"])
    other = _keyed(second, right, keys, [*beside, "true as m1_met"])
    matched = " and ".join(f"one.{key} = other.{key}" for key in keys)
    columns = ", ".join(map(quoted, [*first.columns, *names.values()]))
    query = f"from ({one}) one left join ({other}) other on {matched}"
    rows = copied(con, f"select {columns} {query} order by m1_place", target)
    types = {**first.columns, **{new: second.columns[name] for name, new in names.items()}}
    if as_text:
        types = dict.fromkeys(types, "VARCHAR")
    finding = _told(con, source, join, second, keys, query)
    return replace(first, path=target, columns=types, rows=rows, is_text=as_text,
                   delimiter=second.delimiter if first.delimiter in ("", ",") else first.delimiter,
                   findings=(*first.findings, *second.findings, finding),
                   beside={**first.beside, join.file: second.fingerprint})


def _key(source: Source, join: Join, staged: Staged, name: str, file: str, place: str) -> str:
    """SQL of one column of the key, as text."""
    column = staged.column(name)
    if column:
        kind = staged.columns[column]
        return key(cleaned(quoted(column), kind, source.missing), kind)
    close = nearest(name, staged.columns)
    raise ColumnMissing(
        f"[{place}] joins {join.file} by columns that are there: {file} has no {name!r}.",
        f"{shortened(staged.columns, 20)}.",
        f"If {close!r} is that column, write:\n[{place}]\non = {{ {quoted_as_toml(close)} = ... }}"
        if close and staged.columns else "")


def _last_of_each(con: DuckDBPyConnection, source: Source, join: Join, staged: Staged, keys: Sequence[str],
                  target: Path) -> Staged:
    """Of several rows of a key the one of the last date, and of these the last of the file."""
    moment = _moment(con, source, join, staged)
    kept = (f"select * from {staged.relation} qualify row_number() over (partition by {', '.join(keys)} "
            f"order by {moment} desc nulls last, {staged.row_number} desc) = 1")
    columns = ", ".join(map(quoted, staged.columns))
    return replace(staged, path=target, rows=copied(con, f"select {columns} from ({kept})", target))


def _moment(con: DuckDBPyConnection, source: Source, join: Join, staged: Staged) -> str:
    """SQL of the dates by which the last row of a key is told."""
    place = f"sources.{source.name}.join.{join.name}"
    column = staged.column(join.latest)
    if not column:
        raise ColumnMissing(
            f"[{place}] keeps the latest row by a column that is there: {join.file} has no {join.latest!r}.",
            f"{shortened(staged.columns, 20)}.",
            f"[{place}]\nlatest = {quoted_as_toml(nearest(join.latest, staged.columns) or '...')}")
    kind = staged.columns[column]
    if kind != "VARCHAR":
        return quoted(column)
    value = cleaned(quoted(column), kind, source.missing)
    way = written(con, staged.relation, value, source.date_format)
    if way.other_rows or way.is_ambiguous:
        found = (f"all {way.rows:,} fit both day first and month first." if way.is_ambiguous
                 else f"{way.other_rows:,} that are written otherwise than the {way.rows:,} {way.way}.")
        raise ValuesInvalid(
            f"[{place}] keeps the latest row: the dates of {join.latest!r} can be read in one way.", found,
            f"Add to market.toml the one that is meant:\n[sources.{source.name}]\n"
            'date_format = "%d/%m/%Y"   # or "%m/%d/%Y"')
    return parsed(value, way.way, way.format)


def _names(join: Join, first: Staged, second: Staged, place: str) -> Mapping[str, str]:
    names = {name: f"{join.name}.{name}" for name in second.columns}
    taken = sorted({name.casefold() for name in first.columns} & {name.casefold() for name in names.values()})
    if taken:
        raise SettingsInvalid(f"[{place}] adds columns that are called {join.name}.<column>.",
                              f"the source has {shortened(taken)} already.", "Give the join another name.")
    return names


def _keyed(staged: Staged, keys: Sequence[str], names: Sequence[str], columns: Sequence[str]) -> str:
    """A select of a staged file's columns with its key."""
    said = ", ".join(f"{key} as {name}" for key, name in zip(keys, names, strict=True))
    return f"select {said}, {', '.join(columns)} from {staged.relation}"


def _taken(source: Source, staged: Staged, name: str, as_text: bool) -> str:
    """A column as it is; as text where the other file has no types, numbers as that file writes them."""
    kind = staged.columns[name]
    if not as_text or kind == "VARCHAR":
        return quoted(name)
    written = text(quoted(name), kind)
    return f"replace({written}, '.', ',')" if source.decimal == "," and is_number(kind) else written


def _require_unique(con: DuckDBPyConnection, join: Join, second: Staged, keys: Sequence[str], place: str) -> None:
    names = [f"k{number}" for number in range(len(keys))]
    said = ", ".join(names)
    known = " and ".join(f"{name} is not null" for name in names)
    found = con.execute(
        f"select count(*), sum(n), min(a), arg_min(b, a) from (select {said}, count(*) as n, min(m1_row) as a, "
        f"max(m1_row) as b from ({_keyed(second, keys, names, [f'{second.row_number} as m1_row'])}) "
        f"where {known} group by {said} having count(*) > 1)").fetchall()[0]
    if not found[0]:
        return
    raise KeyNotUnique(
        f"[{place}] finds one row of {join.file} by {join.key}, so that no row of the source counts twice.",
        f"{found[0]:,} keys that stand in {found[1]:,} rows, one of them in rows {found[2]:,} and {found[3]:,}.",
        "Add the column that tells these rows apart to both sides of on, or make the file with more rows the source "
        "and join the one with fewer. Where each row is a change and the last one holds, name the column of its date:\n"
        f'[{place}]\nlatest = "changed_at"')


def _told(con: DuckDBPyConnection, source: Source, join: Join, second: Staged, keys: Sequence[str],
          query: str) -> Finding:
    """How many rows found theirs; raises where none did."""
    unkeyed = " or ".join(f"one.{key} is null" for key in keys)
    theirs = ", ".join(f"other.{key}" for key in keys)
    rows, met, empty, used = con.execute(
        f"select count(*), count(m1_met), count_if({unkeyed}), count(distinct case when m1_met then ({theirs}) end) "
        f"{query}").fetchall()[0]
    place = f"sources.{source.name}.join.{join.name}"
    if not met:
        raise ValuesInvalid(
            f"[{place}] finds rows of {join.file} by {join.key}.",
            f"none for any of the {rows:,} rows of {source.file}; {empty:,} of those have no key.",
            "Check that both files write the key alike; on names other columns.")
    message = f"{met:,} of {rows:,} rows found theirs in {join.file} by {join.key}."
    if met < rows:
        message += (f" {rows - met:,} did not ({empty:,} of them have no key): of those nothing is known that "
                    "the file says.")
    if second.rows > used:
        message += f" {second.rows - used:,} of its {second.rows:,} rows were asked for by none."
    if second.broken:
        message += f" {len(second.broken):,} of its rows could not be read, row {second.broken[0][0]:,} the first."
    doubtful = met < rows or bool(second.broken)
    return Finding("joined", "warning" if doubtful else "info", f"{source.name}: join {join.name}", message,
                   "Check that both files are of the same day and write the key alike." if doubtful else "")
