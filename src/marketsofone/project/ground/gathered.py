"""What a run stands on, as values: the rooms after `gathering` read it, and nothing here computes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from marketsofone.customer import UserColumn
from marketsofone.features import AsOf
from marketsofone.features.effort import Outcome
from marketsofone.measures import SPEND, STEPS, Measure

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, slots=True)
class Openings:
    """What came of answers to approaches, of buyers not yet won.

    Examples
    --------
    >>> Openings(40, 30).share
    0.75
    >>> Openings(40, 0).share, Openings(10, 25).share
    (1.0, 1.0)
    """

    answers: int = 0
    opportunities: int = 0

    @property
    def share(self) -> float:
        """Opportunities that come of an answer, at most 1; 1 where the two are not seen together."""
        seen = self.answers > 0 and self.opportunities > 0
        return min(self.opportunities / self.answers, 1.0) if seen else 1.0


@dataclass(frozen=True, slots=True)
class EffortHeld:
    """Effort on record, in the engine.

    Parameters
    ----------
    spent : Ibis table or None
        Hours and costs of the last horizon by buyer and rep; None where the data know no touches.
    returned : Ibis table or None
        Contribution of the last horizon by buyer.
    panels : mapping
        Outcome -> buyers in periods with effort and outcome, of the buyers drawn.
    lots : mapping
        Outcome -> the same of those whose effort was set by lot, with their ``arm``; empty where there was no lot.
    openings : Openings
    """

    spent: ir.Table | None
    returned: ir.Table | None
    panels: Mapping[Outcome, ir.Table]
    lots: Mapping[Outcome, ir.Table]
    openings: Openings = Openings()


@dataclass(frozen=True, slots=True)
class Before:
    """Trials of a score that are left out, for it counts from a day on.

    Parameters
    ----------
    earlier, undated : int
        Those that began before that day, and those that tell no day.
    """

    earlier: int
    undated: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """The market as of the date, in the engine.

    Parameters
    ----------
    as_of : AsOf
    level : str
        What a buyer is, where the data know it.
    tables : mapping
        Customer tables as known by the date, those aside that are only ever tallied.
    owner : mapping
        Which buyer each account and opportunity belongs to.
    columns : tuple of UserColumn
    buyers : Ibis table
    steps : mapping
        Score -> the outcome that answers it, for scores that are observed.
    tallies : mapping
        Score -> one row a buyer: trials, total, squares.
    trials : mapping
        Score -> the rows those tallies add up.
    shares : mapping
        Score that is a share and whose step is named -> what is counted, and from which day on.
    before : mapping
        Score that counts from a day on -> what is left out.
    histories : Ibis table or None
        Where attractiveness rests on a ledger alone: how often, how recently and for how much each
        buyer bought.
    returned_beyond : int
        Buyers of such a ledger who gave back more than they were seen to buy.
    spent : Ibis table or None
        What marketing spent on each buyer.
    activity : Ibis table or None
        What happened with each buyer, counted.
    dealt : Ibis table or None
        What each buyer was seen to do and say, by criterion: what its segment's identity rests on.
    effort : EffortHeld or None
        Where selling time went, and what came with it; None where no money is counted.
    touches : Ibis table or None
        Every touch with a buyer, for its own page.
    unapproached : Ibis table or None
        Buyers who may not be contacted; None where the data hold no permissions.
    permissions : Ibis table or None
        What files say of the permission of buyers who may be contacted, of days before and after too.
    served : Ibis table or None
        Who serves each buyer: ``buyer_id``, ``rep_id`` and ``reps``, how many its accounts name; None: nobody named.
    companies : Ibis table or None
        To which company each buyer belongs; None where each is one by itself.
    files_end : date or None
        The last day of which the files tell; None where they hold no date.
    beyond : int
        Rows dated so far beyond all others that they are taken for mistyped, where no day is fixed.
    unheld : int
        Accounts that events name and of which nothing holds on the day.
    seen_since : date or None
        The first day of the sales that contribution over the horizon is counted from.
    lost : float or None
        What was sold contributed in all, major units, where that is not above zero: then no score is made of it.
    unpriced : int
        Rows of what was sold that do not tell their contribution.
    assumed : float
        Share of the rows of what was sold whose contribution rests on the stated margin, for they tell no cost.
    stated_later : mapping
        Kind of judgement -> how many the record holds that were stated after the day.
    """

    as_of: AsOf
    level: str
    tables: Mapping[str, ir.Table]
    owner: Mapping[str, ir.Table]
    columns: tuple[UserColumn, ...]
    buyers: ir.Table
    steps: Mapping[str, str]
    tallies: Mapping[str, ir.Table]
    trials: Mapping[str, ir.Table]
    shares: Mapping[str, Measure] = field(default_factory=dict)
    before: Mapping[str, Before] = field(default_factory=dict)
    histories: ir.Table | None = None
    returned_beyond: int = 0
    spent: ir.Table | None = None
    activity: ir.Table | None = None
    dealt: ir.Table | None = None
    effort: EffortHeld | None = None
    touches: ir.Table | None = None
    unapproached: ir.Table | None = None
    permissions: ir.Table | None = None
    served: ir.Table | None = None
    companies: ir.Table | None = None
    files_end: date | None = None
    beyond: int = 0
    unheld: int = 0
    seen_since: date | None = None
    lost: float | None = None
    unpriced: int = 0
    assumed: float = 0.0
    stated_later: Mapping[str, int] = field(default_factory=dict)

    @property
    def units(self) -> dict[str, str]:
        """What one trial of each score is, in words; of a ledger alone a day on which one bought."""
        units = {score: STEPS[step].unit for score, step in self.steps.items()}
        return units if self.histories is None else units | {"attractiveness": SPEND.unit}
