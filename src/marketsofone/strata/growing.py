"""The tree from the whole market down: level by level, each node split where it pays or left whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from marketsofone.customer import MARKET, Stratum, stratum_id
from marketsofone.estimates.candidates import Dimension
from marketsofone.strata.names import group_name, split_sentence, stop_sentence
from marketsofone.strata.splitting import Rules, Split, best_split, candidates, worth_of

Tallies = Callable[[Sequence[Stratum]], pd.DataFrame]
"""Given all strata so far, the candidate tallies of those on the deepest level."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A finished tree: its strata, parents first."""

    strata: tuple[Stratum, ...]


def grow_tree(
    fetch: Tallies, dimensions: Sequence[Dimension], scores: Sequence[str], rules: Rules, currency: str
) -> Grown:
    """Strata from the whole market down, by splits that hold up on buyers who did not suggest them.

    Parameters
    ----------
    fetch : callable
        Gives the candidate tallies (``estimates.fetch_candidates``) of the strata on the deepest level.
    dimensions : sequence of Dimension
    scores : sequence of str
        The scores that have evidence.
    rules : Rules
    currency : str
        For the sentences.

    Notes
    -----
    Where nothing differs the market stays whole with the chance that ``rules.level`` states. Effects
    too small for half the buyers to show are not found; more evidence finds them.
    """
    strata = [Stratum(0, -1, "whole market", "", (), 0, MARKET)]
    open_level = strata[:]
    while open_level and dimensions and open_level[0].depth < rules.most_depth:
        frame = fetch(strata)
        by_node = dict(tuple(frame.groupby("node", sort=False)))
        grown: list[Stratum] = []
        for stratum in open_level:
            rows = by_node.get(stratum.number)
            split, stopped = _decide(stratum, rows, dimensions, scores, rules, len(open_level), currency)
            strata[stratum.number] = stopped
            if split is not None:
                grown += _children(stopped, split, len(strata) + len(grown))
        strata += grown
        open_level = grown
    return Grown(tuple(_closed(strata, open_level, bool(dimensions))))


def _decide(
    stratum: Stratum, rows: pd.DataFrame | None, dimensions: Sequence[Dimension], scores: Sequence[str],
    rules: Rules, beside: int, currency: str,
) -> tuple[Split | None, Stratum]:
    found = candidates(rows, dimensions, scores) if rows is not None else []
    people = _people(rows, dimensions)
    worth = worth_of(people, found, scores)
    split = best_split(found, worth, rules, beside)
    if split is None:
        return None, replace(stratum, why=stop_sentence(found, people, worth, rules, currency))
    gain = split.gain if worth > 0 else None
    return split, replace(stratum, why=split_sentence(split, gain, currency), gain=gain)


def _people(rows: pd.DataFrame | None, dimensions: Sequence[Dimension]) -> float:
    if rows is None:
        return 0.0
    first = rows[rows["dimension"] == dimensions[0].name]
    return float(first["people"].sum())


def _children(parent: Stratum, split: Split, start: int) -> list[Stratum]:
    return [
        Stratum(
            number=start + i, parent=parent.number, name=group_name(split.dimension, group),
            split_on=split.dimension.name, values=group, depth=parent.depth + 1,
            stratum_id=stratum_id(parent.stratum_id, split.dimension.name, group),
        )
        for i, group in enumerate(split.groups)
    ]


def _closed(strata: Sequence[Stratum], deepest: Sequence[Stratum], dimensions: bool) -> list[Stratum]:
    last = {stratum.number for stratum in deepest}
    why = "Stops here: the deepest level that the project allows." if dimensions \
        else "Stops here: no sales dimension is mapped, or none has two values."
    return [replace(s, why=why) if s.number in last and not s.why else s for s in strata]
