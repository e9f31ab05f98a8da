"""The words of the page that are the same in every run: what the scores ask and what terms mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["share", "money"]


@dataclass(frozen=True, slots=True)
class Score:
    """A number the page shows with its interval.

    Parameters
    ----------
    name : str
        Its column in the tables of a snapshot.
    title : str
        What the page calls it.
    kind : Kind
        A share from 0 to 1, or money in major units.
    question : str
        What it answers, as a salesperson would ask.
    meaning : str
        What it is, in one sentence.
    without : str
        What a ranking takes for granted where this has no evidence; empty where nothing rests on it.

    """

    name: str
    title: str
    kind: Kind
    question: str
    meaning: str
    without: str = ""


PULL = Score(
    "pull", "Pull", "share", "Do they let us in?",
    "The share of buyers like this one who let us in when we approach them: they answer, meet, "
    "invite or shortlist us.",
    "No step before the offer was observed, so the ranking takes for granted that the buyer lets us in.")
COMPETITIVENESS = Score(
    "competitiveness", "Competitiveness", "share", "Can we win once we are in?",
    "The share of sales we win once we are in, against the rivals met there.",
    "Nobody's decision for or against us was observed, so the ranking takes for granted that we win "
    "once we are in.")
ATTRACTIVENESS = Score(
    "attractiveness", "Attractiveness", "money", "Do we want them?",
    "The contribution expected over the horizon if we win them, net of what it costs to serve them.",
    "No sale shows what a buyer is worth, so the ranking takes every buyer to be worth the same.")
VALUE_OF_AN_HOUR = Score(
    "value_per_hour", "Value of an hour", "money", "What would an hour of approach earn?",
    "The contribution expected from one selling hour: pull, competitiveness and attractiveness together, "
    "for the hours an approach takes, each buyer taken as one still to be won. Where there is a plan, it says "
    "what hours with customers add, and whom to approach first.")
WIN = Score(
    "win", "Chance of winning", "share", "Will this one be won?",
    "The probability that this open opportunity is won, from what was known by the date of the report.")

SCORES = (PULL, COMPETITIVENESS, ATTRACTIVENESS)
"""The three scores, in the order in which a sale meets them."""
SHOWN = (VALUE_OF_AN_HOUR, *SCORES)
"""What stands beside every buyer and stratum, in the order of the columns."""

TERMS: tuple[tuple[str, str], ...] = (
    ("90% interval", "Where the true value lies nine times in ten. A wide one means that little has been "
                     "seen there: visit before you judge."),
    ("Trial", "One chance for something to happen: one approach for pull, one decided sale for "
              "competitiveness, one buyer won for attractiveness."),
    ("Borrowed", "How much of a value comes from the stratum above, because the buyer or stratum has "
                 "shown little of its own. It shrinks as trials come in."),
    ("Stratum", "A part of the market that is worked in its own way: a node of the tree. "
                "A leaf is a stratum that is not split further."),
    ("Buyer", "The market of one: the deciding contact, else the site, else the account, "
              "else the opportunity."),
    ("Gain", "What treating the parts of a stratum differently is expected to earn over the horizon, "
             "beyond treating them as one."),
    ("No evidence", "Nothing was observed that could show the value. It is not zero: it is not known."),
)
"""Terms of the page and what they mean."""
