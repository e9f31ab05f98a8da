"""How far a person's judgements may be trusted: how far they overstate, tell buyers apart, and scatter.

A judgement is a measurement by a fallible instrument. What a person says of many buyers, beside what the record says
of the same buyers, shows the instrument: all too high is bias, no higher of those of whom the record knows more is a
slope of nought, scattered more than was claimed is noise. All are learned with a prior, so that a few judgements keep
nearly the weight that was claimed. Plain numbers only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

USUAL_BIAS = float(np.log(2.0))
"""Standard deviation, on the logarithm, of what people overstate: one person in three is off by more than twofold."""

IN_COMMON = 0.5
"""Variance that the judged may have in common, as a share of what the record leaves open of one of them: they share
strata, and people judge those who stand out."""

_SLOPES = np.linspace(0.0, 2.0, 17)
_SLOPE_SPREAD = 0.35  # standard deviation of slopes about 1: people differ in how far they tell buyers apart
_NOISE = np.exp(np.linspace(-3.0, 3.0, 25))
_NOISE_SPREAD = 1.0  # standard deviation of the logarithm of noise over noise claimed


@dataclass(frozen=True, slots=True)
class Judge:
    """What a person's judgements are worth.

    Parameters
    ----------
    bias : float
        Logarithm of how many times the truth they say.
    doubt : float
        Variance of the bias.
    noise : float
        Their scatter (variance of the logarithm), as a multiple of what was claimed.
    slope : float
        By how much what they say rises, on the logarithm, with the truth: at 1 they tell buyers apart as they are, at 0
        they say of one what might be true of any.
    middle : float
        Where, on the logarithm, the bias holds: mean of what the record says of the judged.
    """

    bias: float
    doubt: float
    noise: float
    slope: float = 1.0
    middle: float = 0.0


AS_CLAIMED = Judge(0.0, 0.0, 1.0)
"""A judge of whom nothing could be seen."""


def fit_judge(said: Floats, seen: Floats, unsure: Floats, buyers: Floats, sure: Floats) -> Judge:
    """A judge's bias, slope and noise, from judgements beside what the record says of the same buyers.

    Parameters
    ----------
    said, seen : float array, shape (judgements,)
        Mean over the buyers a judgement speaks of: logarithm of what is judged, and of what the record says.
    unsure : float array, shape (judgements,)
        Mean variance of what the record leaves open of one of them, on the logarithm.
    buyers : float array, shape (judgements,)
        Of how many buyers each judgement speaks.
    sure : float array, shape (judgements,)
        Trials it claims to be worth: a relative variance of ``1 / sure``.

    Notes
    -----
    It misleads where those judged stand out, and the record does not know it: part of what the judge knows then
    passes for bias. ``IN_COMMON`` allows for that; buyers with a record of their own leave little room for it. What
    the record says is taken for what may be expected of each, as pooling makes it: then who knows more than the record
    has a slope of 1, however little the record tells buyers apart.

    References
    ----------
    Clemen & Winkler (1999), Combining probability distributions from experts; DerSimonian & Laird (1986) for scatter
    beyond what is claimed.

    Examples
    --------
    Forty judgements three times too high; one alone proves little:

    >>> many = np.ones(40)
    >>> fit_judge(np.log(3.0) * many, 0.0 * many, 0.2 * many, many, 5.0 * many).bias > 0.8
    True
    >>> fit_judge(np.log(3.0) * many[:1], 0.0 * many[:1], 0.2 * many[:1], many[:1], 5.0 * many[:1]).bias < 0.8
    True

    What is said of one might be true of any, and the record knows better:

    >>> rng = np.random.default_rng(1)
    >>> fit_judge(rng.normal(size=40), rng.normal(size=40), 0.2 * many, many, 5.0 * many).slope < 0.5
    True
    """
    middle = float(np.average(seen, weights=1.0 / (unsure / buyers + 1.0 / sure)))
    common, own = np.sqrt(IN_COMMON * unsure), unsure / buyers
    found = [_given(said - middle - slope * (seen - middle), slope**2 * own + _NOISE[:, None] / sure, slope * common)
             for slope in _SLOPES]
    score, biases, doubts = (np.array(part) for part in zip(*found, strict=True))
    score -= 0.5 * ((np.log(_NOISE) / _NOISE_SPREAD) ** 2 + ((_SLOPES[:, None] - 1.0) / _SLOPE_SPREAD) ** 2)
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    bias = float(np.sum(weight * biases))
    return Judge(bias, float(np.sum(weight * (doubts + (biases - bias) ** 2))),
                 float(np.exp(np.sum(weight * np.log(_NOISE)))), float(np.sum(weight * _SLOPES[:, None])), middle)


def _given(away: Floats, variance: Floats, common: Floats) -> tuple[Floats, Floats, Floats]:
    """Log likelihood, and mean and variance of the bias, each shape (scatters,); ``variance`` (scatters, judgements).

    What the judged have in common is beside the bias: two unknowns with a normal prior each, in closed form.
    """
    ones, both, twos = (np.sum(part / variance, axis=-1) for part in (np.ones_like(common), common, common**2))
    ones, twos = ones + USUAL_BIAS**-2, twos + 1.0
    first, second = (np.sum(part * away / variance, axis=-1) for part in (np.ones_like(common), common))
    space = ones * twos - both**2
    bias, beside = (twos * first - both * second) / space, (ones * second - both * first) / space
    fitted = np.sum(away**2 / variance, axis=-1) - bias * first - beside * second
    return -0.5 * (np.sum(np.log(variance), axis=-1) + np.log(space) + fitted), bias, twos / space
