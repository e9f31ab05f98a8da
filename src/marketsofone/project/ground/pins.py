"""Pins that cannot be made, as far as the files tell before the tree is grown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ibis import _

from marketsofone.project.ground.instead import instead
from marketsofone.project.ground.stratifying import usable
from marketsofone.strata.steering import Pin, Steering, steering_of, steps_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.estimates.candidates import Dimension
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.settings.market_file import Settings


def steering_ahead(settings: Settings, gathered: Gathered) -> tuple[tuple[tuple[str, str], ...], list[tuple[str, str]]]:
    """Dimensions that cannot split the market, and places of pins that cannot be made, each with its reason.

    Whether a path comes to be may rest on the evidence; of such a pin nothing is said here.
    """
    own = settings.strata
    known, left_out = usable(gathered)
    steering = steering_of(own.pin, own.forbid, own.order)
    able, unable = {dimension.name: dimension for dimension in known}, dict(left_out)
    told = [(pin.at, _why_not(pin, gathered.buyers, able, unable, own.least_buyers)) for pin in steering.pins]
    return left_out, [(at, why) for at, why in told if why]


def _why_not(pin: Pin, rows: ir.Table, able: Mapping[str, Dimension], unable: Mapping[str, str], least: int) -> str:
    """Why a pin cannot be made; empty where it can, or where only the evidence tells."""
    if pin.on in unable:
        return f"{pin.on} cannot split the market: {unable[pin.on]}."
    for name, said in steps_of(pin.at, [*able, *unable]):
        if name in unable:
            return f"{name} cannot split the market: {unable[name]}."
        if able[name].cuts:
            return ""
        sizes = buyers_by_value(rows, able[name].column)
        meant = [value for value in sizes if Steering.place(value) == Steering.place(said)]
        if not meant and _of_several(said, sizes):
            return ""
        if not meant:
            return f"Nobody has that value of {name}. {instead(name, [said], sizes)}"
        rows = rows.filter(rows[able[name].column].isin(meant))
    sizes = buyers_by_value(rows, able[pin.on].column)
    if len(sizes) < 2:
        return f"No two values of {pin.on} are known there."
    rest = sum(sizes.values()) - max(sizes.values())
    if not able[pin.on].cuts and (rest < least or sum(sizes.values()) < 2 * least):
        return f"Fewer than two parts there have the least {least:,} buyers ([strata] least_buyers)."
    return ""


def buyers_by_value(rows: ir.Table, column: str) -> dict[str, int]:
    """Buyers by value, where it is known."""
    counted = rows.filter(rows[column].notnull()).group_by(value=rows[column].cast("string")).agg(n=_.count())
    return {row["value"]: int(row["n"]) for row in counted.to_pyarrow().to_pylist()}


def _of_several(said: str, sizes: Mapping[str, int]) -> bool:
    """Whether a part of a path may be one of several values: then only the evidence tells whether it comes to be."""
    return any(Steering.place(value) in Steering.place(said) for value in sizes)
