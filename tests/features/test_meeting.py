"""Whom opportunities meet, of three that one can hold in the head."""

import ibis
import pytest

from marketsofone.features.meeting import rivals_met

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def test_the_parts_of_an_opportunity_add_up_to_one_and_nobody_on_record_is_a_part_of_its_own():
    tables = {"opportunity": ibis.memtable({"opportunity_id": [1, 2, 3]}),
              "rival_met": ibis.memtable({"opportunity_id": [1, 1, 2], "competitor_id": [7, 8, 8]})}
    found = rivals_met(tables).order_by("opportunity_id", "competitor_id").execute()
    told = [(row.opportunity_id, None if row.competitor_id != row.competitor_id else int(row.competitor_id), row.part)
            for row in found.itertuples()]
    assert told == [(1, 7, 0.5), (1, 8, 0.5), (2, 8, 1.0), (3, None, 1.0)]


def test_where_nobody_writes_down_who_was_met_nothing_is_known():
    assert rivals_met({"opportunity": ibis.memtable({"opportunity_id": [1]})}) is None
