"""What held when: rows of things with periods, cut so that on each day one row of each holds."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
from ibis import _

_NEVER, _EVER, UNDATED = (ibis.date(date(9999, 12, 31)), ibis.date(date(1, 1, 1)), ibis.date(date(9999, 12, 30)))
"""``UNDATED`` is the day of what has no day: the last period holds on it."""


def periods(rows: ir.Table, key: str, day: date | None) -> ir.Table:
    """The same columns with ``since`` and ``until`` (not in it), one row for each span of days of each thing.

    Parameters
    ----------
    rows : Ibis table
        All periods, those that are over among them: ``valid_from``, ``valid_to``, ``source``, ``source_row``. Where
        several hold, the one that began last counts.
    key : str
        The column that tells things apart.
    day : date or None
        What begins or ends later is not known by it; None where the data carry no date at all.
    """
    told = rows.mutate(since=_.valid_from.fill_null(_EVER), until=_.valid_to.fill_null(_NEVER))
    by = UNDATED if day is None else ibis.date(day)
    told = told.filter(_.since <= by).mutate(until=ibis.cases((_.until > by, _NEVER), else_=_.until))
    ends = told.select(of=key, begins=_.since).union(told.select(of=key, begins=_.until), distinct=True)
    parts = ends.mutate(ends=_.begins.lead().over(group_by="of", order_by="begins"))
    held = parts.inner_join(told, [parts.of == told[key], parts.begins >= told.since, parts.begins < told.until])
    last = ibis.window(group_by=["of", "begins"], order_by=[_.since.desc(), _.until, _.source, _.source_row])
    held = held.mutate(place=ibis.row_number().over(last)).filter(_.place == 0)
    return held.select(*rows.columns, since=_.begins, until=_.ends)


def on_day(rows: ir.Table, moment: ibis.Value | ibis.Deferred) -> ir.Table:
    """Rows with ``held_on``: the day by which their period is looked for."""
    return rows.mutate(held_on=moment.cast("timestamp").cast("date").fill_null(UNDATED))


def at_latest(moment: ibis.Value) -> ibis.Value:
    """A moment to set beside others that tell more: what tells a day alone reads as midnight, and is the day's end."""
    day_only = moment == moment.cast("date").cast("timestamp")
    return ibis.cases((day_only, moment + ibis.interval(seconds=24 * 60 * 60 - 1)), else_=moment)
