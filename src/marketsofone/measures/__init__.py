"""What is counted, on which customer table, in which unit."""

from marketsofone.measures.amounts import CONTRIBUTION, SPEND, AmountMeasure
from marketsofone.measures.shares import ANSWER_RATE, ENTRY_RATE, WIN_RATE, Measure

STEPS: dict[str, Measure | AmountMeasure] = {
    "touch.answered": ANSWER_RATE,
    "opportunity.entered": ENTRY_RATE,
    "opportunity.outcome": WIN_RATE,
    "opportunity.amount": CONTRIBUTION,
    "order_line": CONTRIBUTION,
}
"""The measure that each outcome a project may name feeds."""

__all__ = ["ANSWER_RATE", "CONTRIBUTION", "ENTRY_RATE", "SPEND", "STEPS", "WIN_RATE", "AmountMeasure", "Measure"]
