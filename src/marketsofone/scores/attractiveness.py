"""Attractiveness: do we want them? What a buyer contributes over the horizon, if won."""

from marketsofone.scores.score import Score

ATTRACTIVENESS = Score(
    name="attractiveness",
    question="Do we want them: what does this buyer contribute over the horizon, if won?",
    steps=("opportunity.amount", "order_line"),
    money=True,
    unseen="no sale of its own counted yet",
    source="Hierarchical credibility; Bühlmann & Gisler, A Course in Credibility Theory (2005), ch. 6",
)
