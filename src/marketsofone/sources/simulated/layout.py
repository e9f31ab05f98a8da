"""The planted market: sectors, dimensions, and which dimension splits where for which score.

Level 1 are the sectors, which move all three scores by patterns that have nothing in common. Level 2
is one dimension inside each sector, moving one score there; level 3 one further dimension on each
side of that split, moving another score. So payment format matters in some sectors only, version in
some size classes only, and no score has a dimension to itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.simulated.chance import Flags, Floats, Ints, stream
from marketsofone.sources.simulated.plan import Plan

SCORES = ("pull", "competitiveness", "attractiveness")
SECTORS = ("food", "machinery", "hospitals", "hotels", "schools", "logistics", "energy", "textiles",
           "pharmacy", "banking", "housing", "farming")
SIZE_LIMITS = (50, 250)
SIZE_SHARES = (0.38, 0.32, 0.30)
LIKENESS = 8.0
SIDE_MASS, EVEN_MASS = (0.3, 0.7), (0.5, 0.5)
TRIPLES = 200


@dataclass(frozen=True, slots=True)
class Dimension:
    """A sales dimension of the simulated company.

    Parameters
    ----------
    name : str
        Column of the account table.
    values : tuple of str
        What it may be; in order where ``ordered``.
    spoken : bool
        Known only of accounts that were approached.
    ordered : bool
        Values stand for stretches of a number, so that a split is a cut between them.

    """

    name: str
    values: tuple[str, ...]
    spoken: bool = False
    ordered: bool = False


DIMENSIONS = (
    Dimension("size", ("below 50", "50 to 249", "250 and more"), ordered=True),
    Dimension("end_customers", ("households", "trade", "public bodies", "industry")),
    Dimension("deciding_site", ("own site", "head office", "buying group")),
    Dimension("version_preferred", ("basic", "plus", "pro")),
    Dimension("approach_expected", ("visit", "call", "mail", "tender")),
    Dimension("payment_format", ("invoice", "prepayment", "leasing", "instalments"), spoken=True),
    Dimension("adjustment_asked", ("as is", "own label", "interface"), spoken=True),
)
VERSION = [dimension.name for dimension in DIMENSIONS].index("version_preferred")
_MOST_VALUES = max(len(dimension.values) for dimension in DIMENSIONS)


@dataclass(frozen=True, slots=True)
class Layout:
    """Which dimension splits where, for which score and by how much.

    Parameters
    ----------
    sectors : tuple of str
        Names of the sectors.
    sector_share : float array, shape (sectors,)
        Share of accounts.
    value_share : tuple of float arrays, each of shape (sectors, values)
        Per dimension, how common each value is in each sector.
    sector_effect : float array, shape (sectors, 3)
        Level 1: what the sector adds to each score.
    second, third : Splits
        Level 2, by sector; level 3, by sector and side of the split above (``2 * sector + side``).

    """

    sectors: tuple[str, ...]
    sector_share: Floats
    value_share: tuple[Floats, ...]
    sector_effect: Floats
    second: Splits
    third: Splits


@dataclass(frozen=True, slots=True)
class Splits:
    """One split per cell: the dimension, the values on its high side, the score it moves.

    Parameters
    ----------
    dimension, score : int array, shape (cells,)
        Index into `DIMENSIONS` and `SCORES`.
    high : bool array, shape (cells, values)
        Whether a value lies on side 1.
    effect : float array, shape (cells, 2)
        What each side adds; zero on average over the accounts of the cell.

    """

    dimension: Ints
    score: Ints
    high: Flags
    effect: Floats


def draw_layout(plan: Plan, seed: int) -> Layout:
    """The planted market of this plan and seed."""
    rng = stream(seed, "layout")
    sector_share = _sector_share(rng, plan)
    value_share = tuple(_value_share(rng, dimension, plan.sectors) for dimension in DIMENSIONS)
    effects = np.array(plan.effects) * (np.arange(3) < plan.levels) * plan.structure
    fair = EVEN_MASS if plan.even_cells else SIDE_MASS
    order = rng.permutation(plan.sectors)
    among = _splitting(plan)
    second = rng.integers(len(among), size=plan.sectors)
    shift = rng.integers(1, len(among), size=2 * plan.sectors)
    second_of, third_of = among[second], among[(np.repeat(second, 2) + shift) % len(among)]
    third_score = (np.repeat(order, 2) + 1 + np.tile([0, 1], plan.sectors)) % 3
    return Layout(
        sectors=tuple(_sector_name(number) for number in range(plan.sectors)),
        sector_share=sector_share,
        value_share=value_share,
        sector_effect=unrelated_patterns(rng, sector_share, apart=plan.even_cells) * effects[0] / 2,
        second=_draw_splits(rng, second_of, order % 3, np.arange(plan.sectors), value_share, effects[1],
                            fair),
        third=_draw_splits(rng, third_of, third_score, np.repeat(np.arange(plan.sectors), 2), value_share,
                           effects[2], fair),
    )


def _splitting(plan: Plan) -> Ints:
    """Which of `DIMENSIONS` may split inside sectors."""
    names = [dimension.name for dimension in DIMENSIONS]
    asked = dict.fromkeys(plan.split_on or names)
    if len(asked) < 2 or not asked.keys() <= set(names):
        raise SettingsInvalid(
            f"The plan of a simulated company needs split_on of two or more of {shortened(names)}.",
            found=f"split_on = {plan.split_on}",
            repair='Write, for example: split_on = ("deciding_site", "end_customers")',
        )
    return np.array([names.index(name) for name in asked])


def unrelated_patterns(rng: np.random.Generator, share: Floats, *, apart: bool = False) -> Floats:
    """Three patterns over sectors, of mean 0, variance 1 and no correlation when weighted by ``share``.

    Of two hundred such triples, the one whose exponentials are least correlated is kept, since scores
    are curved functions of these patterns; or, where sectors are to stand ``apart``, the one whose two
    most alike sectors differ most.
    """
    weight = np.sqrt(share)[:, None]
    drawn = rng.normal(size=(TRIPLES, len(share), 4))
    drawn[:, :, 0] = 1.0
    orthogonal, _ = np.linalg.qr(weight * drawn)
    signs = rng.choice([-1.0, 1.0], size=(TRIPLES, 1, 3))
    triples = orthogonal[:, :, 1:] / weight * signs
    return np.asarray(triples[np.argmax(_apart(triples)) if apart else np.argmin(_likeness(triples, share))])


def _apart(triples: Floats) -> Floats:
    """Per triple, the distance between the two sectors most alike."""
    between = triples[:, :, None, :] - triples[:, None, :, :]
    first, second = np.triu_indices(triples.shape[1], 1)
    return np.asarray(np.sqrt((between[:, first, second] ** 2).sum(axis=-1)).min(axis=1))


def _likeness(triples: Floats, share: Floats) -> Floats:
    """Per triple, the largest correlation between the exponentials of any two of its patterns."""
    curved = np.exp(triples / 2)
    curved -= (share[:, None] * curved).sum(axis=1, keepdims=True)
    together = np.einsum("tsi,s,tsj->tij", curved, share, curved)
    deviation = np.sqrt(np.diagonal(together, axis1=1, axis2=2))
    likeness = together / deviation[:, :, None] / deviation[:, None, :]
    return np.asarray(np.abs(likeness - np.eye(3)).max(axis=(1, 2)))


def _sector_share(rng: np.random.Generator, plan: Plan) -> Floats:
    if plan.even_cells:
        return np.full(plan.sectors, 1 / plan.sectors)
    return np.asarray((0.5 + rng.dirichlet(np.full(plan.sectors, 4.0)) * plan.sectors) / (1.5 * plan.sectors))


def _sector_name(number: int) -> str:
    name = SECTORS[number % len(SECTORS)]
    return name if number < len(SECTORS) else f"{name} {number // len(SECTORS) + 1}"


def _value_share(rng: np.random.Generator, dimension: Dimension, sectors: int) -> Floats:
    """How common each value is in each sector; the same everywhere for a number's size classes."""
    if dimension.ordered:
        return np.tile(SIZE_SHARES, (sectors, 1))
    return rng.dirichlet(np.full(len(dimension.values), LIKENESS), size=sectors)


def _draw_splits(rng: np.random.Generator, dimension: Ints, score: Ints, sector: Ints,
                 value_share: Sequence[Floats], effect: float, fair: tuple[float, float]) -> Splits:
    """A split of each cell at about equal halves, its sign by lot."""
    high = np.zeros((len(dimension), _MOST_VALUES), dtype=np.bool_)
    added = np.zeros((len(dimension), 2))
    for cell, (split_on, within) in enumerate(zip(dimension, sector, strict=True)):
        share = value_share[split_on][within]
        side = _high_side(rng, share, DIMENSIONS[split_on].ordered, fair)
        high[cell, side] = True
        mass = share[side].sum()
        added[cell] = rng.choice([-1.0, 1.0]) * effect * np.array([-mass, 1 - mass])
    return Splits(dimension, score, high, added)


def _high_side(rng: np.random.Generator, share: Floats, ordered: bool, limits: tuple[float, float]) -> list[int]:
    """Values on the high side: a stretch at the end where ordered, else any set of mass within the limits."""
    values = range(len(share))
    sides = [list(values[cut:]) for cut in values[1:]] if ordered else [
        list(side) for size in values[1:] for side in combinations(values, size)]
    fair = [side for side in sides if limits[0] <= share[side].sum() <= limits[1]]
    if fair:
        return fair[rng.integers(len(fair))]
    return min(sides, key=lambda side: abs(share[side].sum() - 0.5))
