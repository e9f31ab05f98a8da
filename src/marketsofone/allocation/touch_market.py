"""What a buyer asks of both teams at given prices of an hour and of a touch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from marketsofone.allocation.bounds import ROUNDING, Bounds
from marketsofone.allocation.by_rep import Bools
from marketsofone.allocation.curves import Curves, Floats
from marketsofone.errors import ValuesInvalid

ANY = 1e9   # contacts: as good as any number


@dataclass(frozen=True, slots=True)
class Touching:
    """What touches do and cost, buyer by buyer, and how often a buyer may be contacted.

    Parameters
    ----------
    worth_hours : float or float array, shape (buyers,)
        Selling hours that move a buyer as far along its curve as one touch; 0 where touches do nothing, or where
        the buyer may not be touched.
    cost : float or float array, shape (buyers,)
        Money a touch costs; above zero.
    budget : float
        Money there is for touches.
    contacts : float or float array, shape (buyers,)
        Calls and touches together, at most.
    call_hours : float or float array, shape (buyers,)
        Hours a call takes: so many hours are one contact.
    """

    worth_hours: ArrayLike
    cost: ArrayLike
    budget: float
    contacts: ArrayLike
    call_hours: ArrayLike

    def for_buyers(self, limits: Bounds) -> TouchLimits:
        """The same as arrays of full length.

        Raises
        ------
        ValuesInvalid
            Something is missing or negative, or agreed hours are more contacts than there may be.
        """
        shape = limits.rep.shape
        worth, cost, contacts, length = (np.broadcast_to(np.asarray(column, dtype=np.float64), shape)
                                         for column in (self.worth_hours, self.cost, self.contacts, self.call_hours))
        wrong = [
            (~((worth >= 0) & np.isfinite(worth)), "A touch must be worth hours, zero or more"),
            (~((cost > 0) & np.isfinite(cost)), "A touch must cost money"),
            (~((length > 0) & np.isfinite(length)), "A call must take some time"),
            (~(contacts * length >= limits.least * (1 - ROUNDING)), "Agreed hours must fit the contacts allowed"),
            (np.array([not self.budget >= 0]), "Touches need a budget, zero or more"),
        ]
        for rows, wanted in wrong:
            if rows.any():
                raise ValuesInvalid(f"{wanted}.", f"{int(rows.sum()):,} of {rows.size:,} do not keep to this.",
                                    "State what is missing; a touch that does nothing is worth 0 hours.")
        return TouchLimits(worth, cost, float(self.budget), np.minimum(contacts, ANY), length)


@dataclass(frozen=True, slots=True)
class TouchLimits:
    """As ``Touching``, an array of full length each."""

    worth_hours: Floats
    cost: Floats
    budget: float
    contacts: Floats
    call_hours: Floats


@dataclass(frozen=True, slots=True)
class Asked:
    """What buyers ask for at prices: hours, touches, and what that is worth to them beyond its price."""

    hours: Floats
    touches: Floats
    worth: Floats


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Effort of one kind: money per hour of effort, how much of it there is, hours and touches that each takes."""

    price: Floats
    length: Floats
    hours: Floats
    touches: Floats


@dataclass(frozen=True, slots=True)
class MixedMarket:
    """All buyers with their curves and limits."""

    curves: Curves
    limits: Bounds
    touching: TouchLimits

    def asked(self, hour: Floats, touch: Floats) -> Asked:
        """What each buyer asks for, where an hour (its cost included) and a touch have these prices.

        Effort comes in stretches, each dearer than the one before: the cheaper kind while contacts last, then the
        other kind, then the more effective kind in place of the less effective.
        """
        limits = self.limits
        effort, hours, touches = limits.least.copy(), limits.least.copy(), np.zeros(len(hour))
        for stretch in self._stretches(hour, touch):
            taken = np.clip(self._worth(stretch.price) - effort, 0.0, stretch.length)
            effort = effort + taken
            hours, touches = hours + taken * stretch.hours, touches + taken * stretch.touches
        return Asked(hours, touches, self.curves.value(effort) - hour * hours - touch * touches)

    def _worth(self, price: Floats) -> Floats:
        """Effort after which the next hour of it is worth this price."""
        some = self.curves.ceiling > 0
        effort, curves = np.zeros(len(price)), self.curves.of(some)
        drop = np.log(curves.ceiling) - np.log(curves.scale) - np.log(price[some])
        effort[some] = curves.hours_at(np.maximum(drop, 0.0))
        return effort

    def _stretches(self, hour: Floats, touch: Floats) -> tuple[_Stretch, ...]:
        """The cheaper kind, the other kind where contacts are left, and one kind in place of the other."""
        each, length = self.touching.worth_hours, self.touching.call_hours
        least, contacts = self.limits.least, self.touching.contacts
        most = np.maximum(np.minimum(self.limits.most, contacts * length), least)
        by_touch = np.divide(touch, each, out=np.full_like(touch, np.inf), where=each > 0)
        touch_first = by_touch < hour
        zero = np.zeros_like(hour)
        free = np.maximum(contacts - np.where(touch_first, least, most) / length, 0.0)
        per_touch = np.divide(1.0, each, out=np.zeros_like(each), where=each > 0)
        touches = _Stretch(by_touch, each * free, zero, per_touch)
        calls = _Stretch(hour, np.where(touch_first, 0.0, most - least), zero + 1.0, zero)
        return calls, touches, self._instead(hour, touch, touch_first, (most - least) / length, free)

    def _instead(self, hour: Floats, touch: Floats, touch_first: Bools, calls: Floats, free: Floats) -> _Stretch:
        """Contacts of the cheaper kind given up for the other kind, where that one does more per contact."""
        sign = np.where(touch_first, 1.0, -1.0)
        more = sign * (self.touching.call_hours - self.touching.worth_hours)
        swapped = np.where(touch_first, np.minimum(calls, free), calls)
        does = (more > 0) & (swapped > 0)
        more = np.where(does, more, 1.0)
        price = np.where(does, sign * (hour * self.touching.call_hours - touch) / more, np.inf)
        effort = np.where(does, more * swapped, 0.0)
        return _Stretch(price, effort, sign * self.touching.call_hours / more, -sign / more)

    def whole(self, hours: Floats, touches: Floats) -> Floats:
        """Touches made whole: the whole ones, then those that earn most for their cost while the budget lasts."""
        sure = np.floor(touches + ROUNDING)
        each, cost = self.touching.worth_hours, self.touching.cost
        reached = hours + sure * each
        gain = np.where(touches - sure > ROUNDING, self.curves.after(reached).value(each) - cost, 0.0)
        room = sure + 1 + self.limits.least / self.touching.call_hours <= self.touching.contacts * (1 + ROUNDING)
        more = np.flatnonzero((gain > 0) & room)
        more = more[np.argsort(-gain[more] / cost[more], kind="stable")]
        left = self.touching.budget - float(np.sum(sure * cost))
        sure[more[np.cumsum(cost[more]) <= left * (1 + ROUNDING)]] += 1.0
        return sure
