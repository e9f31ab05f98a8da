"""The hinge between the engine and the numbers: tally there, pool here, give back intervals."""

from marketsofone.estimates.departing import fit_departing
from marketsofone.estimates.estimate import PROBABILITY, REACH, Estimate, estimate, fetch_base, fetch_common
from marketsofone.estimates.tallies import SUMS, combine, tally

__all__ = ["PROBABILITY", "REACH", "SUMS", "Estimate", "combine", "estimate", "fetch_base", "fetch_common",
           "fit_departing", "tally"]
