"""Customer tables to facts about a buyer, as of a date: Ibis expressions that run nothing."""

from marketsofone.features.activity import activity
from marketsofone.features.asof import AsOf, known_by, last_moments, within_reach
from marketsofone.features.audiences import marketing_touches
from marketsofone.features.buyers import buyers, companies, first_to_tell, owners, with_buyer
from marketsofone.features.entering import with_entering
from marketsofone.features.events import counted_events
from marketsofone.features.permitted import filed_permissions, unapproached
from marketsofone.features.purchases import days_of, histories, purchase_days, purchase_lines
from marketsofone.features.sales import contributions, followed_lines
from marketsofone.features.serving import reps_of_buyers
from marketsofone.features.trials import counted_rows, followed_rows, judged_rows, purchased_rows
from marketsofone.features.workplaces import with_workplaces

__all__ = [
    "AsOf", "activity", "buyers", "companies", "contributions", "counted_events", "counted_rows", "days_of",
    "filed_permissions", "first_to_tell", "followed_lines", "followed_rows", "histories", "judged_rows", "known_by",
    "last_moments", "marketing_touches", "owners", "purchase_days", "purchase_lines", "purchased_rows",
    "reps_of_buyers", "unapproached", "with_buyer", "with_entering", "with_workplaces", "within_reach",
]
