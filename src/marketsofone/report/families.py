"""Marketing segments beside the sales segments: who of the one stands in the other, and which hold up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from marketsofone.report import segment_words, words
from marketsofone.report.figures import Row
from marketsofone.report.results import Results
from marketsofone.report.steadiness import Steady, read_so
from marketsofone.report.steadiness import steady as steady_words
from marketsofone.report.strata import first, leaves, named

MOST_ROWS, MOST_CLASSES = 40, 10

_SHADES = (0.05, 0.2, 0.4, 0.6, 0.8)
_APART, _MORE, _TRAITS = 0.3, 0.1, 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A stratum's share in a class: what is printed, how dark, and the rest for whoever points at it."""

    share: str
    step: int
    title: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A leaf of the sales tree beside the marketing classes: its share in each, and the share of each in it."""

    path: str
    buyers: str
    cells: tuple[Cell, ...]
    back: tuple[Cell, ...]
    steady: Steady


@dataclass(frozen=True, slots=True)
class MarketingClass:
    """A marketing segment: how large, what it is like, whether it holds up, what marketing spends past sales."""

    name: str
    buyers: str
    like: str
    steady: Steady
    reaches: str
    outside: str


@dataclass(frozen=True, slots=True)
class Families:
    """Both families of segments of one market; ``key`` says how to read which of them hold up."""

    lead: str
    key: str
    counted: str
    classes: tuple[MarketingClass, ...]
    heads: tuple[str, ...]
    rows: tuple[Beside, ...]
    left_out: int
    heads_left_out: int


def families(results: Results, market: Row) -> Families | None:
    """The two families side by side, or None where the market has no marketing segments."""
    walk, stability = results.crosswalk, results.stability
    if walk is None or stability is None or walk.num_rows == 0:
        return None
    deepest = pc.max(walk["level"]).as_py()
    of_leaves = walk.filter(pc.equal(walk["level"], deepest)).to_pylist()
    cells = {(row["stratum_id"], row["class"]): row for row in of_leaves}
    held = {(row["family"], row["segment"]): row for row in stability.filter(
        pc.equal(stability["measure"], "within")).to_pylist()}
    names = list(dict.fromkeys(name for _id, name in cells))
    ends = leaves(results.strata)
    shown = first(ends, [("buyers", "descending"), ("stratum_id", "ascending")], MOST_ROWS)
    said = results.manifest.get("marketing", {})
    return Families(
        lead=f"{_lead(said, names)} {segment_words.wasted_told(said)}".rstrip(),
        key=read_so(stability.to_pylist()),
        counted=f"{segment_words.worked_told(said)} {segment_words.IN_PROPORTION}",
        heads=tuple(names[:MOST_CLASSES]),
        classes=tuple(_class(name, cells, held, said) for name in names[:MOST_CLASSES]),
        rows=tuple(_beside(row, names[:MOST_CLASSES], cells, held, market) for row in shown),
        left_out=ends.num_rows - len(shown), heads_left_out=max(len(names) - MOST_CLASSES, 0))


def _lead(said: Mapping[str, Any], names: Sequence[str]) -> str:
    if said.get("profiles") and len(names) == 1 and said["criterion"] == "ICL":
        return "One class describes the traits best: no marketing segments show in them."
    if said.get("profiles"):
        how = f", their number chosen among 1 to {len(said['tried'])} by ICL" if said["criterion"] == "ICL" else ""
        return f"{len(names)} latent class{'es' if len(names) != 1 else ''} of the marketing traits{how}."
    return f"{words.counted(len(names), 'segment')} as marketing gave them."


def _beside(
    row: Row, names: Sequence[str], cells: Mapping[tuple[str, str], Row], held: Mapping[tuple[str, str], Row],
    market: Row,
) -> Beside:
    own = [cell for (stratum_id, _class), cell in cells.items() if stratum_id == row["stratum_id"]]
    return Beside(
        path=named(row, market), buyers=words.count(round(sum(cell["buyers"] for cell in own), 1)),
        steady=steady_words(held.get(("sales", row["stratum_id"]))),
        cells=tuple(_cell(cells.get((row["stratum_id"], name)), "in_class") for name in names),
        back=tuple(_cell(cells.get((row["stratum_id"], name)), "in_stratum") for name in names))


def _cell(found: Row | None, of: str) -> Cell:
    if found is None:
        return Cell("-", 0, "no buyers")
    both = words.count(round(found["buyers"], 1))
    title = (f"{both} buyers of both; {words.share(found['in_class'])} of the sales segment, "
             f"{words.share(found['in_stratum'])} of the class; overlap {words.share(found['overlap'])}")
    return Cell(words.share(found[of]), sum(found[of] >= limit for limit in _SHADES), title)


def _class(
    name: str, cells: Mapping[tuple[str, str], Row], held: Mapping[tuple[str, str], Row], said: Mapping[str, Any]
) -> MarketingClass:
    buyers = sum(row["buyers"] for (_id, of), row in cells.items() if of == name)
    profile = next((each for each in said.get("profiles", ()) if each["class"] == name), None)
    audience = next((each for each in said.get("audiences", ()) if each["class"] == name), None)
    spent = audience is not None and audience["spend"] > 0
    return MarketingClass(
        name=name, buyers=words.count(round(buyers, 1)), like=_like(profile),
        steady=steady_words(held.get(("marketing", name))),
        reaches=words.share(1.0 - audience["outside_share"]) if audience is not None and spent else "nothing spent",
        outside=words.share(audience["outside_share"]) if audience is not None and spent else "nothing spent")


def _like(profile: Mapping[str, Any] | None) -> str:
    """The traits in which a class stands out most, in words."""
    if profile is None:
        return ""
    told = [_trait(name, of) for name, of in profile["traits"].items()]
    kept = sorted((pair for pair in told if pair[0] > 0), key=lambda pair: -pair[0])[:_TRAITS]
    return "; ".join(text for _weight, text in kept)


def _trait(name: str, of: Mapping[str, Any]) -> tuple[float, str]:
    """How far a class stands apart in a trait (0: not enough to say), and the words for it."""
    if "middle" in of:
        weight = abs(of["apart"])
        side = "high" if of["apart"] > 0 else "low"
        return weight if weight >= _APART else 0.0, f"{name} {side} (around {words.measured(of['middle'])})"
    more = of["share"] - of["market"]
    shares = f"{words.share(of['share'])} beside {words.share(of['market'])}"
    return 2 * more if more >= _MORE else 0.0, f"{name} {of['value']} ({shares})"

