"""Files with a row for each month of a subscription: a ledger, in which every month is a purchase."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import Folder, first_called
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import ANNUAL, MONTHLY, SUBSCRIPTIONS
from marketsofone.sources.profiling.field_words import FIELDS, MONTHS
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.proposing.drafts import Draft, Guess, JoinDraft, across_as_toml, months_as_toml
from marketsofone.sources.proposing.safe_joins import against
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import quoted

_NO_AMOUNT = re.compile("change|delta|growth|moved|movement|diff", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Recurring:
    """What a row of a month says.

    Parameters
    ----------
    month, value : ColumnProfile
    subscription : ColumnProfile or None
        The column that says of which subscription the row is.
    is_annual : bool
        The value is that of a year: a twelfth of it falls to the month.
    """

    month: ColumnProfile
    value: ColumnProfile
    subscription: ColumnProfile | None
    is_annual: bool

    @property
    def amount(self) -> Guess:
        """What the month brought."""
        if self.is_annual:
            return Guess(f"{quoted(self.value.name)} / 12", "its name: what a year brings, a twelfth of it a month")
        return Guess(self.value.name, "its name: what the month brought")

    @property
    def notes(self) -> list[str]:
        """What a person should know of the guess."""
        turned = (f" {self.value.name} is taken for what a year brings, so a row counts a twelfth of it; if it is a "
                  f"month's, write amount = {quoted_as_toml(self.value.name)}." if self.is_annual else "")
        return [f"each row is taken for one month that was paid: {self.value.name} of {self.month.name}; rows of zero "
                f"are left out (where).{turned}"]

    @property
    def where(self) -> str:
        """The rows to keep: a month that brought nothing is no purchase."""
        return f"{quoted(self.value.name)} <> 0"


def recurring(one: FileProfile) -> Recurring | None:
    """What rows of months say, where a column is called a month and another the revenue that recurs.

    A file that tells what was invoiced is a ledger as it stands.
    """
    month = _called(one, MONTHS, "date")
    value, annual = _called(one, MONTHLY, "number"), _called(one, ANNUAL, "number")
    chosen = value or annual
    if month is None or chosen is None or any(
            column.kind == "number" and column not in (value, annual) and named(column, FIELDS["order_line"]["amount"])
            for column in one.columns):
        return None
    subscription = next((column for column in one.columns if column.kind != "date" and column.filled == one.rows
                         and named(column, SUBSCRIPTIONS)), None)
    return Recurring(month, chosen, subscription, value is None)


def subscriber(folder: Folder, one: FileProfile) -> tuple[JoinDraft, Guess] | None:
    """The join by which rows of months find whose subscription it is, and the account there; None where none is safe.

    Only where no column of the file names accounts, and another file lists each subscription once.
    """
    monthly = recurring(one)
    if monthly is None or monthly.subscription is None or folder.reference(one, "account"):
        return None
    for link in folder.links:
        home = folder.home_of(link)
        if (link.file, link.column) != (one.source.name, monthly.subscription.name) or not _is_safe(one, home, link):
            continue
        account = folder.reference(home, "account", (link.key,))
        if account and account.sql == account.column:
            name = home.source.name
            why = f"a row of {name} says whose each {link.key} is"
            return (JoinDraft(name, home.source, (link.column, link.key), why),
                    Guess(f"{name}.{account.column}", f"{account.why}, of {name}"))
    return None


def _is_safe(one: FileProfile, home: FileProfile, link: Link) -> bool:
    return not against(link, one, home) and one.source.date_format == home.source.date_format


def recurs(column: ColumnProfile) -> bool:
    """Whether a column holds revenue that recurs: what came of a buyer, never what it is like."""
    return named(column, (*MONTHLY, *ANNUAL))


def without_twice(files: Sequence[FileProfile], drafts: Sequence[Draft]) -> tuple[list[Draft], list[str]]:
    """The drafts without months, in rows or columns, where another file is a ledger that may hold them too; and why."""
    monthly = {one.source.name for one in files if recurring(one)}
    monthly |= {draft.source.name for draft in drafts if draft.source.across or draft.source.months}
    ledgers = [draft.source.name for draft in drafts if draft.source.name not in monthly and any(
        table.table == "order_line" for table in draft.tables)]
    kept, said = [], []
    for draft in drafts:
        table = next((each for each in draft.tables if each.table == "order_line"), None)
        if table is None or draft.source.name not in monthly or not ledgers:
            kept.append(draft)
            continue
        lines = "; ".join(f"{name} = {quoted_as_toml(guess.sql)}" for name, guess in table.fields.items())
        said.append(f"{draft.source.name}: what each month brought may stand in {shortened(ledgers)} too, so it is not "
                    "used, and nothing counts twice. If it holds sales that stand nowhere else, write "
                    f"[sources.{draft.source.name}] with its file, {_said(draft)}, and "
                    f"[sources.{draft.source.name}.order_line] with {lines}.")
    return kept, said


def _said(draft: Draft) -> str:
    """The setting that makes months of a file sales."""
    if draft.source.across:
        return f"across = {across_as_toml(draft.source.across)}"
    if draft.source.months:
        return f"months = {months_as_toml(draft.source.months)}"
    return f"where = {quoted_as_toml(draft.source.where)}"


def _called(one: FileProfile, words: tuple[str, ...], kind: str) -> ColumnProfile | None:
    return first_called(one, words, lambda column: column.kind == kind and column.filled > 0 and not column.unclear
                        and not _NO_AMOUNT.search(column.name))
