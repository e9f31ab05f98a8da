"""Plans judged by responses that are not the product's own: further calls on the same buyer tire."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from plan_company import Firm
from truth_market import Floats

FORMS = {"as planted": 1.0, "tired, power 0.8": 0.8, "tired, power 0.6": 0.6}
"""By which power of the calls the log of the chance to fail falls; the first call is as good in all."""


def other_forms(firm: Firm, hours: Mapping[str, Floats], ours: str) -> dict[str, float]:
    """How far the plan is ahead of each contender, by each form of response: ``<form>: <contender>``."""
    earned = {form: {name: _earns(firm, of, power) for name, of in hours.items()} for form, power in FORMS.items()}
    return {f"{form}: {name}": by[ours] / by[name] - 1.0 for form, by in earned.items() for name in hours
            if name != ours}


def _earns(firm: Firm, hours: Floats, power: float) -> float:
    call = firm.market.company.plan.approach_hours
    failing = call / firm.truth.scale * (hours / call) ** power
    return float(np.sum(firm.truth.ceiling * -np.expm1(-failing) - firm.problem.cost * hours))
