"""Both families of segments on the page: counted as the tables say, marked where they do not hold up."""

from dataclasses import replace

import pyarrow as pa
import pytest

from marketsofone.report.families import families
from marketsofone.report.page import render_report
from marketsofone.report.strata import leaves, market

CLASSES = ("young", "old")


@pytest.fixture
def beside(small):
    """The small market, each leaf with three quarters young; the first leaf and the old do not hold up."""
    strata = small.strata
    for name in ("stratum_id", "parent_id"):
        strata = strata.set_column(strata.column_names.index(name), name, strata[name].cast(pa.string()))
    ends = leaves(strata)["stratum_id"].to_pylist()
    walk = [{"level": 1, "stratum_id": leaf, "class": name, "buyers": 3.0 if name == "young" else 1.0,
             "in_class": 0.75 if name == "young" else 0.25, "in_stratum": 0.5, "overlap": 0.4, "spend": 10.0,
             "chosen": True} for leaf in ends for name in CLASSES]
    walk += [{**walk[0], "level": 0, "stratum_id": "above", "buyers": 99.0}]
    held = [("sales", leaf, number > 0) for number, leaf in enumerate(ends)]
    held += [("marketing", "young", True), ("marketing", "old", False)]
    steady = [{"family": family, "solution": 2, "segment": segment, "measure": "within", "value": 0.9 if holds else 0.3,
               "low": 0.2, "high": 0.95, "pairs": 10, "buyers": 100, "holds": holds} for family, segment, holds in held]
    said = {"classes": 2, "criterion": "given", "tried": [], "profiles": [], "spend_unit": "EUR",
            "audiences": [{"class": "young", "spend": 40.0, "outside": 10.0, "outside_share": 0.25},
                          {"class": "old", "spend": 0.0, "outside": 0.0, "outside_share": 0.0}]}
    return replace(small, strata=strata, crosswalk=pa.Table.from_pylist(walk),
                   stability=pa.Table.from_pylist(steady), manifest={**small.manifest, "marketing": said})


def test_a_market_without_marketing_segments_says_nothing_of_them(small):
    assert families(small, market(small.strata)) is None
    assert "Marketing segments beside them" not in render_report(small)


def test_only_the_leaves_are_counted(beside):
    shown = families(beside, market(beside.strata))
    ends = leaves(beside.strata).num_rows
    assert [each.name for each in shown.classes] == list(CLASSES)
    assert shown.classes[0].buyers == str(3 * ends)
    assert len(shown.rows) == ends
    assert all([cell.share for cell in row.cells] == ["75.0%", "25.0%"] for row in shown.rows)


def test_what_does_not_hold_up_is_marked(beside):
    shown = families(beside, market(beside.strata))
    assert shown.classes[0].steady.holds
    assert "does not hold up" in shown.classes[1].steady.words
    assert sum(not row.steady.holds for row in shown.rows) == 1


def test_how_many_draws_there_were_is_what_the_run_drew(beside):
    rows = [{**row, "pairs": 3 if row["family"] == "sales" else 10} for row in beside.stability.to_pylist()]
    page = render_report(replace(beside, stability=pa.Table.from_pylist(rows)))
    assert page.count("which are few (3 of the tree and 10 of classes). Below 0.6") == 2
    alone = replace(beside, stability=pa.Table.from_pylist([row for row in rows if row["family"] == "sales"]))
    assert "which are few (3 of the tree). Below 0.6" in render_report(alone)


def test_spend_outside_is_said_where_something_was_spent(beside):
    young, old = families(beside, market(beside.strata)).classes
    assert young.outside == "25.0%"
    assert old.outside == "nothing spent"


def test_the_page_shows_both_families_and_stays_without_style_attributes(beside):
    page = render_report(beside)
    assert "2 segments as marketing gave them" in page
    assert "does not hold up" in page
    assert " style=" not in page


def test_a_class_is_told_by_what_stands_out(beside):
    traits = {"age": {"middle": 61.2, "apart": 1.4}, "height": {"middle": 170.0, "apart": 0.05},
              "home": {"value": "town", "share": 0.9, "market": 0.4}}
    said = {**beside.manifest["marketing"], "criterion": "ICL", "tried": [{}, {}, {}],
            "profiles": [{"class": "young", "share": 0.6, "traits": traits}]}
    shown = families(replace(beside, manifest={**beside.manifest, "marketing": said}), market(beside.strata))
    assert shown.lead.startswith("2 latent classes of the marketing traits, their number chosen among 1 to 3 by ICL. ")
    assert shown.classes[0].like == "age high (around 61.2); home town (90.0% beside 40.0%)"


def test_one_class_is_said_to_tell_no_buyers_apart(beside):
    young = pa.Table.from_pylist([row for row in beside.crosswalk.to_pylist() if row["class"] == "young"])
    said = {**beside.manifest["marketing"], "criterion": "ICL", "tried": [{}, {}, {}],
            "profiles": [{"class": "young", "share": 1.0, "traits": {}}]}
    shown = families(replace(beside, crosswalk=young, manifest={**beside.manifest, "marketing": said}),
                     market(beside.strata))
    assert shown.lead.startswith("One class describes the traits best: no marketing segments show in them. ")


def test_marketing_segments_that_are_not_shown_are_counted(beside):
    walk = beside.crosswalk.to_pylist()
    more = [{**row, "class": f"c{number}"} for row in walk if row["class"] == "old" for number in range(11)]
    shown = replace(beside, crosswalk=pa.Table.from_pylist([*walk, *more]))
    assert "3 less common marketing segments are not shown here" in render_report(shown)
    assert "less common marketing segments" not in render_report(beside)
