"""Sheets with a column for each month: every cell that holds something is proposed as a sale."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.profiling.months import Months
from marketsofone.sources.proposing.drafts import Draft, Guess
from marketsofone.sources.proposing.fields import plain_fields, references
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.across import DAY, VALUE


def sales_across(folder: Folder, one: FileProfile, months: Months) -> dict[str, Guess]:
    """The fields of order lines of which each is a cell; empty where no column names who bought, or nothing is sure.

    Parameters
    ----------
    one : FileProfile
        The file without those columns.
    """
    key = folder.key(one, "account")
    whose = Guess(key.name, "its name") if key else references(folder, one, ("account",), {}).get("account_id")
    if whose is None or not months.across or whose.sql not in [column.name for column in one.columns]:
        return {}
    number = Guess(f"{quoted(whose.sql)} || ' ' || {quoted(DAY)}", "what one buys in a month is taken for an order")
    day = Guess(DAY, f"the first day of the month or quarter that a heading names: {months.named}")
    amount = Guess(VALUE, "what stands below these; if that is units and no money, call this line quantity")
    fields = {"order_id": number, "account_id": whose, "ordered_at": day, "amount": amount}
    fields |= references(folder, one, ("product",), fields)
    plain = plain_fields(one, "order_line", fields)
    return fields | {name: guess for name, guess in plain.items() if name == "currency"}


def same_months(drafts: Sequence[Draft]) -> list[str]:
    """That several sheets with months are all counted; none where there is but one."""
    names = [draft.source.name for draft in drafts if draft.source.across]
    if len(names) < 2:
        return []
    return [f"{shortened(names)}: each has columns that are months, and all count. If two of them hold the same sales, "
            "for instance by customer and by product, take one out."]


def name_beside(name: str, taken: Collection[str]) -> str:
    """What a source of the months of a file is called beside the one that lists its customers."""
    name += "_months"
    while name in taken:
        name += "_2"
    return name
