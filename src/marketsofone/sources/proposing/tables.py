"""Which files fill customer tables, taken together: guesses with their reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile, named
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.profiling.months import Months, without_months
from marketsofone.sources.profiling.years import without_years
from marketsofone.sources.proposing.across import between, name_beside, named_once, sales_across, same_months
from marketsofone.sources.proposing.dividing import words_beside
from marketsofone.sources.proposing.drafting import drafted
from marketsofone.sources.proposing.drafts import Draft, TableDraft
from marketsofone.sources.proposing.heads_and_lines import Together, found_together, is_whole
from marketsofone.sources.proposing.histories import History, histories
from marketsofone.sources.proposing.left_over import left_over, shared_marked
from marketsofone.sources.proposing.nearly import lacking
from marketsofone.sources.proposing.recognising import main_opportunities, table_of
from marketsofone.sources.proposing.recurring import without_twice
from marketsofone.sources.proposing.repaired_keys import with_keys_repaired
from marketsofone.sources.proposing.told_by_values import direction, outcome


@dataclass(frozen=True, slots=True)
class _Company:
    """Files beside each other.

    Parameters
    ----------
    folder : Folder
    changed : mapping
        File whose rows are changes of opportunities -> these.
    together : mapping
        File of lines of orders -> the file that lists the orders.
    heads : mapping
        That file -> the same, where the lines say all that it does.
    names : set of str
        Of all sources.
    """

    folder: Folder
    changed: Mapping[str, History]
    together: Mapping[str, Together]
    heads: Mapping[str, Together]
    names: Collection[str]


def draft_of(profiles: Sequence[FileProfile], links: Sequence[Link]) -> tuple[list[Draft], list[str]]:
    """A draft for every file that seems to fill a customer table, and a sentence for every one that does not.

    Parameters
    ----------
    links : sequence of Link
        Which columns hold keys of other files; those of other files than these do not count.
    """
    drafts: list[Draft] = []
    unsure: list[str] = []
    company = _company(profiles, links)
    for one in company.folder.files:
        more, notes = _of_file(company, one)
        drafts += more
        unsure += notes
    used = {draft.source.name for draft in drafts} | set(company.heads)
    drafts, twice = without_twice(company.folder.files, with_keys_repaired(company.folder.files, drafts))
    unsure += twice
    return drafts, [*unsure, *same_months(drafts), *_beside(company.folder, used)]


def _company(profiles: Sequence[FileProfile], links: Sequence[Link]) -> _Company:
    names = {one.source.name for one in profiles}
    folder = Folder(tuple(shared_marked(profiles)), tuple(link for link in links if {link.file, link.home} <= names))
    changed = {each.changes.source.name: each for each in histories(folder)}
    folder = replace(folder, main=main_opportunities(folder, changed))
    together = found_together(folder)
    heads = {each.heads.source.name: each for each in together.values() if not each.against or is_whole(
        folder, each.lines)}
    return _Company(folder, changed, together, heads, names)


def _of_file(company: _Company, one: FileProfile) -> tuple[list[Draft], list[str]]:
    """The drafts of one file, and all that is said of it."""
    folder, name = company.folder, one.source.name
    one, months = without_months(one)
    one, notes = without_years(one)
    together = company.together.get(name)
    table = table_of(folder, one, together)
    if name in company.changed and not _tells_more(company.changed[name], table):
        return [], _used_as_history(company.changed[name])
    notes += one.told
    if one.totals:
        notes.append(f"rows that are totals of others and will be refused: {one.totals:,}.")
    if name in company.heads and table in (None, "order_line"):
        return [], [*(f"{name}: {note}" for note in notes), *_used_as_heads(company.heads[name], folder)]
    if together and together.against:
        notes.append(f"its rows belong to orders of {together.heads.source.name}, but are not joined with them: "
                     f"{together.against}.")
    drafts: list[Draft] = []
    if months:
        across = _across(folder, one, months, table, company.names)
        drafts += [across] if across else []
        notes += between(months) if across else months.notes
    notes += _unused_or_objecting(folder, one, table) if table or not drafts else left_over(one, drafts[0].said(), ())
    if table is not None:
        draft, more = drafted(folder, one, table, together)
        drafts.append(_with_history(draft, _past(company, one)) if table == "opportunity" else draft)
        notes += more
    return drafts, [f"{name}: {note}" for note in notes]


def _past(company: _Company, one: FileProfile) -> History | None:
    return next((each for each in company.changed.values() if each.opportunities.source is one.source), None)


def _across(folder: Folder, one: FileProfile, months: Months, table: str | None,
            names: Collection[str]) -> Draft | None:
    """The draft of a file's months, beside that of the customers it lists; None where its rows are something else."""
    fields = sales_across(folder, one, months) if table in (None, "account") else {}
    if not fields:
        return None
    down = named_once(one, fields["account_id"].sql)
    name = name_beside(one.source.name, names) if table else one.source.name
    source = replace(one.source, across=months.across, name=name, fill_down=down)
    dimensions = words_beside(one, fields) if table is None else {}
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


def _with_history(draft: Draft, past: History | None) -> Draft:
    """Opportunities that say themselves how they ended need no history; others are joined with theirs."""
    table = draft.tables[0]
    if past is None or past.join is None or "outcome" in table.fields:
        return draft
    told = replace(table, fields={**past.fields, **table.fields})
    return replace(draft, tables=(told, *draft.tables[1:]), joins=(*draft.joins, past.join))


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
