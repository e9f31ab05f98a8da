"""What a run notices of single values: spellings of one thing, and a horizon beyond what the files have seen."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from marketsofone.sources import Finding

if TYPE_CHECKING:
    from marketsofone.project.ground.gathered import Gathered

_MOST = 2_000
"""Values of a dimension that are compared: beyond it names differ, spellings hardly matter."""
_FAR = 2
"""Times as long as what was seen."""


def spelled_alike(gathered: Gathered) -> list[Finding]:
    """Dimensions of which values differ in capitals, blanks or accents only: each is taken for a group of its own."""
    found = []
    for column in gathered.columns:
        if column.role != "dimension" or column.kind != "text" or column.column not in gathered.buyers.columns:
            continue
        told = gathered.buyers.select(value=column.column).distinct().limit(_MOST + 1)
        values = told.to_pyarrow()["value"].to_pylist()
        several = alike(value for value in values if value is not None) if len(values) <= _MOST else 0
        if several:
            found.append(Finding(
                "spelled_alike", "warning", f"dimension {column.name}",
                f"{several:,} values of {column.name} are written in several ways that differ in capitals, blanks or "
                "accents only; each way is taken for a value of its own.",
                f"If they mean the same, write for instance:\n  {column.name} = "
                f'"lower(strip_accents(trim({column.name})))"'))
    return found


def alike(values: Iterable[str]) -> int:
    """How many values are written in several ways.

    Examples
    --------
    >>> alike(["Retail", "retail ", "RÉTAIL", "care", "Care", "food"]), alike(["a1", "A2"])
    (2, 0)
    """
    return sum(ways > 1 for ways in Counter(map(_plain, set(values))).values())


def _plain(value: str) -> str:
    letters = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())


def beyond_the_seen(gathered: Gathered, horizon_days: int) -> list[Finding]:
    """A horizon much longer than what the files tell of: what comes in the rest of it nobody has seen."""
    day, since = gathered.as_of.day, gathered.seen_since
    if day is None or since is None:
        return []
    seen = (day - since).days + 1
    if horizon_days <= _FAR * seen:
        return []
    return [Finding(
        "horizon_unseen", "warning", "[market] horizon_days",
        f"The horizon is {horizon_days:,} days, and no buyer is seen for more than {seen:,}: what comes after is taken "
        "to go on as before, and the intervals do not know whether it does.",
        f"A horizon that the files have seen:\n  [market]\n  horizon_days = {min(365, seen)}")]
