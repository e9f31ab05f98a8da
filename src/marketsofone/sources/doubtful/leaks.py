"""Columns that may know the outcome because somebody filled them in after it.

A score learned from such a column looks splendid on the past and is worthless on the next
opportunity. Nothing is removed here: each suspicion names its reason and the line that settles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.customer.tables import OF_OPPORTUNITY
from marketsofone.sources.findings import Finding, Loaded
from marketsofone.sources.mapping.source import UserColumn
from marketsofone.sources.spelling import listed_as_toml, snake
from marketsofone.sources.sql import literal, quoted

if TYPE_CHECKING:
    import numpy as np
    from duckdb import DuckDBPyConnection
    from ibis.backends.duckdb import Backend

    Counts = np.ndarray[tuple[int], np.dtype[np.float64]]

_AREA = 0.85
_FILLED_GAP = 0.3
_FEWEST = 30
_BINS = 20
_NAME = "its name tells of time spent, of the end or of a judgement made underway"
_TELLING = re.compile(
    r"(^|_)(elapsed|durations?|closing|closed?|reasons?|tags?|last_activity|last_notable_activity|"
    r"lead_quality|quality|scores?|won|lost|outcome|result|days_in\w*|\w*days\w*_stage\w*|\w*_days_identified\w*|"
    r"ratio_days\w*|stage_change\w*|stage)(_|$)"
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A result that columns may have been filled in after."""

    table: str
    field: str
    good: str
    bad: str

    @property
    def place(self) -> str:
        return f"{self.table}.{self.field}"


_OUTCOMES = (
    _Outcome("opportunity", "outcome", "outcome = 'won'", "outcome = 'lost'"),
    _Outcome("opportunity", "entered", "entered", "not entered"),
    _Outcome("touch", "answered", "answered", "not answered"),
)
_STATES = {
    "account": (
        "valid_from",
        ("parent_id", "rep_id"),
        "who belonged where, and what accounts were like, at an earlier date",
    ),
    "contact": ("valid_from", ("account_id", "decides"), "where each person worked and who decided at an earlier date"),
    "product": ("valid_from", ("list_price", "unit_cost"), "what a product cost at an earlier date"),
    "rep": ("valid_from", ("team", "region"), "which team and region each rep had at an earlier date"),
    "opportunity": ("known_at", ("amount",), "what was known of an opportunity before its last change"),
}


def name_tells(name: str) -> bool:
    """Whether a column's name speaks of time spent, of the end, or of a judgement made underway.

    Examples
    --------
    >>> name_tells("elapsed_days"), name_tells("lead_quality"), name_tells("sector")
    (True, True, False)
    """
    plain = re.sub(r"^(earlier|previous|prior|past)_\w+", "", name)
    return _TELLING.search(plain) is not None


def suspected_leaks(engine: Backend, loaded: Loaded, time_zone: str = "UTC") -> tuple[Finding, ...]:
    """Columns of the user's own that may have been filled in after the outcome, and tables without a past.

    A column is suspected when it is filled for decided rows and not for open ones, or much more for
    one outcome than for the other; when it alone separates the outcomes beyond an area under the
    curve of 0.85, on either half of the ids with the order learned on the other half; or when its
    name says so. It misleads where a strong and honest predictor exists: read the reason.

    Parameters
    ----------
    engine : ibis DuckDB backend
        As `load_sources` left it.
    loaded : Loaded
    time_zone : str
        IANA name of the market's own: a day is a day there.
    """
    findings = []
    for outcome in _OUTCOMES:
        if outcome.table in loaded.tables:
            columns = [one for one in loaded.columns if one.table == outcome.table]
            findings += list(_suspects(engine.con, outcome, columns))
    return (*findings, *_noted_late(engine.con, loaded, time_zone), *_without_past(engine.con, loaded))


def _noted_late(con: DuckDBPyConnection, loaded: Loaded, time_zone: str) -> Iterator[Finding]:
    """What was written down about opportunities after the day on which they were won or lost."""
    noted, decided = (f"timezone({literal(time_zone)}, timezone('UTC', {moment}))::date"
                      for moment in ("t.known_at", "o.closed_at"))
    for name in OF_OPPORTUNITY:
        if name not in loaded.tables or "opportunity" not in loaded.tables:
            continue
        rows, late = con.execute(
            f"select count(*), count_if({noted} > {decided} and o.outcome <> 'open') "
            f"from {quoted(name)} t left join opportunity o using (opportunity_id)").fetchall()[0]
        if late:
            yield Finding(
                "noted_after_outcome", "info", f"{name}.known_at",
                f"{late:,} of {rows:,} rows of {name} were written down after the day on which their opportunity was "
                "won or lost: they explain no outcome, and tell only what buyers were seen to do.")


def _suspects(con: DuckDBPyConnection, outcome: _Outcome, columns: Sequence[UserColumn]) -> Iterator[Finding]:
    good, bad = con.execute(
        f"select count_if({outcome.good}), count_if({outcome.bad}) from {quoted(outcome.table)}"
    ).fetchall()[0]
    if not good or not bad:
        return
    for one in columns:
        reasons = [
            *_filled_unevenly(con, outcome, one),
            *_separates(con, outcome, one),
            *([_NAME] if name_tells(one.name) or name_tells(snake(one.sql)) else []),
        ]
        if reasons:
            yield _finding(outcome, one, reasons)


def _finding(outcome: _Outcome, one: UserColumn, reasons: list[str]) -> Finding:
    return Finding(
        "suspected_leak",
        "info" if reasons == [_NAME] else "warning",
        f"{one.table}.{one.column}",
        f"{one.role.capitalize()} {one.name!r} may be filled in after {outcome.place}: {'; '.join(reasons)}.",
        f"If so, take out its line and add to its source: after_outcome = {listed_as_toml([one.sql])}",
    )


def _filled_unevenly(con: DuckDBPyConnection, outcome: _Outcome, one: UserColumn) -> Iterator[str]:
    """That it is filled for some outcomes more than for others, among the rows of sources that have it."""
    filled = f"{quoted(one.column)} is not null"
    decided = f"coalesce({outcome.good} or {outcome.bad}, false)"
    counts = con.execute(
        f"select count_if({outcome.good}), count_if({outcome.good} and {filled}), count_if({outcome.bad}), "
        f"count_if({outcome.bad} and {filled}), count_if(not {decided}), count_if(not {decided} and {filled}) "
        f"from {quoted(outcome.table)} where source in (select source from {quoted(outcome.table)} where {filled})"
    ).fetchall()[0]
    good, good_filled, bad, bad_filled, others, others_filled = (count or 0 for count in counts)
    if min(good + bad, others) >= _FEWEST:
        share, other_share = (good_filled + bad_filled) / (good + bad), others_filled / others
        if share - other_share > _FILLED_GAP:
            yield f"filled for {share:.0%} of decided rows and {other_share:.0%} of open ones"
    if min(good, bad) >= _FEWEST and abs(good_filled / good - bad_filled / bad) > _FILLED_GAP:
        yield f"filled for {good_filled / good:.0%} of the rows with success and {bad_filled / bad:.0%} of the others"


def _separates(con: DuckDBPyConnection, outcome: _Outcome, one: UserColumn) -> Iterator[str]:
    import numpy as np

    value = quoted(one.column)
    if one.kind == "number":
        value = f"ntile({_BINS}) over (partition by {value} is null order by {value})"
        value = f"case when {quoted(one.column)} is not null then {value} end"
    key = f"{one.table}_id"
    parity = f"coalesce({key}, source_row) & 1" if one.table in ("opportunity", "touch") else "source_row & 1"
    rows = con.execute(
        f"select sum(good_even), sum(bad_even), sum(good_odd), sum(bad_odd) from (select {value} as v, "
        f"(good and half = 0)::bigint as good_even, (bad and half = 0)::bigint as bad_even, "
        f"(good and half = 1)::bigint as good_odd, (bad and half = 1)::bigint as bad_odd from (select *, "
        f"{outcome.good} as good, {outcome.bad} as bad, {parity} as half from {quoted(outcome.table)}) "
        "where good or bad) group by v"
    ).fetchnumpy()
    good_even, bad_even, good_odd, bad_odd = (np.asarray(column, dtype=float) for column in rows.values())
    if min(column.sum() for column in (good_even, bad_even, good_odd, bad_odd)) < _FEWEST:
        return
    area = min(
        area_under_curve(good_odd, bad_odd, good_even, bad_even),
        area_under_curve(good_even, bad_even, good_odd, bad_odd),
    )
    if area > _AREA:
        yield f"alone it separates the outcomes with an area under the curve of {area:.2f}"


def area_under_curve(good: Counts, bad: Counts, learned_good: Counts, learned_bad: Counts) -> float:
    """How well levels, put in order by what was learned elsewhere, tell good from bad.

    Parameters
    ----------
    good, bad : array, shape (levels,)
        Rows of either outcome by level, to be told apart.
    learned_good, learned_bad : array, shape (levels,)
        The rows the order is learned from, shrunk by one row at their overall rate.

    Returns
    -------
    float
        Chance that a good row stands above a bad one, ties counted half; 0.5 says nothing.

    Examples
    --------
    >>> import numpy as np
    >>> area_under_curve(*(np.array(counts) for counts in ([9, 1], [1, 9], [90, 10], [10, 90])))
    0.9
    """
    import numpy as np

    rate = learned_good.sum() / (learned_good.sum() + learned_bad.sum())
    learned = (learned_good + rate) / (learned_good + learned_bad + 1)
    _, level = np.unique(learned, return_inverse=True)
    goods, bads = np.bincount(level, good), np.bincount(level, bad)
    below = np.cumsum(bads) - bads
    return float((goods * (below + bads / 2)).sum() / (good.sum() * bad.sum()))


def _without_past(con: DuckDBPyConnection, loaded: Loaded) -> Iterator[Finding]:
    for table, (field, changing, untold) in _STATES.items():
        if table not in loaded.tables:
            continue
        parts = ", ".join(f"count({quoted(one)})" for one in (field, *changing))
        rows, dated, *filled = con.execute(f"select count(*), {parts} from {quoted(table)}").fetchall()[0]
        if not dated and (any(filled) or any(one.table == table for one in loaded.columns)):
            yield Finding(
                "present_state_only",
                "info",
                table,
                f"All {rows:,} rows of {table} hold the present state only: they cannot tell {untold}. "
                "What is computed as of the past uses today's values.",
                f"Where the export has it, map {table}.{field}.",
            )
