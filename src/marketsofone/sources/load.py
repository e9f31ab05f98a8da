"""Sources -> customer tables in the engine: one pass over each source for each table it fills."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.tables import TABLES
from marketsofone.engine import scratch
from marketsofone.errors import SettingsInvalid
from marketsofone.sources.doubtful.addresses import addresses_alike
from marketsofone.sources.doubtful.astray import statements_astray
from marketsofone.sources.doubtful.circles import cut_circles
from marketsofone.sources.doubtful.duplicates import THINGS, refuse_duplicates
from marketsofone.sources.doubtful.several_places import people_at_several
from marketsofone.sources.doubtful.signs import settle_signs
from marketsofone.sources.doubtful.treatments import treat
from marketsofone.sources.doubtful.undated import fill_dated
from marketsofone.sources.doubtful.written_meanwhile import stamps, without_print, written_meanwhile
from marketsofone.sources.findings import Finding, Health, Input, Loaded
from marketsofone.sources.mapping.one_name import require_one_table
from marketsofone.sources.mapping.source import ColumnKind, Source, TableMapping, UserColumn, check_zone
from marketsofone.sources.rows.expressions import Place, Rows
from marketsofone.sources.rows.filling import Filled, fill
from marketsofone.sources.rows.keys import begin_keys, keep_keys, settle_keys
from marketsofone.sources.rows.lines import ASIDE, settle_lines
from marketsofone.sources.rows.quarantine import begin_quarantine, count_refused
from marketsofone.sources.rows.said import Market
from marketsofone.sources.spelling import nearest
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.every_source import stage
from marketsofone.sources.staging.staged_rows import Staged
from marketsofone.sources.staging.typed_files import damage_told
from marketsofone.sources.values.currencies import EXPONENTS
from marketsofone.sources.values.readings import TYPES, is_number

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

_Pair = tuple[TableMapping, Source]

_FEW = 12
_AT_ONCE = 2
"""Tables filled at a time: some files are read by one processor only."""


def load_sources(engine: Backend, sources: Sequence[Source], *, currency: str, time_zone: str, salt: int = 0,
                 as_of: date | None = None) -> Loaded:
    """Read every source into typed customer tables, and say what was refused and what was done.

    The engine then holds one table per customer table that has rows, each with every field of the
    model (typed nulls where no source says it), ``source``, ``source_row`` and the user's own
    ``dim_*`` and ``trait_*`` columns; ``entity_link``; and ``quarantine``. Money is minor units of
    ``currency``; instants are UTC timestamps without zone.

    Parameters
    ----------
    engine : ibis DuckDB backend
    sources : sequence of Source
        Where two give the same key, the row of the earlier one stands; of things such as accounts the later
        one fills what it leaves open.
    currency : str
        ISO 4217 code of the market.
    time_zone : str
        IANA name of the zone of dates, and of instants that name none.
    salt : int
        Changes every internal id, and nothing else.
    as_of : date, optional
        The day that the project fixes: exchange rates of later days are not known.

    Raises
    ------
    MarketError
        Something about a whole source is wrong: not there, empty, cut by another delimiter, a column
        that is missing, SQL that does not run, dates that could be read two ways, no row accepted.

    Notes
    -----
    A user's column without a ``kind`` is a number if its source gives numbers, more than twelve
    different ones; else it is text.

    """
    _check_market(currency, time_zone)
    require_one_table(sources)
    market = Market(currency, time_zone, salt, as_of or date.max)
    con, before = engine.con, stamps(sources)
    with scratch() as folder:
        opened = _opened(con, sources, folder)
        mappings = _settled(sources, opened)
        filled = _filled_anew(con, sources, mappings, opened, market)
    changed = written_meanwhile(before, stamps(sources))
    findings = [finding for rows in opened.values() for finding in rows.staged.findings]
    findings += [finding for one in filled for finding in one.findings]
    names, found, repeated = _agreed(con, sources, mappings, opened, market)
    inputs = {name: read for source in sources for name, read in _read(source, opened[source.name].staged)}
    return Loaded(
        tables=names,
        columns=_columns(mappings),
        health=_recounted(con, [one.health for one in filled], repeated),
        findings=(*findings, *changed, *found),
        inputs=without_print(inputs, [each.place for each in changed]),
    )


def _filled_anew(con: DuckDBPyConnection, sources: Sequence[Source], mappings: list[_Pair],
                 opened: Mapping[str, Rows], market: Market) -> list[Filled]:
    """The customer tables made and filled, and the keys kept that their rows name."""
    begin_keys(con)
    begin_quarantine(con)
    _create_tables(con, sources, mappings)
    filled = _filled(mappings, opened, market)
    for keys in (keys for one in filled for keys in one.keys):
        keep_keys(con, keys, market.salt)
    return filled


def _agreed(con: DuckDBPyConnection, sources: Sequence[Source], mappings: list[_Pair], opened: Mapping[str, Rows],
            market: Market) -> tuple[tuple[str, ...], list[Finding], Mapping[tuple[str, str], int]]:
    """What only all sources together tell: tables that have rows, findings, and how many rows say a key again."""
    names = tuple(name for name in TABLES if any(mapping.table == name for mapping, _ in mappings))
    findings = [*people_at_several(con, mappings, opened)]
    said_again, repeated = refuse_duplicates(con, names, _repeating(sources))
    findings += [*said_again, *fill_dated(con, names), *settle_lines(con, names, market), *settle_signs(con, names),
                 *treat(con, names, _columns(mappings))]
    names = tuple(name for name in TABLES if name in _with_rows(con))
    findings += cut_circles(con, names)
    settle_keys(con, names)
    return names, [*findings, *addresses_alike(con, mappings, opened), *statements_astray(con, names)], repeated


def _opened(con: DuckDBPyConnection, sources: Sequence[Source], folder: Path) -> dict[str, Rows]:
    """The rows of every source, staged side by side: each file is read whole for its fingerprint."""
    def staged(source: Source) -> Rows:
        return Rows(con.cursor(), source, stage(con.cursor(), source, folder))

    with ThreadPoolExecutor(_AT_ONCE, "staging") as threads:
        return dict(zip((source.name for source in sources), threads.map(staged, sources), strict=True))


def _read(source: Source, staged: Staged) -> Iterable[tuple[str, Input]]:
    """The files of a source, those joined to it among them, with their fingerprints."""
    return [*staged.beside.items(), (source.read_as, staged.fingerprint)]


def _check_market(currency: str, time_zone: str) -> None:
    if currency not in EXPONENTS:
        close = nearest(currency, EXPONENTS) or "EUR"
        raise SettingsInvalid("market.currency is an ISO 4217 code.", repr(currency), f'[market]\ncurrency = "{close}"')
    check_zone(time_zone, "market.time_zone")


def _filled(pairs: Sequence[_Pair], opened: Mapping[str, Rows], market: Market) -> list[Filled]:
    """Every table filled: rates first, by which the amounts of others are converted, then the rest side by side."""
    def in_turn(places: Sequence[int]) -> dict[int, Filled]:
        done = {}
        for place in places:
            mapping, source = pairs[place]
            with damage_told(source):
                done[place] = fill(opened[source.name], mapping, market)
        return done

    first = [place for place, (mapping, _source) in enumerate(pairs) if mapping.table == "rate"]
    rest = [place for place, (mapping, _source) in enumerate(pairs) if mapping.table != "rate"]
    done = in_turn(first)
    with ThreadPoolExecutor(_AT_ONCE, "filling") as threads:
        for some in threads.map(in_turn, _apart(pairs, rest)):
            done |= some
    return [done[place] for place in (*first, *rest)]


def _apart(pairs: Sequence[_Pair], places: Sequence[int]) -> list[list[int]]:
    """Places of pairs in parts that share no table and no source: in each, rows come in the order of the files."""
    parts: list[list[int]] = []
    for place in places:
        table, source = pairs[place][0].table, pairs[place][1].name
        met = [part for part in parts
               if any(table == pairs[one][0].table or source == pairs[one][1].name for one in part)]
        parts = [part for part in parts if part not in met]
        parts.append([*sorted(one for part in met for one in part), place])
    return parts


def _settled(sources: Sequence[Source], opened: dict[str, Rows]) -> list[_Pair]:
    """Every mapping with its source, the kinds of the user's columns settled alike for a whole table."""
    pairs = [(mapping, source) for source in sources for mapping in source.tables]
    kinds: dict[tuple[str, str], ColumnKind] = {}
    for mapping, source in pairs:
        for column in mapping.columns:
            with damage_told(source):
                kind = column.kind or _kind(opened[source.name], mapping, column)
            place = (mapping.table, column.column)
            kinds[place] = kind if kinds.get(place, kind) == kind else "text"
    return [
        (
            replace(
                mapping,
                columns=tuple(replace(one, kind=kinds[mapping.table, one.column]) for one in mapping.columns),
            ),
            source,
        )
        for mapping, source in pairs
    ]


def _kind(rows: Rows, mapping: TableMapping, column: UserColumn) -> ColumnKind:
    place = Place(rows.source.name, f"{mapping.table}.{column.role}s", column.name)
    said = rows.expression(column.sql, place)
    numeric = is_number(said.type) or said.column in rows.numbers
    if not numeric:
        return "text"
    values = f"select {said.sql} as v from {rows.kept}"
    query = f"select count(*) from (select distinct v from ({values}) where v is not null limit {_FEW + 1})"
    with rows.running(column.sql, place):
        return "number" if rows.con.execute(query).fetchall()[0][0] > _FEW else "text"


def _columns(mappings: list[_Pair]) -> tuple[UserColumn, ...]:
    found = {(one.table, one.column): one for mapping, _ in reversed(mappings) for one in reversed(mapping.columns)}
    return tuple(reversed(found.values()))


def _create_tables(
    con: DuckDBPyConnection, sources: Sequence[Source], mappings: list[_Pair]
) -> None:
    kinds = {"text": "varchar", "number": "double"}
    names = ", ".join("'" + source.name.replace("'", "''") + "'" for source in sources)
    for table in {mapping.table for mapping, _ in mappings} | {"account", "rate"}:
        columns = [f"source enum({names})", "source_row bigint"]
        columns += [f"{quoted(field.name)} {TYPES[field.kind]}" for field in TABLES[table].fields]
        columns += [f"{quoted(one.column)} {kinds[one.kind]}" for one in _columns(mappings) if one.table == table]
        columns += [f"{name} {kind}" for name, kind in ASIDE.get(table, {}).items()]
        con.execute(f"create or replace table {quoted(table)} ({', '.join(columns)}, m1_refused usmallint)")


def _with_rows(con: DuckDBPyConnection) -> set[str]:
    found = set()
    for (name,) in con.execute("select table_name from duckdb_tables() where not temporary").fetchall():
        if name not in TABLES:
            continue
        if con.execute(f"select 1 from {quoted(name)} limit 1").fetchall():
            found.add(name)
        else:
            con.execute(f"drop table {quoted(name)}")
    return found


def _repeating(sources: Sequence[Source]) -> set[tuple[str, str]]:
    """Tables of things that a source fills from rows which are events of another table."""
    return {
        (source.name, mapping.table)
        for source in sources
        if any(one.table not in THINGS for one in source.tables)
        for mapping in source.tables
        if mapping.table in THINGS
    }


def _recounted(
    con: DuckDBPyConnection, health: list[Health], repeated: Mapping[tuple[str, str], int]
) -> tuple[Health, ...]:
    """Health after duplicates were refused too, and statements made again left out."""
    refused = count_refused(con)
    recounted = []
    for one in health:
        place = (one.source, one.table_name)
        again, bad = repeated.get(place, 0), refused.get(place, 0)
        read = one.read - again
        recounted.append(replace(one, left_out=one.left_out + again, read=read, refused=bad, accepted=read - bad))
    return tuple(recounted)
