"""Marketing segments beside the sales segments: who is in which, and where the two families meet."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.estimates.classes import (
    FITTED_BUYERS,
    Classified,
    fetch_sheet,
    fit_marketing_classes,
    given_classes,
)
from marketsofone.project.main_job.holding_up import Row, stability_table
from marketsofone.project.segments.population import NOT_KNOWN
from marketsofone.sources import Finding
from marketsofone.sources.spelling import nearest
from marketsofone.sources.values.currencies import EXPONENTS
from marketsofone.strata.crosswalk import audiences, by_place, crosswalk

if TYPE_CHECKING:
    from marketsofone.customer import UserColumn
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.planning.worked import Worked
    from marketsofone.project.settings.market_file import Settings

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SEGMENTS = pa.schema([("buyer_id", pa.int64()), ("class", pa.string()), ("probability", pa.float64())])
_CROSSWALK = pa.schema([
    ("level", pa.int64()), ("stratum_id", pa.string()), ("class", pa.string()), ("buyers", pa.float64()),
    ("in_class", pa.float64()), ("in_stratum", pa.float64()), ("overlap", pa.float64()), ("spend", pa.float64()),
    ("chosen", pa.bool_()),
])
_NO_TRAITS = Finding(
    "no_marketing_segments", "info", "[marketing]",
    "No marketing trait tells buyers apart, so there are no marketing segments to lay beside the sales segments.",
    "Map columns under [sources.<name>.<table>.traits], or name your own:\n  [marketing]\n  column = \"segment\"")


@dataclass(frozen=True, slots=True)
class Spend:
    """What marketing spent, in all the time that the files tell of.

    Parameters
    ----------
    by_buyer : float array, shape (buyers,)
        In order of the ids.
    unit : str
        A currency, or ``touches`` where no touch of marketing has a cost; empty where there is none.
    on_nobody : float
        On touches that lead to no buyer who is known.
    touches, without_cost : int
        Touches of marketing, and those of them that tell no cost where others do: they count as nothing.
    """

    by_buyer: Floats
    unit: str = ""
    on_nobody: float = 0.0
    touches: int = 0
    without_cost: int = 0


@dataclass(frozen=True, slots=True)
class Marketed:
    """Marketing segments, and how both families hold up.

    Parameters
    ----------
    found : Classified or None
        None where no trait tells buyers apart.
    place : int array, shape (buyers,)
        Each buyer's place in the tree, in order of the ids.
    spend : Spend
    stability : pyarrow.Table
    findings : tuple of Finding
    """

    found: Classified | None
    place: Ints
    spend: Spend
    stability: pa.Table
    findings: tuple[Finding, ...]


def market_segments(settings: Settings, gathered: Gathered, stratified: Stratified,
                    held_up: Future[list[Row]]) -> Marketed:
    """The marketing segments of the buyers, by their traits or as the user's own column says.

    Parameters
    ----------
    held_up : future
        What `tree_held_up` finds on a thread of its own.

    Raises
    ------
    SettingsInvalid
        ``[marketing] column`` names no trait or dimension, or one that names buyers instead of grouping them.
    """
    seed = settings.market.seed
    found = _found(settings, gathered)
    place, spend = _places(stratified, found), _spend(gathered, found, settings.market.currency)
    stability = stability_table(found, held_up.result(), seed)
    noticed = (_NO_TRAITS,) if found is None else tuple(_noticed(found, settings))
    return Marketed(found, place, spend, stability, noticed)


def _places(stratified: Stratified, found: Classified | None) -> Ints:
    """The place in the tree of each buyer that has a class."""
    if found is None:
        return np.zeros(0, np.int64)
    standing = stratified.standing.select("buyer_id", "place").to_pandas().set_index("buyer_id")["place"]
    place: Ints = standing.loc[found.buyer_id].to_numpy(np.int64)
    return place


def _found(settings: Settings, gathered: Gathered) -> Classified | None:
    asked = settings.marketing
    given = marketing_column(settings, gathered)
    if given is not None:
        return _given(gathered, given)
    traits = [column for column in _known(gathered) if column.role == "trait"]
    if not traits:
        return None
    sheet = fetch_sheet(gathered.buyers, traits)
    return fit_marketing_classes(sheet, asked.classes, asked.most_classes, settings.market.seed)


def _known(gathered: Gathered) -> list[UserColumn]:
    return [column for column in gathered.columns if column.column in gathered.buyers.columns]


def marketing_column(settings: Settings, gathered: Gathered) -> UserColumn | None:
    """The user's own column of marketing segments; None where classes are to be found.

    Raises
    ------
    SettingsInvalid
        ``[marketing] column`` names no trait or dimension.
    """
    name, known = settings.marketing.column, _known(gathered)
    if name is None:
        return None
    for column in known:
        if column.name == name:
            return column
    raise _no_such_column(name, [column.name for column in known])


def _given(gathered: Gathered, column: UserColumn) -> Classified:
    name = column.name
    sheet = fetch_sheet(gathered.buyers, [replace(column, kind="text")])
    codes, words = sheet.texts[name]
    if len(words) > 1 and len(words) == np.count_nonzero(codes >= 0):
        raise SettingsInvalid(
            f'[marketing] column = "{name}" groups buyers.',
            f"all its {len(words):,} values differ: it names buyers.", "Name a column whose values repeat.")
    return given_classes(sheet, name, NOT_KNOWN)


def _no_such_column(name: str, known: Sequence[str]) -> SettingsInvalid:
    close = nearest(name, known)
    return SettingsInvalid(
        f'[marketing] column = "{name}" names a trait or a dimension of the buyers.',
        f"traits and dimensions {shortened(known)}." if known else "none is mapped.",
        f'If \'{close}\' is meant, write:\n  [marketing]\n  column = "{close}"' if close
        else f'Map it:\n  [sources.<name>.<table>.traits]\n  {name} = "<column>"')


def _spend(gathered: Gathered, found: Classified | None, currency: str) -> Spend:
    """What marketing spent on each buyer that has a class: cost where any is known, else touches."""
    if found is None:
        return Spend(np.zeros(0))
    sums = None if gathered.spent is None else gathered.spent.to_pandas()
    if sums is None or sums.empty:
        return Spend(np.zeros(len(found.buyer_id)))
    touches, known = int(sums["touches"].sum()), int(sums["priced"].sum())
    paid = (sums["cost"].fillna(0) / 10 ** EXPONENTS[currency] if known else sums["touches"]).astype(float)
    lost = sums["buyer_id"].isna()
    by_buyer = paid[~lost].set_axis(sums.loc[~lost, "buyer_id"].astype(np.int64))
    return Spend(by_buyer.reindex(found.buyer_id, fill_value=0.0).to_numpy(), currency if known else "touches",
                 float(paid[lost].sum()), touches, touches - known if known else 0)


def _noticed(found: Classified, settings: Settings) -> list[Finding]:
    noticed = []
    for name, why in found.columns.left_out if found.columns else ():
        noticed.append(Finding("trait_unused", "info", f"trait {name}", f"{name} tells no buyers apart: {why}."))
    if found.chosen is not None and len(found.names) == 1 and settings.marketing.classes == 0:
        noticed.append(Finding("one_class", "info", "[marketing]",
                               "One class describes the traits best: no marketing segments show in them."))
    if found.columns is None and len(found.names) == 1:
        noticed.append(_of_no_help(str(settings.marketing.column), found.names[0] == NOT_KNOWN))
    if len(found.names) == settings.marketing.most_classes and settings.marketing.classes == 0 and found.fits:
        noticed.append(Finding(
            "most_classes", "info", "[marketing]",
            f"The best number of classes is the highest tried, {len(found.names)}: more might describe them better.",
            f"[marketing]\n  most_classes = {2 * len(found.names)}"))
    return noticed


def _of_no_help(column: str, unknown: bool) -> Finding:
    """That the user's own column tells no buyers apart."""
    why = "is known of no buyer" if unknown else "has one value only"
    return Finding("one_class", "warning", "[marketing]",
                   f"The column {column} {why}: all buyers are one marketing segment.",
                   "Name a column whose values group buyers, or take the line out for segments found by the traits.")


def marketing_tables(marketed: Marketed) -> dict[str, pa.Table]:
    """The tables ``marketing_segments`` and ``stability``."""
    segments = _SEGMENTS.empty_table() if marketed.found is None else _segments(marketed.found)
    return {"marketing_segments": segments, "stability": marketed.stability}


def crosswalk_table(marketed: Marketed, stratified: Stratified, worked: Worked) -> tuple[pa.Table, dict[str, Any]]:
    """The table ``crosswalk``, and what the manifest says of marketing segments, once it is known what sales works."""
    found = marketed.found
    if found is None:
        return _CROSSWALK.empty_table(), {"classes": 0}
    places = int(stratified.spread["place"].max()) + 1
    walk = crosswalk(by_place(marketed.place, found.shares, places),
                     by_place(marketed.place, found.shares, places, marketed.spend.by_buyer),
                     stratified.spread, found.names, worked.strata)
    said = _said(marketed, found, walk) | {"worked_by": worked.by}
    return pa.Table.from_pandas(walk, schema=_CROSSWALK, preserve_index=False), said


def _segments(found: Classified) -> pa.Table:
    """Each buyer's most likely class, in order of the ids."""
    which = found.most_likely
    names = pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(found.names))
    chance = found.shares[which, np.arange(len(which))].astype(np.float64)
    return pa.table([pa.array(found.buyer_id), names.cast(pa.string()), pa.array(chance)], schema=_SEGMENTS)


def _said(marketed: Marketed, found: Classified, walk: pd.DataFrame) -> dict[str, Any]:
    """What the manifest says: how classes were chosen, what they are like, what marketing spends beside sales."""
    said = [{"class": a.name, "spend": a.spend, "outside": a.outside, "outside_share": a.outside_share}
            for a in audiences(walk)]
    return {
        "classes": len(found.names), "criterion": "ICL" if len(found.fits) > 1 else "given",
        "fitted_buyers": min(FITTED_BUYERS, len(found.buyer_id)) if found.fits else 0,
        "tried": [{"classes": len(fit.classes), "log_likelihood": fit.log_likelihood, "bic": fit.bic, "icl": fit.icl}
                  for fit in found.fits],
        "profiles": profiles(found), "audiences": said, "spend_unit": marketed.spend.unit,
        "spend_on_nobody": marketed.spend.on_nobody, "touches": marketed.spend.touches,
        "touches_without_cost": marketed.spend.without_cost,
    }


def profiles(found: Classified) -> list[dict[str, Any]]:
    """What each latent class is like, trait by trait; empty where the user gave the classes.

    A number by its middle (where it is taken as a logarithm, on the column's own scale); a text by the
    value that is most over-represented, with its share in the class and in the whole market.
    """
    if found.chosen is None or found.columns is None or found.sample is None:
        return []
    made = found.chosen.classes
    told = []
    for number, name in enumerate(found.names):
        traits: dict[str, Any] = {}
        for of, scale, mean in zip(found.columns.numbers, found.sample.scales, made.mean[number], strict=True):
            traits[of] = {"middle": float(scale.undo(mean)), "apart": float(mean)}
        for of, words, chance in zip(found.columns.texts, found.columns.words, made.chance, strict=True):
            market = made.share @ chance
            top = int(np.argmax(chance[number] - market))
            traits[of] = {"value": words[top], "share": float(chance[number, top]), "market": float(market[top])}
        told.append({"class": name, "share": float(made.share[number]), "traits": traits})
    return told

