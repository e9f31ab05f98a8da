"""The sales identity of every segment: the table `identity` of a run, and how it is read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
from ibis import _

from marketsofone.estimates.candidates import shown_by_companies, with_companies
from marketsofone.strata.distinct_criteria import CRITERIA, criteria
from marketsofone.strata.identity import identities
from marketsofone.strata.lines import standing_in
from marketsofone.strata.names import value_name

if TYPE_CHECKING:
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified

SCHEMA = pa.schema([
    ("stratum_id", pa.string()), ("criterion", pa.string()), ("value", pa.string()), ("share", pa.float64()),
    ("low", pa.float64()), ("high", pa.float64()), ("buyers", pa.int64()), ("parent_share", pa.float64()),
    ("departs", pa.bool_()), ("reason", pa.string()),
])


def identity_table(gathered: Gathered, stratified: Stratified) -> pa.Table:
    """What the buyers of every stratum need, buy, ask, pay with, answer and consider, and where it departs.

    Returns
    -------
    pyarrow.Table
        As docs/architecture.md says.
    """
    named = criteria([dimension.name for dimension in stratified.known])
    seen, known = _of_dimensions(stratified, named)
    done, done_known = _of_dealings(gathered, stratified)
    seen, known = pd.concat([seen, done], ignore_index=True), pd.concat([known, done_known], ignore_index=True)
    table = identities(stratified.strata, seen, known, _order(named.values()), named,
                       witnesses=_witnesses(gathered, stratified, named))
    return pa.Table.from_pandas(table.astype({"buyers": "int64"}), schema=SCHEMA, preserve_index=False)


def _order(named: Iterable[str]) -> list[str]:
    """The criteria everyone has first, each where it stands, then the user's own."""
    told = sorted(named)
    heads = [[name for name in told if name.partition(": ")[0] == one] or [one] for one in CRITERIA]
    listed = [name for group in heads for name in group]
    return [*listed, *(name for name in told if name not in listed)]


def _of_dimensions(stratified: Stratified, named: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Buyers by node, criterion and value, and by node and criterion, from the sales dimensions."""
    rows = stratified.profile[stratified.profile["value"].notna()]
    by_name = {dimension.name: dimension for dimension in stratified.known}
    summed = rows.groupby(["node", "dimension", "value"], as_index=False)["people"].sum()
    words = [value_name(by_name[name], value)
             for name, value in zip(summed["dimension"], summed["value"], strict=True)]
    seen = pd.DataFrame({"node": summed["node"], "criterion": summed["dimension"].map(named), "value": words,
                         "buyers": summed["people"]})
    return seen, seen.groupby(["node", "criterion"], as_index=False)["buyers"].sum()


def _of_dealings(gathered: Gathered, stratified: Stratified) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same from what buyers were seen to do and say; one buyer may show several values."""
    if gathered.dealt is None:
        nothing = pd.DataFrame(columns=["node", "criterion", "value", "buyers"])
        return nothing, nothing.drop(columns="value")
    rows = gathered.dealt.inner_join(stratified.placed, "buyer_id")
    seen = rows.group_by("node", "criterion", "value").agg(buyers=_.count()).execute()
    return seen, rows.group_by("node", "criterion").agg(buyers=_.buyer_id.nunique()).execute()


def _witnesses(gathered: Gathered, stratified: Stratified, named: Mapping[str, str]) -> pd.DataFrame | None:
    """Companies behind each criterion in each stratum or below it; None where each buyer is one by itself."""
    if gathered.companies is None:
        return None
    told = []
    if stratified.witnesses is not None:
        told.append(stratified.witnesses.assign(criterion=stratified.witnesses["dimension"].map(named)))
    if gathered.dealt is not None:
        standing = standing_in(stratified.placed, stratified.strata)
        rows = with_companies(gathered.dealt.inner_join(standing, "buyer_id"), gathered.companies)
        told.append(shown_by_companies(rows, "criterion").execute())
    return pd.concat(told, ignore_index=True).groupby(["node", "criterion"], as_index=False)["witnesses"].sum() \
        if told else None
