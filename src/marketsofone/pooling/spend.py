"""How much buyers spend when they buy: the Gamma-Gamma model fitted to mean spends.

Each purchase of a buyer is gamma-distributed around the buyer's own mean, and the means vary over
buyers. A buyer seen once is drawn towards what all spend; one seen often keeps its own mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_ascent import Box, Floats, Summit, Surface
from marketsofone.pooling.repeat_ridges import Ridge, highest, settle
from marketsofone.pooling.spend_likelihood import SpendHistory, spend_likelihood

MANY_CELLS = 20_000   # from here on, the ascent starts on binned spends
BIN = 0.01            # width of a bin, on the log of mean spend
SINGLE_COUNTS = 16    # purchase counts from here on share bins
LEAST_Q = 1.05        # below, the mean of all buyers leans on a tail that nobody has seen
NO_MEAN = "spend has no mean"

_WITHIN, _BETWEEN, _MEAN = range(3)
_BOX = Box(low=np.array([-12.0, np.log(LEAST_Q - 1.0), -50.0]), high=np.array([12.0, 12.0, 50.0]))
_PINNED = Box(low=np.array([-12.0, -12.0, 0.0]), high=np.array([12.0, 12.0, 0.0]))
_SHIFTS = np.array([[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [-2.0, -2.0, 1.0]])

RIDGES = (
    Ridge("all buyers spend alike", _BETWEEN, 12.0),
    Ridge("each buyer always spends the same", _WITHIN, 12.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class SpendCells:
    """Distinct spending records and how many buyers share each.

    Parameters
    ----------
    x : float array, shape (cells,)
        Purchases that ``mean`` is the mean of: whole numbers, 1 or more.
    mean : float array, shape (cells,)
        Mean spend of a purchase, above 0: money in any unit, or contribution where that is positive.
    weight : float array, shape (cells,)
        Buyers with that record, above 0.

    Raises
    ------
    ValuesInvalid
        The columns differ in length, are empty, or hold values that cannot be.
    """

    x: Floats
    mean: Floats
    weight: Floats

    def __post_init__(self) -> None:
        for name in ("x", "mean", "weight"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        lengths = {len(self.x), len(self.mean), len(self.weight)}
        if lengths == {0} or len(lengths) > 1:
            raise ValuesInvalid("Spends need x, mean and weight of one length, and at least one row.",
                                f"lengths {sorted(lengths)}")
        fine = (self.x >= 1.0) & (self.x == np.floor(self.x)) & (self.mean > 0.0) & (self.weight > 0.0)
        fine &= np.isfinite(self.x) & np.isfinite(self.mean) & np.isfinite(self.weight)
        if not fine.all():
            raise ValuesInvalid("A spend needs a whole x >= 1, a mean above 0 and a weight above 0.",
                                f"{np.count_nonzero(~fine):,} of {len(fine):,} rows are otherwise",
                                "Leave out buyers without purchases, and those whose returns outweigh them.")


@dataclass(frozen=True, slots=True)
class SpendModel:
    """A fitted Gamma-Gamma model.

    Parameters
    ----------
    p : float
        Shape of a buyer's purchases around its mean; large where they are all alike.
    q : float
        Shape of the means over buyers; large where buyers are alike. Always above 1.
    gamma : float
        Scale, in the unit of money of the cells. A buyer not yet seen spends ``p * gamma / (q - 1)``.
    log_likelihood : float
        In nats.
    standard_errors : tuple of float
        Of ``p``, ``q`` and ``gamma``; infinite where the data do not determine the number.
    buyers : float
        Sum of the weights.
    ridge : str
        Empty, or what the spends look like where they do not determine the model. "spend has no mean":
        the tail is so heavy that the likelihood wants no mean to exist; the mean of all buyers was then
        pinned to the one seen, and a few large buyers carry it.
    """

    p: float
    q: float
    gamma: float
    log_likelihood: float
    standard_errors: tuple[float, float, float]
    buyers: float
    ridge: str = ""


def fit_spend(cells: SpendCells) -> SpendModel:
    """Fit the Gamma-Gamma model to mean spends by maximum likelihood.

    It misleads where how much is spent goes with how often: the model takes the two as unrelated.

    Parameters
    ----------
    cells : SpendCells
        Distinct records; one row per buyer with weight 1 gives the same answer more slowly.

    Returns
    -------
    SpendModel
        In the unit of money of the cells.

    Notes
    -----
    Newton's method with exact derivatives in ``p``, ``q - 1`` and the mean of all buyers. At ``q <= 1``
    that mean does not exist and the usual formula turns negative; see ``SpendModel.ridge``.

    References
    ----------
    Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013).

    Examples
    --------
    >>> x, mean = np.array([1.0, 2.0, 5.0, 9.0, 4.0]), np.array([20.0, 35.0, 31.0, 90.0, 60.0])
    >>> model = fit_spend(SpendCells(x, mean, weight=np.array([50.0, 30.0, 20.0, 9.0, 12.0])))
    >>> expected_spend(model, [0, 9], [0, 90]).round(1).tolist()
    [34.2, 90.0]
    """
    unit = float(np.average(cells.mean, weights=cells.weight))
    history = _history(cells, unit)
    start = np.array([0.7, 0.7, 0.0])
    starts = [start, *(start + _SHIFTS)]
    if len(cells.x) > MANY_CELLS:
        binned = _binned(history)
        starts = [highest(lambda point: _surface(binned, point), starts, _BOX).point]
    summit, ridge = _settled(history, starts, _BOX)
    if summit.point[_BETWEEN] <= _BOX.low[_BETWEEN]:
        summit, ridge = _settled(history, starts, _PINNED)
        ridge = "; ".join(filter(None, [NO_MEAN, ridge]))
    return _model(summit, ridge, unit, cells)


def expected_spend(model: SpendModel, x: npt.ArrayLike, mean: npt.ArrayLike) -> Floats:
    """Mean spend each buyer is expected to show in the long run.

    Parameters
    ----------
    model : SpendModel
    x, mean : array_like, shape (buyers,)
        As in ``SpendCells``; ``x`` may be 0, and ``mean`` then says nothing.

    Returns
    -------
    float array, shape (buyers,)
        In the unit of money of the model; between ``mean`` and what all buyers spend.
    """
    shape, rate = _posterior(model, x, mean)
    expected: Floats = model.p * rate / (shape - 1.0)
    return expected


def spend_variance(model: SpendModel, x: npt.ArrayLike, mean: npt.ArrayLike) -> tuple[Floats, Floats]:
    """How unsure a buyer's mean is, and how much single purchases scatter around it.

    Parameters as in ``expected_spend``.

    Returns
    -------
    tuple of float arrays, shape (buyers,)
        Variance of the buyer's own mean, and variance of one purchase given that mean, both in squared
        money and infinite where the tail is too heavy for a variance (``p * x + q <= 2``).
    """
    shape, rate = _posterior(model, x, mean)
    expected = model.p * rate / (shape - 1.0)
    with np.errstate(divide="ignore"):
        between = np.where(shape > 2.0, expected**2 / np.maximum(shape - 2.0, 0.0), np.inf)
    return between, (expected**2 + between) / model.p


def _posterior(model: SpendModel, x: npt.ArrayLike, mean: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Shape and rate of the gamma distribution of what divides a buyer's mean."""
    count = np.asarray(x, dtype=float)
    total = np.where(count > 0.0, count * np.asarray(mean, dtype=float), 0.0)
    return model.q + model.p * count, model.gamma + total


def log_parameters(point: Floats) -> tuple[Floats, Floats]:
    """Logarithms of p, q, gamma and their derivatives by the coordinates of the ascent.

    Examples
    --------
    >>> np.exp(log_parameters(np.zeros(3))[0]).tolist()
    [1.0, 2.0, 1.0]
    """
    within, between, mean = point
    logs = np.array([within, np.logaddexp(0.0, between), mean + between - within])
    ways = np.array([[1.0, 0.0, 0.0], [0.0, expit(between), 0.0], [-1.0, 1.0, 1.0]])
    return logs, ways


def _surface(history: SpendHistory, point: Floats) -> Surface:
    """The log-likelihood in the coordinates of the ascent."""
    logs, ways = log_parameters(point)
    natural = spend_likelihood(history, logs)
    curve = ways.T @ natural.curve @ ways
    share = ways[_BETWEEN, _BETWEEN]
    curve[_BETWEEN, _BETWEEN] += natural.slope[1] * share * (1.0 - share)
    return Surface(natural.height, ways.T @ natural.slope, curve)


def _settled(history: SpendHistory, starts: Sequence[Floats], box: Box) -> tuple[Summit, str]:
    return settle(lambda point: _surface(history, point), starts, box, RIDGES)


def _history(cells: SpendCells, unit: float) -> SpendHistory:
    mean, buyers = cells.mean / unit, _added(cells.x, cells.weight)
    counts = np.flatnonzero(buyers).astype(float)
    logs, purchases = cells.weight * np.log(mean), buyers[buyers > 0.0] * counts
    return SpendHistory(
        counts=counts, buyers=buyers[buyers > 0.0],
        constant=-float(logs.sum()),
        log_total=float(np.sum(logs * cells.x) + purchases @ np.log(counts)),
        cells=(cells.x, cells.x * mean, cells.weight))


def _binned(history: SpendHistory) -> SpendHistory:
    """The same buyers with alike spends at their mean; how many bought how often stays exact."""
    x, total, weight = history.cells
    count = np.where(x < SINGLE_COUNTS, x, np.floor(SINGLE_COUNTS / 4 * np.log2(x)))
    size = np.floor(np.log(total / x) / BIN)
    size -= size.min()
    bins = count * (size.max() + 1.0) + size
    sums = _added(bins, weight)
    filled = np.flatnonzero(sums)
    x_mean, total_mean = (_added(bins, weight * column)[filled] / sums[filled] for column in (x, total))
    log_total = float((sums[filled] * x_mean) @ np.log(total_mean))
    return replace(history, log_total=log_total, cells=(x_mean, total_mean, sums[filled]))


def _added(bins: Floats, amounts: Floats) -> Floats:
    """Sum of the amounts in each bin 0, 1, 2, ..."""
    return np.bincount(bins.astype(np.int64), weights=amounts).astype(np.float64)


def _model(summit: Summit, ridge: str, unit: float, cells: SpendCells) -> SpendModel:
    logs, ways = log_parameters(summit.point)
    p, q, gamma = np.exp(logs).tolist()
    errors = np.array([p, q, gamma * unit]) * summit.spread(ways)
    buyers = float(cells.weight.sum())
    return SpendModel(p, q, gamma * unit, summit.surface.height - buyers * float(np.log(unit)),
                      tuple(errors.tolist()), buyers, ridge)
