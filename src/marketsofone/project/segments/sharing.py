"""What is not known of the strata of a run and shared by their buyers, as a group of any of them is judged by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa


@dataclass(frozen=True)
class Shared:
    """The tables ``doubts`` and ``fused`` of a run.

    Parameters
    ----------
    doubts : DataFrame
        Beside ``parent_id``, ``level`` and ``buyers`` of each stratum.
    fused : DataFrame
        ``dimension`` as a column of the table ``facts``.
    """

    doubts: pd.DataFrame
    fused: pd.DataFrame

    def of(self, score: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Both, of one score."""
        return self.doubts[self.doubts["score"] == score], self.fused[self.fused["score"] == score]

    @property
    def columns(self) -> frozenset[str]:
        """Of the table ``facts``, those whose values some split keeps together."""
        return frozenset(self.fused["dimension"])

    def values(self, rows: ir.Table, inside: ir.BooleanValue) -> dict[str, ir.StringValue]:
        """The value that a buyer has of each of these, for buyers inside a group. Runs nothing.

        It is not known where no split on the way to the buyer's stratum keeps values of the dimension together.

        Parameters
        ----------
        rows : Ibis table
            With ``stratum_id`` as text, and the `columns`.
        """
        told = {name: (inside & rows.stratum_id.isin(self._below[name]), _coded(rows[name], self._steps[name]))
                for name in sorted(self.columns)}
        return {name: asked.ifelse(value, None) for name, (asked, value) in told.items()}

    @cached_property
    def _steps(self) -> dict[str, pd.DataFrame]:
        """The values of each dimension, and of a number where they begin and end."""
        return {str(name): of[["value", "from", "to"]].drop_duplicates("value")
                for name, of in self.fused.groupby("dimension")}

    @cached_property
    def _below(self) -> dict[str, list[str]]:
        """For each dimension the strata below a split that keeps values of it together."""
        kept = {str(name): set(of) for name, of in self.fused.groupby("dimension")["stratum_id"]}
        own = self.doubts.drop_duplicates("stratum_id").sort_values("level")
        for stratum, above in zip(own["stratum_id"], own["parent_id"], strict=True):
            for below in kept.values():
                if above in below:
                    below.add(stratum)
        return {name: sorted(below) for name, below in kept.items()}


def shared_of(strata: Sequence[Mapping[str, Any]], doubts: pa.Table, fused: pa.Table) -> Shared:
    """From the rows of ``strata`` and the tables of a run."""
    above = [row["parent_id"] for row in strata]
    frame = pd.DataFrame({
        "stratum_id": [str(row["stratum_id"]) for row in strata],
        "parent_id": [None if one is None else str(one) for one in above],
        "level": [row["level"] for row in strata], "buyers": [row["buyers"] for row in strata]})
    told = fused.to_pandas()
    return Shared(doubts.to_pandas().merge(frame, on="stratum_id"), told.assign(dimension="dim_" + told["dimension"]))


def _coded(value: ir.Column, steps: pd.DataFrame) -> ir.StringValue:
    """A value as `marketsofone.estimates.candidates` codes it: a text, or of a number the step it lies in.

    It is asked where such a step is known to lie, so that the first that ends above a number is its own.
    """
    ends = steps["to"].dropna().sort_values()
    if ends.empty:
        return value.cast("string")
    number, step = value.cast("float64"), steps["value"]
    return ibis.cases((number.isnull(), ibis.null("string")), *((number < end, step[at]) for at, end in ends.items()),
                      else_=next(iter(step[steps["to"].isna()]), None))
