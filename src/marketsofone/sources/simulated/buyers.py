"""The accounts as they are: sector, dimensions, size, what is hidden, what traits tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from marketsofone.sources.simulated.chance import Floats, Ints, pick, stream
from marketsofone.sources.simulated.layout import SIZE_LIMITS, Layout
from marketsofone.sources.simulated.plan import Plan

REGIONS = ("north", "east", "south", "west")
LARGEST_SIZE = 20_000
CLASS_SHARE = 0.85


@dataclass(frozen=True, slots=True)
class Buyers:
    """Every account, as it truly is.

    Parameters
    ----------
    sector, region : int array, shape (accounts,)
        Index into the sectors of the layout and `REGIONS`.
    codes : int array, shape (accounts, dimensions)
        Index into the values of each of `DIMENSIONS`.
    cells : int array, shape (accounts, 3)
        Planted cell at each level.
    employees : float array, shape (accounts,)
        Whole numbers.
    hidden : float array, shape (accounts,)
        The hidden driver of value and of being approached; standard normal, in no file.
    traits : float array, shape (accounts, 3)
        What marketing traits tell of each score, standardised.
    marketing_class : int array, shape (accounts,)
        Class planted in the traits; 0 for all where none is.
    latent : float array, shape (accounts, 3)
        Each score on its inner scale, 0 at the middle of the market.

    """

    sector: Ints
    region: Ints
    codes: Ints
    cells: Ints
    employees: Floats
    hidden: Floats
    traits: Floats
    marketing_class: Ints
    latent: Floats

    def __len__(self) -> int:
        return len(self.sector)


def draw_buyers(plan: Plan, layout: Layout, seed: int) -> Buyers:
    """The accounts of this plan and seed."""
    rng = stream(seed, "buyers")
    sector = rng.choice(plan.sectors, size=plan.accounts, p=layout.sector_share)
    codes = np.column_stack([pick(rng, share, sector) for share in layout.value_share])
    cells, planted = place(layout, sector, codes)
    hidden, traits = rng.normal(size=plan.accounts), rng.normal(size=(plan.accounts, 3))
    classes, traits = _in_classes(plan, traits, seed)
    own = _spread(rng, plan, hidden, traits)
    together = np.full((3, 3), plan.correlation) + (1 - plan.correlation) * np.eye(3)
    mixing = np.linalg.cholesky(together)
    latent = np.einsum("ij,kj->ik", planted + plan.buyer_spread * own, mixing)
    region = rng.integers(len(REGIONS), size=plan.accounts)
    return Buyers(sector, region, codes, cells, _employees(rng, codes[:, 0]), hidden, traits,
                  classes, latent)


def _in_classes(plan: Plan, traits: Floats, seed: int) -> tuple[Ints, Floats]:
    """A marketing class of each account, and its traits drawn to the middle of that class, of variance 1 in all."""
    if not plan.marketing_classes:
        return np.zeros(len(traits), np.int64), traits
    rng = stream(seed, "marketing classes")
    classes = rng.integers(plan.marketing_classes, size=len(traits))
    middle = rng.normal(size=(plan.marketing_classes, traits.shape[1]))
    middle = (middle - middle.mean(axis=0)) / np.maximum(middle.std(axis=0), 1e-9)
    return classes, np.sqrt(CLASS_SHARE) * middle[classes] + np.sqrt(1 - CLASS_SHARE) * traits


def place(layout: Layout, sector: Ints, codes: Ints) -> tuple[Ints, Floats]:
    """The planted cell of each account at three levels, and what its cells add to each score.

    Returns
    -------
    cells : int array, shape (accounts, 3)
        Sector; ``2 * sector + side``; ``2 * (that) + side``.
    planted : float array, shape (accounts, 3)
        Sum over the levels, per score.

    """
    rows = np.arange(len(sector))
    planted = layout.sector_effect[sector].copy()
    cell, cells = sector, [sector]
    for splits in (layout.second, layout.third):
        side = splits.high[cell, codes[rows, splits.dimension[cell]]].astype(np.int64)
        planted[rows, splits.score[cell]] += splits.effect[cell, side]
        cell = 2 * cell + side
        cells.append(cell)
    return np.column_stack(cells), planted


def _spread(rng: np.random.Generator, plan: Plan, hidden: Floats, traits: Floats) -> Floats:
    """How buyers of one cell differ, per score: three shapes of mean 0 and variance 1.

    A triangle for pull, three sorts of buyers for competitiveness, half the hidden driver and half a
    skewed remainder for attractiveness.
    """
    told = plan.trait_share * plan.structure
    triangle = rng.triangular(-1, 0, 1, size=plan.accounts) * np.sqrt(6)
    sorts = rng.choice([-1.5, 0.0, 2.0], size=plan.accounts, p=[2 / 7, 1 / 2, 3 / 14])
    skewed = rng.gumbel(size=plan.accounts)
    skewed = (skewed - np.euler_gamma) * np.sqrt(6) / np.pi
    untold = np.column_stack([triangle, sorts / np.sqrt(1.5), (hidden + skewed) / np.sqrt(2)])
    return np.asarray(np.sqrt(told) * traits + np.sqrt(1 - told) * untold)


def _employees(rng: np.random.Generator, size_class: Ints) -> Floats:
    """Employees, log-uniform within the size class."""
    limits = np.log(np.array([1, *SIZE_LIMITS, LARGEST_SIZE], dtype=np.float64))
    low, high = limits[size_class], limits[size_class + 1]
    return np.floor(np.exp(low + (high - low) * rng.random(len(size_class)) ** 1.5) + 1e-9)
