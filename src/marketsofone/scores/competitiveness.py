"""Competitiveness: can we win them once we are in, against the rivals they consider?"""

from marketsofone.scores.score import Score

COMPETITIVENESS = Score(
    name="competitiveness",
    question="Can we win them once we are in?",
    steps=("opportunity.outcome",),
    money=False,
    unseen="no decided opportunity of its own counted yet",
    source="Partial pooling of beta-binomial shares; Gelman et al., Bayesian Data Analysis (2013), ch. 5",
)
