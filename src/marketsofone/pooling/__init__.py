"""Partial pooling of plain numbers: knows nothing about selling, needs NumPy and SciPy only."""

from marketsofone.pooling.curvature import fit_curvature
from marketsofone.pooling.doubts import Doubts, fit_alike
from marketsofone.pooling.family import Amount, Family, Share
from marketsofone.pooling.gamma_gamma import fit_repeated
from marketsofone.pooling.loads import Loads, handed_down
from marketsofone.pooling.nested import Estimates, Pooled, pool
from marketsofone.pooling.parts import Parts, shares
from marketsofone.pooling.prior_size import PriorSize, fit_part_sizes, fit_sibling_size, known
from marketsofone.pooling.tree import Cells, Tree

__all__ = ["Amount", "Cells", "Doubts", "Estimates", "Family", "Loads", "Parts", "Pooled", "PriorSize", "Share", "Tree",
           "fit_alike", "fit_curvature", "fit_part_sizes", "fit_repeated", "fit_sibling_size", "handed_down", "known",
           "pool", "shares"]
