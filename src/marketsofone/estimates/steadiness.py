"""The measures of stability, for the rooms above: `pooling` knows how they are computed."""

from marketsofone.pooling.stability import (
    HOLDS,
    Floats,
    Stability,
    across,
    compared,
    complementary_halves,
    shared,
)

__all__ = ["HOLDS", "Floats", "Stability", "across", "compared", "complementary_halves", "shared"]
