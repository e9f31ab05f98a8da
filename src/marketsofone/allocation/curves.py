"""The curve from selling hours to expected contribution: rising, ever flatter, one family for all buyers."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marketsofone.errors import ValuesInvalid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, init=False)
class Curves:
    """What hours are worth to each buyer: ``ceiling * (1 - (1 + hours / (shape * scale)) ** -shape)``.

    The chance of success per hour differs among like buyers as a gamma does, with this shape; with shape
    ``inf`` it is known and the curve is ``ceiling * (1 - exp(-hours / scale))``. With shape 0 it is
    ``ceiling * log(1 + hours / scale)``, which has no ceiling. The first hour is always worth
    ``ceiling / scale``. Where the ceiling is not above zero, hours earn nothing and none are placed.
    It misleads where the first hours are wasted until some threshold: no such curve is S-shaped.

    Parameters
    ----------
    ceiling : float array, shape (buyers,)
        Contribution margin net of adjustments and cost to serve if hours were free, in major units of money.
    scale : float array, shape (buyers,)
        Hours; above zero. After one scale of hours, 63% of the ceiling is earned where the shape is ``inf``.
    shape : float array, shape (buyers,)
        Zero or more; the smaller, the longer the tail.

    Raises
    ------
    ValuesInvalid
        A ceiling is not a number, a scale not above zero, or a shape below zero.

    References
    ----------
    Lodish, CALLPLAN, *Management Science* 18 (1971); Little, *Management Science* 16 (1970).

    Examples
    --------
    >>> curves = Curves([100.0, 100.0], [2.0, 2.0], [np.inf, 1.0])
    >>> curves.value(np.array([2.0, 2.0])).round(1).tolist()
    [63.2, 50.0]
    >>> curves.next_hour(np.zeros(2)).tolist()
    [50.0, 50.0]
    """

    ceiling: Floats
    scale: Floats
    shape: Floats

    def __init__(self, ceiling: ArrayLike, scale: ArrayLike, shape: ArrayLike = np.inf) -> None:
        columns = np.broadcast_arrays(*(np.asarray(column, dtype=np.float64) for column in (ceiling, scale, shape)))
        for field, column in zip(fields(self), columns, strict=True):
            object.__setattr__(self, field.name, column)
        _check(self.ceiling, np.isfinite(self.ceiling), "A curve needs a ceiling that is a number")
        _check(self.scale, (self.scale > 0) & (self.scale < np.inf), "A curve needs a scale of hours above zero")
        _check(self.shape, self.shape >= 0, "A curve needs a shape of zero or more")

    def __len__(self) -> int:
        return len(self.ceiling)

    @property
    def reach(self) -> Floats:
        """Hours after which the tail sets in: ``shape * scale``; the scale itself where the shape is 0 or ``inf``."""
        return self.scale * np.where((self.shape == 0) | np.isinf(self.shape), 1.0, self.shape)

    def value(self, hours: ArrayLike) -> Floats:
        """Contribution expected of so many hours, before what the hours cost."""
        log_rest = self._log_rest(np.asarray(hours, dtype=np.float64))
        return np.where(self.shape == 0, -self.ceiling * log_rest, -self.ceiling * np.expm1(log_rest * self._tail))

    def next_hour(self, hours: ArrayLike) -> Floats:
        """What the next hour is worth after so many, before what it costs: the slope of the curve."""
        log_rest = self._log_rest(np.asarray(hours, dtype=np.float64))
        return self.ceiling / self.scale * np.exp(log_rest * (self._tail + self._bends))

    def after(self, hours: ArrayLike) -> Curves:
        """The curves that remain once so many hours (or what is worth as many) are spent: of the same family."""
        spent = np.asarray(hours, dtype=np.float64)
        rest = np.exp(self._log_rest(spent) * self._tail)
        longer = np.where(np.isinf(self.shape), 0.0, spent * self.scale / self.reach)
        return Curves(self.ceiling * np.where(self.shape == 0, 1.0, rest), self.scale + longer, self.shape)

    def times(self, factor: ArrayLike) -> Curves:
        """The curves with other ceilings: where a buyer is worth more, or somebody sells better."""
        return Curves(self.ceiling * np.asarray(factor), self.scale, self.shape)

    def of(self, rows: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Curves:
        """The curves of some of the buyers."""
        return Curves(self.ceiling[rows], self.scale[rows], self.shape[rows])

    def log_drop(self, hours: ArrayLike) -> Floats:
        """By how much the logarithm of the next hour's value has dropped after so many hours."""
        return -self._log_rest(np.asarray(hours, dtype=np.float64)) * (self._tail + self._bends)

    def hours_at(self, log_drop: ArrayLike) -> Floats:
        """Hours after which the logarithm of the next hour's value has dropped by so much."""
        drop = np.asarray(log_drop, dtype=np.float64)
        straight = np.isinf(self.shape)
        bent = np.expm1(np.where(straight, 0.0, drop) / (self._tail + self._bends))
        return self.reach * np.where(straight, drop, bent)

    def _log_rest(self, hours: Floats) -> Floats:
        share = hours / self.reach
        return -np.where(np.isinf(self.shape), share, np.log1p(share))

    @property
    def _tail(self) -> Floats:
        return np.where(np.isinf(self.shape), 1.0, self.shape)

    @property
    def _bends(self) -> Floats:
        return np.where(np.isinf(self.shape), 0.0, 1.0)


def _check(column: Floats, good: NDArray[np.bool_], wanted: str) -> None:
    """Refuse a column of which some values are not good."""
    if not good.all():
        raise ValuesInvalid(f"{wanted}, for every buyer.", f"{int((~good).sum()):,} of {column.size:,} are not.",
                            "Leave those buyers out, or mend what their curves are made from.")
