"""Customer tables to facts about a buyer, as of a date: Ibis expressions that run nothing."""

from marketsofone.features.asof import AsOf, known_by, last_moments
from marketsofone.features.audiences import marketing_touches
from marketsofone.features.buyers import buyers, owners, with_buyer
from marketsofone.features.entering import with_entering
from marketsofone.features.purchases import histories, purchase_days
from marketsofone.features.sales import contributions
from marketsofone.features.serving import reps_of_buyers

__all__ = ["AsOf", "buyers", "contributions", "histories", "known_by", "last_moments", "marketing_touches", "owners",
           "purchase_days", "reps_of_buyers", "with_buyer", "with_entering"]
