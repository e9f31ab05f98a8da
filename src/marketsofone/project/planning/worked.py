"""Which strata sales works: those the plan pursues; without a plan those of which an hour is expected to earn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from marketsofone.project.snapshots.approach import PURSUE

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Worked:
    """Which strata sales works.

    Parameters
    ----------
    by : {"plan", "value"}
        What says so: the plan, or where there is none an hour's value.
    strata : mapping
        ``stratum_id`` -> whether it is worked.
    """

    by: Literal["plan", "value"]
    strata: Mapping[str, bool]


def worked_strata(strata: Sequence[Row], choices: Sequence[Row] | None) -> Worked:
    """What sales works.

    Buyers of a stratum without a choice of its own, such as one that does not hold up, are planned with the nearest
    stratum above that has one. A stratum is worked where its own buyers are, or those of any part of it; one that is
    split and without a choice of its own where a part of it is.

    Parameters
    ----------
    strata : sequence of mapping
        Rows of the table of that name, parents before their parts.
    choices : sequence of mapping, optional
        Rows of ``segment_choice``; absent where no plan was made.

    Examples
    --------
    >>> tree = [{"stratum_id": own, "parent_id": above} for own, above in [("all", None), ("a", "all"), ("b", "all")]]
    >>> planned = [{"stratum_id": "all", "buyers": 3, "choice": "hold"}, {"stratum_id": "a", "buyers": 9,
    ...            "choice": "pursue"}]
    >>> worked_strata(tree, planned).strata
    {'all': True, 'a': True, 'b': False}
    """
    if choices is None:
        return Worked("value", {row["stratum_id"]: (row["value_per_hour"] or 0.0) > 0 for row in strata})
    planned = {row["stratum_id"]: row["choice"] == PURSUE for row in choices if row["buyers"]}
    nearest: dict[str, bool] = {}
    for row in strata:
        nearest[row["stratum_id"]] = planned.get(row["stratum_id"], nearest.get(row["parent_id"], False))
    parted = {row["parent_id"] for row in strata}
    worked = {own: planned.get(own, False) if own in parted else above for own, above in nearest.items()}
    for row in reversed(strata):
        if row["parent_id"] is not None and worked[row["stratum_id"]]:
            worked[row["parent_id"]] = True
    return Worked("plan", worked)
