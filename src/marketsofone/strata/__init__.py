"""The tree from the whole market to one buyer: where it splits, where a branch stops, who stands where."""

from marketsofone.strata.growing import Grown, grow_tree
from marketsofone.strata.placing import place, shares
from marketsofone.strata.splitting import Rules

__all__ = ["Grown", "Rules", "grow_tree", "place", "shares"]
