"""The three questions asked of every stratum and buyer, each answered from its own step of selling."""

from marketsofone.scores.attractiveness import ATTRACTIVENESS
from marketsofone.scores.competitiveness import COMPETITIVENESS
from marketsofone.scores.pull import PULL
from marketsofone.scores.score import Score

SCORES: dict[str, Score] = {score.name: score for score in (PULL, COMPETITIVENESS, ATTRACTIVENESS)}
"""Every score by name, in the order in which a sale meets them."""

__all__ = ["ATTRACTIVENESS", "COMPETITIVENESS", "PULL", "SCORES", "Score"]
