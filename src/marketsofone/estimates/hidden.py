"""What splits that were not made may still hide: how far the values of a dimension lie apart inside a stratum."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.estimates.sampled import Sampled
from marketsofone.pooling import Family, PriorSize, fit_sibling_size

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def fit_hidden(
    sample: Sampled, node: Ints, strata: Sequence[Stratum], dimensions: Sequence[Dimension], score: str, family: Family,
    buyers: PriorSize,
) -> float:
    """Variance of the level of a part around that of its stratum, in units of one trial's variance, by the part's size.

    It is learned from every value of every dimension in every stratum, those that chance alone sets apart among them: a
    split too small to show is not made, and whoever asks for a value by a rule of their own meets it all the same. Left
    out are dimensions that a stratum was split off by: of their values `marketsofone.estimates.fused` tells. Who asks
    for the values of several dimensions at once meets what each of them hides, and is left with as small a part: so the
    variance is that of a part which is smaller by a factor of e, and grows with the logarithm.

    Parameters
    ----------
    sample : Sampled
    node : int array, shape (buyers,)
        Where each buyer of the sample stands.
    strata : sequence of Stratum
        The whole tree.
    family : Share or Amount
    buyers : PriorSize
        How alike buyers of one stratum are.

    Returns
    -------
    float
        0 where no dimension may explain the score, or nobody was tried.
    """
    n, s = (sample.sums[score][PARTS.index(part)] for part in ("n", "s"))
    told = (buyers.middle - family.curvature) / (buyers.middle + n)
    worth, total = told * n, told * s
    level = _level(node, worth, total)
    width = len(level)
    stand = np.bincount(node, minlength=width)
    group, tallies = [], []
    for number, dimension in enumerate(d for d in dimensions if score in d.scores):
        codes, values = sample.codes[dimension.name], max(len(sample.words[dimension.name]), 1)
        known = (codes >= 0) & ~_split_by(strata, dimension.name)[node]
        place, at = np.unique(node[known] * values + codes[known], return_inverse=True)
        group.append(number * width + place // values)
        of_values = [np.bincount(at, of[known], minlength=len(place)) for of in (worth, total, worth * level[node])]
        tallies.append([*of_values, np.log(stand[place // values] / np.bincount(at, minlength=len(place)))])
    if not group:
        return 0.0
    trials, sums, hoped, smaller = (np.concatenate(parts) for parts in zip(*tallies, strict=True))
    if not np.sum(trials * smaller) > 0:
        return 0.0
    each = np.maximum(trials, 1e-12)
    size = fit_sibling_size(family, np.concatenate(group), trials, sums / each, hoped / each)
    apart = float(np.sum(size.weights / (size.sizes - family.curvature)))
    return apart * float(trials.sum() / np.sum(trials * smaller))


def _split_by(strata: Sequence[Stratum], dimension: str) -> NDArray[np.bool_]:
    """Whether a split by the dimension lies on the way to each stratum."""
    split = np.zeros(len(strata), dtype=np.bool_)
    for stratum in strata[1:]:
        split[stratum.number] = split[stratum.parent] or stratum.split_on == dimension
    return split


def _level(node: Ints, worth: Floats, total: Floats) -> Floats:
    """Mean of each node's own buyers, and of all of them where it has none that were tried."""
    trials, sums = (np.bincount(node, of, minlength=int(node.max(initial=0)) + 1) for of in (worth, total))
    everyone = total.sum() / max(worth.sum(), 1e-12)
    return np.asarray(np.where(trials > 0, sums / np.maximum(trials, 1e-12), everyone))
