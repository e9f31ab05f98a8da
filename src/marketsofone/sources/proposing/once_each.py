"""Deals that stand in several rows each, for every contact, product or change of theirs: one opportunity each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import Folder, doubtful_rows
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS
from marketsofone.sources.profiling.rows_told import Whole
from marketsofone.sources.proposing.called import field_of
from marketsofone.sources.proposing.drafts import Draft, Guess, JoinDraft, TableDraft, beside, reads
from marketsofone.sources.spelling import bare
from marketsofone.sources.sql import quoted

_OF_THE_DEAL = ("account_id", "outcome", "entered", "opened_at", "closed_at", "amount", "cost", "currency")
_OF_THE_ROW = ("contact_id", "product_id")
_DEAL = re.compile("^(opp|deal|verkaufschance|chance|affaire)")


def once_each(folder: Folder, one: FileProfile, draft: Draft) -> tuple[Draft, list[str]]:
    """A draft of opportunities that has each once, where a column names them in several rows; and what is said of it.

    Where rows of one say the same of it, the first stands. Where they tell products and what each is worth, these are
    its lines. Where they are its changes, each with a day, the last says how it stands. Of all others each row stays an
    opportunity, and that is said.
    """
    table = draft.tables[0]
    if table.fields["opportunity_id"].sql in [column.name for column in one.columns]:
        return draft, []
    found = _named_often(one)
    if found is None:
        return draft, []
    key, whole = found
    unlike = {name for name in _OF_THE_DEAL if name in table.fields and _columns(one, table.fields[name]) - whole.alike}
    if not unlike & {"account_id"} and ("amount" in table.fields or "opened_at" in table.fields):
        product = table.fields.get("product_id")
        if not unlike or (unlike == {"amount"} and product and product.sql not in whole.alike):
            return _with_lines(one, draft, key, whole), [*doubtful_rows(one, key), *_untold(table, whole)]
        day = _day_of_changes(one, table.fields, whole)
        if day and "opened_at" not in unlike and _is_deals_own(key) and _may_be_joined(one):
            later = key.filled - key.distinct
            return _with_last(draft, one, key, day), [
                f"{later:,} of {one.rows:,} rows are changes of a {key.name} of an earlier one: the last by {day.name} "
                "says how each stands; all but the first will be in quarantine."]
    said = sorted({name for field in unlike for name in _columns(one, table.fields[field]) - whole.alike})
    return draft, [f"{whole.several:,} values of {key.name} stand in several rows, which do not say the same of it "
                   f"({shortened(said)}): each row counts as an opportunity. If rows are changes or parts of one, keep "
                   "one of each (where), or they count too often."]


def _named_often(one: FileProfile) -> tuple[ColumnProfile, Whole] | None:
    """The column that is called as the key of opportunities are and names some of them in several rows."""
    return next(((column, whole) for word in KEYS["opportunity"] for column in one.columns
                 if named(column, (word,)) and (whole := one.whole(column.name))), None)


def _columns(one: FileProfile, guess: Guess) -> set[str]:
    """The columns that a guess reads."""
    return {column.name for column in one.columns if reads(guess.sql, column.name)}


def _untold(table: TableDraft, whole: Whole) -> list[str]:
    contact = table.fields.get("contact_id")
    if contact is None or contact.sql in whole.alike:
        return []
    return [f"{contact.sql} names several people of one {whole.key}: nothing tells who decides."]


def _with_lines(one: FileProfile, draft: Draft, key: ColumnProfile, whole: Whole) -> Draft:
    """A draft with one opportunity a key, and a line of it for each row where rows tell of different products."""
    table = draft.tables[0]
    of_deal = Guess(key.name, f"its name; {whole.several:,} of them stand in several rows, which say the same of them")
    fields = {name: guess for name, guess in table.fields.items()
              if _columns(one, guess) <= whole.alike or name not in (*_OF_THE_ROW, "amount")}
    fields["opportunity_id"] = of_deal
    first = replace(table, fields=fields)
    product, amount = table.fields.get("product_id"), table.fields.get("amount")
    if product is None or "product_id" in fields:
        return replace(draft, tables=(first, *draft.tables[1:]))
    lines = {"opportunity_id": Guess(key.name, "its name"), "product_id": product}
    quantity = field_of(one, "opportunity_line", "quantity", ())
    if quantity:
        lines["quantity"] = Guess(quantity.name, "its name")
    part = whole.parts.get(amount.sql) if amount else None
    if part and amount:
        lines["amount"] = Guess(part, f"over the rows of each {key.name} it adds up to {amount.sql}")
    elif amount and "amount" not in fields:
        lines["amount"] = replace(amount, why=f"{amount.why}, and it differs between the rows of one {key.name}")
    return replace(draft, tables=(first, TableDraft("opportunity_line", lines), *draft.tables[1:]))


def _day_of_changes(one: FileProfile, fields: Mapping[str, Guess], whole: Whole) -> ColumnProfile | None:
    """The one column of dates that differs between the rows of a deal and is no field of it."""
    used = {name for guess in fields.values() for name in _columns(one, guess)}
    days = [column for column in one.columns if column.kind == "date" and column.name not in {*used, *whole.alike}]
    sure = len(days) == 1 and not days[0].unclear and not days[0].moment
    return days[0] if sure else None


def _is_deals_own(key: ColumnProfile) -> bool:
    """Whether a column holds numbers of deals: a name may be that of many, and a project may have several."""
    return key.coded == key.filled and _DEAL.search(bare(key.label)) is not None


def _may_be_joined(one: FileProfile) -> bool:
    """Whether a file can be joined with itself as it stands: tables of a database are not, nor what is filled down."""
    return not (one.source.table or one.source.query or one.source.fill_down or one.source.groups)


def _with_last(draft: Draft, one: FileProfile, key: ColumnProfile, day: ColumnProfile) -> Draft:
    """A draft with one opportunity a key, of which the last row says how it stands."""
    table = draft.tables[0]
    join = JoinDraft("last", replace(one.source, where=""), (key.name, key.name),
                     f"rows of one {key.name} are its changes, the last by {day.name} says how it stands", day.name)
    names = {column.name for column in one.columns}
    fields = {field: _of_last(guess, join, names) for field, guess in table.fields.items() if field != "opportunity_id"}
    fields = {"opportunity_id": Guess(key.name, "its name; the last of its rows says how it stands"), **fields}
    outcome = fields.get("outcome")
    if outcome and "closed_at" not in fields:
        fields["closed_at"] = Guess(f"case when ({outcome.sql}) <> 'open' then {quoted(f'last.{day.name}')} end",
                                    "the day of the last change, where that ended it")
    return replace(draft, tables=(replace(table, fields=fields), *draft.tables[1:]), joins=(*draft.joins, join))


def _of_last(guess: Guess, join: JoinDraft, names: Collection[str]) -> Guess:
    """What a field reads, of the last row of its deal."""
    return replace(guess, sql=beside(guess.sql, join.name, names), why=f"{guess.why}, of the last change")
