"""The price of an hour at which a rep's buyers ask for exactly the hours there are: Newton's method, kept in bounds.

Prices are held as logarithms: then a buyer's hours are linear in it (exponential curves) or nearly so, and
values may span any number of decades.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.allocation.by_rep import Bools, Ints, highest, summed
from marketsofone.allocation.curves import Curves, Floats

STEPS = 200     # far more than were ever needed; halving alone ends within 70
EXACT = 1e-14   # of the hours there are: nearer than sums of hours can be told apart


@dataclass(frozen=True, slots=True)
class Asking:
    """Buyers who ask for hours when their price falls: worth something, and with room above their least.

    Parameters
    ----------
    rep : int array, shape (buyers,)
    top : float array, shape (buyers,)
        Logarithm of what the first hour is worth.
    reach, rate : float array, shape (buyers,)
        Hours at log price t are ``reach * expm1(rate * (top - t))``; ``reach * (top - t)`` where the rate is 0.
    first, last : float array, shape (buyers,)
        ``top - t`` where the buyer asks for more than its least hours, and where it has its most.
    """

    rep: Ints
    top: Floats
    reach: Floats
    rate: Floats
    first: Floats
    last: Floats

    def of(self, rows: Bools | Ints) -> Asking:
        """Some of the buyers."""
        return Asking(self.rep[rows], self.top[rows], self.reach[rows], self.rate[rows], self.first[rows],
                      self.last[rows])

    def at(self, price: Floats) -> tuple[Floats, Floats]:
        """Hours of each buyer at log prices of the reps, and by how much they grow as the log price falls."""
        drop = self.top - price[self.rep]
        within = np.minimum(np.maximum(drop, self.first), self.last)
        if self.rate.any():
            hours = self.reach * np.where(self.rate > 0, np.expm1(self.rate * within), within)
            growth = np.where(self.rate > 0, self.rate * (hours + self.reach), self.reach)
        else:
            hours, growth = self.reach * within, self.reach
        return hours, np.where(within == drop, growth, 0.0)

    def sums(self, price: Floats) -> tuple[Floats, Floats]:
        """The same, summed over each rep's buyers."""
        hours, growth = self.at(price)
        return summed(self.rep, hours, len(price)), summed(self.rep, growth, len(price))


def asking(curves: Curves, rep: Ints, least: Floats, most: Floats) -> Asking:
    """Buyers as the search for prices sees them; one without a ceiling above zero asks for its least at any price."""
    rate = np.where(np.isinf(curves.shape), 0.0, 1 / (curves.shape + 1))
    worth = curves.ceiling > 0
    top = np.where(worth, np.log(np.where(worth, curves.ceiling, 1.0)) - np.log(curves.scale), -np.inf)
    return Asking(rep, top, curves.reach, rate, curves.log_drop(least), curves.log_drop(most))


def log_prices(buyers: Asking, hours: Floats, lowest: Floats, start: Floats) -> Floats:
    """Log price per rep at which its buyers ask for the hours there are; the lowest where they ask for less.

    Demand falls as the price rises, without a jump, so the root stays between two bounds; a step of Newton's that
    leaves them, or is more than half as long as the one before the last, is replaced by halving: else it may go to and
    fro between them without end. Buyers whose hours can no longer change between the bounds are set aside.

    Parameters
    ----------
    buyers : Asking
    hours : float array, shape (reps,)
        Hours there are for those buyers; at least their least hours.
    lowest : float array, shape (reps,)
        Log prices below which none is sought.
    start : float array, shape (reps,)
        Where to go from there; minus infinity knows no better.
    """
    price, settled, open_ = lowest.copy(), np.zeros(len(hours)), np.isin(np.arange(len(hours)), buyers.rep)
    low, high = lowest.copy(), np.maximum(lowest, highest(buyers.rep, buyers.top - buyers.first, len(hours)))
    last = earlier = np.full(len(hours), np.inf)
    for step in range(STEPS):
        asked, growth = buyers.sums(price)
        over = asked + settled - hours
        low, high = np.where(over > 0, price, low), np.where(over > 0, high, price)
        nearer = _newton(price, over, growth, hours)
        if step == 0:
            nearer = np.where((start > low) & (start < high), start, nearer)
        good = (nearer > low) & (nearer < high) & (np.abs(nearer - price) <= 0.5 * earlier)
        nearer = np.where(good, nearer, 0.5 * (low + high))
        last, earlier = np.abs(nearer - price), last
        open_ &= (np.abs(over) > EXACT * hours) & (nearer > low) & (nearer < high)
        if not open_.any():
            break
        price = np.where(open_, nearer, price)
        buyers, settled = _without_settled(buyers, low, high, open_, settled)
    return price


def _newton(price: Floats, over: Floats, growth: Floats, hours: Floats) -> Floats:
    """Newton's step; from far below the root on the logarithm of demand, which then is the straighter line."""
    asked = over + hours
    ratio = np.divide(asked, hours, out=np.ones_like(hours), where=over > hours)
    ahead = np.where((over > hours) & (hours > 0), asked * np.log(ratio), over)
    return price + np.divide(ahead, growth, out=np.full_like(price, np.inf), where=growth > 0)


def _without_settled(buyers: Asking, low: Floats, high: Floats, open_: Bools,
                     settled: Floats) -> tuple[Asking, Floats]:
    """The buyers whose hours still depend on the price, and the hours of the others added to what is settled."""
    moves = (buyers.top - buyers.first > low[buyers.rep]) & (buyers.top - buyers.last < high[buyers.rep])
    keep = moves & open_[buyers.rep]
    if keep.mean() > 0.8:
        return buyers, settled
    fixed = buyers.of(~moves)
    return buyers.of(keep), settled + fixed.sums(0.5 * (low + high))[0]
