"""What was known by a date: everything later is as if it had not been written yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.tables import RECORD

HAPPENED = {
    "opportunity": "opened_at", "order_line": "ordered_at", "touch": "happened_at", "step": "happened_at",
    "judgement": "stated_at", "effort": "stated_at", "wish": "stated_at", "adjustment": "stated_at",
    "permission": "stated_at",
}
"""The instant at which a row of each event table happened."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day of the market's own zone; what happened on it is known.

    Parameters
    ----------
    day : date or None
        None where the data carry no date at all: everything in them counts as known.
    zone : str
        IANA name of the market's time zone.
    told_by : datetime, optional
        The instant, with a zone, until which what people stated counts, where that is after the day: files end
        where they were exported, people go on. Absent: the end of the day.
    """

    day: date | None
    zone: str = "UTC"
    told_by: datetime | None = None

    @property
    def end(self) -> datetime:
        """The first instant after the day, in UTC and without a zone."""
        if self.day is None:
            return self.midnight
        return self.midnight.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC).replace(tzinfo=None)

    @property
    def midnight(self) -> datetime:
        """The end of the day as the market's own clock shows it."""
        return datetime(9999, 1, 1) if self.day is None else datetime.combine(self.day + timedelta(days=1), time())

    @property
    def told_end(self) -> datetime:
        """The first instant whose statements do not count, in UTC and without a zone."""
        told = None if self.told_by is None else self.told_by.astimezone(UTC).replace(tzinfo=None)
        return self.end if told is None else max(self.end, told + timedelta(microseconds=1))

    @property
    def told_day(self) -> date | None:
        """The day on which it is asked whether what people stated holds."""
        if self.day is None or self.told_by is None:
            return self.day
        return max(self.day, self.told_by.astimezone(ZoneInfo(self.zone)).date())


def last_moments(tables: Mapping[str, ir.Table]) -> list[ir.Table]:
    """Queries for the last moment in each year of each event table: ``year``, ``rows``, ``moment``, ``told``.

    ``rows`` and ``moment`` are of what came from files, ``told`` of what people stated. That somebody states something
    today says nothing of how far the files go; nor does the day on which an open opportunity is hoped to close.
    """
    found = []
    for name, table in tables.items():
        for column in (HAPPENED.get(name), "closed_at"):
            if column and column in table.columns:
                at, told = table[column].cast("timestamp"), _told(table)
                if column == "closed_at" and "outcome" in table.columns:
                    at = ibis.cases((table.outcome == "open", ibis.null("timestamp")), else_=at)
                held = table.select(at=at, told=told).filter(_.at.notnull())
                found.append(held.group_by(year=_.at.year()).agg(
                    rows=_.count(where=~_.told), moment=_.at.max(where=~_.told), told=_.at.max(where=_.told)))
    return found


def within_reach(years: Mapping[int, int]) -> int:
    """The last year that the files tell of: a few rows beyond a year without any are mistyped, and carry no day.

    Parameters
    ----------
    years : mapping
        Year -> rows dated in it; not empty.

    Examples
    --------
    >>> within_reach({2024: 300, 2025: 400, 2204: 1}), within_reach({2023: 300, 2025: 400})
    (2025, 2025)
    """
    known = sorted(years)
    while len(known) > 1 and known[-1] > known[-2] + 1 and _FEW * years[known[-1]] <= sum(years.values()):
        known.pop()
    return known[-1]


_FEW = 100


def known_by(tables: Mapping[str, ir.Table], as_of: AsOf, single: Collection[str] = ()) -> dict[str, ir.Table]:
    """The same tables, without what was not known or did not hold on the day.

    Rows without any time are kept: nothing says they came later. An opportunity that was decided
    afterwards is open, and an entity with several periods of validity is its latest one. An objection
    holds whenever it was made, unless it was lifted by the day. Permissions that ended stay, with ``holds``
    false: that there was one tells that there is none.

    Parameters
    ----------
    tables : mapping of table name to Ibis table
        Customer tables as loaded.
    as_of : AsOf
    single : collection of str
        Tables of which it is known that each entity has one row: there is no latest period to look for.

    Returns
    -------
    dict of Ibis tables
        Nothing is run.
    """
    return {name: _known(name, table, as_of, name in single) for name, table in tables.items()}


def has_periods(name: str, table: ir.Table) -> bool:
    """Whether an entity may have a row for each period in which something held of it."""
    return "valid_from" in table.columns and f"{name}_id" in table.columns


def _known(name: str, table: ir.Table, as_of: AsOf, single: bool) -> ir.Table:
    if name == "objection":
        return table.filter(_not_over(table, as_of))
    end = ibis.timestamp(as_of.end)
    known = end
    if as_of.told_end != as_of.end:
        known = ibis.cases((_told(table), ibis.timestamp(as_of.told_end)), else_=end)
    moments = [column for column in ("known_at", HAPPENED.get(name)) if column and column in table.columns]
    for column in moments:
        moment = table[column].cast("timestamp")
        table = table.filter(moment.isnull() | (moment < known))
    if name == "permission":
        return table.filter(_started(table, as_of)).mutate(holds=_not_over(table, as_of))
    if "valid_from" in table.columns:
        table = _holding(table, as_of)
    if has_periods(name, table) and not single:
        table = _latest_period(table, f"{name}_id")
    return _still_open(table, end) if name == "opportunity" else table


def _holding(table: ir.Table, as_of: AsOf) -> ir.Table:
    return table.filter(_started(table, as_of), _not_over(table, as_of))


def _started(table: ir.Table, as_of: AsOf) -> ibis.Value:
    return table.valid_from.isnull() | (table.valid_from <= _day(table, as_of))


def _not_over(table: ir.Table, as_of: AsOf) -> ibis.Value:
    return table.valid_to.isnull() | (table.valid_to > _day(table, as_of))


def _day(table: ir.Table, as_of: AsOf) -> ibis.Value:
    never = date(9999, 1, 1)
    day = ibis.date(as_of.day or never)
    if as_of.told_day == as_of.day:
        return day
    return ibis.cases((_told(table), ibis.date(as_of.told_day or never)), else_=day)


def _told(table: ir.Table) -> ibis.Value:
    """Whether a row is what people stated, not what files say."""
    return table.source.fill_null("") == RECORD if "source" in table.columns else ibis.literal(False)


def _latest_period(table: ir.Table, key: str) -> ir.Table:
    latest = ibis.window(group_by=key, order_by=[
        _.valid_from.desc(nulls_first=False), _.valid_to.asc(nulls_first=False), _.source, _.source_row])
    return table.mutate(period=ibis.row_number().over(latest)).filter(_.period == 0).drop("period")


def _still_open(table: ir.Table, end: ibis.Value) -> ir.Table:
    later = _.closed_at.cast("timestamp") >= end
    entered_later = _.entered_at.cast("timestamp") >= end
    return table.mutate(
        outcome=ibis.cases((later, "open"), else_=_.outcome),
        entered=ibis.cases((entered_later, ibis.null("boolean")), else_=_.entered),
        entered_at=ibis.cases((entered_later, ibis.null("timestamp")), else_=_.entered_at.cast("timestamp")),
        closed_at=ibis.cases((later, ibis.null("timestamp")), else_=_.closed_at.cast("timestamp")),
    )
