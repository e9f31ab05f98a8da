"""What a counted row rests on in other rows: the lines whose sum an amount is, the products whose units a cost is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from marketsofone.project.reading.rows import RowRead

LINE, PRODUCT = ("opportunity_line", "opportunity_id"), ("product", "product_id")
"""Tables that tell more of a counted row, and the field by which it names their rows."""


@dataclass(frozen=True, slots=True)
class RowBeside:
    """A row of another table that a counted row names: where it stands, and what stands in it."""

    table_name: str
    source: str
    source_row: int
    holds: Mapping[str, str]


Find = Callable[[str, str, Collection[str]], Sequence[RowBeside]]
"""Rows of a table by what one of its fields holds."""


def rows_beside(opened: Sequence[tuple[RowRead, Mapping[str, str]]], find: Find) -> list[tuple[RowBeside, ...]]:
    """For each row of money what its amount or its cost was added up from, where the row itself tells none.

    An opportunity without an amount is the sum of its lines; one without a cost, and an order line without, may cost
    what its units do.
    """
    deals = [holds.get("opportunity_id", "") if _is_of_lines(row, holds) else "" for row, holds in opened]
    lines = find(*LINE, {*deals} - {""}) if any(deals) else ()
    own = [[line for line in lines if deal and line.holds["opportunity_id"] == deal] for deal in deals]
    sold = [_sold(row, holds, of_deal) for (row, holds), of_deal in zip(opened, own, strict=True)]
    keys = set[str]().union(*sold)
    priced = [one for one in (find(*PRODUCT, keys) if keys else ()) if "unit_cost" in one.holds]
    found = []
    for (_row, holds), of_deal, bought in zip(opened, own, sold, strict=True):
        products = [one for one in priced if one.holds["product_id"] in bought]
        found.append((*(of_deal if products or "amount" not in holds else ()), *products))
    return found


def _is_of_lines(row: RowRead, holds: Mapping[str, str]) -> bool:
    return (row.score == "attractiveness" and row.table_name == "opportunity" and bool(holds)
            and not {"amount", "cost"} <= set(holds))


def _sold(row: RowRead, holds: Mapping[str, str], lines: Sequence[RowBeside]) -> set[str]:
    """Products whose units may be the cost of a row that tells none."""
    if "cost" in holds or row.score != "attractiveness":
        return set()
    told = [holds] if row.table_name == "order_line" else [line.holds for line in lines]
    return {each["product_id"] for each in told if "product_id" in each}
