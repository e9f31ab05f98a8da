"""The plan as tables of a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from marketsofone.project.planning.approach import in_order, worth_of_an_hour
from marketsofone.project.planning.choice import DECIDED, LEFT_OUT, UNKNOWN, Standing
from marketsofone.project.planning.draws import Firm
from marketsofone.project.planning.inputs import Bools, Floats, Problem
from marketsofone.project.planning.solving import HARDLY, Placement, earned
from marketsofone.project.snapshots.approach import HOLD, LEAVE, PURSUE
from marketsofone.project.words import amounts

Whole = NDArray[np.int64]
_Said = Callable[[Whole], pa.Array]

NO_BASIS = "No basis for contact holds: nobody may approach it."
KNOCKED_OUT = "Knocked out by [plan] knock_outs."
NONE_ALLOWED = "[plan] allows no hours with it."
DROPPED = "Its segment would earn less than pursuing one costs."


def plan_table(problem: Problem, placement: Placement, at: Standing, firm: Firm, currency: str) -> pa.Table:
    """The table ``plan``: every buyer once, by ``buyer_id``."""
    rows, sellers = problem.rows, problem.sellers
    served = placement.rep >= 0
    rep_id = pa.array(np.append(sellers.rep_id, 0)[placement.rep], mask=~served)
    choice, reason = _choices(problem, placement, at, currency)
    hour = worth_of_an_hour(problem, placement, at, firm)
    curve = {name: rows[name] for name in ("status", "ceiling", "scale", "shape", "worth_spread", "won")}
    segments = pa.array([segment.stratum_id for segment in problem.segments], pa.string())
    return pa.table({
        "buyer_id": rows["buyer_id"], "source_id": rows["source_id"], "rep_id": rep_id,
        "hours": placement.hours, "touches": placement.touches,
        "expected_contribution": earned(problem, placement), "expected_contribution_low": firm.low,
        "expected_contribution_high": firm.high,
        "next_hour_value": pa.array(at.next_hour, mask=np.isnan(at.next_hour)), "inclusion_share": firm.inclusion,
        "choice": choice, "reason": reason, "place": in_order(problem, placement, hour["hour_value"], choice),
        **{name: pa.array(values, mask=np.isnan(values)) for name, values in hour.items()},
        "stratum_id": segments.take(pa.array(problem.segment)), **curve})


def _choices(problem: Problem, placement: Placement, at: Standing, currency: str) -> tuple[pa.Array, pa.Array]:
    """What is done with each buyer, and why: the first of the cases that holds."""
    given = (placement.hours > HARDLY) | (placement.touches > 0)
    unknown = pc.equal(problem.rows["status"], UNKNOWN).to_numpy()
    price = np.append(placement.price, 0.0)[placement.rep]
    dropped = placement.dropped[problem.segment]
    words = _Words(at, price, currency)
    barred = np.zeros(len(given), dtype=np.bool_) if problem.barred is None else problem.barred
    cases: list[tuple[Bools, str, str | _Said]] = [
        (barred, LEAVE, NO_BASIS),
        (given & problem.knocked_out, PURSUE, "Knocked out, and hours are agreed with it all the same."),
        (given & ~(problem.curves.ceiling > 0), PURSUE, "Hours are agreed with it; nothing is expected of them."),
        (given, PURSUE, words.given),
        (problem.knocked_out, LEAVE, KNOCKED_OUT),
        (placement.rep < 0, HOLD, "No rep with hours serves it."),
        (unknown & problem.rows["won"].to_numpy(), HOLD,
         "A customer already: cannot tell yet what more hours with one do; a judgement of effort, or effort set by "
         "lot, would tell. Its rank takes an hour with it as with a buyer to be won."),
        (unknown, HOLD, "Cannot tell yet what hours do: a judgement of effort, or effort set by lot, would tell."),
        (pc.equal(problem.rows["status"], LEFT_OUT).to_numpy(), LEAVE, "The scenario leaves it out."),
        (pc.equal(problem.rows["status"], DECIDED).to_numpy(), LEAVE, "Decided already: won or lost."),
        (~(problem.curves.ceiling > 0) & problem.rows["won"].to_numpy(), LEAVE,
         "A customer already: more hours with it are not expected to add anything."),
        (problem.most <= HARDLY, LEAVE, NONE_ALLOWED),
        (~(problem.curves.ceiling > 0), LEAVE, "Nothing is to be earned: it is expected to cost more than it brings."),
        (dropped, HOLD, DROPPED),
        (at.first <= 0, LEAVE, "Even the first minutes would earn less than they cost."),
        (problem.rows["won"].to_numpy(), HOLD, words.customers),
        (np.ones(len(given), dtype=np.bool_), HOLD, words.waiting),
    ]
    code = np.argmax([holds for holds, _choice, _why in cases], axis=0)
    names = pa.array([choice for _holds, choice, _why in cases]).take(pa.array(code))
    return names, _reasons(code, [why for _holds, _choice, why in cases])


def _reasons(code: Whole, whys: Sequence[str | _Said]) -> pa.Array:
    """The reason of each buyer: those with numbers in them are written for those they are true of only."""
    order = np.argsort(code, kind="stable")
    parts = np.split(order, np.searchsorted(code[order], np.arange(1, len(whys))))
    texts = [pa.repeat(pa.scalar(why, pa.string()), len(rows)) if isinstance(why, str) else why(rows)
             for why, rows in zip(whys, parts, strict=True)]
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return pa.concat_arrays(texts).take(pa.array(place))


@dataclass(frozen=True, slots=True)
class _Words:
    """Reasons with numbers in them: of buyers that get hours, of those that wait, of customers that wait."""

    at: Standing
    price: Floats
    currency: str

    def given(self, rows: Whole) -> pa.Array:
        return self._said(rows, "The first minutes earn ", ", the next ones would earn ",
                          self._told(self.at.next_hour, rows))

    def waiting(self, rows: Whole) -> pa.Array:
        return self._said(rows, "The first minutes would earn ")

    def customers(self, rows: Whole) -> pa.Array:
        return self._said(rows, "A customer already: the first minutes more would add ")

    def _said(self, rows: Whole, begins: str, *more: Any) -> pa.Array:
        return _joined(begins, self._told(self.at.first, rows), " an hour beyond their cost", *more,
                       "; elsewhere an hour of this rep earns ", self._told(self.price, rows), ".")

    def _told(self, values: Floats, rows: Whole) -> pa.Array:
        return amounts(np.nan_to_num(values[rows]), self.currency)


def _joined(*parts: Any) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")
