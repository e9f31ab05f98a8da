"""What a run notices of objections: whom they do not cover, though a reader might think so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsofone.features.permitted import companies_below
from marketsofone.sources import Finding

if TYPE_CHECKING:
    from marketsofone.project.ground.gathered import Gathered


def companies_uncovered(gathered: Gathered) -> list[Finding]:
    """Companies of a group that objected stay in the market: how many, and how each of them is taken out."""
    below = companies_below(gathered.tables)
    many = 0 if below is None else int(below.count().execute())
    if not many:
        return []
    who = f"{many:,} of them stay" if many != 1 else "1 of them stays"
    return [Finding("objection_of_group", "info", "objection",
                    "A group that objects does so for itself, its people and its sites, not for the companies that "
                    f"belong to it: {who} in the market.",
                    "Where a company objects too, write that down of it:\n  m1 object account <ID>")]
