"""Grows the tree in the engine: which dimensions may split, and who stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsofone.customer import Stratum, UserColumn, path
from marketsofone.engine import hold, release
from marketsofone.estimates.candidates import (
    EVIDENCE,
    Dimension,
    fetch_candidates,
    fetch_cuts,
    fetch_profile,
    fetch_witnesses,
    gather_evidence,
)
from marketsofone.estimates.fused import split_values
from marketsofone.estimates.sampled import Sampled, fetch_sampled
from marketsofone.strata import Rules, Steering, grow_tree, place, shares, steering_of, with_place
from marketsofone.strata.lines import standing_in
from marketsofone.strata.placing_telling import fit_partings
from marketsofone.strata.regrowing import every_candidate

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings

_IN_MEMORY = 3_000_000
"""Of so many buyers the tree's evidence is held in memory, half a kilobyte each; of more it stays in the engine."""

JUDGED = 50_000
"""So many buyers, drawn by their ids, are kept at hand to judge the tree by."""

_AFTER_WINNING = ("order_line",)
_AFTER_ENTERING = ("rival_met", "opportunity_line", "step", "competitor")


@dataclass(frozen=True, slots=True)
class Stratified:
    """The tree and every buyer's place in it.

    Parameters
    ----------
    strata : tuple of Stratum
    placed : Ibis table
        ``buyer_id`` and ``node``: the deepest stratum known for certain.
    left_out : tuple of (str, str)
        Dimensions that could not split anything, and why.
    sample : Sampled
        What it was grown from, of at most ``JUDGED`` buyers, to judge it by and to grow it anew.
    dimensions, rules
        What it was grown on, and under.
    known : tuple of Dimension
        All dimensions that tell buyers apart, those that the project file forbids to split included.
    unmade : tuple of (str, str)
        Places where a split is pinned that was not made, and why.
    profile : DataFrame
        Buyers by ``node``, ``half``, ``dimension`` and ``value`` (``people``).
    standing : Ibis table
        ``buyer_id`` and ``place``: buyers of one place are spread over the strata in the same proportions.
    spread : DataFrame
        ``place``, ``level``, ``stratum_id``, ``share``.
    witnesses : DataFrame or None
        From ``fetch_witnesses``, of all who stand in a stratum or below it; None where no buyers share a company.
    values : DataFrame
        From ``split_values``.
    """

    strata: tuple[Stratum, ...]
    placed: ir.Table
    left_out: tuple[tuple[str, str], ...]
    sample: Sampled
    dimensions: tuple[Dimension, ...]
    rules: Rules
    known: tuple[Dimension, ...]
    unmade: tuple[tuple[str, str], ...]
    profile: pd.DataFrame
    standing: ir.Table
    spread: pd.DataFrame
    witnesses: pd.DataFrame | None
    values: pd.DataFrame


def stratify(engine: Backend, settings: Settings, gathered: Gathered) -> Stratified:
    """The tree of one market, grown level by level, and the buyers in it."""
    own = settings.strata
    steering = steering_of(own.pin, own.forbid, own.order)
    known, left_out = usable(gathered)
    dimensions = tuple(dimension for dimension in known if dimension.name not in own.forbid)
    scores = tuple(gathered.tallies)
    evidence = gather_evidence(engine, gathered.buyers, known, gathered.tallies, gathered.companies)

    sample = _in_memory(evidence, dimensions, scores)
    levels: list[pd.DataFrame] = []

    def fetch(strata: Sequence[Stratum]) -> pd.DataFrame:
        levels.append(_candidates(engine, evidence, sample, strata, dimensions, scores))
        return levels[-1]

    rules = Rules(own.level, own.handling_cost, own.least_buyers, own.most_depth, steering)
    strata = grow_tree(fetch, dimensions, scores, rules, settings.market.currency).strata
    placed = hold(engine, "placed", place(evidence, strata, dimensions))
    profile = _profile(evidence, placed, known)
    witnesses = fetch_witnesses(evidence, standing_in(placed, strata), known)
    standing, spread = _spread(engine, evidence, placed, strata, known, profile)
    seed = settings.market.seed
    judged = fetch_sampled(evidence, dimensions, scores, JUDGED, seed) if sample is None else sample.drawn(JUDGED, seed)
    release(engine, EVIDENCE)
    return Stratified(strata, placed, left_out, judged, dimensions, rules, known, unmade_pins(strata, steering),
                      profile, standing, spread, witnesses, split_values(strata, levels, scores))


def _candidates(
    engine: Backend, evidence: ir.Table, sample: Sampled | None, strata: Sequence[Stratum],
    dimensions: Sequence[Dimension], scores: Sequence[str],
) -> pd.DataFrame:
    """The candidate tallies of the deepest strata."""
    deepest = max(stratum.depth for stratum in strata)
    nodes = [stratum.number for stratum in strata if stratum.depth == deepest]
    if sample is not None:
        return every_candidate(sample, strata, nodes, dimensions)
    placed = place(evidence, strata, dimensions)
    held = hold(engine, "placed_open", placed.filter(placed.node.isin(nodes)))
    return fetch_candidates(evidence, held, dimensions, scores)


def _in_memory(evidence: ir.Table, dimensions: Sequence[Dimension], scores: Sequence[str]) -> Sampled | None:
    """All buyers' evidence, where there are few enough: tallied in one pass, several times as fast as in the engine."""
    if not dimensions or evidence.count().execute() > _IN_MEMORY:
        return None
    return fetch_sampled(evidence, dimensions, scores, _IN_MEMORY, seed=0)


def _profile(evidence: ir.Table, placed: ir.Table, known: Sequence[Dimension]) -> pd.DataFrame:
    """Buyers by where they are placed, half, dimension and value."""
    import pandas as pd

    if not known:
        return pd.DataFrame(columns=["node", "half", "dimension", "value", "people"])
    return fetch_profile(evidence, placed, known)


def _spread(
    engine: Backend, evidence: ir.Table, placed: ir.Table, strata: Sequence[Stratum], known: Sequence[Dimension],
    profile: pd.DataFrame,
) -> tuple[ir.Table, pd.DataFrame]:
    """Each buyer's place, and how the buyers of each place are spread over the strata."""
    own = placed.group_by("node").agg(buyers=placed.count()).execute().set_index("node")["buyers"]
    partings = fit_partings(strata, profile, totals(strata, own.to_dict()))
    told = hold(engine, "told_places", with_place(evidence, placed, strata, partings, known))
    named = [name for name in told.columns if name != "buyer_id"]
    places = told.select(*named).distinct().order_by("place").execute()
    standing = hold(engine, "standing", told.select("buyer_id", "place"))
    release(engine, "told_places")
    return standing, shares(strata, partings, places)


def totals(strata: Sequence[Stratum], own: Mapping[int, int]) -> list[int]:
    """Buyers placed in each stratum or below it, from those placed in it."""
    total = [int(own.get(stratum.number, 0)) for stratum in strata]
    for stratum in reversed(strata[1:]):
        total[stratum.parent] += total[stratum.number]
    return total


def unmade_pins(strata: Sequence[Stratum], steering: Steering) -> tuple[tuple[str, str], ...]:
    """Places where a split is pinned that was not made, each with its reason."""
    made = {stratum.parent: stratum.split_on for stratum in strata}
    at = {steering.place(" / ".join(path(strata, stratum.number))): stratum for stratum in strata}
    found = []
    for pin in steering.pins:
        stratum = at.get(steering.place(pin.at))
        if stratum is None:
            found.append((pin.at, "The tree has no stratum of that path: m1 strata shows those it has."))
        elif made.get(stratum.number) != pin.on:
            found.append((pin.at, stratum.why))
    return tuple(found)


def usable(gathered: Gathered) -> tuple[tuple[Dimension, ...], tuple[tuple[str, str], ...]]:
    """The dimensions that may split the market, and those that cannot, each with its reason."""
    buyers, columns = gathered.buyers, gathered.columns
    asked = [column for column in columns if column.role == "dimension" and column.column in buyers.columns]
    if not asked:
        return (), ()
    sums = {}
    for column in asked:
        sums[f"{column.name}_known"] = buyers[column.column].count()
        sums[f"{column.name}_values"] = buyers[column.column].nunique()
    counts = buyers.agg(**sums).execute().iloc[0]
    kept, left_out = [], []
    for column in asked:
        reason = _unusable(column, int(counts[f"{column.name}_known"]), int(counts[f"{column.name}_values"]))
        if reason:
            left_out.append((column.name, reason))
        else:
            kept.append(_dimension(gathered, column))
    return tuple(kept), tuple(left_out)


def _unusable(column: UserColumn, known: int, values: int) -> str:
    if values == 0:
        return "it is known of no buyer"
    if values == 1:
        return "it has one value only"
    if column.kind == "text" and values == known:
        return f"all its {values:,} values differ: it names buyers, it does not group them"
    return ""


def _dimension(gathered: Gathered, column: UserColumn) -> Dimension:
    cuts = fetch_cuts(gathered.buyers, column.column) if column.kind == "number" else ()
    return Dimension(column.name, column.column, cuts, explained(gathered, column))


def explained(gathered: Gathered, column: UserColumn) -> tuple[str, ...]:
    """The scores that a column may explain: that it is known at all must not tell their outcome."""
    return explains(column.table, after_answer=_of_answers(gathered))


def _of_answers(gathered: Gathered) -> bool:
    """Whether buyers are tried before there is an opportunity: what it tells is known of those who answered."""
    return gathered.level != "opportunity" and (gathered.steps.get("pull") or "").startswith("touch.")


def explains(table: str, *, after_answer: bool = False) -> tuple[str, ...]:
    """The scores that a dimension may explain: not getting in, where it is known only of those who let us in."""
    if table in _AFTER_WINNING:
        return ("attractiveness",)
    if table in _AFTER_ENTERING or (after_answer and table == "opportunity"):
        return ("competitiveness", "attractiveness")
    return ("pull", "competitiveness", "attractiveness")
