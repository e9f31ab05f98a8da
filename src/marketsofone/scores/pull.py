"""Pull: do they want us? The chance that a buyer lets us in when approached."""

from marketsofone.scores.score import Score

PULL = Score(
    name="pull",
    question="Do they want us: will this buyer let us in when approached?",
    steps=("touch.answered", "opportunity.entered"),
    money=False,
    unseen="no approach of its own counted yet",
    source="Partial pooling of beta-binomial shares; Gelman et al., Bayesian Data Analysis (2013), ch. 5",
)
