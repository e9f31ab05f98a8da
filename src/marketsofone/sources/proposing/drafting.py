"""The draft of one file that fills a customer table, and a sentence for all that is not sure of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from marketsofone.customer.tables import STATED, TABLES
from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import Folder, doubtful_rows
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.proposing.contracts import Contracts, contracts
from marketsofone.sources.proposing.dividing import divided_by, several, words_beside
from marketsofone.sources.proposing.doubtful_amounts import (
    elsewhere,
    not_converted,
    not_taken_off,
    repeated_totals,
    repeated_touches,
    written_in_words,
)
from marketsofone.sources.proposing.drafts import Draft, Guess, JoinDraft, TableDraft, reads
from marketsofone.sources.proposing.fields import fields_of
from marketsofone.sources.proposing.filters import left_out, returns_turned
from marketsofone.sources.proposing.heads_and_lines import Together, is_whole
from marketsofone.sources.proposing.ledgers import said_once
from marketsofone.sources.proposing.left_over import left_over
from marketsofone.sources.proposing.once_each import once_each
from marketsofone.sources.proposing.recurring import recurring, subscriber
from marketsofone.sources.proposing.statements import rival_met, statement
from marketsofone.sources.proposing.told_by_values import left_open, none_lost
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import quoted


def drafted(folder: Folder, one: FileProfile, table: str, together: Together | None) -> tuple[Draft, list[str]]:
    """How a file fills a table.

    Parameters
    ----------
    together : Together, optional
        Its rows as lines of orders that another file lists.
    """
    held = contracts(folder, one) if table == "order_line" else None
    if held:
        return _of_contracts(folder, one, held)
    one, fields, joins = _filled(folder, one, table, together)
    where, fields, notes = _counted(one, table, fields)
    one = replace(one, source=replace(one.source, where=where))
    divided = divided_by(one, table, fields)
    draft = Draft(one.source, _columns(one), (TableDraft(table, fields, divided.dimensions, divided.traits),),
                  divided.after, joins)
    said = draft.said()
    notes += [*_unclear_dates(one), *several(one, [guess.sql for guess in divided.dimensions.values()])]
    if table == "opportunity":
        if "outcome" in fields:
            notes += filter(None, (none_lost(fields["outcome"]), left_open(one, fields["outcome"])))
        draft, more = once_each(folder, one, draft)
        notes += more
    notes += [*_doubtful_key(one, table, fields), *_periods(one, table, fields), *_rows_of_their_own(one)]
    if table == "order_line":
        draft, more = _filled_down(one, draft)
        notes += more
    said += [*draft.said(), where, *(join.latest for join in draft.joins)]
    return draft, notes + left_over(one, said, draft.after_outcome)


def _filled(
    folder: Folder, one: FileProfile, table: str, together: Together | None
) -> tuple[FileProfile, dict[str, Guess], tuple[JoinDraft, ...]]:
    """The fields a file fills, what it is joined with for them, and what it is then."""
    if table != "order_line":
        return one, _fields(folder, one, table), ()
    if together is not None and not together.against and not is_whole(folder, one):
        return together.profile, together.fields(folder), (together.join,)
    fields, whose = _fields(folder, one, table), subscriber(folder, one)
    return (one, {**fields, "account_id": whose[1]}, (whose[0],)) if whose else (one, fields, ())


def _counted(one: FileProfile, table: str, fields: dict[str, Guess]) -> tuple[str, dict[str, Guess], list[str]]:
    """Which rows count, and fields that what they are changes."""
    where, notes = left_out(one, table)
    notes += written_in_words(one, fields)
    if table in ("order_line", "opportunity_line", "opportunity"):
        notes += [*not_taken_off(one, fields), *not_converted(one, fields)]
    if table == "touch":
        notes += repeated_touches(one, fields)
    if table != "order_line":
        return where, fields, notes
    notes += [*repeated_totals(one, fields), *elsewhere(one, fields)]
    turned, more = returns_turned(one, fields)
    notes += more
    if monthly := recurring(one):
        where, notes = " and ".join(part for part in (where, monthly.where) if part), [*notes, *monthly.notes]
    return where, {**fields, **turned}, notes


def _unclear_dates(one: FileProfile) -> Iterator[str]:
    unclear = [column.name for column in one.columns if column.unclear]
    if unclear:
        yield f"the dates of {', '.join(unclear)} can be read day first or month first: set date_format."


def _doubtful_key(one: FileProfile, table: str, fields: Mapping[str, Guess]) -> list[str]:
    """Rows that share what seems to be the key of a table in which each thing stands once."""
    name = f"{table}_id"
    if name not in fields or name not in TABLES[table].key or "valid_from" in fields:
        return []
    key = next((column for column in one.columns if fields[name].sql == column.name), None)
    return list(doubtful_rows(one, key)) if key else []


def _rows_of_their_own(one: FileProfile) -> Iterator[str]:
    """Rows that say one thing, of those below them or of themselves."""
    if one.source.fill_down:
        yield (f"{shortened(one.source.fill_down)} stands in rows of its own above those that are of it, or in "
               "the first of them alone: the others take it from there (fill_down), and rows that say nothing "
               "else will be in quarantine.")
    if one.source.groups:
        yield (f"rows that fill {one.columns[0].name} alone are taken for names of groups, not for rows: what "
               f"they say is {one.source.groups} of the rows below them (groups), and they will be in "
               "quarantine.")
    if one.alone:
        yield (f"{one.alone:,} rows, the first among them, fill {one.columns[0].name} alone, and count as rows. "
               "If they name groups of the rows below them, write "
               f'groups = "Group" in [sources.{one.source.name}].')


def _filled_down(one: FileProfile, draft: Draft) -> tuple[Draft, list[str]]:
    """With what only the first row of an order says taken from there, where the draft reads it."""
    once = said_once(one, draft.tables[0].fields)
    down = tuple(name for name in once if any(reads(sql, name) for sql in (*draft.said(), one.source.where)))
    if not down:
        return draft, []
    note = f"rows that leave {shortened(down)} empty take them from the row above (fill_down)."
    return replace(draft, source=replace(draft.source, fill_down=down)), [note]


def _of_contracts(folder: Folder, one: FileProfile, held: Contracts) -> tuple[Draft, list[str]]:
    """The draft of a file of contracts, and what is said of it."""
    plain = {name: guess for name, guess in _fields(folder, one, "order_line").items()
             if name in ("account_id", "contact_id", "product_id", "currency")}
    fields = {**held.fields, **plain}
    source = replace(one.source, where=held.where, months=held.months)
    draft = Draft(source, _columns(one), (TableDraft("order_line", fields, words_beside(one, fields)),))
    said = [*draft.said(), held.where, held.start.name, held.end.name]
    return draft, [*held.notes, *left_over(one, said, ())]


def _periods(one: FileProfile, table: str, fields: Mapping[str, Guess]) -> Iterator[str]:
    """What of periods, and of hours of no stated length, a proposal cannot tell."""
    if "valid_to" in fields:
        line = f"try_cast({quoted(fields['valid_to'].sql)} as date) + 1"
        yield (f"{fields['valid_to'].sql} is taken as the first day that no longer holds; if it is the last that does, "
               f"write valid_to = {quoted_as_toml(line)} in [sources.{one.source.name}.{table}].")
    for column in one.columns:
        if table == "touch" and column.clock == "unclear":
            yield (f"{column.name} may be hours and minutes or minutes and seconds: write minutes in "
                   f"[sources.{one.source.name}.touch], for instance minutes = "
                   f"{quoted_as_toml(_minutes_and_seconds(column.name))} for the latter.")
    hours = fields.get("week_hours")
    if hours and not re.search("w|sem|hebdo", hours.sql.lower()):
        yield f"{hours.sql} is taken as selling hours in a week."


def _minutes_and_seconds(name: str) -> str:
    first, second = (f"try_cast(split_part({quoted(name)}, ':', {place}) as double)" for place in (1, 2))
    return f"{first} + {second} / 60"


def _fields(folder: Folder, one: FileProfile, table: str) -> dict[str, Guess]:
    if table == "rival_met":
        return rival_met(folder, one)
    return statement(folder, one, table) if table in STATED else fields_of(folder, one, table)


def _columns(one: FileProfile) -> tuple[str, ...]:
    return tuple(column.name for column in one.columns)
