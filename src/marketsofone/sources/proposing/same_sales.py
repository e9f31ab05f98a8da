"""Ledgers that tell the same sales twice: orders and their invoices, lines and a summary of them by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from marketsofone.sources.proposing.drafts import Draft

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LEAST, _SHARED, _EQUAL, _DIFFERENT, _SOME = 5, 0.9, 0.8, 0.5, 0.5
_NEARLY = 0.005


@dataclass(frozen=True, slots=True)
class Sales:
    """What a draft of order lines gives once it is loaded.

    Parameters
    ----------
    accounts : mapping
        Account -> what it bought, in minor units.
    days : (datetime, datetime)
        The first and the last.
    """

    draft: Draft
    rows: int
    accounts: Mapping[int, int]
    days: tuple[datetime, datetime]

    @property
    def name(self) -> str:
        """The source."""
        return self.draft.source.name

    @property
    def detail(self) -> tuple[int, int, int, str]:
        """How much it tells: of two that tell the same sales, the one that tells more is used."""
        return self.rows, len(self.draft.tables[0].fields), sum(self.accounts.values()), self.name


def sales_of(con: DuckDBPyConnection, draft: Draft) -> Sales | None:
    """What a draft that is loaded gives; None where it gives no sales to accounts, or other tables too."""
    if [one.table for one in draft.tables] != ["order_line"] or "account_id" not in draft.tables[0].fields:
        return None
    rows, first, last = con.execute(
        "select count(*), min(ordered_at), max(ordered_at) from order_line where amount <> 0").fetchall()[0]
    accounts = con.execute("select account_id, sum(amount) from order_line where account_id is not null "
                           "group by 1 having sum(amount) <> 0").fetchall()
    return Sales(draft, rows, {account: int(amount) for account, amount in accounts}, (first, last)) if rows else None


def without_same(found: Sequence[Sales]) -> tuple[set[str], list[str]]:
    """The names of drafts that tell the sales of another once more, and what is said of these and of doubtful ones."""
    dropped: set[str] = set()
    said = []
    for one in sorted(found, key=lambda each: each.detail):
        others = [each for each in found if each is not one and each.name not in dropped]
        twin = next((each for each in others if each.detail > one.detail and _are_same(one, each)), None)
        if twin:
            dropped.add(one.name)
            said.append(f"{one.name}: what each customer bought there is what it bought in {twin.name}, so only "
                        f"{twin.name} is used and nothing counts twice. If they hold different sales, map it as "
                        "order_line too.")
            continue
        like = [each.name for each in others if each.detail > one.detail and _may_be_same(one, each)]
        if like:
            said.append(f"{one.name}: it holds sales to the same customers in the same time as {', '.join(like)}, and "
                        "all count. If both tell of the same sales, such as orders and their invoices, take one out.")
    return dropped, said


def _overlap(one: Sales, other: Sales) -> float:
    """Which share of the shorter time lies in the other."""
    shared = min(one.days[1], other.days[1]) - max(one.days[0], other.days[0])
    shorter = min(each.days[1] - each.days[0] for each in (one, other))
    return shared / shorter if shorter else 0.0


def _are_same(one: Sales, other: Sales) -> bool:
    """Whether nearly all customers of two ledgers bought in one what they bought in the other, in the same time."""
    shared = one.accounts.keys() & other.accounts.keys()
    if len(shared) < max(_LEAST, _SHARED * min(len(one.accounts), len(other.accounts))):
        return False
    equal = sum(abs(one.accounts[each] - other.accounts[each]) <= 1 + _NEARLY * abs(one.accounts[each])
                for each in shared)
    different = len({one.accounts[each] for each in shared})
    return equal >= _EQUAL * len(shared) and different >= _DIFFERENT * len(shared) and _overlap(one, other) >= _SHARED


def _may_be_same(one: Sales, other: Sales) -> bool:
    """Whether two ledgers of different columns sell to the same customers at the same time."""
    shared = one.accounts.keys() & other.accounts.keys()
    alike = set(one.draft.columns) == set(other.draft.columns)
    return not alike and len(shared) >= max(_LEAST, _SOME * min(len(one.accounts), len(other.accounts))) and _overlap(
        one, other) >= _SOME
