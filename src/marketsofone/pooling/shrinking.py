"""How much of an effect that was found counts: as far as it exceeds its own doubt."""

from __future__ import annotations

_DOUBTED = 2.0
"""An effect counts as far as its square exceeds so many of its variances."""


def share_kept(effect: float, doubt: float) -> float:
    """The share of an effect that counts, given its variance: none of one that points the wrong way.

    References
    ----------
    Efron & Morris (1973), Stein's estimation rule and its competitors.

    Examples
    --------
    >>> share_kept(2.0, 1.0), share_kept(1.0, 1.0), share_kept(-3.0, 0.1)
    (0.5, 0.0, 0.0)
    """
    return max(0.0, 1.0 - _DOUBTED * doubt / effect**2) if effect > 0.0 else 0.0
