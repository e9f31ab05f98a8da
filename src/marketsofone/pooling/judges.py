"""How far a person's judgements may be trusted: by how much they overstate, and how far they scatter.

A judgement is a measurement by a fallible instrument. What a person says of many buyers, beside what the record says
of the same buyers, shows the instrument: all too high is bias, scattered more than was claimed is noise. Both are
learned with a prior, so that a few judgements keep nearly the weight that was claimed. Plain numbers only.
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
    """

    bias: float
    doubt: float
    noise: float


AS_CLAIMED = Judge(0.0, 0.0, 1.0)
"""A judge of whom nothing could be seen."""


def fit_judge(apart: Floats, unsure: Floats, buyers: Floats, sure: Floats) -> Judge:
    """A judge's bias and noise, from judgements beside what the record says of the same buyers.

    Parameters
    ----------
    apart : float array, shape (judgements,)
        Mean over the buyers a judgement speaks of: logarithm of what is judged less that of what the record says.
    unsure : float array, shape (judgements,)
        Mean variance of what the record leaves open of one of them, on the logarithm.
    buyers : float array, shape (judgements,)
        Of how many buyers each judgement speaks.
    sure : float array, shape (judgements,)
        Trials it claims to be worth: a relative variance of ``1 / sure``.

    Notes
    -----
    It misleads where those judged stand out, and the record does not know it: part of what the judge knows then
    passes for bias. ``IN_COMMON`` allows for that; buyers with a record of their own leave little room for it.

    References
    ----------
    Clemen & Winkler (1999), Combining probability distributions from experts; DerSimonian & Laird (1986) for scatter
    beyond what is claimed.

    Examples
    --------
    Forty judgements three times too high; one alone proves little:

    >>> many = np.ones(40)
    >>> fit_judge(np.log(3.0) * many, 0.2 * many, many, 5.0 * many).bias > 0.8
    True
    >>> fit_judge(np.log(3.0) * many[:1], 0.2 * many[:1], many[:1], 5.0 * many[:1]).bias < 0.8
    True
    """
    common = np.sqrt(IN_COMMON * unsure)
    own = unsure / buyers
    design = np.column_stack([np.ones(len(apart)), common])
    prior = np.array([USUAL_BIAS**-2, 1.0])
    found = [_given(apart, own + noise / sure, design, prior) for noise in _NOISE]
    score = np.array([each[0] for each in found]) - 0.5 * (np.log(_NOISE) / _NOISE_SPREAD) ** 2
    weight = np.exp(score - score.max())
    weight /= weight.sum()
    bias, doubt = (np.array([each[part] for each in found]) for part in (1, 2))
    middle = float(weight @ bias)
    return Judge(middle, float(weight @ (doubt + (bias - middle) ** 2)), float(np.exp(weight @ np.log(_NOISE))))


def _given(apart: Floats, variance: Floats, design: Floats, prior: Floats) -> tuple[float, float, float]:
    """Log likelihood with this scatter; mean and variance of the bias (what the judged have in common beside)."""
    precise = design.T @ (design / variance[:, None]) + np.diag(prior)
    mean = np.linalg.solve(precise, design.T @ (apart / variance))
    fitted = float(np.sum(apart**2 / variance) - mean @ precise @ mean)
    likelihood = -0.5 * (float(np.sum(np.log(variance))) + float(np.linalg.slogdet(precise)[1]) + fitted)
    return likelihood, float(mean[0]), float(np.linalg.inv(precise)[0, 0])
