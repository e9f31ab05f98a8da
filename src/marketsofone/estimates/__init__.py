"""The hinge between the engine and the numbers: tally there, pool here, give back intervals."""

from marketsofone.estimates.estimate import PROBABILITY, Estimate, estimate, fetch_base
from marketsofone.estimates.tallies import SUMS, combine, tally

__all__ = ["PROBABILITY", "SUMS", "Estimate", "combine", "estimate", "fetch_base", "tally"]
