"""Whether a rate has moved: one share before a day, another since, beyond what buyers and months make of chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from ibis import _
from numpy.typing import NDArray
from scipy.special import betaln, chdtri, logsumexp

from marketsofone.estimates.estimate import fetch_base

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]

TOLD = 3.0      # nats by which two rates must explain the months better than one
MATTERS = 0.1   # of the rate of all: by so much the later rate must differ from it to be worth a word


@dataclass(frozen=True, slots=True)
class Months:
    """What began in each month, in order.

    Parameters
    ----------
    first : tuple of date
        The first day of each month in which anything began.
    trials, total : float array, shape (months,)
        Trials that began in it and how many of them succeeded.
    pending : float array, shape (months,)
        What began in it and may yet become a trial of either outcome.
    crowding : float
        How many times as far as by trials alone the rate of all may lie off, for trials come in buyers; 1 at least.
    """

    first: tuple[date, ...]
    trials: Floats
    total: Floats
    pending: Floats
    crowding: float


@dataclass(frozen=True, slots=True)
class Moved:
    """A rate before and since.

    Parameters
    ----------
    since : date
        The first day of the month from which on it differs.
    trials_before, trials_after : float
        Trials on either side; what is pending is among them.
    before, after : float
        Their share of successes; what is pending is counted as it speaks against the move.
    pending : float
        How much of the trials that is.
    """

    since: date
    trials_before: float
    before: float
    trials_after: float
    after: float
    pending: float


def fetch_months(begun: ir.Table, tallies: ir.Table) -> Months:
    """Counts the months of what began.

    Parameters
    ----------
    begun : Ibis table
        ``begun_on`` (not null), ``trials``, ``total``, ``pending``.
    tallies : Ibis table
        One row a buyer: ``trials``, ``total``.
    """
    rows = begun.filter((_.trials > 0) | (_.pending > 0)).group_by(month=_.begun_on.truncate("M")).agg(
        **{name: _[name].sum() for name in ("trials", "total", "pending")}).order_by("month").execute()
    trials, total, pending = (rows[name].to_numpy(np.float64) for name in ("trials", "total", "pending"))
    months = tuple(value.date() if hasattr(value, "date") else value for value in rows["month"])
    return Months(months, trials, total, pending, _crowding(tallies))


def _crowding(tallies: ir.Table) -> float:
    """How many times as far as by trials alone the rate of all may lie off (Cochran's ratio of clustered trials)."""
    trials, total, _buyers = fetch_base(tallies)
    rate = total / trials if trials > 0 else 0.0
    off = tallies.total - tallies.trials * rate
    chance = trials * rate * (1.0 - rate)
    return max(1.0, float(tallies.agg(squares=(off * off).sum()).execute().iloc[0, 0]) / chance) if chance > 0 else 1.0


def moved(months: Months) -> Moved | None:
    """The month since which the rate is another, if two rates explain the months better by ``TOLD`` nats.

    Every month is tried as the first of the later ones, and what all of them together explain is what counts, so
    that a look at many months is paid for. What is pending is counted as it would speak most against a move. Months
    that shake more than chance would have them, and buyers with many trials, make evidence count for less.

    Of 2,000 markets in which months only shake (by 0.3 in log odds, on seeds that chose nothing) 3% were told to have
    moved with three months of a thousand trials, 2% with four, at most 0.5% with more months or fewer trials. It is
    cautious: 10% that became 20% were told in a third of markets of twelve months of a hundred trials.

    It misleads where a season is taken for a move: a history of less than two years cannot tell them apart.

    References
    ----------
    Barry & Hartigan, *Journal of the American Statistical Association* 88 (1993), on partitions of a series.

    Examples
    --------
    >>> first = tuple(date(2025, month, 1) for month in range(1, 7))
    >>> trials, total = np.full(6, 100.0), np.array([10.0, 9.0, 11.0, 30.0, 31.0, 28.0])
    >>> moved(Months(first, trials, total, np.zeros(6), 1.0))
    Moved(since=datetime.date(2025, 4, 1), trials_before=300.0, before=0.1, trials_after=300.0, \
after=0.2966666666666667, pending=0.0)
    """
    total, whole = float(months.total.sum()), float(months.trials.sum())
    if len(months.first) < 2 or not 0 < total < whole:
        return None
    ways = [way for rises in (True, False) if (way := _way(months, rises=rises)) is not None]
    height, found = max(ways, key=lambda way: way[0], default=(0.0, None))
    if found is None or height <= TOLD:
        return None
    many, rest = found.trials_before, found.trials_after
    of_all = (found.before * many + found.after * rest) / (many + rest)
    return found if abs(found.after - of_all) >= MATTERS * of_all else None


def _way(months: Months, *, rises: bool) -> tuple[float, Moved] | None:
    """By how many nats a rate that rises, or falls, explains the months better than one, and where it best does."""
    trials, favoured = months.trials + months.pending, months.total + months.pending
    early, late = (favoured, months.total) if rises else (months.total, favoured)
    before, after = np.cumsum(early)[:-1], late.sum() - np.cumsum(late)[:-1]
    many, rest = np.cumsum(trials)[:-1], trials.sum() - np.cumsum(trials)[:-1]
    settled = np.cumsum(months.trials)[:-1]
    ahead = (after / rest - before / many) * (1.0 if rises else -1.0)
    tried = np.flatnonzero((ahead > 0) & (settled > 0) & (settled < months.trials.sum()))
    if not len(tried):
        return None
    best = tried[np.argmax((_height(before, many) + _height(after, rest))[tried])]
    slower = max(months.crowding, _shaking(months, int(best) + 1))
    if not np.isfinite(slower):
        return None
    two = _height(before / slower, many / slower) + _height(after / slower, rest / slower)
    one = _height((before + after) / slower, (many + rest) / slower)
    gain = (two - one)[tried]
    last = int(tried[np.argmax(gain)])
    found = Moved(months.first[last + 1], float(many[last]), float(before[last] / many[last]), float(rest[last]),
                  float(after[last] / rest[last]), float(months.pending.sum()))
    return float(logsumexp(gain) - np.log(len(many))), found


def _shaking(months: Months, place: int) -> float:
    """How far months may lie from the rate of their side, as a multiple of what chance makes of their trials.

    Few months cannot tell how much they shake: the multiple is the most that nine in ten such histories stay below.
    """
    trials, total = months.trials, months.total
    side = (np.arange(len(trials)) >= place).astype(np.int64)
    rate = (np.bincount(side, total) / np.bincount(side, trials))[side]
    spread = trials * rate * (1.0 - rate)
    seen = spread > 0
    free = int(seen.sum()) - 2
    if free < 1:
        return np.inf
    return float(((total - trials * rate)[seen] ** 2 / spread[seen]).sum() / chdtri(free, 0.9))


def _height(success: Floats, trials: Floats) -> Floats:
    """Log likelihood of successes whose rate is not known (Jeffreys' law), but for what all ways share."""
    height: Floats = betaln(success + 0.5, trials - success + 0.5) - betaln(0.5, 0.5)
    return height
