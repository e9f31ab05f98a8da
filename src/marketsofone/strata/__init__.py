"""The tree from the whole market to one buyer: where it splits, where a branch stops, who stands where."""

from marketsofone.strata.growing import Grown, grow_tree
from marketsofone.strata.placing import place, shares, with_place
from marketsofone.strata.speaking import speaking
from marketsofone.strata.splitting import Rules
from marketsofone.strata.steering import Steering, check_steering, steering_of

__all__ = ["Grown", "Rules", "Steering", "check_steering", "grow_tree", "place", "shares", "speaking",
           "steering_of", "with_place"]
