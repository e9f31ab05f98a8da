"""Which file fills which customer table, and which of its columns divide buyers: guesses with their reasons."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from marketsofone.customer.tables import STATED, TABLES
from marketsofone.errors import shortened
from marketsofone.sources.doubtful.leaks import name_tells
from marketsofone.sources.profiling.belonging import Folder, doubtful_rows, is_counted
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS, is_personal
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.profiling.months import Months, without_months
from marketsofone.sources.profiling.years import without_years
from marketsofone.sources.proposing.across import between, name_beside, named_once, sales_across, same_months
from marketsofone.sources.proposing.contracts import Contracts, contracts
from marketsofone.sources.proposing.drafts import Draft, Guess, JoinDraft, TableDraft, reads
from marketsofone.sources.proposing.fields import (
    dated,
    elsewhere,
    field_of,
    fields_of,
    not_converted,
    not_taken_off,
    only_date,
    order_number,
    paid,
    repeated_totals,
    repeated_touches,
    said_once,
    thing_of_periods,
    written_in_words,
)
from marketsofone.sources.proposing.filters import left_out, returns_turned
from marketsofone.sources.proposing.heads_and_lines import Together, found_together, is_whole
from marketsofone.sources.proposing.histories import History, histories
from marketsofone.sources.proposing.left_over import left_over, shared_marked
from marketsofone.sources.proposing.nearly import lacking
from marketsofone.sources.proposing.once_each import once_each
from marketsofone.sources.proposing.recurring import recurring, recurs, subscriber, without_twice
from marketsofone.sources.proposing.repaired_keys import with_keys_repaired
from marketsofone.sources.proposing.statements import rival_met, stated_in, statement
from marketsofone.sources.proposing.told_by_values import direction, left_open, none_lost, outcome
from marketsofone.sources.spelling import quoted_as_toml, snake
from marketsofone.sources.sql import quoted

_FEW = 12
_MOST = 1000
_NAMING = ("account", "contact", "opportunity", "order", "touch")
_PLACES = ("position", "pos", "line", "line no", "line number", "item no", "zeile", "lfd nr")
_WORN = {"opportunity", "account", "contact", "order_line"}


def draft_of(profiles: Sequence[FileProfile], links: Sequence[Link]) -> tuple[list[Draft], list[str]]:
    """A draft for every file that seems to fill a customer table, and a sentence for every one that does not.

    Parameters
    ----------
    links : sequence of Link
        Which columns hold keys of other files; those of other files than these do not count.
    """
    drafts, unsure = [], []
    names = {one.source.name for one in profiles}
    folder = Folder(tuple(shared_marked(profiles)), tuple(link for link in links if {link.file, link.home} <= names))
    changed = {each.changes.source.name: each for each in histories(folder)}
    folder = replace(folder, main=_main_opportunities(folder, changed))
    together = found_together(folder)
    heads = {each.heads.source.name: each for each in together.values() if not each.against or is_whole(
        folder, each.lines)}
    for one in folder.files:
        name = one.source.name
        one, months = without_months(one)
        one, notes = without_years(one)
        table = _table(folder, one, together.get(name))
        if name in changed and not _tells_more(changed[name], table):
            unsure += _used_as_history(changed[name])
            continue
        notes += one.told
        if one.totals:
            notes.append(f"rows that are totals of others and will be refused: {one.totals:,}.")
        if name in heads and table in (None, "order_line"):
            unsure += [f"{name}: {note}" for note in notes]
            unsure += _used_as_heads(heads[name], folder)
            continue
        if name in together and together[name].against:
            each = together[name]
            notes.append(f"its rows belong to orders of {each.heads.source.name}, but are not joined with them: "
                         f"{each.against}.")
        across = _across(folder, one, months, table, names) if months else None
        if across:
            drafts.append(across)
        if months:
            notes += between(months) if across else months.notes
        notes += _unused_or_objecting(folder, one, table) if table or not across else left_over(one, across.said(), ())
        if table is not None:
            draft, more = _drafted(folder, one, table, together.get(name))
            past = next((each for each in changed.values() if each.opportunities.source is one.source), None)
            drafts.append(_with_history(draft, past) if past and table == "opportunity" else draft)
            notes += more
        unsure += [f"{name}: {note}" for note in notes]
    used = {draft.source.name for draft in drafts} | set(heads)
    drafts, twice = without_twice(folder.files, with_keys_repaired(folder.files, drafts))
    unsure += twice
    return drafts, [*unsure, *same_months(drafts), *_beside(folder, used)]


def _across(folder: Folder, one: FileProfile, months: Months, table: str | None,
            names: Collection[str]) -> Draft | None:
    """The draft of a file's months, beside that of the customers it lists; None where its rows are something else."""
    fields = sales_across(folder, one, months) if table in (None, "account") else {}
    if not fields:
        return None
    down = named_once(one, fields["account_id"].sql)
    name = name_beside(one.source.name, names) if table else one.source.name
    source = replace(one.source, across=months.across, name=name, fill_down=down)
    dimensions: dict[str, Guess] = {}
    used = {guess.sql for guess in fields.values()}
    for column in one.columns if table is None else ():
        if column.kind == "text" and column.name not in used and _is_category(one, column):
            _place(one, "order_line", column, dimensions, {}, {})
    columns = (*(column.name for column in one.columns), *months.periods)
    return Draft(source, columns, (TableDraft("order_line", fields, dimensions),))


def _unused_or_objecting(folder: Folder, one: FileProfile, table: str | None) -> Iterator[str]:
    """That a file fills nothing, and what hangs on it where it seems to list who objects to being profiled."""
    if table is None:
        yield f"no customer table was recognised in its columns; it is not used.{lacking(folder, one)}"
    if table is None and one.about == "objection":
        yield ("it seems to list who objects to being profiled: map it as objection before you run, or they are scored "
               "and ranked like all others.")
    if table == "objection":
        yield "whom it names is neither scored nor ranked; take it out if it lists what buyers said against an offer."


def _with_history(draft: Draft, past: History) -> Draft:
    """Opportunities that say themselves how they ended need no history; others are joined with theirs."""
    table, join = draft.tables[0], past.join
    if "outcome" in table.fields or join is None:
        return draft
    told = replace(table, fields={**past.fields, **table.fields})
    return replace(draft, tables=(told, *draft.tables[1:]), joins=(*draft.joins, join))


def _tells_more(past: History, table: str | None) -> bool:
    """Whether rows about opportunities that say themselves how they ended are contacts, or products, of these."""
    one = past.changes
    spoken = direction(one) is not None or any(named(column, FIELDS["touch"]["channel"]) for column in one.columns)
    return outcome(past.opportunities) is not None and (table == "opportunity_line" or (table == "touch" and spoken))


def _used_as_history(past: History) -> list[str]:
    """That a file of changes fills no table of its own: each change would count as an opportunity."""
    name, home = past.changes.source.name, past.opportunities.source.name
    if outcome(past.opportunities):
        return [f"{name}: its rows tell of what {home} lists; {home} says itself how that ended, so they are not "
                "counted again."]
    if past.join is None:
        return [f"{name}: a row is a change of what {home} lists, but the two are not joined by the last change: no "
                f"column of dates is sure in both, or a key stands twice in {home}."]
    return [f"{name}: a row is a change of what {home} lists; joined with it, the last change of each counts."]


def _beside(folder: Folder, used: Collection[str]) -> Iterator[str]:
    """Files that fill nothing, whose rows others name by a key: their columns can be had by a join."""
    for link in folder.links:
        exact = folder.home_of(link).column(link.key)
        if exact.repair:
            continue
        if link.nearly_all and not link.several and link.home not in used and exact.distinct == exact.filled:
            yield (f"{link.home}: each {link.key} stands once in it, and {link.column} of {link.file} names them: its "
                   f"columns can be had with [sources.{link.file}.join.{link.home}], as docs/architecture.md tells.")


def _used_as_heads(each: Together, folder: Folder) -> list[str]:
    """That a file of orders fills no table of its own: its lines say the same, and amounts would count twice."""
    if not each.against and not is_whole(folder, each.lines):
        return []
    return [f"{each.heads.source.name}: it holds one row an order, whose lines stand in {each.lines.source.name}; only "
            "those are used, so that nothing counts twice."]


def _main_opportunities(folder: Folder, changed: Mapping[str, History]) -> FileProfile | None:
    """The file with the most opportunities; smaller ones with the same key tell of steps they took."""
    having = [one for one in folder.files if one.source.name not in changed
              and (outcome(one) or (folder.key(one, "opportunity") and dated(one)))]
    homes = {each.opportunities.source.name for each in changed.values()}
    return max(having, key=lambda one: (outcome(one) is not None or one.source.name in homes, one.rows), default=None)


def _table(folder: Folder, one: FileProfile, together: Together | None) -> str | None:
    main = folder.main
    if main is not None and one.source is main.source:
        return "opportunity"
    if one.about == "objection":
        return stated_in(folder, one)
    key = folder.key(one, "opportunity")
    if main and key and dated(one):
        if outcome(one):
            return "opportunity"
        if folder.names(one, key, main):
            return "step"
    if main and _is_more_of(one, main):
        return "opportunity"
    stated = stated_in(folder, one)
    if stated:
        return stated
    if contracts(folder, one):
        return "order_line"
    if _is_of_opportunities(folder, one):
        return "opportunity_line"
    if _is_ledger(folder, one) or (together and not together.against):
        return "order_line"
    if one.about != "touch" and not _is_of_campaigns(folder, one):
        tables = ("account", "contact", "product", "rep")
        for table in (one.about, *tables) if one.about in tables else tables:
            key = folder.key(one, table)
            if key and (one.is_key(key) or not (_is_of_touches(folder, one) and field_of(
                    one, "touch", "happened_at", ()))):
                return table
        if of := thing_of_periods(one):
            return of
    return "touch" if _is_of_touches(folder, one) else None


def _is_more_of(one: FileProfile, main: FileProfile) -> bool:
    """Whether a file lists opportunities beside those of another: it tells how they ended, and has no key of theirs.

    It has the same headings, or its name says so; else its rows might be sales, each counted beside its deal.
    """
    same = {column.name for column in one.columns} == {column.name for column in main.columns}
    return (same or one.about == "opportunity") and "outcome" in (outcome(one) or (same and outcome(main)) or {})


def _is_of_opportunities(folder: Folder, one: FileProfile) -> bool:
    """Whether rows are products on opportunities that another file lists."""
    if folder.main is None or folder.key(one, "opportunity"):
        return False
    home = folder.main.source.name
    linked = {link.column for link in folder.links if link.file == one.source.name and link.home == home
              and link.nearly_all}
    reference = folder.reference(one, "opportunity")
    return bool(reference and reference.column in linked and folder.reference(one, "product", [reference.column])
                and (field_of(one, "opportunity_line", "amount", ()) or field_of(
                    one, "opportunity_line", "quantity", ())))


def _is_ledger(folder: Folder, one: FileProfile) -> bool:
    account, order = folder.reference(one, "account"), order_number(folder, one)
    date = field_of(one, "order_line", "ordered_at", ())
    if date is None and (order or (account and not one.is_nearly_key(one.column(account.column)))):
        date = only_date(one)
    bought = account or order or subscriber(folder, one)
    return bool(date and (paid(one) or recurring(one)) and bought) and one.about != "touch"


def _is_of_touches(folder: Folder, one: FileProfile) -> bool:
    sent, called = (any(named(column, FIELDS["touch"][name]) for column in one.columns)
                    for name in ("campaign", "channel"))
    called = called or sent
    of_contacts = called or direction(one) is not None or folder.reference(one, "touch") is not None
    whom = any(folder.reference(one, entity) for entity in ("account", "contact", "opportunity"))
    dates = field_of(one, "touch", "happened_at", ()) or (one.about == "touch" and only_date(one))
    return whom and ((sent and bool(folder.reference(one, "account"))) or (bool(dates) and (
        of_contacts or one.about == "touch")))


def _is_of_campaigns(folder: Folder, one: FileProfile) -> bool:
    """Whether rows are what a campaign sent to accounts or people whom another file lists."""
    homes = [home[0].source for entity in ("account", "contact") if (home := folder.home(entity))]
    sent = any(named(column, FIELDS["touch"][name]) for column in one.columns for name in ("campaign", "arm"))
    return sent and dated(one) is not None and bool(homes) and one.source not in homes and _is_of_touches(folder, one)


def _drafted(folder: Folder, one: FileProfile, table: str, together: Together | None) -> tuple[Draft, list[str]]:
    held = contracts(folder, one) if table == "order_line" else None
    if held:
        return _of_contracts(folder, one, held)
    joined = together is not None and not together.against and table == "order_line" and not is_whole(folder, one)
    joins: tuple[JoinDraft, ...] = ()
    if together is not None and joined:
        fields, one, joins = together.fields(folder), together.profile, (together.join,)
    else:
        fields = _fields(folder, one, table)
        whose = subscriber(folder, one) if table == "order_line" else None
        if whose:
            joins, fields = (whose[0],), {**fields, "account_id": whose[1]}
    where, notes = left_out(one, table)
    notes += written_in_words(one, fields)
    if table in ("order_line", "opportunity_line", "opportunity"):
        notes += [*not_taken_off(one, fields), *not_converted(one, fields)]
    if table == "touch":
        notes += repeated_touches(one, fields)
    if table == "order_line":
        notes += [*repeated_totals(one, fields), *elsewhere(one, fields)]
        turned, more = returns_turned(one, fields)
        fields, notes = {**fields, **turned}, [*notes, *more]
    monthly = recurring(one) if table == "order_line" else None
    if monthly:
        where, notes = " and ".join(part for part in (where, monthly.where) if part), [*notes, *monthly.notes]
    one = replace(one, source=replace(one.source, where=where))
    used = {guess.sql for guess in fields.values()}
    used |= {
        column.name for column in one.columns if any(quoted(column.name) in guess.sql for guess in fields.values())
    }
    unclear = [column.name for column in one.columns if column.unclear]
    if unclear:
        notes.append(f"the dates of {', '.join(unclear)} can be read day first or month first: set date_format.")
    dimensions: dict[str, Guess] = {}
    traits: dict[str, Guess] = {}
    after: dict[str, str] = {}
    if table in _WORN:
        for column in one.columns:
            if column.name in used or column.kind == "date" or not _is_category(one, column):
                continue
            _place(one, table, column, dimensions, traits, after)
    notes += _several(one, [guess.sql for guess in dimensions.values()])
    tables = [TableDraft(table, fields, dimensions, traits)]
    draft = Draft(one.source, tuple(column.name for column in one.columns), tuple(tables), after, joins)
    said = draft.said()
    if table == "opportunity" and "outcome" in fields:
        notes += filter(None, (none_lost(fields["outcome"]), left_open(one, fields["outcome"])))
    if table == "opportunity":
        draft, more = once_each(folder, one, draft)
        notes += more
    key = next((column for column in one.columns if f"{table}_id" in fields and fields[f"{table}_id"].sql == column.name
                and f"{table}_id" in TABLES[table].key and "valid_from" not in fields), None)
    notes += doubtful_rows(one, key) if key else ()
    notes += _periods(one, table, fields)
    if one.source.fill_down:
        notes.append(f"{shortened(one.source.fill_down)} stands in rows of its own above those that are of it, or in "
                     "the first of them alone: the others take it from there (fill_down), and rows that say nothing "
                     "else will be in quarantine.")
    if one.source.groups:
        notes.append(f"rows that fill {one.columns[0].name} alone are taken for names of groups, not for rows: what "
                     f"they say is {one.source.groups} of the rows below them (groups), and they will be in "
                     "quarantine.")
    if one.alone:
        notes.append(f"{one.alone:,} rows, the first among them, fill {one.columns[0].name} alone, and count as rows. "
                     "If they name groups of the rows below them, write "
                     f'groups = "Group" in [sources.{one.source.name}].')
    once = said_once(one, fields) if table == "order_line" else ()
    down = tuple(name for name in once if any(reads(sql, name) for sql in (*draft.said(), where)))
    if down:
        notes.append(f"rows that leave {shortened(down)} empty take them from the row above (fill_down).")
        draft = replace(draft, source=replace(draft.source, fill_down=down))
    said += [*draft.said(), where, *(join.latest for join in draft.joins)]
    return draft, notes + left_over(one, said, draft.after_outcome)


def _of_contracts(folder: Folder, one: FileProfile, held: Contracts) -> tuple[Draft, list[str]]:
    """The draft of a file of contracts, and what is said of it."""
    plain = {name: guess for name, guess in _fields(folder, one, "order_line").items()
             if name in ("account_id", "contact_id", "product_id", "currency")}
    fields = {**held.fields, **plain}
    source = replace(one.source, where=held.where, months=held.months)
    dimensions: dict[str, Guess] = {}
    used = {guess.sql for guess in fields.values()}
    for column in one.columns:
        if column.kind == "text" and column.name not in used and _is_category(one, column):
            _place(one, "order_line", column, dimensions, {}, {})
    columns = tuple(column.name for column in one.columns)
    draft = Draft(source, columns, (TableDraft("order_line", fields, dimensions),))
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


def _place(
    one: FileProfile,
    table: str,
    column: ColumnProfile,
    dimensions: dict[str, Guess],
    traits: dict[str, Guess],
    after: dict[str, str],
) -> None:
    name, number = snake(column.label or column.name), column.kind == "number" and column.distinct > _FEW
    if table == "opportunity" and name_tells(name):
        after[column.name] = "its name tells of time spent, of the end or of a judgement made underway"
        return
    while name in dimensions or name in traits:
        name += "_2"
    if number and table != "order_line":
        traits[name] = Guess(column.name, f"a number, {column.distinct:,} different", number=True)
    elif not number:
        on_many = "dominant" if table == "order_line" else ""
        dimensions[name] = Guess(
            column.name, f"{column.distinct:,} different values in {one.rows:,} rows", on_many=on_many
        )


def _several(one: FileProfile, dimensions: Sequence[str]) -> Iterator[str]:
    """Dimensions of which some values are lists: a buyer is of one value only."""
    for column in one.columns:
        lists = [value for value in column.values if ";" in value]
        if column.name in dimensions and 1 < len(lists) < len(column.values):
            rivals = named(column, KEYS["competitor"])
            yield (f"{column.name} holds several at once, cut by semicolons ({len(lists)} of its {len(column.values)} "
                   "values): each combination counts as a value of its own." + (
                       " To count each rival, give a file with a row for each opportunity and rival and map it as "
                       "rival_met." if rivals else ""))


def _is_category(one: FileProfile, column: ColumnProfile) -> bool:
    """Whether a column may divide buyers: not constant, not all different, not free text, not a key or a person."""
    if column.distinct < 2 or is_personal(column.name) or named(column, _PLACES) or recurs(column):
        return False
    if column.kind == "number" and column.distinct > _FEW:
        return (
            not _is_any_key(column)
            and re.search(r"(^|_)(id|no|number|code|zip|prefix|year|week)$", snake(column.name)) is None
        )
    if column.distinct > _FEW and any(named(column, KEYS[entity]) for entity in _NAMING):
        return False
    return not one.is_key(column) and column.length <= 60 and column.distinct <= min(_MOST, max(_FEW, one.rows / 5))


def _is_any_key(column: ColumnProfile) -> bool:
    return any(named(column, names) for names in KEYS.values()) and not is_counted(column)
