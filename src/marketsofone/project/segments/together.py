"""Values that a rule tells apart and a split of the tree keeps together: which, where, and what would part them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from marketsofone.project.ground.instead import SHARED
from marketsofone.project.words import counted, listed
from marketsofone.strata.names import stretch_name
from marketsofone.strata.rules import leaves
from marketsofone.strata.rules_fields import columns_of
from marketsofone.strata.rules_why import truth_of
from marketsofone.strata.steering_pins import MOST_APART

if TYPE_CHECKING:
    import pandas as pd

    from marketsofone.strata.rules_fields import Asked, Bound

MOST_TOLD = 3
"""So many sentences at most, those of the largest strata."""
_NAMED = 5
_SURELY = {False: 0, None: 1, True: 2}
_Row = Mapping[str, Any]


def kept_together(rule: Bound, fused: pd.DataFrame, strata: Sequence[_Row],
                  least_buyers: float = 0) -> tuple[str, ...]:
    """What a reader of a rule's scores should know where the tree does not part the values that the rule parts.

    Parameters
    ----------
    fused : DataFrame
        The table of a run of that name, ``dimension`` as a column of the table ``facts``.
    strata : sequence of mapping
        Rows of ``strata``.
    least_buyers : float
        Of [strata]: parts of fewer are put together, pinned or not.
    """
    by_id, asked = {str(row["stratum_id"]): row for row in strata}, columns_of(rule)
    told = fused[fused["dimension"].isin(asked)].drop_duplicates(["stratum_id", "dimension", "value"])
    found: dict[tuple[str, str], list[_Row]] = {}
    for (stratum_id, column), values in told.groupby(["stratum_id", "dimension"], sort=False):
        at = by_id[str(stratum_id)]
        inside, outside = _parted(rule, str(column), at, values)
        if inside and outside and at["split_on"] != str(column).removeprefix("dim_"):
            found.setdefault((_named(inside), _named(outside)), []).append(
                {**at, "on": column, "many": len(inside), "pin": _pin(at, str(column), fused, by_id, least_buyers)})
    sizes = {names: sorted(places, key=lambda at: -at["buyers"]) for names, places in found.items()}
    ordered = sorted(sizes.items(), key=lambda each: -each[1][0]["buyers"])
    return tuple(_sentence(*names, places) for names, places in ordered[:MOST_TOLD])


def _parted(rule: Bound, column: str, at: _Row, values: pd.DataFrame) -> tuple[list[str], list[str]]:
    """The values in a stratum of which a rule holds most surely, and the others, the most frequent first.

    In words; empty of one that few buyers have and that the rule does not name: it may be the name of a person.
    """
    asked = {value for leaf in _clauses(rule) for value in leaf.values}
    rows = values.sort_values("share", ascending=False, kind="stable").to_dict("records")
    said = [max(_SURELY[truth_of(rule, {"stratum_id": str(at["stratum_id"]), column: point})]
                for point in _points(rule, column, row)) for row in rows]
    words = [_words(row) if row["value"] in asked or row["share"] * at["buyers"] >= SHARED else "" for row in rows]
    most, told = max(said), list(zip(words, said, strict=True))
    return [name for name, surely in told if surely == most], [name for name, surely in told if surely < most]


def _clauses(rule: Bound) -> Iterator[Asked]:
    """The clauses of a rule, those of segments that it asks for included."""
    for leaf in leaves(rule):
        yield from _clauses(leaf.rule) if leaf.rule is not None else (leaf,)


def _points(rule: Bound, column: str, row: _Row) -> Iterator[Any]:
    """The value itself; of the step of a number its ends, and what the rule asks for between them."""
    low, high = _ends(row)
    if low is None and high is None:
        yield row["value"]
        return
    first, last = -math.inf if low is None else low, math.inf if high is None else math.nextafter(high, -math.inf)
    yield from (first, last)
    yield from (value for leaf in _clauses(rule) if leaf.column == column for value in leaf.values
                if isinstance(value, int | float) and first <= value <= last)


def _ends(row: _Row) -> tuple[float | None, float | None]:
    low, high = (None if row[end] is None or math.isnan(row[end]) else float(row[end]) for end in ("from", "to"))
    return low, high


def _words(row: _Row) -> str:
    low, high = _ends(row)
    return repr(row["value"]) if low is None and high is None else stretch_name(low, high)


def _named(values: Sequence[str]) -> str:
    named = [value for value in values if value][:_NAMED]
    more = len(values) - len(named)
    if not named:
        return counted(more, "value")
    return listed([*named, f"{more:,} more"] if more else named)


def _pin(at: _Row, column: str, fused: pd.DataFrame, by_id: Mapping[str, _Row], least_buyers: float) -> str:
    """The line that pins the split which keeps them together; empty where a pin would not part them."""
    above = by_id[str(at["parent_id"])]
    beside = {key for key, row in by_id.items() if row["parent_id"] == above["stratum_id"]}
    there = fused[(fused["dimension"] == column) & fused["stratum_id"].isin(beside)].drop_duplicates(
        ["stratum_id", "value"])
    own = there[there["stratum_id"] == str(at["stratum_id"])]
    many = len(there) + len(beside - set(there["stratum_id"]))
    if own[["from", "to"]].notna().to_numpy().any() or many > MOST_APART \
            or (own["share"] * at["buyers"]).min() < least_buyers:
        return ""
    on = json.dumps(column.removeprefix("dim_"), ensure_ascii=False)
    if above["parent_id"] is None:
        return f"pin = [{on}]"
    return f"pin = [{{ at = {json.dumps(above['path'], ensure_ascii=False)}, on = {on} }}]"


def _sentence(inside: str, outside: str, places: Sequence[_Row]) -> str:
    first, others = places[0], len(places) - 1
    more = f" and {counted(others, 'more stratum')}" if others else ""
    parting = f"{first['pin']} in [strata], or more evidence, would part them" if first["pin"] \
        else "more evidence would part them"
    stand = "stands" if first["many"] == 1 else "stand"
    return (f"{inside} {stand} together with {outside} in '{first['path']}'{more}: "
            f"they are told from each other only as far as is known, so the intervals are wider; {parting}.")
