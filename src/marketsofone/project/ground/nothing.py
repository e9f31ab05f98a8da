"""What is said where no score has any evidence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from marketsofone.errors import NothingToScore
from marketsofone.scores import SCORES
from marketsofone.sources.rows.quarantine import by_reason

if TYPE_CHECKING:
    from ibis.backends.duckdb import Backend


def nothing_to_score(engine: Backend, day: date | None, lost: float | None) -> NothingToScore:
    """That nothing can be scored as of a day, and what was refused: often that is where the evidence is.

    Parameters
    ----------
    engine : ibis DuckDB backend
        With ``quarantine``, as `load_sources` leaves it.
    lost : float or None
        What was sold contributed, in major units, where that is not above zero.
    """
    sold = "" if lost is None else f"; what was sold contributed {lost:,.2f} in all"
    return NothingToScore(
        "A run needs evidence for at least one score.",
        f"no decided opportunity, no answered or unanswered approach and no sale known by {day or 'the date'}, or "
        f"sales of that one day only, which do not tell who comes again{sold}.{_refused(engine)}",
        "Check [steps] in market.toml, as_of, and the mapping of outcome, entered, answered, amounts and costs.",
    )


def no_step_named(tables: Collection[str]) -> NothingToScore:
    """That the project file does not say which outcome a score is learned from, with lines for the tables there are."""
    may = {name: step for name, score in SCORES.items() for step in reversed(score.steps)
           if step.split(".")[0] in tables}
    lines = [f'  {name} = "{step}"' for name, step in may.items()]
    return NothingToScore(
        "A run needs evidence for at least one score.", "no outcome in [steps] of market.toml.",
        "\n".join(["Say which outcome each score is learned from, such as:", "  [steps]", *lines]) if lines else
        "Map touches, opportunities or order lines, and name what they tell in [steps].",
    )


def _refused(engine: Backend) -> str:
    rows = engine.con.execute(f"{by_reason()} limit 3").fetchall()
    if not rows:
        return ""
    told = "; ".join(f"{count:,} rows of {source}, {f'{table}.{field}' if field else table}: {reason}"
                     for source, table, field, reason, count, _first in rows)
    return f" Refused were {told}."
