"""What there is to plan: buyers with curves, reps with hours, limits and segments, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from marketsofone.allocation import Curves, Touching
from marketsofone.allocation.touch_market import ANY
from marketsofone.errors import NothingToPlan, SettingsInvalid, shortened
from marketsofone.project.settings.plan import OF_BUYERS

if TYPE_CHECKING:
    from marketsofone.project.settings.market_file import Settings
    from marketsofone.project.settings.plan import PlanSettings

WEEK = 168.0
"""Hours in a week."""

ROUNDING = 1e-9
"""Of a call: as near to a whole one as hours add up."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

BUYER_COLUMNS = ("buyer_id", "source_id", "rep_id", "stratum_id", "rank", "ceiling", "scale", "shape", "status", "won",
                 "worth_spread")
"""What a plan asks of a buyer; without a rank it may not be contacted."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stratum that is chosen as a whole.

    Parameters
    ----------
    stratum_id, path : str
    buyers : int
        Who are planned with it.
    """

    stratum_id: str
    path: str
    buyers: int


@dataclass(frozen=True, slots=True)
class Sellers:
    """Reps who have hours in the period.

    Parameters
    ----------
    rep_id : int array, shape (reps,)
    source_id, region : tuple of str
    capacity, hour_cost : float array, shape (reps,)
        Hours in the period; major units an hour.
    """

    rep_id: Ints
    source_id: tuple[str, ...]
    region: tuple[str, ...]
    capacity: Floats
    hour_cost: Floats


@dataclass(frozen=True, slots=True)
class Problem:
    """A plan to be made.

    Parameters
    ----------
    rows : pyarrow.Table
        ``BUYER_COLUMNS``, sorted by ``buyer_id``.
    curves : Curves
        Of the period, shape (buyers,); ceilings of who is knocked out are 0.
    rep, segment : int array, shape (buyers,)
        Places in ``sellers`` (-1: nobody with hours serves it) and ``segments``.
    sellers : Sellers
    segments : tuple of Segment
    refused : mapping
        Stratum that does not hold up -> the stratum its buyers are planned with.
    knocked_out, fixed : bool array, shape (buyers,)
        Who gets no hours; who keeps its rep.
    least, most : float array, shape (buyers,)
        Hours.
    touching : Touching or None
        Marketing's touches, where they have a budget.
    call_hours : float
        Of a call; 0 where hours are divisible.
    segment_cost, moving_cost : float
        Major units in the period.
    same_region : bool
        Whether buyers move to reps of their rep's region only.
    paths : mapping
        The path of every stratum, by its id.
    barred : bool array, shape (buyers,), or None
        Who may not be contacted (they have no rank), and is knocked out for that; None: nobody.
    away : bool array, shape (buyers,), or None
        Whose rep has no hours; None: nobody's.
    region : text array, shape (buyers,), or None
        The region of each buyer's rep, with hours or without, where buyers stay in it; empty where none is known.
        None: that of ``rep``.
    """

    rows: pa.Table
    curves: Curves
    rep: Ints
    segment: Ints
    sellers: Sellers
    segments: tuple[Segment, ...]
    refused: Mapping[str, str]
    knocked_out: Bools
    fixed: Bools
    least: Floats
    most: Floats
    touching: Touching | None
    call_hours: float
    segment_cost: float
    moving_cost: float
    same_region: bool
    paths: Mapping[str, str]
    barred: Bools | None = None
    away: Bools | None = None
    region: Texts | None = None

    @property
    def has_rep(self) -> Bools:
        """Who has a rep, with hours or without, shape (buyers,)."""
        served: Bools = self.rep >= 0
        return served if self.away is None else served | self.away

    def moved(self, rep: Ints) -> Bools:
        """Whom another rep serves than its own, where these do, shape (buyers,)."""
        other: Bools = self.has_rep & (rep >= 0) & (rep != self.rep)
        return other

    @property
    def cost(self) -> Floats:
        """What an hour on each buyer costs, shape (buyers,); 0 where nobody serves it."""
        return np.append(self.sellers.hour_cost, 0.0)[self.rep]


def sellers_of(reps: pa.Table, settings: Settings) -> Sellers:
    """The reps with hours stated; their cost is theirs, else that of ``[market]``.

    Raises
    ------
    NothingToPlan
        There are no reps, or none has hours.
    """
    if not reps.num_rows:
        raise NothingToPlan("A plan places the hours of reps.", "no rep in the data.",
                            'Map a table of reps (rep_id, week_hours), and rep_id of accounts:\n'
                            '  [sources.rep.rep]\n  rep_id = "rep_id"\n  week_hours = "week_hours"')
    rows = reps.filter(pc.greater(pc.fill_null(reps["week_hours"], 0.0), 0.0)).sort_by("rep_id")
    if not rows.num_rows:
        raise NothingToPlan("A plan needs the hours that reps have.", f"{reps.num_rows:,} reps, none with week_hours.",
                            'Map their selling hours in a week:\n  [sources.rep.rep]\n  week_hours = "week_hours"')
    cost = pc.fill_null(rows["hour_cost"], settings.market.hour_cost)
    return Sellers(rows["rep_id"].to_numpy(), tuple(map(str, rows["source_id"].to_pylist())),
                   tuple(region or "" for region in rows["region"].to_pylist()),
                   rows["week_hours"].to_numpy() * settings.plan.weeks, cost.to_numpy())


def problem_of(settings: Settings, buyers: pa.Table, sellers: Sellers, strata: Sequence[Mapping[str, Any]],
               refused: frozenset[str], knocked_out: pa.Array, regions: Mapping[int, str]) -> Problem:
    """The plan to be made.

    Parameters
    ----------
    buyers : pyarrow.Table
        ``BUYER_COLUMNS``.
    strata : sequence of mapping
        Rows of the table of that name.
    refused : frozenset of str
        Strata that do not hold up: their buyers are planned with the nearest stratum above that does.
    knocked_out : pyarrow array of int
        ``buyer_id`` of who gets no hours; nor does who may not be contacted, even where hours are agreed with it.
    regions : mapping
        The region of each rep, with hours or without, by ``rep_id``.
    """
    rows = _by_id(buyers.select(list(BUYER_COLUMNS)).combine_chunks())
    planned_with = _planned_with(strata, refused)
    segments, segment = _segments(rows["stratum_id"], planned_with, strata)
    out = pc.is_in(rows["buyer_id"], value_set=knocked_out).to_numpy(zero_copy_only=False)
    barred = pc.is_null(rows["rank"]).to_numpy()
    out = out | barred
    ceiling = np.where(out, 0.0, rows["ceiling"].to_numpy())
    rep = _places(rows["rep_id"], sellers.rep_id)
    plan, market = settings.plan, settings.market
    least, most = (np.where(barred, 0.0, hours) for hours in _limits(settings, rows, rep))
    call = market.approach_hours
    touching = Touching(worth_hours=plan.touch_hours, cost=plan.touch_cost, budget=plan.touch_budget,
                        contacts=float(plan.most_contacts or ANY), call_hours=call) if plan.touch_budget else None
    segment_cost = plan.segment_cost
    if segment_cost is None:
        segment_cost = settings.strata.handling_cost * plan.weeks * 7.0 / market.horizon_days
    return Problem(
        rows, Curves(ceiling, rows["scale"].to_numpy(), rows["shape"].to_numpy()), rep, segment, sellers, segments,
        {each: planned_with[each] for each in sorted(refused) if each in planned_with}, out,
        _named(rows, plan.not_moved), least, most, touching,
        call if plan.whole_calls else 0.0, segment_cost, plan.moving_cost, plan.same_region,
        {str(row["stratum_id"]): row["path"] for row in strata}, barred,
        (rep < 0) & pc.is_valid(rows["rep_id"]).to_numpy(),
        _regions(rows["rep_id"], regions) if plan.same_region else None)


def _by_id(rows: pa.Table) -> pa.Table:
    """Sorted by ``buyer_id``; a million rows take a second, so those that stand so already are left alone."""
    ids = rows["buyer_id"].to_numpy()
    return rows if bool((ids[1:] > ids[:-1]).all()) else rows.sort_by("buyer_id").combine_chunks()


def _planned_with(strata: Sequence[Mapping[str, Any]], refused: frozenset[str]) -> dict[str, str]:
    """For each stratum the nearest one, itself or above it, that holds up; the market always does."""
    found: dict[str, str] = {}
    for row in sorted(strata, key=lambda row: row["level"]):
        own = str(row["stratum_id"])
        parent = row["parent_id"]
        found[own] = found[str(parent)] if own in refused and parent is not None else own
    return found


def _segments(stratum: pa.ChunkedArray, planned_with: Mapping[str, str],
              strata: Sequence[Mapping[str, Any]]) -> tuple[tuple[Segment, ...], Ints]:
    coded = pc.dictionary_encode(stratum.combine_chunks())
    coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
    with_ids = [planned_with[name] for name in coded.dictionary.to_pylist()]
    paths = {str(row["stratum_id"]): row["path"] for row in strata}
    known = sorted(set(with_ids), key=lambda one: paths[one])
    place = np.array([known.index(one) for one in with_ids], dtype=np.int64)
    segment = place[coded.indices.to_numpy(zero_copy_only=False)] if len(coded) else np.empty(0, dtype=np.int64)
    counts = np.bincount(segment, minlength=len(known))
    return tuple(Segment(one, paths[one], int(n)) for one, n in zip(known, counts, strict=True)), segment


def _places(rep_id: pa.ChunkedArray, known: Ints) -> Ints:
    """Place of each rep among those known; -1 for none."""
    found = pc.fill_null(pc.index_in(rep_id, value_set=pa.array(known)), -1)
    return np.asarray(found.to_numpy(), dtype=np.int64)


def _regions(rep_id: pa.ChunkedArray, known: Mapping[int, str]) -> Texts:
    """The region of each of these reps; empty where none is known."""
    at = _places(rep_id, np.array(list(known), dtype=np.int64))
    return np.array([*known.values(), ""])[at]


def _limits(settings: Settings, rows: pa.Table, rep: Ints) -> tuple[Floats, Floats]:
    """Least and most hours of each buyer.

    Raises
    ------
    SettingsInvalid
        Hours are agreed with a buyer that nobody with hours serves, or more than it may have.
    """
    plan, call = settings.plan, settings.market.approach_hours
    least, most = np.zeros(rows.num_rows), np.full(rows.num_rows, plan.most_hours or np.inf)
    for hours, of in ((plan.least, least), (plan.most, most)):
        places, named = _found(rows, hours)
        of[places] = named
    if plan.most_contacts:
        most = np.minimum(most, plan.most_contacts * call)
    places, calls = _found(rows, plan.calls)
    least[places] = np.maximum(least[places], calls * call)
    if plan.whole_calls:
        least, most = np.ceil(least / call - ROUNDING) * call, np.floor(most / call + ROUNDING) * call
    if (least > most).any():
        in_calls = f", in whole calls of {call:g} hours" if plan.whole_calls else ""
        raise SettingsInvalid(f"[plan] least hours of a buyer must not exceed its most{in_calls}.",
                              f"{int((least > most).sum()):,} buyers whose least or cadence is more than that.",
                              "Raise most_hours, most or most_contacts, or lower least or calls.")
    alone = (least > 0) & (rep < 0)
    if alone.any():
        raise SettingsInvalid("Hours are agreed only with buyers whom a rep with hours serves.",
                              f"{int(alone.sum()):,} buyers of [plan] least or calls have none.",
                              "Map rep_id of their accounts, or take them out of [plan].")
    return least, most


def _found(rows: pa.Table, named: Mapping[str, float]) -> tuple[Ints, Floats]:
    """Places of the buyers that are named, those that are not there left out, and what is said of each."""
    at = pc.index_in(pa.array(list(named), pa.string()), value_set=rows["source_id"].combine_chunks())
    said = np.array(list(named.values()), dtype=np.float64)
    return (np.asarray(at.drop_null().to_numpy(), dtype=np.int64),
            said[at.is_valid().to_numpy(zero_copy_only=False)])


def _named(rows: pa.Table, keys: Sequence[str]) -> Bools:
    marked = np.zeros(rows.num_rows, dtype=np.bool_)
    marked[_found(rows, dict.fromkeys(keys, 1.0))[0]] = True
    return marked


def named_and_gone(plan: PlanSettings, keys: pa.ChunkedArray) -> dict[str, int]:
    """By setting that names buyers: how many of its keys are of no buyer, who objected perhaps, or was mistyped.

    Parameters
    ----------
    keys : pyarrow array of str
        ``source_id`` of the buyers there are.
    """
    there = keys.combine_chunks()
    gone = {name: pc.is_in(pa.array(list(getattr(plan, name)), pa.string()), value_set=there) for name in OF_BUYERS}
    return {name: held.false_count for name, held in gone.items() if held.false_count}


def check_plan(settings: Settings) -> None:
    """That a budget of touches comes with what a touch costs, and that a buyer may have a call where calls are whole.

    Raises
    ------
    SettingsInvalid
        The cost is missing, or no call fits into the hours that a buyer may have at most.
    """
    call, most = settings.market.approach_hours, settings.plan.most_hours
    if settings.plan.whole_calls and 0 < most < call:
        raise SettingsInvalid("Where calls are whole, the most hours of a buyer hold one.",
                              f"whole_calls and most_hours = {most:g} in [plan], and a call takes {call:g} hours "
                              "(approach_hours).", f"Raise it to {call:g} or more, or take whole_calls out.")
    if settings.plan.touch_budget and not settings.plan.touch_cost:
        raise SettingsInvalid("A budget of touches needs what one touch costs.",
                              "touch_budget in [plan], and no touch_cost.",
                              "Add, for instance:\n  [plan]\n  touch_cost = 2.0")


def members_of(names: Sequence[str], known: Sequence[str], members: pa.Table) -> pa.Array:
    """``buyer_id`` of the members of segments written by hand.

    Raises
    ------
    SettingsInvalid
        There is no segment of that name.
    """
    missing = [name for name in names if name not in known]
    if missing:
        raise SettingsInvalid("[plan] knock_outs names segments written by hand.", f"{shortened(missing)}.",
                              f"There are: {shortened(known)}." if known
                              else "Write one:\n  [segments.too_small]\n  rule = \"employees < 5\"")
    if not names:
        return pa.array([], pa.int64())
    inside = pc.is_in(members["segment"], value_set=pa.array(list(names)))
    return pc.unique(members.filter(inside)["buyer_id"])
