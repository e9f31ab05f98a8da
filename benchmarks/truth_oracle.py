"""An oracle: one who knows how a market was planted, but neither its cells' effects nor any buyer.

It is told the base rates, which dimension splits where and for which score, how large effects are and how
buyers of one cell are spread, in the simulator's own forms. It sees the same tallies and dimensions as the
product (no traits, which the project leaves out by default), and is never told a dimension that is not
yet known of an account. Cell effects are found by Newton's method on their posterior, buyers by quadrature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, ndtri
from truth_market import Floats, Ints, Market, Tally

from marketsofone.customer import Stratum
from marketsofone.sources.simulated import Plan
from marketsofone.sources.simulated.layout import DIMENSIONS, SIZE_LIMITS, Layout, Splits, draw_layout
from marketsofone.sources.simulated.orders import line_worth
from marketsofone.sources.simulated.scores import (
    HOME_SHARE,
    LINES_AN_ORDER,
    NO_RIVAL_SHARE,
    ORDER_GAP_SHAPE,
    ORDERS_A_YEAR,
    RETURN_SHARE,
    RIVAL_GAP,
    RIVALS,
    SIZE_PART,
    STAY_YEARS,
    repeat_orders,
)

POINTS, STEP, ROUNDS = 25, 0.05, 6
Curve = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Form:
    """How a buyer's inner value becomes a score: a mean at each point of what is not known of it.

    Parameters
    ----------
    means : callable
        Cell value (array of any shape) -> the score at each point, one more axis at the end.
    weights : float array, shape (points,)
        How common each point is.
    unit : float
        0 for a share; for money the variance of one trial over its squared mean.
    """

    means: Curve
    weights: Floats
    unit: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the oracle says of each account, and how that hangs on the cells it may belong to.

    Parameters
    ----------
    mean, variance, low, high : float array, shape (accounts,)
        Of the account's score: posterior mean, variance and central 90% interval.
    inside : float array, shape (accounts,)
        Variance left where the cells were known.
    lean : float array, shape (accounts, cells)
        Change of the mean for a small step of each cell's value.
    cells : float array, shape (cells, cells)
        Posterior covariance of the cells' values.
    """

    mean: Floats
    variance: Floats
    low: Floats
    high: Floats
    inside: Floats
    lean: Floats
    cells: Floats


@dataclass(frozen=True, slots=True)
class Group:
    """Accounts of one sector, the cells they may belong to, and their distinct tallies."""

    accounts: Ints
    cells: Ints
    seen: Floats
    row: Ints
    belongs: Floats


def forms(plan: Plan) -> tuple[Form, Form, Form]:
    """The planted forms of the three scores."""
    return _pull(plan), _competitiveness(plan), _attractiveness(plan)


@lru_cache(maxsize=8)
def _shapes(trait_share: float) -> Floats:
    """Points of equal weight of the three shapes in which buyers of one cell are spread, shape (3, points)."""
    rng = np.random.default_rng(0)
    size = 200_000
    skewed = (rng.gumbel(size=size) - np.euler_gamma) * np.sqrt(6) / np.pi
    untold = np.array([
        rng.triangular(-1, 0, 1, size=size) * np.sqrt(6),
        rng.choice([-1.5, 0.0, 2.0], size=size, p=[2 / 7, 1 / 2, 3 / 14]) / np.sqrt(1.5),
        (rng.normal(size=size) + skewed) / np.sqrt(2),
    ])
    own = np.sqrt(trait_share) * rng.normal(size=(3, size)) + np.sqrt(1 - trait_share) * untold
    return np.asarray(np.sort(own, axis=1).reshape(3, POINTS, -1).mean(axis=2))


def _spread(plan: Plan, score: int) -> Floats:
    return np.asarray(plan.buyer_spread * _shapes(plan.trait_share * plan.structure)[score])


def _pull(plan: Plan) -> Form:
    points = ndtri(plan.pull) + _spread(plan, 0)
    return Form(lambda cell: ndtr(cell[..., None] + points), np.full(POINTS, 1 / POINTS), 0.0)


def _competitiveness(plan: Plan) -> Form:
    """Which rival is an account's home rival is one more thing not known of it."""
    middle = np.log(-np.log1p(-plan.competitiveness))
    gaps = np.linspace(-RIVAL_GAP, RIVAL_GAP, len(RIVALS)) * plan.structure
    meets = np.full((len(RIVALS), len(RIVALS)), (1 - NO_RIVAL_SHARE - HOME_SHARE) / (len(RIVALS) - 1))
    np.fill_diagonal(meets, HOME_SHARE)
    meets = np.column_stack([meets, np.full(len(RIVALS), NO_RIVAL_SHARE)])
    ahead = np.exp(middle - np.append(gaps, -RIVAL_GAP * plan.structure))
    points = np.exp(_spread(plan, 1))

    def means(cell: Floats) -> Floats:
        alone = -np.expm1(-np.exp(cell)[..., None, None] * points[:, None] * ahead)
        return np.asarray((alone @ meets.T).reshape(*cell.shape, -1))

    count = POINTS * len(RIVALS)
    return Form(means, np.full(count, 1 / count), 0.0)


def _attractiveness(plan: Plan) -> Form:
    """How readily an account leaves is one more thing not known of it."""
    rate = ORDER_GAP_SHAPE * ORDERS_A_YEAR / 365
    money, ready = _spread(plan, 2), plan.buyer_spread * ndtri((np.arange(4) + 0.5) / 4)
    leaving = np.exp(ready) / (365 * STAY_YEARS)

    def means(cell: Floats) -> Floats:
        inner = cell[..., None, None] + money[:, None]
        orders = repeat_orders(rate * np.exp((1 - SIZE_PART) * inner), leaving, plan.horizon_days)
        line = plan.line_contribution * np.exp(SIZE_PART * inner)
        worth = line * LINES_AN_ORDER * (1 + (1 - 2 * RETURN_SHARE) * orders)
        return np.asarray(worth.reshape(*cell.shape, -1))

    count = len(money) * len(leaving)
    return Form(means, np.full(count, 1 / count), _unit_spread(plan))


@lru_cache(maxsize=8)
def _unit_spread(plan: Plan) -> float:
    """Variance over squared mean of one account's horizon, from twenty thousand of the middle account."""
    rng = np.random.default_rng(0)
    rate, size = ORDER_GAP_SHAPE * ORDERS_A_YEAR / 365, 20_000
    gaps = rng.gamma(ORDER_GAP_SHAPE, 1 / rate, size=(size, 60)).cumsum(axis=1)
    until = np.minimum(rng.exponential(365 * STAY_YEARS, size=size), plan.horizon_days)
    orders = 1 + (gaps < until[:, None]).sum(axis=1)
    lines = orders + rng.poisson((LINES_AN_ORDER - 1) * orders)
    worth = np.add.reduceat(line_worth(rng, int(lines.sum())), np.append(0, lines.cumsum()[:-1]))
    return float(worth.var() / worth.mean() ** 2)


def oracle(market: Market, score: int, tally: Tally) -> Known:
    """What can be known of one score of each account, by one who knows how the market was planted."""
    plan = market.company.plan
    layout = draw_layout(plan, market.company.seed)
    form = forms(plan)[score]
    belongs = _belonging(market, layout)
    design, size = _contrasts(plan, layout, score)
    groups = _groups(market, layout, tally, belongs)
    told = size > 0
    effect, spread = np.zeros(told.sum()), np.zeros((told.sum(), told.sum()))
    design = design[:, told]
    for _round in range(ROUNDS):
        slope, bend = _likelihood(form, design @ effect, groups)
        spread = np.linalg.inv(design.T @ (bend[:, None] * design) + np.diag(1 / size[told] ** 2))
        effect = effect + spread @ (design.T @ slope - effect / size[told] ** 2)
    return _known(form, design @ effect, design @ spread @ design.T, groups, plan.accounts)


def _groups(market: Market, layout: Layout, tally: Tally, belongs: Floats) -> list[Group]:
    """Accounts by sector."""
    made = []
    for number, name in enumerate(layout.sectors):
        accounts = np.flatnonzero(market.values["sector"] == name)
        cells = np.arange(4 * number, 4 * number + 4)
        pairs = np.column_stack([tally.trials, tally.total])[accounts]
        seen, row = np.unique(pairs, axis=0, return_inverse=True)
        made.append(Group(accounts, cells, seen, row.ravel(), belongs[np.ix_(accounts, cells)]))
    return made


def _side(market: Market, splits: Splits, cell: int) -> Floats:
    """Side of each account in a cell's split: 1 or 0, NaN where the dimension is not known of it."""
    dimension = DIMENSIONS[splits.dimension[cell]]
    if dimension.ordered:
        employees = market.company.tables["account"]["employees"].to_numpy()
        return splits.high[cell, np.searchsorted(SIZE_LIMITS, employees, side="right")].astype(np.float64)
    values = market.values[dimension.name]
    high = [value for code, value in enumerate(dimension.values) if splits.high[cell, code]]
    unknown = np.array([value is None for value in values])
    return np.where(unknown, np.nan, np.isin(values, high))


def _belonging(market: Market, layout: Layout) -> Floats:
    """Chance that each account belongs to each of the deepest planted cells, shape (accounts, cells)."""
    sector = np.array([layout.sectors.index(name) for name in market.values["sector"]])
    second = _chances(market, layout, layout.second, sector)
    chance = np.zeros((len(sector), 4 * len(layout.sectors)))
    rows = np.arange(len(sector))
    for side in (0, 1):
        third = _chances(market, layout, layout.third, 2 * sector + side)
        first = second if side else 1 - second
        chance[rows, 4 * sector + 2 * side] = first * (1 - third)
        chance[rows, 4 * sector + 2 * side + 1] = first * third
    return chance


def _chances(market: Market, layout: Layout, splits: Splits, cell: Ints) -> Floats:
    """Chance of side 1 of the split of each account's cell."""
    chance = np.zeros(len(cell))
    for number in np.unique(cell):
        inside = cell == number
        side = _side(market, splits, int(number))
        sector = int(number) * len(layout.sectors) // len(splits.dimension)
        share = layout.value_share[splits.dimension[number]][sector]
        usual = share[splits.high[number, :len(share)]].sum()
        chance[inside] = np.where(np.isnan(side), usual, side)[inside]
    return chance


def _contrasts(plan: Plan, layout: Layout, score: int) -> tuple[Floats, Floats]:
    """What each planted effect adds to each deepest cell, and how large such effects are."""
    sectors = len(layout.sectors)
    cell = np.arange(4 * sectors)
    planted = np.array(plan.effects) * (np.arange(3) < plan.levels) * plan.structure
    columns = [(cell // 4 == number).astype(np.float64) for number in range(sectors)]
    sizes = [planted[0] / 2] * sectors
    for splits, fan, effect in ((layout.second, 4, planted[1]), (layout.third, 2, planted[2])):
        for number in np.flatnonzero(splits.score == score):
            sides = splits.effect[number] / max(effect, 1e-12)
            sign = np.sign(sides[1]) or 1.0
            inside = cell // fan == number
            columns.append(np.where(inside, sign * sides[(cell * 2 // fan) % 2], 0.0))
            sizes.append(float(effect))
    return np.column_stack(columns), np.array(sizes)


def _log_likelihood(form: Form, means: Floats, seen: Floats) -> Floats:
    """Log likelihood of each distinct tally at each mean, shape (tallies, *means.shape)."""
    trials, total = (seen[:, i].reshape(-1, *[1] * means.ndim) for i in (0, 1))
    if form.unit == 0.0:
        return np.asarray(total * np.log(means) + (trials - total) * np.log1p(-means))
    shape = trials / form.unit
    inside = np.maximum(total, 1e-3 * np.maximum(trials, 1.0) * means.min())
    return np.asarray(-shape * np.log(means) - inside / form.unit / means)


def _marginal(form: Form, cell: Floats, seen: Floats) -> Floats:
    """Log marginal likelihood of each distinct tally in each cell, shape (tallies, cells)."""
    line = _log_likelihood(form, form.means(cell), seen)
    top = line.max(axis=2, keepdims=True)
    return np.asarray(np.log(np.exp(line - top) @ form.weights) + top[..., 0])


def _likelihood(form: Form, cell: Floats, groups: list[Group]) -> tuple[Floats, Floats]:
    """Slope and bend of the log likelihood in each cell's value, over the accounts that may belong to it."""
    slope, bend = np.zeros(len(cell)), np.zeros(len(cell))
    for of in groups:
        low, here, high = (_marginal(form, cell[of.cells] + step, of.seen) for step in (-STEP, 0.0, STEP))
        share = _shares(here[of.row], of.belongs)
        slope[of.cells] = (share * ((high - low) / (2 * STEP))[of.row]).sum(axis=0)
        bend[of.cells] = (share * ((2 * here - high - low) / STEP**2)[of.row]).sum(axis=0)
    return slope, np.maximum(bend, 1e-9)


def _shares(marginal: Floats, belongs: Floats) -> Floats:
    """Chance of each cell, once the account's own tally has been seen."""
    line = np.where(belongs > 0, marginal, -np.inf)
    weight = belongs * np.exp(line - line.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _posterior(form: Form, cell: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Mean and mean square of the score, of each distinct tally in each cell."""
    means = form.means(cell)
    line = _log_likelihood(form, means, seen)
    weight = np.exp(line - line.max(axis=2, keepdims=True)) * form.weights
    weight /= weight.sum(axis=2, keepdims=True)
    return (weight * means).sum(axis=2), (weight * means**2).sum(axis=2)


def _known(form: Form, cell: Floats, covariance: Floats, groups: list[Group], accounts: int) -> Known:
    value, inside, lean = np.zeros(accounts), np.zeros(accounts), np.zeros((accounts, len(cell)))
    for of in groups:
        here = cell[of.cells]
        mean, square = _posterior(form, here, of.seen)
        up, down = (_posterior(form, here + step, of.seen)[0] for step in (STEP, -STEP))
        share = _shares(_marginal(form, here, of.seen)[of.row], of.belongs)
        value[of.accounts] = (share * mean[of.row]).sum(axis=1)
        inside[of.accounts] = (share * square[of.row]).sum(axis=1) - value[of.accounts] ** 2
        lean[np.ix_(of.accounts, of.cells)] = share * ((up - down) / (2 * STEP))[of.row]
    variance = np.maximum(inside + np.einsum("ic,cd,id->i", lean, covariance, lean), np.finfo(np.float64).tiny)
    low, high = spread_interval(value, variance, money=form.unit > 0)
    return Known(value, variance, low, high, inside, lean, covariance)


def spread_interval(mean: Floats, variance: Floats, *, money: bool) -> tuple[Floats, Floats]:
    """Central 90% interval of a beta (shares) or lognormal (money) with these moments."""
    if money:
        spread = np.sqrt(np.log1p(variance / mean**2))
        middle = np.log(mean) - spread**2 / 2
        return np.exp(middle - 1.6449 * spread), np.exp(middle + 1.6449 * spread)
    size = np.maximum(mean * (1 - mean) / variance - 1, 1e-3)
    a, b = mean * size, (1 - mean) * size
    return betaincinv(a, b, 0.05), betaincinv(a, b, 0.95)


def of_strata(known: Known, strata: tuple[Stratum, ...], node: Ints, *, money: bool) -> tuple[Floats, ...]:
    """Mean, low and high of each stratum's mean over its accounts."""
    rows = []
    for inside in members(strata, node):
        lean = known.lean[inside].mean(axis=0)
        variance = known.inside[inside].sum() / inside.sum() ** 2 + lean @ known.cells @ lean
        rows.append((known.mean[inside].mean(), variance))
    mean, variance = np.array(rows).T
    return mean, *spread_interval(mean, variance, money=money)


def members(strata: tuple[Stratum, ...], node: Ints) -> list[NDArray[np.bool_]]:
    """Which accounts are known to belong to each stratum, or to one below it."""
    inside = [node == stratum.number for stratum in strata]
    for stratum in reversed(strata[1:]):
        inside[stratum.parent] = inside[stratum.parent] | inside[stratum.number]
    return inside
