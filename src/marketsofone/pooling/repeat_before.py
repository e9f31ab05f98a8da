"""Buyers of a ledger who had bought before it begins: how many, which, and what that changes.

A ledger is an extract: it begins on some day, among buyers of long standing. The first purchase it shows of such a
buyer is not the first it made. Counted as one, it is lost as evidence, for a newcomer's first purchase says nothing of
its rate, and the time without a purchase before it is lost too: buyers of long standing come out too low beside
newcomers of the same count.

Here each buyer is one or the other. A newcomer arrives on a day of its own, and from then on buys and leaves as BG/NBD
says; one who had bought before does so from the first day of the ledger. Which of them a buyer is shows in how its
first purchase stands to the pace of the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, softmax

from marketsofone.pooling.repeat_ascent import Floats
from marketsofone.pooling.repeat_buying import (
    BOX,
    MANY_CELLS,
    TIME_BINS,
    RepeatCells,
    RepeatModel,
    Top,
    fit_repeat_buying,
    highest_model,
    means,
    slope_at,
)
from marketsofone.pooling.repeat_purchases import Spread, log_odds_of_leaving, purchase_doubt, purchase_spread

PARTS = 8           # of the ledger's time, in each of which newcomers arrive at a pace of its own
TOLD = 3.0          # nats by which buyers of long standing must explain a ledger better to be believed in
_LEAST = 1e-9
_STEP = 1e-3
_INSIDE = np.array([30.0, 5.0, 4.0, 3.0])  # the ascent begins away from limits, where the surface is level
_LIKE_OTHERS = np.array([0.0, 0.0, -2.0, 1.0])  # buyers differ much in pace, and one purchase in eight is the last
_FAR = 20.0         # shares are kept inside one in half a billion of 0 and of 1
_CLOSE = {"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-8}


@dataclass(frozen=True, slots=True, eq=False)
class LedgerModel:
    """How the buyers of a ledger buy, and how many of them had bought before it begins.

    Parameters
    ----------
    repeat : RepeatModel
        BG/NBD, of newcomers from their first purchase and of the others from the first day of the ledger.
    share : float
        Of the buyers seen: who had bought before. 0 where the ledger does not show it.
    arrivals : float array, shape (PARTS,)
        Newcomers by part of the ledger's time, as shares that sum to one.
    window : float
        The ledger's time up to the day of looking, in the unit of the cells.
    """

    repeat: RepeatModel
    share: float
    arrivals: Floats
    window: float


def fit_ledger(cells: RepeatCells) -> LedgerModel:
    """Fit BG/NBD to the histories of a ledger that may begin among buyers of long standing.

    It misleads where newcomers come in waves shorter than an eighth of the ledger, and where buyers of long standing
    buy at another pace than newcomers: both are taken to be of one population.

    Parameters
    ----------
    cells : RepeatCells
        Distinct histories, each counted from the first purchase the ledger shows.

    Returns
    -------
    LedgerModel
        Without buyers of long standing (``share`` 0) it is `fit_repeat_buying`; so it is where they do not explain
        the ledger better by `TOLD`: 2 of 200 simulated ledgers of newcomers did.

    Notes
    -----
    The slope of the likelihood is that of the histories completed by who had bought before, as far as the model can
    tell (Fisher's identity, as in Dempster, Laird and Rubin 1977). Buyers of long standing who did not buy within the
    ledger are not in it: as many are added as the model says are unseen. Errors of parameters are those of the ledger
    as it was seen, with the share and the arrivals taken as known.

    Examples
    --------
    >>> x, t_x = np.array([0.0, 1.0, 1.0, 3.0]), np.array([0.0, 2.0, 20.0, 30.0])
    >>> model = fit_ledger(RepeatCells(x, t_x, np.array([35.0, 38.0, 36.0, 31.0]), np.array([6.0, 2.0, 1.0, 1.0])))
    >>> model.share
    0.0
    """
    window = float(cells.T.max()) * (1.0 + 1.0 / float((cells.weight * (cells.x + 1.0)).sum()))
    plain = fit_repeat_buying(cells)
    if window == 0.0:
        return LedgerModel(plain, 0.0, np.full(PARTS, 1.0 / PARTS), window)
    none = LedgerModel(plain, 0.0, _settled_arrivals(cells, window, np.zeros(len(cells.x))), window)
    coarse = _coarse(cells, window)
    found = _climbed(coarse, window)
    return _refined(found, cells) if _height(found, coarse) > _height(none, coarse) + TOLD else none


def bought_before(model: LedgerModel, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Chance that each buyer had bought before the ledger begins, shape (buyers,)."""
    if model.share == 0.0:
        return np.zeros(len(x))
    new, old = _both(model, x, t_x, T)
    chance: Floats = expit(old - new)
    return chance


def ledger_spread(model: LedgerModel, before: Floats, x: Floats, t_x: Floats, T: Floats, horizon: float) -> Spread:
    """Purchases to come, as `purchase_spread` says of newcomers and of buyers of long standing, by their chances.

    Parameters
    ----------
    before : float array, shape (buyers,)
        `bought_before`, or 0 where it is known that a buyer is new.
    x, t_x, T, horizon
        As in `purchase_spread`.
    """
    new = purchase_spread(model.repeat, x, t_x, T, horizon)
    if model.share == 0.0:
        return new
    old = purchase_spread(model.repeat, *_from_the_start(model.window, x, t_x, T), horizon)
    mean = before * old.mean + (1.0 - before) * new.mean
    second = before * (old.variance + old.mean**2) + (1.0 - before) * (new.variance + new.mean**2)
    return Spread(mean, second - mean**2, before * old.none + (1.0 - before) * new.none)


def ledger_doubt(model: LedgerModel, before: Floats, x: Floats, t_x: Floats, T: Floats, horizon: float) -> Floats:
    """As `purchase_doubt`, shape (directions, buyers)."""
    new = purchase_doubt(model.repeat, x, t_x, T, horizon)
    if model.share == 0.0:
        return new
    old = purchase_doubt(model.repeat, *_from_the_start(model.window, x, t_x, T), horizon)
    moved: Floats = before * old + (1.0 - before) * new
    return moved


def _from_the_start(window: float, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats, Floats]:
    """Histories counted from the first day of the ledger: the first purchase seen is one more."""
    return x + 1.0, t_x + (window - T), np.full(len(x), window)


def _both(model: LedgerModel, x: Floats, t_x: Floats, T: Floats) -> tuple[Floats, Floats]:
    """Log-likelihood of each history and of being a newcomer, and of having bought before."""
    seen = -np.expm1(_log_unseen(model.repeat, model.window))
    pace = model.arrivals[_part(model.window, T)] * PARTS / model.window
    with np.errstate(divide="ignore"):
        new = np.log1p(-model.share) + np.log(pace) + _each(model.repeat, x, t_x, T)
        old = np.log(model.share) - np.log(seen) + _each(model.repeat, *_from_the_start(model.window, x, t_x, T))
    return new, old


def _each(model: RepeatModel, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Log-likelihood of each history: Fader, Hardie and Lee (2005), equation 6."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + T)
    left = np.where(x > 0.0, np.logaddexp(0.0, log_odds_of_leaving(model, x, t_x, T)), 0.0)
    chance: Floats = bought + betaln(a, b + x) - betaln(a, b) + left
    return chance


def _log_unseen(model: RepeatModel, window: float) -> float:
    """Logarithm of the chance that a buyer of long standing does not buy within the ledger."""
    return -model.r * float(np.log1p(window / model.alpha))


def _part(window: float, T: Floats) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.minimum((window - T) / window * PARTS, PARTS - 1).astype(np.int64)


def _height(model: LedgerModel, cells: RepeatCells) -> float:
    """Log-likelihood of the ledger, days of first purchases among it."""
    return float(cells.weight @ np.logaddexp(*_both(model, cells.x, cells.t_x, cells.T)))


def _climbed(cells: RepeatCells, window: float) -> LedgerModel:
    """The likeliest model with buyers of long standing, from half of the buyers being such."""
    top, buyers = highest_model(cells), float(cells.weight.sum())
    start, part = LedgerModel(top.model(cells), 0.5, np.full(PARTS, 1.0 / PARTS), window), _part(window, cells.T)

    def at(place: Floats) -> LedgerModel:
        moved = replace(top, summit=replace(top.summit, point=place[:4])).model(cells)
        return replace(start, repeat=moved, share=float(expit(place[4])), arrivals=softmax(place[5:]))

    def downhill(place: Floats) -> tuple[float, Floats]:
        model = at(place)
        new, old = _both(model, cells.x, cells.t_x, cells.T)
        before = expit(old - new)
        came = np.bincount(part, cells.weight * (1.0 - before), minlength=PARTS)
        slope = np.concatenate([slope_at(_completed(model, cells, before), place[:4], top.unit),
                                [cells.weight @ before - model.share * buyers], came - model.arrivals * came.sum()])
        return -float(cells.weight @ np.logaddexp(new, old)) / buyers, -slope / buyers

    bounds = [*zip(BOX.low, BOX.high, strict=True), *[(-_FAR, _FAR)] * (1 + PARTS)]
    ends = [minimize(downhill, np.append(begin, np.zeros(1 + PARTS)), jac=True, method="L-BFGS-B", bounds=bounds,
                     options=_CLOSE) for begin in (np.clip(top.summit.point, -_INSIDE, _INSIDE), _LIKE_OTHERS)]
    return at(min(ends, key=lambda end: float(end.fun)).x)


def _settled_arrivals(cells: RepeatCells, window: float, before: Floats) -> Floats:
    newcomers = np.bincount(_part(window, cells.T), cells.weight * (1.0 - before), minlength=PARTS) + _LEAST
    arrivals: Floats = newcomers / newcomers.sum()
    return arrivals


def _completed(model: LedgerModel, cells: RepeatCells, before: Floats) -> RepeatCells:
    """Every history as a newcomer's and as one from the first day, by its chance, and those who are not seen."""
    unseen = np.exp(_log_unseen(model.repeat, model.window))
    old = _from_the_start(model.window, cells.x, cells.t_x, cells.T)
    absent = (np.zeros(1), np.zeros(1), np.full(1, model.window))
    weight = np.concatenate([cells.weight * (1.0 - before), cells.weight * before,
                             [(cells.weight @ before) * unseen / (1.0 - unseen)]])
    kept = weight > _LEAST
    x, t_x, T = (np.concatenate(parts)[kept] for parts in zip((cells.x, cells.t_x, cells.T), old, absent, strict=True))
    return RepeatCells(x, t_x, T, weight[kept])


def _refined(model: LedgerModel, cells: RepeatCells) -> LedgerModel:
    """The model as the histories themselves say, with limits named and the errors of what was seen of them."""
    before = bought_before(model, cells.x, cells.t_x, cells.T)
    top = highest_model(_completed(model, cells, before))
    seen = replace(top.summit.surface, curve=_seen_curve(model, cells, top))
    repeat = replace(top, summit=replace(top.summit, surface=seen)).model(cells)
    share = float(np.average(before, weights=cells.weight))
    model = replace(model, repeat=repeat, share=share, arrivals=_settled_arrivals(cells, model.window, before))
    return replace(model, repeat=replace(repeat, log_likelihood=_height(model, cells)))


def _seen_curve(model: LedgerModel, cells: RepeatCells, top: Top) -> Floats:
    """Second derivatives of the likelihood of what was seen: its slope is that of the completed histories (Fisher)."""
    def slope(point: Floats) -> Floats:
        moved = replace(model, repeat=replace(top, summit=replace(top.summit, point=point)).model(cells))
        before = bought_before(moved, cells.x, cells.t_x, cells.T)
        return slope_at(_completed(moved, cells, before), point, top.unit)

    ways = np.eye(len(top.summit.point)) * _STEP
    curve = np.array([slope(top.summit.point + way) - slope(top.summit.point - way) for way in ways]) / (2.0 * _STEP)
    both: Floats = (curve + curve.T) / 2.0
    return both


def _coarse(cells: RepeatCells, window: float) -> RepeatCells:
    """The same buyers, alike histories at their mean where there are very many: near enough for all but the end."""
    if len(cells.x) <= MANY_CELLS:
        return cells
    last, looked = (np.floor(time / window * TIME_BINS) for time in (cells.t_x, cells.T))
    _kinds, which = np.unique((cells.x * TIME_BINS + last) * TIME_BINS + looked, return_inverse=True)
    x, t_x, T, weight = means(which.astype(np.float64), (cells.x, cells.t_x, cells.T), cells.weight)
    return RepeatCells(np.round(x), t_x, T, weight)
