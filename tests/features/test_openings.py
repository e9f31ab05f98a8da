"""Answers and the opportunities that came of them, of three buyers one can hold in the head."""

import datetime

import ibis
import pandas as pd
import pytest
from ibis import _

from marketsofone.features.openings import openings

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def on(day):
    return datetime.datetime(2026, 3, day)


def counted(touches, opportunities, everyone=(1, 2, 3)):
    touch = pd.DataFrame(touches, columns=["account_id", "happened_at", "answered"])
    found = pd.DataFrame(opportunities, columns=["account_id", "opened_at", "closed_at", "outcome", "entered"])
    tables = {"touch": ibis.memtable(touch.astype({"happened_at": "datetime64[us]"})),
              "opportunity": ibis.memtable(found.astype({
                  "opened_at": "datetime64[us]", "closed_at": "datetime64[us]", "entered": bool}))}
    ids = pd.DataFrame({"account_id": [1, 2, 3], "buyer_id": [1, 2, 3]})
    row = openings(tables, {"account": ibis.memtable(ids)}, ibis.memtable({"buyer_id": list(everyone)}),
                   _.answered).execute().iloc[0]
    return int(row["answers"]), int(row["opened"])


def test_answers_and_opportunities_are_counted_up_to_the_first_win():
    touches = [(1, on(1), True), (1, on(2), False), (1, on(9), True), (2, on(3), True), (2, on(4), True)]
    deals = [(1, on(1), on(5), "won", True), (1, on(8), on(9), "won", True), (2, on(3), None, "open", True)]
    assert counted(touches, deals) == (3, 2)


def test_an_opportunity_of_a_buyer_who_never_answered_did_not_come_of_an_answer():
    assert counted([(1, on(1), True)], [(3, on(2), on(3), "lost", True)]) == (1, 0)


def test_who_is_not_counted_and_what_did_not_let_us_in_is_left_out():
    touches = [(1, on(1), True), (2, on(1), True)]
    deals = [(1, on(1), None, "open", False), (2, on(1), None, "open", True)]
    assert counted(touches, deals, everyone=[1]) == (1, 0)


def test_a_win_that_tells_no_closing_day_ends_the_count_when_it_was_opened():
    touches = [(1, on(1), True), (1, on(9), True)]
    assert counted(touches, [(1, on(5), None, "won", True), (1, on(8), None, "open", True)]) == (1, 1)
