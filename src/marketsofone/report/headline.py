"""The first screen: which market, as of when, what the scores rest on and what is taken for granted."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.report import segment_words, words
from marketsofone.report.figures import Row
from marketsofone.report.glossary import SCORES, VALUE_OF_AN_HOUR, Score
from marketsofone.report.ranking import RankedBuyer
from marketsofone.report.results import Results
from marketsofone.report.steadiness import weak_segments
from marketsofone.report.strata import leaves


@dataclass(frozen=True, slots=True)
class Rest:
    """What one score rests on, in the whole market."""

    name: str
    title: str
    question: str
    value: str
    interval: str
    rests_on: str
    one_trial: str
    note: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The page in one breath."""

    market: str
    as_of: str
    buyers: str
    strata: str
    lead: str
    comparison: str
    rests: tuple[Rest, ...]
    conditions: tuple[str, ...]
    labels: tuple[str, ...]


def headline(results: Results, ranked: tuple[RankedBuyer, ...]) -> Headline:
    """The headline of a run."""
    manifest = results.manifest
    return Headline(
        market=market_name(results),
        as_of=words.day(manifest["as_of"]),
        buyers=_buyers(results),
        strata=_strata(results),
        lead=_lead(ranked),
        comparison=_comparison(results.buyers, ranked, manifest["currency"]),
        rests=tuple(_rest(score, results.evidence, manifest["currency"]) for score in SCORES),
        conditions=tuple(s.without for s in SCORES if s.name in manifest["conditional_on"]),
        labels=tuple(words.cut(label, 200) for label in words.apart(manifest["labels"], results.evidence.to_pylist())),
    )


def market_name(results: Results) -> str:
    """What the market is called in its settings."""
    settings = results.manifest["market"]
    return words.cut(settings.get("market", settings).get("name", "The market"), 80)


def _buyers(results: Results) -> str:
    kinds = results.manifest["buyer_kinds"]
    written = [words.counted(kinds[kind], kind) for kind in sorted(kinds, key=lambda k: (-kinds[k], k))]
    return words.listed(written) or words.counted(results.buyers.num_rows, "buyer")


def _strata(results: Results) -> str:
    ends = leaves(results.strata).num_rows
    told = segment_words.strata_told(results.strata["parent_id"].to_pylist())
    if ends <= 1:
        return f"{told}: no split would pay"
    weak = weak_segments(results.stability)
    holds = "none of these holds up" if weak == ends else f"{weak} of these {'does' if weak == 1 else 'do'} not hold up"
    return (f"{told} and each to be worked in its own way"
            + (f"; {holds} when the market is drawn anew" if weak else ""))


def _lead(ranked: tuple[RankedBuyer, ...]) -> str:
    if not ranked:
        return "No buyer is ranked in this run."
    given, hour = ranked[0].given, ranked[0].figures[0]
    earns, ends = (hour.value if hour.known else "", hour.interval) if given is None else (given.earns, given.interval)
    if not earns:
        known = [f"{each.title.lower()} {each.value} (90% interval {each.interval})"
                 for each in ranked[0].figures[1:] if each.known]
        return f"Approach {ranked[0].source_id} next" + (f": {words.listed(known)}." if known else ".")
    worth = f"an hour there is expected to earn {earns}" + (f" (90% interval {ends})" if ends else "")
    hours = "" if given is None else f" The plan gives it {given.hours} hours."
    return f"Approach {ranked[0].source_id} next: {worth}.{hours}"


def _comparison(buyers: pa.Table, ranked: tuple[RankedBuyer, ...], currency: str) -> str:
    first, planned = len(ranked), bool(ranked) and ranked[0].given is not None
    hours = buyers[VALUE_OF_AN_HOUR.name].drop_null()
    if len(hours) <= first:
        return ""
    top = pc.mean(hours.take(pc.select_k_unstable(pa.table([hours], ["v"]), first, [("v", "descending")])))
    middle = pc.quantile(hours, 0.5)[0].as_py()
    begin = "By the scores alone, an hour" if planned else "An hour"
    return (f"{begin} with the {first} buyers of highest value is expected to earn "
            f"{words.money(top.as_py(), currency)}, an hour with the middle buyer of the market "
            f"{words.money(middle, currency)}.")


def _rest(score: Score, evidence: pa.Table, currency: str) -> Rest:
    rows: list[Row] = evidence.filter(pc.equal(evidence["score"], score.name)).to_pylist()
    row: Row = rows[0] if rows else dict.fromkeys(evidence.column_names)
    return Rest(
        name=score.name, title=score.title, question=score.question,
        value=words.number(row["base"], score.kind, currency),
        interval=words.interval(row["low"], row["high"], score.kind, currency),
        rests_on=f"{words.counted(row['trials'] or 0, 'trial')} from "
                 f"{words.counted(row['buyers'] or 0, 'buyer')}",
        one_trial=words.cut(row["unit"], 80),
        note=words.cut(row["note"], 240),
    )
