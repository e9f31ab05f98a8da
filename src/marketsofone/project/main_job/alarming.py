"""Alarms a leader understands: sectors that are mixed, and what acting on micro-segments would earn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from marketsofone.customer import path
from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.features.statements import main_statement
from marketsofone.project.main_job.alarming_words import edge_sentence, mixed_sentence
from marketsofone.sources.spelling import nearest
from marketsofone.strata.alarms_sectors import ASKED, NEEDS, Answers, Mixed, answers_of, mixed_sectors
from marketsofone.strata.edge import Edge
from marketsofone.strata.edge_parting import edges
from marketsofone.strata.names import group_name
from marketsofone.strata.regrowing import asked_of_some, placed

if TYPE_CHECKING:
    from marketsofone.customer import Stratum, UserColumn
    from marketsofone.estimates.candidates import Dimension
    from marketsofone.estimates.sampled import Sampled
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.settings.market_file import AlarmSettings, Settings

Ints = NDArray[np.int64]

MOST_VALUES = 100
"""Of a dimension that is named as the sector, so many values are asked: those with most buyers."""

SCHEMA = pa.schema([
    ("kind", pa.string()), ("stratum_id", pa.string()), ("name", pa.string()), ("measure", pa.string()),
    ("value", pa.float64()), ("low", pa.float64()), ("high", pa.float64()), ("level", pa.float64()),
    ("alarmed", pa.bool_()), ("by", pa.string()), ("buyers", pa.int64()), ("sentence", pa.string()),
])
"""The table ``alarms``."""

Rows = Iterator[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Sector:
    """Something that is treated as one: a stratum, or a value of the dimension that the user names."""

    stratum_id: str | None
    name: str


Cover = tuple[list[Sector], Ints]
"""Sectors that share no buyers, and the place among them of each buyer, -1 for none."""


def alarms_table(settings: Settings, gathered: Gathered, stratified: Stratified) -> pa.Table:
    """Every alarm that was asked, whether it sounds or not; an edge is brought from those judged to all buyers.

    In a market in which nothing differs, any ``mixed`` alarm sounds with at most the chance that
    ``[alarms] level`` states, and any ``edge`` with at most that chance again: the bounds of all rows of a
    kind hold together.

    Returns
    -------
    pyarrow.Table
        ``kind`` (mixed or edge), ``stratum_id`` (null for a value that is no stratum), ``name``, ``measure``
        (needs, competitiveness, attractiveness; money for an edge), ``value``, ``low``, ``high`` (a share
        of variation; for an edge major units over the horizon; null where it cannot be told), ``level``,
        ``alarmed``, ``by`` (the dimension that shows it), ``buyers`` (judged on), ``sentence``.
    """
    needs = answers_of(stratified.sample, _stated(gathered))
    rows = [*_mixed(stratified, needs, settings.alarms), *_edges(stratified, gathered, settings)]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def check_sector(asked: AlarmSettings, columns: Sequence[UserColumn], forbidden: Sequence[str] = ()) -> None:
    """That the dimension named as the sector is mapped, and not among those that may not split.

    One that is mapped and has a single value in these files, or none, has no sectors to ask; a finding of its own
    (``dimension_unused``) says so.

    Raises
    ------
    SettingsInvalid
        ``[alarms] sector`` names no dimension, or a forbidden one.
    """
    names = [column.name for column in columns if column.role == "dimension"]
    if asked.sector is not None and asked.sector in forbidden:
        raise SettingsInvalid(
            "[alarms] sector names a dimension that may split the market.",
            f"'{asked.sector}', which forbid of [strata] lists.", "Take it out of forbid, or the line out of [alarms].")
    if asked.sector is None or asked.sector in names:
        return
    close = nearest(asked.sector, names)
    raise SettingsInvalid(
        f'[alarms] sector = "{asked.sector}" names a sales dimension.',
        f"dimensions {shortened(names)}." if names else "no such dimension.",
        f'If \'{close}\' is meant, write:\n  [alarms]\n  sector = "{close}"' if close
        else "Take the line out, or map the dimension.")


def _stated(gathered: Gathered) -> dict[int, str]:
    """The main need of each buyer of whom one was stated."""
    if "wish" not in gathered.tables:
        return {}
    said = main_statement(gathered.tables, gathered.owner, "wish", "theme").to_pandas()
    return {int(buyer): str(value) for buyer, value in zip(said["buyer_id"], said["value"], strict=True)
            if value is not None}


def _mixed(stratified: Stratified, needs: Answers | None, asked: AlarmSettings) -> Rows:
    sample, covers = stratified.sample, _covers(stratified, asked.sector)
    measures = len([m for m in ASKED if (m == NEEDS and needs is not None) or m in sample.sums])
    count = measures * sum(len(sectors) for sectors, _place in covers)
    for sectors, place in covers:
        for mixed in mixed_sectors(sample, place, stratified.dimensions, needs, asked.level / max(count, 1)):
            yield _mixed_row(sectors[mixed.sector], mixed, asked)


def _covers(stratified: Stratified, named: str | None) -> list[Cover]:
    """The strata of the first level, those that stop deeper down, and the values of the dimension named."""
    sample = stratified.sample
    strata, standing = stratified.strata, placed(sample, stratified.strata)
    split = {stratum.parent for stratum in strata}
    top = [s for s in strata if s.depth == min(1, strata[-1].depth)]
    ends = [s for s in strata if s.depth > 1 and s.number not in split]
    covers = [_of_strata(strata, standing, chosen) for chosen in (top, ends) if chosen]
    if named is not None:
        covers += [_of_values(sample, strata, dimension) for dimension in stratified.dimensions
                   if dimension.name == named]
    return covers


def _of_strata(strata: Sequence[Stratum], standing: Ints, chosen: Sequence[Stratum]) -> Cover:
    above = np.full(len(strata), -1, dtype=np.int64)
    for place, stratum in enumerate(chosen):
        above[stratum.number] = place
    for stratum in strata[1:]:
        if above[stratum.number] < 0:
            above[stratum.number] = above[stratum.parent]
    return [Sector(s.stratum_id, _called(strata, s.number)) for s in chosen], above[standing]


def _called(strata: Sequence[Stratum], number: int) -> str:
    """Names from below the market down, as the page labels a stratum."""
    return " / ".join(path(strata, number)[1:]) or "the whole market"


def _of_values(sample: Sampled, strata: Sequence[Stratum], dimension: Dimension) -> Cover:
    """Values that are a stratum of the first level by themselves are asked there."""
    words, codes = sample.words[dimension.name], sample.codes[dimension.name]
    alone = {s.values for s in strata if s.depth == 1 and s.split_on == dimension.name}
    times = np.bincount(codes[codes >= 0], minlength=len(words))
    often = [int(code) for code in np.argsort(-times, kind="stable") if (words[code],) not in alone][:MOST_VALUES]
    place = np.full(len(words) + 1, -1, dtype=np.int64)
    place[often] = np.arange(len(often))
    return [Sector(None, group_name(dimension, [words[code]])) for code in often], place[codes]


def _mixed_row(sector: Sector, mixed: Mixed, asked: AlarmSettings) -> dict[str, Any]:
    inside = mixed.inside
    alarmed = inside is not None and inside.low > asked.margin
    value, low, high, by = (inside.value, inside.low, inside.high, inside.by) if inside else (None, None, None, None)
    return {"kind": "mixed", "stratum_id": sector.stratum_id, "name": sector.name, "measure": mixed.measure,
            "value": value, "low": low, "high": high, "level": asked.level, "alarmed": alarmed, "by": by,
            "buyers": mixed.buyers,
            "sentence": mixed_sentence(sector.name, mixed.measure, inside, alarmed, asked.margin)}


def _edges(stratified: Stratified, gathered: Gathered, settings: Settings) -> Rows:
    """The whole market gets half of the chance of error, its strata share the other half."""
    sample, strata, level = stratified.sample, stratified.strata, settings.alarms.level
    times = int(gathered.buyers.count().execute()) / max(len(sample.buyer_id), 1)
    found = edges(sample, strata, stratified.dimensions, asked_of_some(stratified.rules, 1 / times))
    standing = placed(sample, strata)
    for number in sorted({0, *found}):
        sector = Sector(strata[number].stratum_id, _called(strata, number))
        shared = level / 2 if number == 0 else level / 2 / max(len(found.keys() - {0}), 1)
        buyers = int((_of_strata(strata, standing, [strata[number]])[1] >= 0).sum())
        yield _edge_row(sector, found.get(number), times, shared, buyers, settings)


def _edge_row(
    sector: Sector, edge: Edge | None, times: float, level: float, buyers: int, settings: Settings
) -> dict[str, Any]:
    value = low = high = None
    if edge is not None:
        low, high = (times * bound for bound in edge.bounds(level))
        value = times * edge.value
    alarmed = low is not None and low > 0
    sentence = edge_sentence(sector.name, value, low, high, settings.market.currency)
    return {"kind": "edge", "stratum_id": sector.stratum_id, "name": sector.name, "measure": "money", "value": value,
            "low": low, "high": high, "level": settings.alarms.level, "alarmed": alarmed, "by": None,
            "buyers": buyers, "sentence": sentence}
