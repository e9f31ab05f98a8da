"""Mixed sectors: how much of what sets the buyers of a sector apart lies inside it, where it is treated as one.

What is inside is seen between groups of the sector's buyers that some sales dimension tells apart: one
half of the buyers chooses dimension and groups, the other half is judged, and the other way round. That
buyers differ among themselves for no reason anybody knows of is chance here: nobody can act on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.distinct_profiles import ProfileContrast, profile_contrast
from marketsofone.strata.evidence import Means, Sums, in_a_row, surprises, tested, tested_means
from marketsofone.strata.fusing import fuse
from marketsofone.strata.noncentral import noncentrality
from marketsofone.strata.splitting import Candidate

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variation:
    """A variance between groups with chance taken off, and between what it lies.

    Parameters
    ----------
    value, low, high : float
        In squared units of the measure; 0 where no more is seen than chance shows.
    by : str
        What tells the groups apart.
    """

    value: float
    low: float
    high: float
    by: str = ""


@dataclass(frozen=True, slots=True)
class Inside:
    """The share of variation that lies inside a sector, 0 to 1, each bound wrong with the chance asked for."""

    value: float
    low: float
    high: float
    by: str


def inside_share(inside: Variation, beside: Variation) -> Inside | None:
    """What lies inside a sector as a share of all that sets its buyers apart from the market's mean.

    Parameters
    ----------
    inside, beside : Variation
        Inside the sector, and of the whole sector from the market. The bounds of both together make
        the bounds of the share, so give each half the chance of error.

    Returns
    -------
    Inside or None
        None where neither shows any: nothing is there to be shared out.

    Examples
    --------
    >>> inside_share(Variation(3.0, 2.0, 4.0, "need"), Variation(1.0, 0.0, 2.0))
    Inside(value=0.75, low=0.5, high=1.0, by='need')
    """
    if inside.value + beside.value <= 0:
        return None
    low = inside.low / (inside.low + beside.high) if inside.low > 0 else 0.0
    high = inside.high / (inside.high + beside.low) if inside.high > 0 else 0.0
    return Inside(inside.value / (inside.value + beside.value), low, high, inside.by)


def inside_score(found: Sequence[Candidate], score: str, level: float) -> Variation | None:
    """Variation of a score inside a sector, from the tallies of its dimensions; None where none can tell.

    Of the two directions, the one that shows more; looking twice is paid for. On the scale that
    differences are tested on: shares as they are, money as logarithms. Groups weigh as their evidence does.

    Parameters
    ----------
    found : sequence of Candidate
        Of the sector's buyers.
    level : float
        Chance that a bound is wrong.
    """
    asked = [c for c in found if score in c.sums]
    return _stronger(_score_judged(asked, score, chooses, level / 2) for chooses in (0, 1))


def _stronger(found: Iterable[Variation | None]) -> Variation | None:
    return max((each for each in found if each is not None), key=lambda v: (v.low, v.value), default=None)


def _score_judged(asked: Sequence[Candidate], score: str, chooses: int, level: float) -> Variation | None:
    if not asked:
        return None
    differ = surprises(tested_means(in_a_row([candidate.sums[score][chooses] for candidate in asked])))
    chosen = asked[int(np.argmax(differ))]
    group = fuse([chosen.sums[score][chooses]], ordered=bool(chosen.dimension.cuts))
    if group.max() < 1:
        return None
    judged = chosen.sums[score][1 - chooses].merged(group, int(group.max()) + 1)
    return _between(tested_means(judged), level, chosen.dimension.name)


def _between(means: Means, level: float, by: str) -> Variation | None:
    """Variance between means, weighed by their evidence, chance taken off."""
    use = np.isfinite(means.variance) & (means.variance > 0)
    if use.sum() < 2:
        return None
    square, freedom = tested(means)
    return _variation(float(square[0]), float(freedom[0]), 1.0 / float(np.sum(1.0 / means.variance[use])), level, by)


def _variation(square: float, freedom: float, unit: float, level: float, by: str) -> Variation:
    """A chi-square turned into the variance that makes it so large: ``unit`` is what a noncentrality of 1 is.

    Groups that agree better than chance lets them are taken, for the upper bound, to agree as chance does.
    """
    usual = float(special.chdtri(freedom, 0.5))
    low, high = (float(noncentrality(np.array([seen]), np.array([freedom]), np.array([below]))[0])
                 for seen, below in ((square, 1.0 - level), (max(square, usual), level)))
    value = max(square - freedom, 0.0)
    return Variation(unit * value, unit * min(low, value), unit * max(high, value), by)


def beside_score(sector: Sums, market: Sums, level: float) -> Variation:
    """How far a whole sector's mean lies from the market's, squared, chance taken off.

    Parameters
    ----------
    sector, market : Sums
        One value each; the sector's buyers are among the market's.
    """
    rest = [np.maximum(whole - own, 0.0) for own, whole in zip(sector.parts(), market.parts(), strict=True)]
    pair = Sums(sector.money, *(np.append(own, left) for own, left in zip(sector.parts(), rest, strict=True)))
    means = tested_means(pair)
    spread = float(means.variance.sum())
    seen = pair.buyers if pair.money else pair.n
    if not np.isfinite(spread) or spread <= 0 or seen[1] <= 0:
        return Variation(0.0, 0.0, 0.0)
    outside = float(seen[1] / seen.sum())
    return _variation(float(tested(means)[0][0]), 1.0, outside**2 * spread, level, "")


def inside_profile(counts: Sequence[tuple[str, Floats]], level: float) -> Variation | None:
    """Variation of a profile inside a sector: between those of its buyers who share a value, and the others.

    Each half chooses the value whose buyers differ most from the others, the other half judges. A
    share of buyers is measured in units of its own chance, so that rare and common answers count alike.

    Parameters
    ----------
    counts : sequence of (str, float array)
        A dimension's name and values, and its buyers by half, value and answer, shape (2, values, answers).
    """
    return _stronger(_profile_judged(counts, chooses, level / 2) for chooses in (0, 1))


def _profile_judged(counts: Sequence[tuple[str, Floats]], chooses: int, level: float) -> Variation | None:
    """All values of all dimensions in one go: the one that tells most on one side, judged by the other."""
    if not counts:
        return None
    names = [name for name, table in counts for _value in range(table.shape[1])]
    own = np.concatenate([table[chooses] for _name, table in counts])
    others = np.concatenate([table[chooses].sum(axis=0) - table[chooses] for _name, table in counts])
    contrast = profile_contrast(own, others)
    chance = np.where(contrast.law.known, contrast.law.chance(contrast.square), np.inf)
    best = int(np.lexsort((-contrast.square, chance))[0])
    if not np.isfinite(chance[best]):
        return None
    judged = np.concatenate([table[1 - chooses] for _name, table in counts])[best]
    whole = next(table[1 - chooses].sum(axis=0) for name, table in counts if name == names[best])
    return _profile_variation(profile_contrast(judged[None], (whole - judged)[None]), level, names[best])


def _profile_variation(contrast: ProfileContrast, level: float, by: str, outside: float = 1.0) -> Variation | None:
    freedom = float(contrast.law.freedom[0])
    if freedom <= 0:
        return None
    square = float(contrast.law.standard(contrast.square)[0])
    buyers = float(contrast.buyers_a[0] + contrast.buyers_b[0])
    return _variation(square, freedom, outside * float(contrast.law.stretch[0]) / buyers, level, by)


def beside_profile(sector: Floats, market: Floats, level: float) -> Variation:
    """How far a whole sector's profile lies from the market's, chance taken off; each shape (answers,)."""
    rest = np.maximum(market - sector, 0.0)
    if sector.sum() <= 0 or rest.sum() <= 0:
        return Variation(0.0, 0.0, 0.0)
    contrast = profile_contrast(sector[None], rest[None])
    outside = float(rest.sum() / sector.sum())
    return _profile_variation(contrast, level, "", outside) or Variation(0.0, 0.0, 0.0)
