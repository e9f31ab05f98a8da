"""How buyers buy again, and leave: the BG/NBD model fitted to counted histories.

While alive, a buyer buys at a steady rate of its own; after each repeat purchase it leaves for good
with a chance of its own. Rates are gamma-distributed over buyers, chances to leave beta-distributed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_ascent import Box, Flags, Floats, Summit, Surface
from marketsofone.pooling.repeat_likelihood import History, more_than, repeat_likelihood
from marketsofone.pooling.repeat_ridges import UNSURE, Ridge, highest, settle

MANY_CELLS = 20_000        # from here on, the ascent starts on binned histories
TIME_BINS = 64             # of the longest T, when binned
SINGLE_COUNTS = 16         # purchase counts from here on share bins
Parameters = tuple[float, float, float, float]

_RATE, _SHAPE, _LEAVING, _SIZE = range(4)
BOX = Box(low=np.array([-30.0, -23.0, -25.0, -12.0]), high=np.array([30.0, 13.0, 25.0, 13.0]))
_SHIFTS = np.array([[1.0, -3.0, -4.0, 0.0], [0.0, 0.0, 4.0, 0.0], [2.0, -1.0, 0.0, -2.0]])


@dataclass(frozen=True, slots=True, eq=False)
class RepeatCells:
    """Distinct purchase histories and how many buyers share each.

    Parameters
    ----------
    x : float array, shape (cells,)
        Repeat purchases: whole numbers, the first purchase not counted.
    t_x : float array, shape (cells,)
        Time from the first purchase to the last; 0 where, and only where, ``x`` is 0.
    T : float array, shape (cells,)
        Time from the first purchase to the day of looking, in the same unit.
    weight : float array, shape (cells,)
        Buyers with that history, above 0.

    Raises
    ------
    ValuesInvalid
        The columns differ in length, are empty, or hold histories that cannot be.
    """

    x: Floats
    t_x: Floats
    T: Floats
    weight: Floats

    def __post_init__(self) -> None:
        for name in ("x", "t_x", "T", "weight"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=float))
        lengths = {len(column) for column in (self.x, self.t_x, self.T, self.weight)}
        if lengths == {0} or len(lengths) > 1:
            raise ValuesInvalid("Histories need x, t_x, T and weight of one length, and at least one row.",
                                f"lengths {sorted(lengths)}")
        wrong = int(np.count_nonzero(~self._possible()))
        if wrong:
            raise ValuesInvalid(
                "A history needs a whole x >= 0, 0 < t_x <= T (t_x = 0 where x = 0), and a weight above 0.",
                f"{wrong:,} of {len(self.x):,} rows are otherwise",
                "Count repeat purchases by day, and T from the first purchase to the day of looking.")

    def _possible(self) -> Flags:
        ends = np.isfinite(self.T) & np.isfinite(self.x) & np.isfinite(self.weight)
        order = (self.t_x >= 0.0) & (self.t_x <= self.T)
        counts = (self.x >= 0.0) & (self.x == np.floor(self.x)) & ((self.x > 0.0) == (self.t_x > 0.0))
        possible: Flags = ends & order & counts & (self.weight > 0.0)
        return possible


@dataclass(frozen=True, slots=True)
class RepeatModel:
    """A fitted BG/NBD model.

    Parameters
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of buying rates; ``alpha`` is in units of time.
    a, b : float
        The beta distribution of the chance to leave after a repeat purchase.
    log_likelihood : float
        In nats, at the maximum.
    standard_errors : tuple of float
        Of ``r``, ``alpha``, ``a`` and ``b``; infinite where the data do not determine the number.
    buyers : float
        Sum of the weights.
    ridge : str
        Empty, or what the histories look like where they cannot tell parameters from a limit, such as
        "nobody leaves". Predictions hold; parameters with infinite standard errors say nothing.
    doubt : tuple of pairs of (r, alpha, a, b)
        Parameters one standard error either way, along directions that are unsure independently of each
        other; none along a limit that was taken.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    standard_errors: tuple[float, float, float, float]
    buyers: float
    ridge: str = ""
    doubt: tuple[tuple[Parameters, Parameters], ...] = ()


RIDGES = (
    Ridge("nobody bought again", _RATE, -30.0, (_SHAPE, _LEAVING, _SIZE)),
    Ridge("nobody leaves", _LEAVING, -25.0, (_SIZE,)),
    Ridge("everyone leaves after one repeat purchase", _LEAVING, 25.0, (_SIZE,)),
    Ridge("all leave as readily", _SIZE, 13.0),
    Ridge("some never leave, the others at once", _SIZE, -12.0),
    Ridge("all buy at the same rate", _SHAPE, 13.0),
)


def fit_repeat_buying(cells: RepeatCells) -> RepeatModel:
    """Fit the BG/NBD model to counted purchase histories by maximum likelihood.

    It misleads where buying is seasonal or by contract, or where a buyer can pause and return: the
    model reads a long silence as having left. Buyers who never bought again count as alive.

    Parameters
    ----------
    cells : RepeatCells
        Distinct histories; one row per buyer with weight 1 gives the same answer more slowly.

    Returns
    -------
    RepeatModel
        In the unit of time of the cells.

    Notes
    -----
    Newton's method with exact derivatives, in the mean rate ``r / alpha``, the shape ``r``, the odds of
    leaving ``a / b`` and the size ``a + b``: limits in which parameters lose their meaning lie along the
    axes of these, so they can be tried and named. Many cells are first binned in time; the last steps
    are on the cells themselves, because binned times move the maximum by more than a standard error.

    References
    ----------
    Fader, Hardie and Lee, "Counting your customers the easy way: an alternative to the Pareto/NBD
    model", *Marketing Science* 24 (2005), 275-284.

    Examples
    --------
    >>> x, t_x = np.array([0.0, 1.0, 1.0, 3.0, 6.0]), np.array([0.0, 2.0, 20.0, 30.0, 37.0])
    >>> T, weight = np.array([35.0, 38.0, 36.0, 31.0, 38.0]), np.array([60.0, 20.0, 11.0, 9.0, 2.0])
    >>> model = fit_repeat_buying(RepeatCells(x, t_x, T, weight))
    >>> round(model.r, 3), round(model.alpha, 3), model.ridge
    (0.249, 4.405, 'some never leave, the others at once')
    """
    return highest_model(cells).model(cells)


@dataclass(frozen=True, slots=True)
class Top:
    """Where the likelihood of counted histories is highest.

    Parameters
    ----------
    summit : Summit
        In the coordinates of the ascent, time in units of ``unit``.
    ridge : str
        The limits that were taken, as in `RepeatModel`.
    unit : float
    """

    summit: Summit
    ridge: str
    unit: float

    def model(self, cells: RepeatCells) -> RepeatModel:
        """The model there, as one of the buyers of these cells."""
        return _model(self.summit, self.ridge, self.unit, cells)


def highest_model(cells: RepeatCells) -> Top:
    """The ascent of `fit_repeat_buying`, with what is known of the surface around its end."""
    unit = float(np.average(cells.T, weights=cells.weight)) or 1.0
    history = _history(cells, unit)
    start = np.array([_log_rate(cells, unit), 0.0, 0.0, 0.0])
    starts = [start, *(start + _SHIFTS)]
    if len(cells.x) > MANY_CELLS:
        binned = _binned(history)
        starts = [highest(lambda point: _surface(binned, point), starts, BOX).point]
    return Top(*settle(lambda point: _surface(history, point), starts, BOX, RIDGES), unit)


def slope_at(cells: RepeatCells, point: Floats, unit: float) -> Floats:
    """The first derivatives of the log-likelihood of the cells, in the coordinates of the ascent."""
    return _surface(_history(cells, unit), point).slope


def log_parameters(point: Floats) -> tuple[Floats, Floats]:
    """Logarithms of r, alpha, a, b and their derivatives by the coordinates of the ascent.

    Examples
    --------
    >>> logs, ways = log_parameters(np.zeros(4))
    >>> np.exp(logs).tolist()
    [1.0, 1.0, 0.5, 0.5]
    """
    rate, shape, leaving, size = point
    share = expit(leaving)
    logs = np.array([shape, shape - rate, size + log_expit(leaving), size + log_expit(-leaving)])
    ways = np.array([[0.0, 1.0, 0.0, 0.0], [-1.0, 1.0, 0.0, 0.0],
                     [0.0, 0.0, 1.0 - share, 1.0], [0.0, 0.0, -share, 1.0]])
    return logs, ways


def _surface(history: History, point: Floats) -> Surface:
    """The log-likelihood in the coordinates of the ascent."""
    logs, ways = log_parameters(point)
    natural = repeat_likelihood(history, logs)
    curve = ways.T @ natural.curve @ ways
    share = expit(point[_LEAVING])
    curve[_LEAVING, _LEAVING] -= natural.slope[2:].sum() * share * (1.0 - share)
    return Surface(natural.height, ways.T @ natural.slope, curve)


def _history(cells: RepeatCells, unit: float) -> History:
    again = cells.x > 0.0
    once = ~again
    return History(
        once=(cells.T[once] / unit, cells.weight[once]),
        again=(cells.x[again], cells.t_x[again] / unit, cells.T[again] / unit, cells.weight[again]),
        more_than=more_than(cells.x, cells.weight))


def _binned(history: History) -> History:
    """The same buyers with alike histories at their mean; the counts stay exact."""
    x, t_x, T, weight = history.again
    width = max(T.max(initial=0.0), history.once[0].max(initial=0.0)) / (TIME_BINS - 1) or 1.0
    count = np.where(x < SINGLE_COUNTS, x, np.floor(SINGLE_COUNTS / 4 * np.log2(np.maximum(x, 1.0))))
    key = (count * TIME_BINS + np.floor(t_x / width)) * TIME_BINS + np.floor(T / width)
    again_x, again_t, again_T, again_weight = means(key, (x, t_x, T), weight)
    once_T, once_weight = means(np.floor(history.once[0] / width), history.once[:1], history.once[1])
    return History((once_T, once_weight), (again_x, again_t, again_T, again_weight), history.more_than)


def means(key: Floats, columns: tuple[Floats, ...], weight: Floats) -> list[Floats]:
    """Weighted mean of each column within each key, and the weight of the key."""
    bins = key.astype(np.int64)
    sums = [np.bincount(bins, weights=amounts).astype(np.float64)
            for amounts in (weight, *(weight * column for column in columns))]
    filled = np.flatnonzero(sums[0])
    return [*(total[filled] / sums[0][filled] for total in sums[1:]), sums[0][filled]]


def _log_rate(cells: RepeatCells, unit: float) -> float:
    """Repeat purchases per unit of time, as a first guess."""
    time = max(_added(cells.T, cells.weight) / unit, 1e-12)
    return float(np.log(max(_added(cells.x, cells.weight) / time, 1e-12)))


def _added(each: Floats, weight: Floats) -> float:
    """Over all buyers; a sum, for in a long dot product idle threads of linear algebra cost more than it does."""
    return float(np.sum(each * weight))


def _model(summit: Summit, ridge: str, unit: float, cells: RepeatCells) -> RepeatModel:
    logs, ways = log_parameters(summit.point)
    r, alpha, a, b = np.exp(logs).tolist()
    scale = np.array([r, alpha * unit, a, b])
    errors = scale * summit.spread(ways)
    repeats = _added(cells.x, cells.weight)
    steps = summit.axes(UNSURE)
    doubt = tuple((_parameters(summit.point + step, unit), _parameters(summit.point - step, unit)) for step in steps)
    return RepeatModel(
        r, alpha * unit, a, b,
        log_likelihood=summit.surface.height - repeats * float(np.log(unit)),
        standard_errors=tuple(errors.tolist()), buyers=float(cells.weight.sum()), ridge=ridge, doubt=doubt)


def _parameters(point: Floats, unit: float) -> Parameters:
    r, alpha, a, b = np.exp(log_parameters(BOX.clip(point))[0]).tolist()
    return r, alpha * unit, a, b
