"""Scores and response to effort become selling hours: which segments, which buyers, how much, and where it drains."""

from marketsofone.allocation.assign import Assigned, assign
from marketsofone.allocation.calls import solve_calls
from marketsofone.allocation.curves import Curves
from marketsofone.allocation.events import hours_expression
from marketsofone.allocation.firmness import Firmness, inclusion, sweep
from marketsofone.allocation.pairs import AWAY
from marketsofone.allocation.touch_market import Touching
from marketsofone.allocation.touches import Mixed, solve_mixed
from marketsofone.allocation.water import Placed, solve_hours

__all__ = ["AWAY", "Assigned", "Curves", "Firmness", "Mixed", "Placed", "Touching", "assign", "hours_expression",
           "inclusion", "solve_calls", "solve_hours", "solve_mixed", "sweep"]
