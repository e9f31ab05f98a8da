"""The truth as tables: of each account, each rival met, each opportunity, each planted stratum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Floats, Ints
from marketsofone.sources.simulated.columns import keys, texts
from marketsofone.sources.simulated.layout import DIMENSIONS, SCORES, Layout, Splits
from marketsofone.sources.simulated.opportunities import OPENED_SHARE, Opportunities, opportunity_keys
from marketsofone.sources.simulated.plan import MOST_LEVELS, Plan
from marketsofone.sources.simulated.scores import NO_RIVAL, RIVALS, Scores
from marketsofone.sources.simulated.sites import Sites
from marketsofone.sources.simulated.wishes import THEMES, Wishes

MARKET = "market"


def truth_table(plan: Plan, layout: Layout, buyers: Buyers, scores: Scores, sites: Sites | None = None,
                wishes: Sequence[Wishes] = ()) -> pa.Table:
    """What is true of each account.

    Columns: ``account_id``; ``cell_1`` to ``cell_3``, the planted stratum at each level; the three
    scores (attractiveness in major units over the horizon that follows a win); ``home_rival``, the
    one it meets most; ``hidden_driver``, in no file; ``marketing_class``, planted
    in the traits; ``response_ceiling`` and ``response_hours``: ``h``
    hours of approaches to an account not yet won are expected to earn
    ``ceiling * (1 - exp(-h / response_hours))``; ``true_<dimension>``; where the plan has sites,
    ``company_id`` of those that are one; where it has wishes, ``true_<kind>``, the main wish of each kind.
    """
    pull, win = scores.pull, scores.competitiveness
    worth = scores.attractiveness(plan.horizon_days)
    names = cell_names(plan, layout)
    return pa.table({
        "account_id": keys("A", np.arange(len(buyers))),
        **{f"cell_{level}": texts(buyers.cells[:, level - 1], names[level])
           for level in range(1, MOST_LEVELS + 1)},
        **dict(zip(SCORES, map(pa.array, (pull, win, worth)), strict=True)),
        "home_rival": texts(scores.meets[:, :NO_RIVAL].argmax(axis=1), RIVALS),
        "hidden_driver": pa.array(buyers.hidden),
        "marketing_class": pa.array(buyers.marketing_class),
        "response_ceiling": pa.array(worth),
        "response_hours": pa.array(-plan.approach_hours / np.log1p(-pull * OPENED_SHARE * win)),
        **{f"true_{dimension.name}": texts(code, dimension.values)
           for code, dimension in zip(buyers.codes.T, DIMENSIONS, strict=True)},
        **({} if sites is None else {"company_id": sites.companies(np.arange(len(buyers)))}),
        **{f"true_{wish.kind}": texts(wish.main, THEMES[wish.kind]) for wish in wishes},
    })


def head_to_head_table(scores: Scores) -> pa.Table:
    """P(won) against each rival alone and how often it is met, by account; rival null: none met."""
    accounts, rivals = scores.head_to_head.shape
    rival = np.tile(np.arange(rivals), accounts)
    return pa.table({
        "account_id": keys("A", np.repeat(np.arange(accounts), rivals)),
        "competitor_id": texts(np.minimum(rival, len(RIVALS) - 1), RIVALS, known=rival != NO_RIVAL),
        "met_share": pa.array(scores.meets.ravel()),
        "win": pa.array(scores.head_to_head.ravel()),
    })


def opportunity_truth_table(found: Opportunities) -> pa.Table:
    """The true chance of each opportunity, open ones included, given the rivals met on it."""
    return pa.table({"opportunity_id": opportunity_keys(np.arange(len(found.win))), "win": found.win})


def cell_names(plan: Plan, layout: Layout) -> list[list[str]]:
    """Name of each cell at levels 0 to 3; a level that plants nothing repeats the name above it."""
    planted = plan.levels * plan.structure
    names = [[MARKET], list(layout.sectors) if planted >= 1 else [MARKET] * len(layout.sectors)]
    for level, splits in ((2, layout.second), (3, layout.third)):
        above = names[-1]
        names.append([
            f"{above[cell]} / {side_name(splits, cell, side)}" if planted >= level else above[cell]
            for cell in range(len(above)) for side in (0, 1)])
    return names


def side_name(splits: Splits, cell: int, side: int) -> str:
    """One side of a split in words, such as ``payment_format: leasing, prepayment``."""
    dimension = DIMENSIONS[splits.dimension[cell]]
    values = [value for code, value in enumerate(dimension.values) if splits.high[cell, code] == side]
    return f"{dimension.name}: {', '.join(values)}"


def strata_table(plan: Plan, layout: Layout, buyers: Buyers, truth: pa.Table) -> pa.Table:
    """Truth by planted cell: one row per cell of each planted level, the market first.

    Columns: ``level``, ``stratum``, ``parent``, ``split_on`` (the dimension that makes it), ``moves``
    (the score its split moves; all three for a sector), ``accounts``; mean and standard deviation over
    accounts of each score (``<score>``, ``<score>_spread``). Cells without accounts are left out.
    """
    names = cell_names(plan, layout)
    values = np.column_stack([truth[score].to_numpy() for score in SCORES])
    parts = [_stratum_rows(0, np.zeros(len(buyers), np.int64), names, [""], [""], values)]
    made = [("sector", "every score")] * len(layout.sectors)
    for level in range(1, plan.levels * plan.structure + 1):
        if level > 1:
            made = _made_by((layout.second, layout.third)[level - 2])
        split_on, moves = (list(words) for words in zip(*made, strict=True))
        parts.append(_stratum_rows(level, buyers.cells[:, level - 1], names, split_on, moves, values))
    return pa.concat_tables(parts)


def _made_by(splits: Splits) -> list[tuple[str, str]]:
    """Dimension and score of the split that makes each cell: two cells for each split."""
    return [(DIMENSIONS[dimension].name, SCORES[score])
            for dimension, score in zip(splits.dimension, splits.score, strict=True) for _ in (0, 1)]


def _stratum_rows(level: int, cell: Ints, names: list[list[str]], split_on: list[str], moves: list[str],
                  values: Floats) -> pa.Table:
    held = np.bincount(cell, minlength=len(names[level]))
    seen = np.flatnonzero(held)
    above = names[max(level - 1, 0)]
    fan_out = 2 if level > 1 else len(names[level])
    columns = {
        "level": pa.array(np.full(len(seen), level)),
        "stratum": pa.array([names[level][code] for code in seen]),
        "parent": pa.array([above[code // fan_out] if level else None for code in seen], pa.string()),
        "split_on": pa.array([split_on[code] for code in seen]),
        "moves": pa.array([moves[code] for code in seen]),
        "accounts": pa.array(held[seen]),
    }
    for score, value in zip(SCORES, values.T, strict=True):
        mean = np.bincount(cell, value, len(held))[seen] / held[seen]
        square = np.bincount(cell, value**2, len(held))[seen] / held[seen]
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        columns |= {score: pa.array(mean), f"{score}_spread": pa.array(spread)}
    return pa.table(columns)
