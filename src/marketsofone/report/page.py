"""The whole page: every section laid out, then written into the template."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from marketsofone.report import segment_words, words
from marketsofone.report.alarms import Alarms, alarms, sounding_at
from marketsofone.report.computed import Computed, computed
from marketsofone.report.families import Families, families
from marketsofone.report.figures import Figure, Row, Ruler, ruler
from marketsofone.report.glossary import SCORES, SHOWN, TERMS, Score
from marketsofone.report.headline import Headline, headline
from marketsofone.report.health import Health, data_health
from marketsofone.report.icicle import Icicle, icicle
from marketsofone.report.identity import Identities, identities
from marketsofone.report.lineage import Lineage, lineage
from marketsofone.report.openings import Openings, openings
from marketsofone.report.plan import PlanShown, plan_shown
from marketsofone.report.portfolio import Portfolio, portfolio
from marketsofone.report.ranking import PassedOver, RankedBuyer, passed_over, ranked_buyers
from marketsofone.report.results import Results
from marketsofone.report.segments import WrittenSegments, written_segments
from marketsofone.report.steadiness import Steadiness, marks, steadiness
from marketsofone.report.strata import first, leaves, market, named
from marketsofone.report.thin import Thin, thin_evidence
from marketsofone.report.tree import MOST_NODES, Node, grow
from marketsofone.report.verdicts import Pair, verdicts


@dataclass(frozen=True, slots=True)
class Stratum:
    """A line of the table of all strata."""

    path: str
    level: int
    buyers: str
    split_on: str
    gain: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Exactly what the template may use."""

    headline: Headline
    ranked: tuple[RankedBuyer, ...]
    passed: PassedOver
    portfolio: Portfolio
    plan: PlanShown | None
    icicle: Icicle
    tree: tuple[Node, ...]
    identities: Identities | None
    families: Families | None
    alarms: Alarms | None
    steadiness: Steadiness | None
    pairs: tuple[Pair, ...]
    lineage: Lineage | None
    written: WrittenSegments | None
    thin: tuple[Thin, ...]
    openings: Openings
    strata: tuple[Stratum, ...]
    strata_left_out: int
    strata_told: str
    unplaced: str
    health: Health
    computed: Computed
    columns: tuple[Score, ...]
    scores: tuple[Score, ...]
    terms: tuple[tuple[str, str], ...]
    style: Markup
    style_hash: str


def render_report(results: Results) -> str:
    """The results of a run as one HTML file.

    The file holds all it needs: it asks the network for nothing and runs no script, and its own content
    security policy forbids both. The same results give the same bytes.

    Parameters
    ----------
    results : Results
        Tables and manifest of a snapshot. Only first rows and totals of long tables are shown; the page
        says how many were left out.

    Returns
    -------
    str
        The page, to be written as UTF-8.

    """
    page = _page(results)
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    return _environment().get_template("report.html").render(context)


def _page(results: Results) -> Page:
    whole = market(results.strata)
    upper = first(results.strata, [("level", "ascending"), ("buyers", "descending"),
                                   ("stratum_id", "ascending")], MOST_NODES)
    measured = ruler(upper, SHOWN, whole, results.manifest["currency"])
    ranked = ranked_buyers(results, whole)
    ends: list[Row] = leaves(results.strata).to_pylist()
    style, style_hash = _style()
    sounding = sounding_at(results.alarms)
    marked = marks(results, sounding)
    return Page(
        headline=headline(results, ranked), ranked=ranked, passed=passed_over(results),
        portfolio=portfolio(results.strata, measured),
        plan=plan_shown(results.manifest, results.plan, results.segment_choice, results.drain, results.strata),
        icicle=icicle(upper, measured), tree=grow(upper, measured, marked),
        identities=identities(results, whole), families=families(results, whole),
        alarms=alarms(results.alarms), steadiness=steadiness(results, whole),
        pairs=verdicts(results.verdicts, whole, results.manifest["currency"]),
        lineage=lineage(results.lineage, whole),
        written=written_segments(results),
        thin=thin_evidence(results.buyers, ends, measured), openings=openings(results, whole),
        strata=tuple(_stratum(row, measured) for row in upper),
        strata_left_out=results.strata.num_rows - len(upper),
        strata_told=segment_words.strata_told(results.strata["parent_id"].to_pylist()),
        unplaced=segment_words.unplaced_told(results.strata.select(["stratum_id", "parent_id", "buyers"]).to_pylist()),
        health=data_health(results), computed=computed(results.manifest),
        columns=SHOWN, scores=SCORES, terms=TERMS, style=style, style_hash=style_hash)


def _stratum(row: Row, measured: Ruler) -> Stratum:
    gain = row["gain"]
    return Stratum(
        path=named(row, measured.market), level=row["level"], buyers=words.count(row["buyers"]),
        split_on=words.cut(row["split_on"], 60),
        gain=words.money(gain, measured.currency) if words.is_known(gain) else "",
        figures=measured.figures(row))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("marketsofone.report"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True)
    environment.filters["cut"] = words.cut
    environment.filters["cut_path"] = words.cut_path
    return environment


@cache
def _style() -> tuple[Markup, str]:
    """The style sheet and the hash by which the page's own policy lets it in."""
    text = resources.files("marketsofone.report").joinpath("templates/report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Markup(text), f"sha256-{digest}"  # our own file: nothing of the data is in it
