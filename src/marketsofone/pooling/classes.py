"""Latent classes of mixed columns: what a class is, and which class each row most likely belongs to.

Within a class the columns are independent: numbers are normal, texts multinomial, and a value that is
not known says nothing. The log density of a row is then a sum over its columns, so that scoring rows
is one product of a matrix of what is known of them with a matrix of what the classes expect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]
Codes = NDArray[np.integer]

BLOCK = 16_384
"""Rows scored at a time: memory stays flat, and a row's answer does not depend on how many there are."""

_SKEWED = 2.0
_FARTHEST = 6.0


@dataclass(frozen=True, slots=True)
class Mixed:
    """The columns of some rows, numbers and texts apart.

    Parameters
    ----------
    numbers : float array, shape (number columns, rows)
        NaN where not known.
    codes : int array, shape (text columns, rows)
        The level of each text, from 0; -1 where not known, or where the level is none of those counted.
    levels : tuple of int
        How many levels each text column has.
    """

    numbers: Floats
    codes: Codes
    levels: tuple[int, ...]

    def __len__(self) -> int:
        return int(self.numbers.shape[1] if len(self.numbers) else self.codes.shape[1])

    def at(self, rows: Ints | slice) -> Mixed:
        """The same columns of some of the rows."""
        return Mixed(self.numbers[:, rows], self.codes[:, rows], self.levels)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number column is brought to a common scale: a logarithm where it is skewed, mean 0, spread 1.

    Parameters
    ----------
    shift : float
        Added before the logarithm is taken; NaN where none is taken.
    middle, spread : float
        Mean and standard deviation on the scale so far.
    """

    shift: float
    middle: float
    spread: float

    def apply(self, values: Floats) -> Floats:
        """Values on the common scale, held within six spreads of the middle; NaN stays."""
        with np.errstate(invalid="ignore", divide="ignore"):
            plain = values if np.isnan(self.shift) else np.log(np.maximum(values + self.shift, 1e-300))
        return np.clip((plain - self.middle) / self.spread, -_FARTHEST, _FARTHEST)

    def undo(self, values: Floats) -> Floats:
        """Values on the scale of the column."""
        plain = values * self.spread + self.middle
        return plain if np.isnan(self.shift) else np.exp(plain) - self.shift


def fit_scale(values: Floats) -> Scale:
    """The scale of one column.

    A column that is nowhere negative, whose skewness exceeds 2 and comes closer to zero on a logarithmic
    scale, is taken there. Where it holds zeros, half its smallest positive value is added first.

    Parameters
    ----------
    values : float array, shape (rows,)
        NaN where not known.

    Examples
    --------
    >>> fit_scale(np.array([1.0, 2.0, 3.0, np.nan])).shift
    nan
    >>> fit_scale(np.exp(np.linspace(0.0, 9.0, 50))).shift
    0.0
    """
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Scale(np.nan, 0.0, 1.0)
    shift = np.nan
    if known.min() >= 0 and known.max() > 0 and skewness(known) > _SKEWED:
        offset = 0.0 if known.min() > 0 else float(known[known > 0].min()) / 2
        if abs(skewness(np.log(known + offset))) < skewness(known):
            shift, known = offset, np.log(known + offset)
    return Scale(shift, float(known.mean()), float(known.std()) or 1.0)


def skewness(values: Floats) -> float:
    """Third standardised moment; 0 for a constant."""
    apart = values - values.mean()
    spread = float(apart.std())
    return float(np.mean((apart / spread) ** 3)) if spread > 0 else 0.0


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """Classes as fitted; several sets of them at once where the arrays have leading axes.

    Parameters
    ----------
    share : float array, shape (..., classes)
        How common each class is; sums to one.
    mean, variance : float array, shape (..., classes, number columns)
        Of each number on the common scale.
    chance : tuple of float arrays, each of shape (..., classes, levels)
        How common each level of each text is in each class; rows sum to one.
    """

    share: Floats
    mean: Floats
    variance: Floats
    chance: tuple[Floats, ...]

    def __len__(self) -> int:
        return int(self.share.shape[-1])

    @property
    def freedom(self) -> int:
        """Numbers that were fitted for one set of classes."""
        levels = sum(int(chance.shape[-1]) - 1 for chance in self.chance)
        return len(self) * (2 * int(self.mean.shape[-1]) + levels) + len(self) - 1

    def of(self, sets: Ints | int) -> LatentClasses:
        """Some of the sets of classes, or of one set some of its classes: whatever the first axis is."""
        return LatentClasses(self.share[sets], self.mean[sets], self.variance[sets],
                             tuple(chance[sets] for chance in self.chance))

    def ordered(self) -> LatentClasses:
        """One set of classes, the most common first."""
        return self.of(np.argsort(-self.share, kind="stable"))

    def densities(self, rows: Singles) -> Singles:
        """Log density of rows in each class, share included, shape (..., classes, rows).

        Parameters
        ----------
        rows : float array, shape (design, rows)
            From :func:`design`.
        """
        weights = self._weights()
        flat = weights.reshape(-1, weights.shape[-1]) @ rows
        return flat.reshape(*weights.shape[:-1], rows.shape[1])

    def _weights(self) -> Singles:
        """What each line of a design adds to the log density, shape (..., classes, design)."""
        at_zero = -0.5 * (np.log(2 * np.pi * self.variance) + self.mean**2 / self.variance)
        numbers = np.stack([at_zero, self.mean / self.variance, -0.5 / self.variance], axis=-1)
        parts = [np.log(self.share)[..., None], numbers.reshape(*self.share.shape, -1),
                 *(np.log(chance) for chance in self.chance)]
        return np.concatenate(parts, axis=-1).astype(np.float32)


def design(rows: Mixed, scales: tuple[Scale, ...]) -> Singles:
    """What is known of each row, shape (design, rows).

    A one; for each number whether it is known, its value and its square; for each level of each text
    whether it is the one.
    """
    made = np.zeros((1 + 3 * len(scales) + sum(rows.levels), len(rows)), dtype=np.float32)
    made[0] = 1.0
    for i, (values, scale) in enumerate(zip(rows.numbers, scales, strict=True)):
        scaled = scale.apply(values)
        known = ~np.isnan(scaled)
        made[1 + 3 * i] = known
        np.copyto(made[2 + 3 * i], scaled, where=known, casting="same_kind")
        made[3 + 3 * i] = made[2 + 3 * i] ** 2
    at = 1 + 3 * len(scales)
    for codes, levels in zip(rows.codes, rows.levels, strict=True):
        np.equal(codes, np.arange(levels, dtype=codes.dtype)[:, None], out=made[at : at + levels], casting="unsafe")
        at += levels
    return made


def shares_by_block(classes: LatentClasses, rows: Mixed, scales: tuple[Scale, ...]) -> Iterator[tuple[slice, Singles]]:
    """Chances of one set of classes for all rows, shape (classes, rows of the block), block by block.

    Every block is laid out at full length, so that a row's chances do not depend on the rows beside it.
    """
    laid = np.zeros((1 + 3 * len(scales) + sum(rows.levels), BLOCK), dtype=np.float32)
    for start in range(0, len(rows), BLOCK):
        block = slice(start, min(start + BLOCK, len(rows)))
        made = design(rows.at(block), scales)
        laid[:, : made.shape[1]] = made
        yield block, shares_of(classes.densities(laid))[0][:, : made.shape[1]]


def shares_of(densities: Singles) -> tuple[Singles, Singles]:
    """Chances of the classes from their log densities, shape (..., classes, rows), and each row's log density."""
    top = densities.max(axis=-2, keepdims=True)
    shares = np.exp(densities - top)
    total = shares.sum(axis=-2, keepdims=True)
    shares /= total
    return shares, np.squeeze(np.log(total) + top, axis=-2)
