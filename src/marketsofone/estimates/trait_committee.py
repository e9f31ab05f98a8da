"""Models of the same outcome, each trained without two groups of rows, and how they speak together.

What a model trained without groups *k* and *l* says about *l* teaches how far it may be trusted about *k*.
So number of trees, weights and calibration of what is said about a group are settled, like the models
themselves, without one outcome of that group.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from marketsofone.estimates.trait_additive import Additive, design, fit_additive
from marketsofone.estimates.trait_boosting import Boosted, Trees, fit_boosted
from marketsofone.estimates.trait_levels import (
    MANY_LEVELS,
    FloatArray,
    IntArray,
    LevelArray,
    Leveling,
)
from marketsofone.estimates.trait_rates import RATE_VALUES, PastRates
from marketsofone.estimates.trait_stack import Stack, Trust, fit_stack, fit_trust

PARTS = ("additive", "small trees", "large trees")

_EVERY_PAIR_UP_TO = 1_500
_RING_UP_TO = 15_000
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to learn from: levels and codes of their traits, group, trials and successes."""

    levels: LevelArray
    codes: IntArray
    groups: IntArray
    trials: FloatArray
    successes: FloatArray

    def at(self, chosen: IntArray) -> Rows:
        """Some of the rows."""
        return Rows(self.levels[chosen], self.codes[chosen], self.groups[chosen],
                    self.trials[chosen], self.successes[chosen])


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns each part sees, among levels of numbers, of categories, and past rates of categories."""

    leveling: Leveling
    rates: tuple[PastRates, ...]
    lean: bool = False

    @property
    def boosted(self) -> tuple[str, ...]:
        """The boosted parts: both, or where very many rows are foretold the faster one alone."""
        return PARTS[2:] if self.lean else PARTS[1:]

    @property
    def many(self) -> list[int]:
        """Categories with so many levels that every part sees their past rate."""
        return [j for j, how in enumerate(self.leveling.categories) if how.codes > MANY_LEVELS]

    def all(self, levels: LevelArray, codes: IntArray, left_out: tuple[int, ...],
            own: IntArray | None = None) -> LevelArray:
        """Levels of rows with past rates beside them that leave some groups out."""
        rates = [rate.levels(codes[:, j], left_out, own) for j, rate in enumerate(self.rates)]
        return np.column_stack([levels, *rates]) if rates else levels

    def seen_by(self, part: str) -> list[int]:
        """Positions of the columns that a part sees."""
        numbers, categories = len(self.leveling.numbers), len(self.leveling.categories)
        known = [numbers + j for j in range(categories)]
        rated = [numbers + categories + j for j in range(categories)]
        if part == "small trees":
            return [*range(numbers), *rated]
        few = [known[j] for j in range(categories) if part == "additive" or j not in self.many]
        return [*range(numbers), *few, *(rated[j] for j in self.many)]

    def kinds(self) -> list[FloatArray | int]:
        """What the additive part must know of each column it sees."""
        numbers = [how.values for how in self.leveling.numbers]
        return [*numbers, *(how.count for how in self.leveling.categories), *(RATE_VALUES for _ in self.many)]

    def trees(self, part: str) -> Trees:
        """What kind of trees a part grows."""
        if part == "small trees":
            return Trees(6, 0.12, 480)
        numbers = len(self.leveling.numbers)
        few = len(self.leveling.categories) - len(self.many)
        categories = tuple(range(numbers, numbers + few))
        return Trees(31, 0.15, 120, categories) if self.lean else Trees(31, 0.06, 480, categories)


@dataclass(frozen=True, slots=True)
class Member:
    """Parts trained without two groups."""

    left_out: tuple[int, int]
    columns: Columns
    additive: Additive
    boosted: dict[str, Boosted]

    def other(self, group: int) -> int:
        """The group left out beside this one."""
        return self.left_out[1] if group == self.left_out[0] else self.left_out[0]

    def parts(self, levels: LevelArray, codes: IntArray, judged_on: Sequence[int]) -> FloatArray:
        """Log odds of rows by part, with the number of trees that did best on some left-out groups."""
        every = self.columns.all(levels, codes, self.left_out)
        odds = [self.additive.log_odds(every[:, self.columns.seen_by("additive")])]
        for part, boosted in self.boosted.items():
            trees = round(float(np.mean([boosted.best[group] for group in judged_on])))
            odds.append(boosted.log_odds(every[:, self.columns.seen_by(part)].astype(float), trees))
        return np.column_stack(odds)


@dataclass(frozen=True, slots=True)
class Committee:
    """All members, and for each group how what they say about it is weighed, and trusted when averaged."""

    members: tuple[Member, ...]
    stacks: dict[int, Stack]
    trusts: dict[int, Trust]

    def out_of_fold(self, levels: LevelArray, codes: IntArray, groups: IntArray) -> FloatArray:
        """Log odds of rows, each from members that never saw its group, shape (rows,)."""
        odds = np.zeros(len(levels))
        for group, stack in self.stacks.items():
            mine = np.flatnonzero(groups == group)
            heard = [member for member in self.members if group in member.left_out]
            parts = [_in_chunks(member, levels[mine], codes[mine], [member.other(group)]) for member in heard]
            odds[mine] = self.trusts[group].log_odds(stack.log_odds(np.mean(parts, axis=0)), len(heard))
        return odds

    def log_odds(self, levels: LevelArray, codes: IntArray) -> FloatArray:
        """Log odds of rows that no member saw, from all of them, shape (rows,)."""
        parts = np.mean([_in_chunks(member, levels, codes, member.left_out) for member in self.members], axis=0)
        odds = [self.trusts[group].log_odds(stack.log_odds(parts), len(self.members))
                for group, stack in self.stacks.items()]
        return np.asarray(np.mean(odds, axis=0))


def _in_chunks(member: Member, levels: LevelArray, codes: IntArray, judged_on: Sequence[int]) -> FloatArray:
    """What a member says about rows, chunk by chunk on as many threads as there are processors."""
    starts = range(0, max(1, len(levels)), _CHUNK)
    if len(starts) == 1:
        return member.parts(levels, codes, judged_on)
    with _workers() as workers:
        said = workers.map(lambda at: member.parts(levels[at:at + _CHUNK], codes[at:at + _CHUNK], judged_on), starts)
        return np.concatenate(list(said))


def _workers() -> ThreadPoolExecutor:
    """As many threads as processors, each of which computes alone: none waits, and sums are always the same."""
    from threadpoolctl import threadpool_limits

    return ThreadPoolExecutor(os.cpu_count(), initializer=threadpool_limits, initargs=(1,))


def pairs(groups: int, rows: int) -> list[tuple[int, int]]:
    """Which two groups each member is trained without: all pairs, a ring, or every group once or twice.

    Examples
    --------
    >>> pairs(4, 10_000)
    [(0, 1), (1, 2), (2, 3), (0, 3)]
    >>> pairs(4, 1_000_000)
    [(0, 1), (2, 3)]
    """
    if rows <= _EVERY_PAIR_UP_TO:
        return list(combinations(range(groups), 2))
    step = 1 if rows <= _RING_UP_TO else 2
    ring = [tuple(sorted((first, (first + 1) % groups))) for first in range(0, groups, step)]
    return [(first, second) for first, second in ring]


def fit_committee(rows: Rows, columns: Columns, left_out: Sequence[tuple[int, int]], seed: int) -> Committee:
    """Train a member for each pair of groups, then weigh what they say about each group."""
    with _workers() as workers:
        members = tuple(workers.map(lambda pair: _fit_member(rows, columns, pair, seed), left_out))
    held = {(member.left_out, group): _said(member, rows, np.flatnonzero(rows.groups == group), group)
            for member in members for group in member.left_out}
    stacks, trusts = {}, {}
    for group in range(int(rows.groups.max()) + 1):
        heard = [member for member in members if group in member.left_out]
        taught = [np.flatnonzero(rows.groups == member.other(group)) for member in heard]
        parts = [held[member.left_out, member.other(group)] for member in heard]
        at = np.concatenate(taught)
        stacks[group] = fit_stack(np.concatenate(parts), _base(rows, group), rows.trials[at], rows.successes[at])
        mine = np.flatnonzero(rows.groups == group)
        alike = [stacks[group].log_odds(_said(member, rows, mine, member.other(group))) for member in heard[:2]]
        trusts[group] = fit_trust(np.array(alike))
    return Committee(members, stacks, trusts)


def _said(member: Member, rows: Rows, mine: IntArray, judged_on: int) -> FloatArray:
    return member.parts(rows.levels[mine], rows.codes[mine], [judged_on])


def _base(rows: Rows, group: int) -> float:
    others = rows.groups != group
    trials, successes = rows.trials[others].sum(), rows.successes[others].sum()
    return float(np.log((successes + 0.5) / (trials - successes + 0.5)))


def _fit_member(rows: Rows, columns: Columns, left_out: tuple[int, int], seed: int) -> Member:
    held = np.isin(rows.groups, left_out)
    train, test = rows.at(np.flatnonzero(~held)), rows.at(np.flatnonzero(held))
    shown = columns.all(train.levels, train.codes, left_out, train.groups)
    hidden = columns.all(test.levels, test.codes, left_out)
    additive = fit_additive(design(columns.kinds()), shown[:, columns.seen_by("additive")],
                            train.trials, train.successes)
    boosted = {}
    for part in columns.boosted:
        seen = columns.seen_by(part)
        boosted[part] = fit_boosted(columns.trees(part), shown[:, seen].astype(float), train.trials,
                                    train.successes, hidden[:, seen].astype(float), test.groups,
                                    test.trials, test.successes, seed)
    return Member(left_out, columns, additive, boosted)
