"""Whom opportunities meet, of three that one can hold in the head."""

from datetime import datetime

import ibis
import pytest

from marketsofone.features.meeting import noted_in_time, rivals_met

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def test_the_parts_of_an_opportunity_add_up_to_one_and_nobody_on_record_is_a_part_of_its_own():
    tables = {"opportunity": ibis.memtable({"opportunity_id": [1, 2, 3]}),
              "rival_met": ibis.memtable({"opportunity_id": [1, 1, 2], "competitor_id": [7, 8, 8]})}
    found = rivals_met(tables).order_by("opportunity_id", "competitor_id").execute()
    told = [(row.opportunity_id, None if row.competitor_id != row.competitor_id else int(row.competitor_id), row.part)
            for row in found.itertuples()]
    assert told == [(1, 7, 0.5), (1, 8, 0.5), (2, 8, 1.0), (3, None, 1.0)]


def test_a_rival_written_down_after_the_day_of_the_outcome_was_not_met_before_it():
    end = datetime(2026, 3, 5, 9)
    schema = {"opportunity_id": "int64", "competitor_id": "int64", "known_at": "timestamp"}
    opportunities = ibis.memtable({"opportunity_id": [1, 2, 3, 4], "outcome": ["lost", "won", "open", "lost"],
                                   "closed_at": [end, end, end, None]})
    rows = [(1, 7, datetime(2026, 3, 6)), (1, 8, datetime(2026, 3, 5, 17)), (1, 9, None), (2, 7, datetime(2026, 4, 1)),
            (3, 7, datetime(2026, 4, 1)), (4, 7, datetime(2026, 4, 1)), (5, 7, datetime(2026, 4, 1))]
    met = ibis.memtable([dict(zip(schema, row, strict=True)) for row in rows], schema=schema)
    found = noted_in_time({"opportunity": opportunities, "rival_met": met})["rival_met"].execute()
    assert sorted(zip(found["opportunity_id"], found["competitor_id"], strict=True)) == [
        (1, 8), (1, 9), (3, 7), (4, 7), (5, 7)]


def test_where_nobody_writes_down_who_was_met_nothing_is_known():
    assert rivals_met({"opportunity": ibis.memtable({"opportunity_id": [1]})}) is None
