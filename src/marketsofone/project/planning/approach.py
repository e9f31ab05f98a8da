"""In which order buyers are approached under a plan, and what an hour with each earns there."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.project.planning.choice import Standing
from marketsofone.project.planning.draws import Firm
from marketsofone.project.planning.inputs import Floats, Problem
from marketsofone.project.planning.solving import HARDLY, Placement, earned, worth
from marketsofone.project.snapshots.approach import LEAVE


def worth_of_an_hour(problem: Problem, placement: Placement, at: Standing, firm: Firm) -> dict[str, Floats]:
    """What an hour given to each buyer earns beyond its cost: on average of those planned, else what the next would.

    Of the buyers of one rep those with hours earn at least the price of the rep's hours so, those without at most
    (unless hours were agreed, or a segment is not pursued), so the number and the plan never contradict each other.
    A touch that comes beside hours counts as the hours it is worth.

    Returns
    -------
    mapping
        ``hour_value``, nan where nothing tells it; ``hour_value_low``, ``hour_value_high``: its 90% interval, nan
        where no hours are planned.
    """
    given = placement.hours > HARDLY
    cost = np.append(problem.sellers.hour_cost, 0.0)[placement.rep]
    with np.errstate(divide="ignore", invalid="ignore"):
        average, low, high = (money / worth(problem, placement) - cost
                              for money in (earned(problem, placement), firm.low, firm.high))
    return {"hour_value": np.where(given, average, at.next_hour), "hour_value_low": np.where(given, low, np.nan),
            "hour_value_high": np.where(given, high, np.nan)}


def in_order(problem: Problem, placement: Placement, hour_value: Floats, choice: pa.Array) -> pa.Array:
    """The place of each buyer in the order of approach, from 1; null where it may not be contacted.

    First those whom the plan gives hours, then those it holds of whom is told what an hour would earn, then those of
    whom that is not told, last those it leaves; in each what an hour earns most first, then the better rank.
    """
    rank = problem.rows["rank"].to_numpy()
    left = pc.equal(choice, LEAVE).to_numpy(zero_copy_only=False)
    turn = np.select([placement.hours > HARDLY, left, np.isnan(hour_value)], [0, 3, 2], 1)
    order = np.lexsort((rank, -np.nan_to_num(_to_ten_digits(hour_value), nan=-np.inf), turn))
    free = order[~np.isnan(rank[order].astype(np.float64))]
    place = np.zeros(len(rank), dtype=np.int64)
    place[free] = np.arange(1, len(free) + 1)
    return pa.array(place, mask=place == 0)


def _to_ten_digits(values: Floats) -> Floats:
    """Equal where only the last digits of sums differ, which fall one way or the other."""
    size = 10.0 ** (9.0 - np.floor(np.log10(np.maximum(np.abs(values), 1e-200))))
    rounded: Floats = np.round(values * size) / size
    return rounded
