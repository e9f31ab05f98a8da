"""What buyers wish for: needs, desires and expectations, planted apart from each other in the strata.

Needs differ between the two sides of each sector's split, desires between sectors, expectations between
the deepest strata; inside those strata, and between what is not named, they are alike. So the two halves
of a sector have different needs and the same desires. Where a market is planted less deep, they differ by
the deepest level there is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.approaches import Approaches
from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Floats, Ints, pick, stream
from marketsofone.sources.simulated.columns import instants, keys, numbers, texts
from marketsofone.sources.simulated.plan import Plan

THEMES = {
    "need": ("low running cost", "fast delivery", "advice on site", "proof of origin"),
    "desire": ("to look modern", "to be left alone", "to lead the field"),
    "expectation": ("one person to call", "answers within a day", "a price that holds", "training included"),
}
KINDS = tuple(THEMES)
DIFFER_BY = {"need": 2, "desire": 1, "expectation": 3}
LIKENESS = 8.0
MIDDLE_DESIRED, MIDDLE_MINIMUM, MIDDLE_PERCEIVED = 7.0, 5.25, 6.0
FAVOURITE_STRENGTH, OTHER_STRENGTH = 0.85, 0.65
SECOND_NEED_SHARE = 0.3
DAYS_TO_HEAR = 30.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is true of the wishes of one kind.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    level : int
        The planted level whose strata differ in it; 0 where none do.
    share : float array, shape (strata, themes)
        How common each theme is as the main wish in each stratum of that level.
    favourite : int array, shape (strata,)
        The theme a stratum is set apart by.
    lift : float array, shape (strata,)
        What the stratum adds to the level desired and takes off the level perceived.
    main : int array, shape (accounts,)
        The main wish of each account, stated or not.

    """

    kind: str
    level: int
    share: Floats
    favourite: Ints
    lift: Floats
    main: Ints


def draw_wishes(plan: Plan, buyers: Buyers, seed: int) -> tuple[Wishes, ...]:
    """What each account wishes, by kind; nothing where the plan has no wishes."""
    return tuple(_of_kind(plan, buyers, kind, seed) for kind in KINDS) if plan.wishes else ()


def stratum_of(buyers: Buyers, level: int) -> Ints:
    """The planted stratum of each account at a level, the market being level 0."""
    return buyers.cells[:, level - 1] if level else np.zeros(len(buyers), dtype=np.int64)


def _of_kind(plan: Plan, buyers: Buyers, kind: str, seed: int) -> Wishes:
    rng = stream(seed, f"wishes of kind {kind}")
    themes = len(THEMES[kind])
    level = min(DIFFER_BY[kind], plan.levels * plan.structure)
    strata = plan.sectors * 2 ** (level - 1) if level else 1
    gap = plan.wish_gap * (level > 0)
    common = rng.dirichlet(np.full(themes, LIKENESS))
    favourite = _unlike_beside(rng, strata, themes)
    share = (1 - gap) * common + gap * np.eye(themes)[favourite]
    lift = gap * rng.choice([-1.0, 1.0]) * np.where(np.arange(strata) % 2, 1.0, -1.0)
    return Wishes(kind, level, share, favourite, lift, pick(rng, share, stratum_of(buyers, level)))


def _unlike_beside(rng: np.random.Generator, strata: int, themes: int) -> Ints:
    """A theme of each stratum, never that of the one beside it."""
    return np.asarray(np.cumsum(rng.integers(1, themes, size=strata)) % themes)


def wish_table(plan: Plan, buyers: Buyers, wishes: tuple[Wishes, ...], approaches: Approaches, rep: Ints,
               seed: int) -> pa.Table:
    """Wishes as people at the company wrote them down, in order of time, about approached accounts only.

    Of each kind the main wish; of some accounts a second, weaker need, which tells nothing.
    """
    rng = stream(seed, "wishes told")
    account, first = np.unique(approaches.account, return_index=True)
    heard = rng.random(len(account)) < plan.wishes
    account, day = account[heard], approaches.day[first][heard]
    day = np.minimum(day + DAYS_TO_HEAR * rng.random(len(account)), np.nextafter(plan.days, 0))
    parts = [_told(rng, buyers, wish, account, day) for wish in wishes]
    parts.append(_second(rng, wishes[0], account, day))
    account, day, kind, theme, strength, desired, perceived, width = (
        np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((account, day))
    columns = {
        "about": texts(np.zeros(len(order), dtype=np.int64), ("account",)),
        "about_id": keys("A", account[order]),
        "stated_by": keys("R", rep[account[order]], width=4),
        "stated_at": instants(day[order], plan.start),
        "kind": texts(kind[order], KINDS),
        "theme": texts(theme[order], _EVERY_THEME),
        "strength": numbers(strength[order]),
        "desired": numbers(desired[order], 1),
        "minimum": numbers((desired - width)[order], 1),
        "perceived": numbers(perceived[order], 1),
    }
    return pa.table(columns)


_EVERY_THEME = tuple(theme for themes in THEMES.values() for theme in themes)
_FIRST_THEME = dict(zip(KINDS, np.cumsum([0, *map(len, THEMES.values())]).tolist(), strict=False))
_Told = tuple[Ints, Floats, Ints, Ints, Floats, Floats, Floats, Floats]


def _told(rng: np.random.Generator, buyers: Buyers, wish: Wishes, account: Ints, day: Floats) -> _Told:
    stratum = stratum_of(buyers, wish.level)[account]
    middle = np.where(wish.main[account] == wish.favourite[stratum], FAVOURITE_STRENGTH, OTHER_STRENGTH)
    return _statements(rng, wish, account, day, wish.main[account], middle, wish.lift[stratum])


def _second(rng: np.random.Generator, wish: Wishes, account: Ints, day: Floats) -> _Told:
    more = rng.random(len(account)) < SECOND_NEED_SHARE
    account, themes = account[more], len(THEMES[wish.kind])
    other = (wish.main[account] + rng.integers(1, themes, size=len(account))) % themes
    return _statements(rng, wish, account, day[more], other, np.full(len(account), 0.3), np.zeros(len(account)))


def _statements(rng: np.random.Generator, wish: Wishes, account: Ints, day: Floats, theme: Ints,
                strength: Floats, lift: Floats) -> _Told:
    """Statements whose levels lie between 1 and 9, each about its middle by a triangle."""
    rows = len(account)
    about = rng.triangular(-1.0, 0.0, 1.0, size=(2, rows))
    return (account, day, np.full(rows, KINDS.index(wish.kind)), theme + _FIRST_THEME[wish.kind],
            strength + rng.uniform(-0.1, 0.1, size=rows), MIDDLE_DESIRED + lift + about[0],
            MIDDLE_PERCEIVED - lift + 1.5 * about[1],
            MIDDLE_DESIRED - MIDDLE_MINIMUM + rng.uniform(-0.75, 0.75, size=rows))


def wish_truth_table(wishes: tuple[Wishes, ...], names: list[list[str]]) -> pa.Table:
    """Truth by kind, stratum and theme: how common it is as the main wish, how strong, at which levels.

    Columns: ``kind``, ``level`` (of the strata that differ in it), ``stratum``, ``theme``, ``share``;
    means over main wishes of ``strength``, ``desired``, ``minimum`` and ``perceived``.

    Parameters
    ----------
    wishes : tuple of Wishes
    names : list of list of str
        Name of each planted stratum at each level, the market at level 0.
    """
    return pa.Table.from_pylist([row for wish in wishes for row in _truths(wish, names[wish.level])])


def _truths(wish: Wishes, names: list[str]) -> Iterator[dict[str, object]]:
    for stratum, (shares, favourite, lift) in enumerate(zip(wish.share, wish.favourite, wish.lift, strict=True)):
        for theme, (name, share) in enumerate(zip(THEMES[wish.kind], shares, strict=True)):
            yield {"kind": wish.kind, "level": wish.level, "stratum": names[stratum], "theme": name,
                   "share": float(share),
                   "strength": FAVOURITE_STRENGTH if theme == favourite else OTHER_STRENGTH,
                   "desired": MIDDLE_DESIRED + float(lift), "minimum": MIDDLE_MINIMUM + float(lift),
                   "perceived": MIDDLE_PERCEIVED - float(lift)}
