"""Alarms, stability, neighbours and births on the page."""

from dataclasses import replace

import pyarrow as pa
import pytest

from marketsofone.report.alarms import alarms
from marketsofone.report.lineage import lineage
from marketsofone.report.page import render_report
from marketsofone.report.segment_words import TYPICAL
from marketsofone.report.steadiness import HIGH, marks, steadiness
from marketsofone.report.strata import leaves, market
from marketsofone.report.verdicts import verdicts


def stable(family, solution, segment, measure, value, holds=None):
    return {"family": family, "solution": solution, "segment": segment, "measure": measure, "value": value,
            "low": value - 0.1, "high": value + 0.05, "pairs": 3, "buyers": 9, "holds": holds}


def alarm(**changes):
    return {"kind": "mixed", "stratum_id": None, "measure": "needs", "level": 0.05, "alarmed": True,
            "sentence": "Mixed: <b>retail</b>.", **changes}


@pytest.fixture
def seen(small):
    """The small market: its first leaf does not hold up, its second does; one alarm sounds."""
    strata = small.strata
    for name in ("stratum_id", "parent_id"):
        strata = strata.set_column(strata.column_names.index(name), name, strata[name].cast(pa.string()))
    first, *others = leaves(strata)["stratum_id"].to_pylist()
    rows = [stable("sales", 2, first, "within", 0.4, False),
            *(stable("sales", 2, other, "within", 0.9, True) for other in others),
            stable("sales", 2, None, "global", 0.7), stable("sales", 3, None, "global", -0.2),
            stable("sales", 3, first, "across", 0.5)]
    sounding = [alarm(kind="edge", measure="money", sentence="The edge.", stratum_id=strata["stratum_id"][0].as_py()),
                alarm(stratum_id=first), alarm(alarmed=False, sentence="Quiet.")]
    verdict = {"pair": 1, "a": "Acme / Retail", "b": "Acme / Energy", "verdict": "different", "unit": "share", "on": "",
               "effect": 0.25, "low": 0.1, "high": 0.4, "buyers_a": 3.0, "buyers_b": 2.0, "needed": None,
               "by_construction": True, "criterion": "competitiveness"}
    other = {**verdict, "criterion": "needs", "verdict": "cannot tell yet", "buyers_a": 0.0, "buyers_b": 0.0}
    became = {"kind": "dead", "from_path": "Acme / Retail", "to_path": None, "buyers_from": 3.0, "buyers_to": 0.0,
              "sentence": "Its buyers went to several segments, most to none: new evidence."}
    return replace(small, strata=strata, stability=pa.Table.from_pylist(rows), alarms=pa.Table.from_pylist(sounding),
                   verdicts=pa.Table.from_pylist([other, verdict]), lineage=pa.Table.from_pylist([became])), first


def test_a_page_without_them_has_none_of_these_sections(small):
    page = render_report(small)
    for section in ("alarms", "stability", "neighbours", "lineage"):
        assert f'id="{section}"' not in page


def test_every_section_is_on_the_page_and_no_text_of_the_data_is_markup(seen):
    page = render_report(seen[0])
    for section in ("alarms", "stability", "neighbours", "lineage"):
        assert f'<section id="{section}"' in page
    assert "&lt;b&gt;retail&lt;/b&gt;" in page
    assert " style=" not in page
    assert page == render_report(seen[0])


def test_only_what_sounds_is_told_beside_the_markets_own_edge(seen):
    shown = alarms(seen[0].alarms)
    assert (shown.edge, shown.sounding) == ("The edge.", ("Mixed: <b>retail</b>.",))
    assert (shown.asked, shown.level) == (3, "5.0%")
    assert alarms(None) is None


def test_a_segment_that_does_not_hold_up_is_marked_and_so_is_what_stands_above_it(seen):
    results, first = seen
    told = marks(results, {first: ["mixed in needs"]})
    assert told == {first: ("does not hold up", "mixed in needs")}
    assert "1 below does not hold up" in render_report(results)
    accepted = replace(results, accepted={first: "We know them."})
    assert marks(accepted, {}) == {first: ("does not hold up, accepted",)}
    assert "We know them." in render_report(accepted)


def test_the_weakest_segment_comes_first_and_pictures_stay_inside_their_frame(seen):
    shown = steadiness(seen[0], market(seen[0].strata))
    assert shown.segments[0].steady.words == "0.40 (0.30 to 0.45), does not hold up"
    assert shown.lead == ("1 of 2 sales segments does not hold up: a plan leaves it out until a person accepts it with "
                          "a note.")
    agreement, across = shown.pictures
    assert [number for _x, number in agreement.numbers] == [2, 3]
    assert [dot.y for dot in agreement.dots] == [pytest.approx(0.3 * HIGH), HIGH]
    assert [number for _x, number in across.numbers] == [3]


def test_a_pair_tells_what_is_decided_first_and_what_nobody_recorded(seen):
    [pair] = verdicts(seen[0].verdicts, market(seen[0].strata), "EUR")
    assert (pair.first, pair.second, pair.unrecorded) == ("Retail", "Energy", "needs")
    [verdict] = pair.verdicts
    assert (verdict.verdict, verdict.effect, verdict.interval) == (
        "different, as it was split", "25.0 points", "10.0 to 40.0 points")


def test_a_pair_says_what_its_amounts_are_only_where_it_compares_any(seen):
    row = next(each for each in seen[0].verdicts.to_pylist() if each["buyers_a"])
    rows = [row | {"criterion": "attractiveness", "unit": unit} for unit in ("share", "money")]
    without, told = (verdicts(pa.Table.from_pylist([each]), market(seen[0].strata), "EUR")[0] for each in rows)
    assert (without.typical, told.typical) == ("", TYPICAL)


def test_births_and_deaths_are_counted(seen):
    shown = lineage(seen[0].lineage, market(seen[0].strata))
    assert shown.lead.startswith("Since the run before: 1 dead. A buyer whose place in the tree is not known counts in")
    assert (shown.rows[0].before, shown.rows[0].after, shown.rows[0].buyers) == ("Retail", "", "3")


def test_a_market_of_one_segment_is_not_said_to_hold_up(small):
    alone = pa.Table.from_pylist([stable("sales", 1, "market", "within", 1.0, True)])
    shown = steadiness(replace(small, stability=alone), market(small.strata))
    assert shown.lead == "The whole market is one segment: there is nothing to judge."


def test_an_overlap_just_below_the_limit_is_not_written_as_the_limit(seen):
    results, first = seen
    row = stable("sales", 2, first, "within", 0.597, False)
    shown = steadiness(replace(results, stability=pa.Table.from_pylist([row])), market(results.strata))
    assert shown.segments[0].steady.words.startswith("0.597 (")
