"""Looks at the files of a folder and proposes a complete ``market.toml``.

A proposal is a place to start: everything in it that was guessed says why, and what could not be told
is listed. It loads as it stands, so that the first run is one command away.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.customer.tables import RECORD
from marketsofone.engine import open_engine, scratch
from marketsofone.errors import MarketError, SourceMissing, shortened
from marketsofone.sources.doubtful.leaks import suspected_leaks
from marketsofone.sources.load import load_sources
from marketsofone.sources.mapping.source import Source, sources_from
from marketsofone.sources.mapping.strictly import format_of
from marketsofone.sources.profiling.addresses import with_small_addresses
from marketsofone.sources.profiling.alike_keys import with_alike_keys
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, files_of, profile, source_of
from marketsofone.sources.profiling.connected import Connected, database_source, databases_in, looked_at
from marketsofone.sources.profiling.converted import converted_in
from marketsofone.sources.profiling.copies import without_copies
from marketsofone.sources.profiling.kinds_of_rows import kinds_of_rows
from marketsofone.sources.profiling.links import Link, inside, links_between
from marketsofone.sources.profiling.net_of_tax import net_of_tax
from marketsofone.sources.profiling.repeated import wholes
from marketsofone.sources.proposing.drafts import Draft, Guess, TableDraft
from marketsofone.sources.proposing.own_names import with_names_of_their_own
from marketsofone.sources.proposing.rates import (
    Rates,
    RatesAcross,
    across_drafted,
    rates_across,
    rates_among,
    rates_drafted,
)
from marketsofone.sources.proposing.same_sales import Sales, sales_of, without_same
from marketsofone.sources.proposing.tables import draft_of
from marketsofone.sources.spelling import in_ascii, in_one_line, quoted_as_toml, snake
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.typed_files import damage_told
from marketsofone.sources.staging.workbooks import sheets_of
from marketsofone.sources.values.currencies import EXPONENTS, SIGNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CURRENCIES = ("USD", "EUR", "GBP", "CHF", "JPY", "BRL", "INR")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed project file.

    Parameters
    ----------
    text : str
        The content of ``market.toml``.
    guessed : tuple of str
        What was guessed, a sentence each, with the reason.
    unsure : tuple of str
        What could not be told, a sentence each.
    """

    text: str
    guessed: tuple[str, ...]
    unsure: tuple[str, ...]


def propose(folder: Path, name: str, connected: Connected | None = None, *, databases: bool = False) -> Proposal:
    """Propose a project file for the files of a folder, and for tables of a database.

    Parameters
    ----------
    folder : Path
        Exports as they came: CSV, Parquet, Excel, JSON Lines, gzip allowed. Nothing is written there.
    name : str
        What the market is called.
    connected : Connected, optional
        A database and its tables; so many rows of each are looked at as
        `marketsofone.sources.profiling.connected.LOOKED_AT` says.
    databases : bool
        Also for the tables of databases that are files of the folder: SQLite and DuckDB.

    Raises
    ------
    SourceMissing
        There is no table, and the folder has no file that could be a source, or none that fills a customer table.
    """
    paths = list(files_of(folder)) if folder.is_dir() else []
    within, closed = databases_in(folder) if databases and folder.is_dir() else ([], [])
    within += [connected] if connected else []
    tables = [table for one in within for table in one.tables]
    if not paths and not tables:
        raise SourceMissing(
            f"{folder} holds CSV, Parquet, Excel or JSON Lines files{', or databases' if databases else ''}.",
            "\n".join(["none.", *closed]), "Name the folder that has the exports."
        )
    con = open_engine().con
    profiles, links, rates, across, unsure = _profiles(con, paths, within)
    aside = {one.file.source.name for one in rates} | {one.file.source.name for one in across}
    profiles = [one for one in profiles if one.source.name not in aside]
    drafts, notes = draft_of(profiles, links)
    drafts = with_names_of_their_own(drafts)
    unsure += [*closed, *notes]
    names = shortened([*(path.name for path in paths), *map(repr, tables)])
    _require_drafts(drafts, folder, names, unsure)
    coded = _told_codes(drafts, profiles)
    currency, why = _currency(drafts, profiles, coded, rates)
    asked = {code for codes, _, _ in coded for code in codes}
    for more, told in (*(rates_drafted(each, currency) for each in rates),
                       *(across_drafted(each, currency, asked) for each in across)):
        drafts, unsure = [*drafts, *more], [*unsure, *told]
    drafts, failed = _tried(drafts, name, currency, connected.root if connected else Path())
    _require_drafts(drafts, folder, names, [*unsure, *failed])
    return _written(drafts, name, currency, why, [*unsure, *failed])


def _require_drafts(drafts: Sequence[Draft], folder: Path, names: str, unsure: Sequence[str]) -> None:
    if not drafts:
        raise SourceMissing(
            f"{folder} holds opportunities, order lines, touches or accounts.",
            f"what could not be told to be one of them: {names}.\n" + "\n".join(unsure),
            "Write market.toml by hand: docs/architecture.md says how.",
        )


def _profiles(
    con: DuckDBPyConnection, paths: Sequence[Path], connected: Sequence[Connected]
) -> tuple[list[FileProfile], tuple[Link, ...], list[Rates], list[RatesAcross], list[str]]:
    profiles, unsure = [], []
    with scratch() as folder:
        for source in _sources(paths, connected):
            try:
                with damage_told(source):
                    seen = profile(con, looked_at(source), folder)
                profiles.append(replace(seen, source=source) if source.table else seen)
            except MarketError as error:
                name = source.table or Path(source.file).name + (f" ({source.sheet})" if source.sheet else "")
                unsure.append(f"{name} was not used. {error.wanted} Found: {error.found}")
        profiles, copies = without_copies(con, profiles)
        profiles = [replace(one, inside=inside(con, one), wholes=wholes(con, one), kinds=kinds_of_rows(con, one),
                            net=net_of_tax(con, one), converted=converted_in(con, one)) for one in profiles]
        profiles, differing = with_alike_keys(con, with_small_addresses(con, profiles))
        unsure += [*copies, *differing]
        links, rates, across = links_between(con, profiles), rates_among(con, profiles), rates_across(con, profiles)
    return profiles, links, rates, across, unsure


def _sources(paths: Sequence[Path], connected: Sequence[Connected]) -> Iterable[Source]:
    """Every file, every sheet of a workbook and every table as a source with a name of its own."""
    taken = set[str]()
    for path in paths:
        sheets = sheets_of(path) if format_of(path) == "xlsx" else []
        if len(sheets) > 1:
            yield from (replace(source_of(path, _source_name(sheet, taken), _shown(path)), sheet=sheet)
                        for sheet in sheets)
            continue
        name = _source_name(path.name, taken)
        yield source_of(path, name, _shown(path))
    for one in connected:
        for table in one.tables:
            yield database_source(one, table, _source_name(table.rpartition(".")[2], taken))


def _source_name(said: str, taken: set[str]) -> str:
    first = said.split(".")[0]
    if not re.search("[a-z0-9]", in_ascii(first.lower())):
        first = said = "source"
    stem = snake(first)
    name = stem if stem not in taken else snake(said)
    while name in taken or name == RECORD:
        name += "_2"
    taken.add(name)
    return name


def _shown(path: Path) -> str:
    """The file as the settings write it: below ``${M1_DATA}`` where that is set and holds it."""
    data = os.environ.get("M1_DATA")
    if data and path.resolve().is_relative_to(Path(data).resolve()):
        return "${M1_DATA}/" + path.resolve().relative_to(Path(data).resolve()).as_posix()
    return path.resolve().as_posix()


def _tried(drafts: Sequence[Draft], name: str, currency: str, root: Path) -> tuple[list[Draft], list[str]]:
    """The drafts that load, suspected leaks moved to ``after_outcome``; and what did not load, or would count twice."""
    kept, sales, failed = [], [], []
    for draft in drafts:
        try:
            good, sold = _without_leaks(draft, name, currency, root)
        except MarketError as error:
            failed.append(f"{draft.source.name} was left out: {error.wanted} {error.found}")
            continue
        kept.append(good)
        sales += [sold] if sold else []
    again, said = without_same(sales)
    return [draft for draft in kept if draft.source.name not in again], [*failed, *said]


def _without_leaks(draft: Draft, name: str, currency: str, root: Path) -> tuple[Draft, Sales | None]:
    engine = open_engine()
    text = _text([replace(draft, source=looked_at(draft.source))], name, currency)
    sources = sources_from(tomllib.loads(text)["sources"], root)
    loaded = load_sources(engine, sources, currency=currency, time_zone="UTC")
    leaks = {one.place: one.message for one in suspected_leaks(engine, loaded) if one.code == "suspected_leak"}
    sold = sales_of(engine.con, draft)
    engine.disconnect()
    return draft.without(leaks), sold


def _written(drafts: Sequence[Draft], name: str, currency: str, why: str, unsure: list[str]) -> Proposal:
    guessed = [why, *(sentence for draft in drafts for sentence in draft.sentences())]
    unsure = [*_untold(drafts), *unsure, *_unknown(drafts)]
    return Proposal(_text(drafts, name, currency, unsure), tuple(map(in_one_line, guessed)),
                    tuple(map(in_one_line, unsure)))


def _currency(drafts: Sequence[Draft], profiles: Sequence[FileProfile], told: Sequence[tuple[list[str], str, str]],
              rates: Sequence[Rates]) -> tuple[str, str]:
    """The currency that rates lead to, else that of most rows that name one, else one that a heading names; and why."""
    for each in rates:
        unrated = next((code for codes, _, _ in told for code in codes if each.codes and code not in each.codes), "")
        code = each.market or ("" if each.into else unrated)
        if code:
            return code, f"currency = {code}: the rates of {each.file.source.name} are between it and the others."
    for draft in drafts:
        for table in draft.tables:
            said = table.fields.get("currency", Guess("", ""))
            if said.sql[1:-1] in EXPONENTS:
                return said.sql[1:-1], f"currency = {said.sql[1:-1]}: {said.why}, in {draft.source.name}."
    for codes, name, column in told:
        others = f"; rows in {shortened(codes[1:])} need rates" if codes[1:] else ""
        return codes[0], f"currency = {codes[0]}: most rows of {name} say so in {column!r}{others}."
    for draft in drafts:
        for column in draft.columns:
            for code in _CURRENCIES:
                if {code, f"T{code}"} & {*re.split(r"[^A-Z]+", column)} or column.lower().endswith(f"_{code.lower()}"):
                    return code, f"currency = {code}: the column {column!r} says so."
    for draft in drafts:
        for column in draft.columns:
            signed = re.search("(?<![A-Z])[€$£¥]", column)
            if signed:
                return SIGNS[signed[0]], f"currency = {SIGNS[signed[0]]}: the column {column!r} has its sign."
    signs = [(SIGNS[column.sign], one.source.name, column.name) for one in profiles for column in one.columns
             if column.sign]
    for code, name, column in signs:
        return code, f"currency = {code}: the amounts of {name} in {column!r} are written with its sign."
    return "EUR", "currency = EUR: no file names one."


def _told_codes(drafts: Sequence[Draft], profiles: Sequence[FileProfile]) -> list[tuple[list[str], str, str]]:
    """Of each table whose rows name currencies: which, as `_codes` gives them."""
    files = {one.source.name: one for one in profiles}
    places = {_place(one.source): one for one in profiles}
    files |= {draft.source.name: places[_place(draft.source)] for draft in drafts if _place(draft.source) in places}
    return [found for draft in drafts for table in draft.tables
            if (found := _codes(draft, table.fields.get("currency", Guess("", "")), files))]


def _place(source: Source) -> tuple[str, str, str]:
    """Where a source is read from: two may be read from one file."""
    return source.file, source.sheet, source.table


def _codes(draft: Draft, guess: Guess, files: Mapping[str, FileProfile]) -> tuple[list[str], str, str] | None:
    """The currencies that rows of a draft name, the most frequent first; the file and the column that do."""
    told = _told_by(draft, guess, files)
    codes = [value.upper() for value in (told[1].codes or told[1].values) if value.upper() in EXPONENTS] if told else []
    return (codes, told[0], told[1].name) if told and codes else None


def _told_by(draft: Draft, guess: Guess, files: Mapping[str, FileProfile]) -> tuple[str, ColumnProfile] | None:
    """The file and the column that a guess reads: of the draft's own file, or of one joined with it."""
    places = [("", draft.source.name), *((f"{join.name}.", join.beside.name) for join in draft.joins)]
    for before, name in places:
        for column in files[name].columns:
            said = f"{before}{column.name}"
            if said == guess.sql or (column.codes and quoted(said) in guess.sql):
                return name, column
    return None


_WANTED = {
    "opportunity": {"account_id": "who would buy", "outcome": "what was won and lost", "amount": "its value",
                    "opened_at": "when it was opened", "closed_at": "when it was decided"},
    "order_line": {"account_id": "who bought", "amount": "what it was worth"},
    "touch": {"account_id": "with whom", "happened_at": "when"},
}


def _untold(drafts: Sequence[Draft]) -> Iterable[str]:
    """What no column of a file tells, although scores rest on it."""
    lines = any(one.table == "opportunity_line" and "amount" in one.fields for draft in drafts for one in draft.tables)
    for draft in drafts:
        for one in draft.tables:
            has = {*one.fields, *(("outcome",) if "entered" in one.fields else ())}
            if one.table == "opportunity" and lines:
                has.add("amount")
            if one.table == "touch" and has & {"contact_id", "opportunity_id"}:
                has.add("account_id")
            missing = [f"{field} ({words})" for field, words in _WANTED.get(one.table, {}).items() if field not in has]
            if missing:
                yield f"{draft.source.name}: no column was recognised for {one.table}: {', '.join(missing)}."


def _unknown(drafts: Sequence[Draft]) -> Iterable[str]:
    tables = {one.table: one for draft in drafts for one in draft.tables}
    yield "time_zone: the zone of times that name none; UTC is taken."
    if not any("cost" in one.fields for one in tables.values()):
        yield "Costs: no column holds them, so a margin rate is assumed; set margin_rate to your own."
    yield "hour_cost, approach_hours and handling_cost: no file tells them."
    if not any(line.startswith("pull") for line in _steps([one for draft in drafts for one in draft.tables])):
        yield "Pull: no file tells whom you approached and who let you in."
    if not any("outcome" in one.fields for one in tables.values()):
        yield "Competitiveness: no file tells which opportunities were won and lost."


def _text(drafts: Sequence[Draft], name: str, currency: str, unsure: Iterable[str] = ()) -> str:
    tables = [one for draft in drafts for one in draft.tables]
    lines = [
        "# Proposed from the files; what was guessed says why. Check it, change it, keep it.",
        *(f"# Could not be told: {sentence}" for sentence in unsure),
        "[market]",
        f"name = {quoted_as_toml(name)}",
        f'currency = "{currency}"  # guessed',
        'time_zone = "UTC"  # guessed',
    ]
    if not any("cost" in one.fields for one in tables):
        lines.append("margin_rate = 0.30  # assumed: no column of costs was found")
    lines += ["", "[steps]  # which step each outcome is, guessed from the columns found", *_steps(tables)]
    for draft in drafts:
        lines += ["", *draft.lines()]
    return "\n".join(map(in_one_line, lines)) + "\n"  # a name of the data in a remark must not become a setting


def _steps(tables: Sequence[TableDraft]) -> Iterable[str]:
    has = {f"{one.table}.{field}" for one in tables for field in one.fields} | {one.table for one in tables}
    if "opportunity.entered" in has or {"opportunity", "step"} <= has:
        yield 'pull = "opportunity.entered"'
    elif "touch.answered" in has or _directions(tables) == {"'in'", "'out'"}:
        yield 'pull = "touch.answered"'
    if "opportunity.outcome" in has:
        yield 'competitiveness = "opportunity.outcome"'
    if "order_line" in has:
        yield 'attractiveness = "order_line"'
    elif "opportunity.amount" in has or {"opportunity", "opportunity_line.amount"} <= has:
        yield 'attractiveness = "opportunity.amount"'


def _directions(tables: Sequence[TableDraft]) -> set[str]:
    return {way for one in tables if one.table == "touch" for way in ("'in'", "'out'")
            if way in one.fields["direction"].sql}
