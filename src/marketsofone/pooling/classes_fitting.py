"""Latent classes fitted by expectation and maximisation: many short runs, then two long ones.

References
----------
Biernacki, Celeux & Govaert (2003), Choosing starting values for the EM algorithm for getting the
highest likelihood in multivariate Gaussian mixture models (short runs before long ones).
Biernacki, Celeux & Govaert (2000), Assessing a mixture model for clustering with the integrated
completed likelihood (ICL).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from marketsofone.pooling.classes import Floats, LatentClasses, Mixed, Scale, Singles, design, fit_scale, shares_of

SHORT_ROWS, SHORT_RUNS, SHORT_STEPS = 3_000, 12, 12
"""A short run: so many rows, and so many steps; so many of them."""

LONG_RUNS, LONG_STEPS, SETTLED = 2, 300, 1e-5
"""A long run ends when the mean log density of a row gains less than this in a step."""

_PRIOR_ROWS = 1.0
_PATIENCE = 2


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit and how well it describes the rows it was fitted on.

    Parameters
    ----------
    classes : LatentClasses
    log_likelihood : float
        Of the rows, weighted.
    bic, icl : float
        Bayesian information criterion, and the same with twice the entropy of the assignment added:
        lower is better, and ICL also asks that the classes stand apart.
    """

    classes: LatentClasses
    log_likelihood: float
    bic: float
    icl: float


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows that classes are fitted on, laid out once, in random order.

    Parameters
    ----------
    design : float array, shape (design, rows)
    levels : tuple of int
        Levels of each text column.
    scales : tuple of Scale
        One for each number column.
    """

    design: Singles
    levels: tuple[int, ...]
    scales: tuple[Scale, ...]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.design.shape[1])

    def first(self, rows: int) -> Ground:
        """The first of the rows."""
        return Ground(np.ascontiguousarray(self.design[:, :rows]), self.levels, self.scales)


def ground(rows: Mixed) -> Ground:
    """Rows laid out to fit classes on: each number column brought to its scale (:func:`fit_scale`)."""
    scales = tuple(fit_scale(values) for values in rows.numbers)
    return Ground(design(rows, scales), rows.levels, scales)


def fit_classes(
    rows: Ground, classes: int, rng: np.random.Generator, weight: Singles | None = None
) -> Fitted:
    """The classes that make the rows most likely, as far as the runs find them.

    Parameters
    ----------
    rows : Ground
        Short runs see the first of them.
    classes : int
        How many; at least 1.
    rng : numpy Generator
        Draws the starts; the same state gives the same classes.
    weight : float array, shape (rows,), optional
        How often each row counts, as in a bootstrap sample; once where absent.

    Notes
    -----
    Each text counts one row of the whole market's shares, and each spread one row of the whole spread,
    beside the rows of a class: nothing is impossible, and no class shrinks to a point.
    """
    weight = np.ones(rows.rows, dtype=np.float32) if weight is None else weight
    model = _starts(rows, weight, classes, LONG_RUNS if classes > 1 else 1, rng)
    return _settled(rows, weight, model)


def _starts(rows: Ground, weight: Singles, classes: int, kept: int, rng: np.random.Generator) -> LatentClasses:
    """The most promising of many short runs, each from rows drawn at random, as sets of classes."""
    few, few_weight = rows.first(SHORT_ROWS), weight[:SHORT_ROWS]
    overall = _told(few.design, few_weight)
    runs = SHORT_RUNS if kept > 1 else 1
    seeds = rng.integers(few.rows, size=(runs, classes))
    model = _maximised(few.design.T[seeds].astype(np.float64), overall, few)
    density = np.zeros(runs)
    for _step in range(SHORT_STEPS if kept > 1 else 0):
        model, density = _stepped(few, few_weight, overall, model)
    return model.of(np.argsort(-density, kind="stable")[:kept])


def _settled(rows: Ground, weight: Singles, model: LatentClasses) -> Fitted:
    """Steps on until nothing is gained, then the likelier set of classes."""
    overall, count = _told(rows.design, weight), float(weight.sum())
    before = np.full(len(model.share), -np.inf)
    for _step in range(LONG_STEPS):
        model, density = _stepped(rows, weight, overall, model)
        if np.all(density - before < SETTLED * count):
            break
        before = density
    found = model.of(int(np.argmax(density))).ordered()
    shares, densities = shares_of(found.densities(rows.design))
    likelihood = float(np.sum(densities * weight, dtype=np.float64))
    doubt = -float(np.sum(special.xlogy(shares, shares) * weight, dtype=np.float64))
    bic = -2 * likelihood + found.freedom * np.log(count)
    return Fitted(found, likelihood, bic, bic + 2 * doubt)


def _stepped(
    rows: Ground, weight: Singles, overall: Floats, model: LatentClasses
) -> tuple[LatentClasses, Floats]:
    """One step of each set of classes, and the log likelihood before it, shape (sets,)."""
    shares, densities = shares_of(model.densities(rows.design))
    shares *= weight
    told = np.asarray(shares.reshape(-1, rows.rows) @ rows.design.T, dtype=np.float64)
    told = told.reshape(*shares.shape[:-1], -1)
    return _maximised(told, overall, rows), np.sum(densities * weight, axis=-1, dtype=np.float64)


def _told(rows: Singles, weight: Singles) -> Floats:
    """Sums over all rows of each line of the design, shape (design,)."""
    return (rows @ weight).astype(np.float64)


def _maximised(told: Floats, overall: Floats, rows: Ground) -> LatentClasses:
    """The classes that make what was told of them most likely.

    Parameters
    ----------
    told : float array, shape (sets, classes, design)
        Sums over the rows of each class of each line of the design.
    overall : float array, shape (design,)
        The same over all rows.
    """
    end = 1 + 3 * len(rows.scales)
    known, total, square = (told[..., i:end:3] for i in (1, 2, 3))
    middle, spread = _overall(overall[1:end])
    mean = (total + _PRIOR_ROWS * middle) / (known + _PRIOR_ROWS)
    around = square - 2 * mean * total + known * mean**2
    variance = (np.maximum(around, 0.0) + _PRIOR_ROWS * spread) / (known + _PRIOR_ROWS)
    chance = []
    for levels in rows.levels:
        common = (overall[end : end + levels] + 1.0) / (overall[end : end + levels].sum() + levels)
        counts = told[..., end : end + levels] + _PRIOR_ROWS * common
        chance.append(counts / counts.sum(axis=-1, keepdims=True))
        end += levels
    share = told[..., 0] + 1e-9
    return LatentClasses(share / share.sum(axis=-1, keepdims=True), mean, variance, tuple(chance))


def _overall(numbers: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of each number over all rows; 0 and 1 where it is not known of any."""
    known, total, square = (numbers[i::3] for i in range(3))
    seen = np.maximum(known, 1e-12)
    middle = total / seen
    return middle, np.where(known > 0, np.maximum(square / seen - middle**2, 1e-6), 1.0)


def choose_classes(rows: Ground, most: int, rng: np.random.Generator) -> tuple[Fitted, ...]:
    """Fits of 1, 2, ... classes, up to two more than the best so far, ``most`` at the most.

    The one to take is :func:`best`.
    """
    fits: list[Fitted] = []
    while len(fits) < most and (not fits or len(fits) - len(best(fits).classes) < _PATIENCE):
        fits.append(fit_classes(rows, len(fits) + 1, rng))
    return tuple(fits)


def best(fits: Sequence[Fitted]) -> Fitted:
    """The fit with the lowest ICL; of equals, the one with fewer classes."""
    return min(fits, key=lambda fit: fit.icl)
