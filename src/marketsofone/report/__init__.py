"""Results of a run as one self-contained page: no network, no script, good on a phone and on paper."""

from marketsofone.report.results import BESIDE, READS, Results

__all__ = ["BESIDE", "READS", "Results"]
