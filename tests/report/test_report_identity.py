"""What each segment is like, on the page: as the table says, readable, nothing made up."""

from dataclasses import replace

import pyarrow as pa
import pytest

from marketsofone.report.identity import identities
from marketsofone.report.page import render_report
from marketsofone.report.strata import leaves, market

NEEDS = {"criterion": "needs", "value": "speed", "share": 0.62, "low": 0.48, "high": 0.74, "buyers": 50,
         "parent_share": 0.31, "departs": True, "reason": "Departs: 12.0 to 49.0 points above the rest of its parent."}
MADE = {**NEEDS, "criterion": "sector", "value": "retail", "reason": "What it was split off by."}
NOTHING = {"criterion": "payment", "value": None, "share": None, "low": None, "high": None, "buyers": 0,
           "parent_share": None, "departs": False, "reason": "Nothing is recorded of it."}


@pytest.fixture
def told(small):
    """The small market, each leaf with a need that departs; of how they pay nothing is known."""
    ends = leaves(small.strata)["stratum_id"].to_pylist()
    rows = [{"stratum_id": leaf, **row} for leaf in ends for row in (NEEDS, MADE, NOTHING)]
    return replace(small, identity=pa.Table.from_pylist(rows))


def shown(results):
    return identities(results, market(results.strata))


def test_a_run_without_identities_says_nothing_of_them(small):
    assert shown(small) is None
    assert "What each segment is like" not in render_report(small)


def test_every_leaf_tells_its_values_with_interval_and_parent(told):
    found = shown(told)
    assert len(found.segments) == leaves(told.strata).num_rows
    value = found.segments[0].criteria[0].values[0]
    assert (value.value, value.share, value.interval, value.parent) == ("speed", "62.0%", "48.0% to 74.0%", "31.0%")


def test_what_it_was_split_off_by_is_not_told_as_a_departure(told):
    assert {segment.departs for segment in shown(told).segments} == {"needs"}


def test_a_dimension_of_the_users_own_is_told_only_where_a_segment_departs_in_it(told):
    alike = {**NEEDS, "criterion": "colour", "value": "red", "departs": False, "reason": "Cannot tell yet."}
    ends = leaves(told.strata)["stratum_id"].to_pylist()
    rows = [*told.identity.to_pylist(), *({"stratum_id": leaf, **alike} for leaf in ends)]
    found = shown(replace(told, identity=pa.Table.from_pylist(rows)))
    assert all([told.criterion for told in segment.criteria] == ["needs", "sector"] for segment in found.segments)


def test_what_nobody_recorded_is_said_once_and_not_of_each_segment(told):
    found = shown(told)
    assert "payment format" in found.unrecorded
    assert all("payment" not in told.criterion for segment in found.segments for told in segment.criteria)
    assert render_report(told).count("payment format") == 1


def test_a_segment_is_called_what_people_call_it(told):
    called = pa.array(["Kitchens"] * told.strata.num_rows)
    page = render_report(replace(told, strata=told.strata.append_column("called", called)))
    assert "<b><bdi>Kitchens</bdi></b>" in page
    assert "Kitchens (" in page


def test_a_value_that_looks_like_markup_stays_text(told):
    rows = [{**row, "value": "<b>x</b>" if row["value"] else None} for row in told.identity.to_pylist()]
    assert "<bdi><b>x</b></bdi>" not in render_report(replace(told, identity=pa.Table.from_pylist(rows)))
