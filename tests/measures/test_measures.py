"""What is counted: which rows are trials, and which of them succeeded."""

from datetime import date

import pytest

from marketsofone.features import AsOf, known_by, owners, with_buyer
from marketsofone.measures import ANSWER_RATE, ENTRY_RATE, WIN_RATE


@pytest.fixture
def counted(market, tables, answer):
    """Row, buyer, trials and successes of a measure on the everyday market."""

    def rows(measure):
        known = known_by(tables(market), AsOf(date(2026, 6, 30)))
        made = measure.rows(with_buyer(known[measure.table], owners(known, "account")))
        return answer(made.select("row_id", "buyer_id", "trials", "total"))

    return rows


def test_only_decided_opportunities_are_trials_of_winning(counted):
    assert counted(WIN_RATE) == [(11, 1, 1.0, 1.0), (12, 1, 1.0, 1.0), (13, 2, 1.0, 0.0), (15, 5, 1.0, 1.0)]


def test_an_opportunity_lost_before_we_were_let_in_says_nothing_of_winning(market, counted):
    market["opportunity"][2]["entered"] = False
    assert [row[0] for row in counted(WIN_RATE)] == [11, 12, 15]


def test_where_nothing_is_said_of_being_let_in_every_decided_opportunity_counts(market, counted):
    for row in market["opportunity"]:
        row["entered"] = None
    assert [row[0] for row in counted(WIN_RATE)] == [11, 12, 13, 15]
    assert counted(ENTRY_RATE) == []


def test_entering_is_tried_wherever_it_is_known(counted):
    assert [(row, total) for row, _, _, total in counted(ENTRY_RATE)] == [
        (11, 1.0), (12, 1.0), (13, 1.0), (14, 0.0), (15, 1.0)]


def test_only_answered_or_unanswered_approaches_of_sales_are_trials_of_pull(counted):
    """A touch of marketing, an incoming one and one of which nothing is known are left out; no team means sales."""
    assert counted(ANSWER_RATE) == [(1, 1, 1.0, 1.0), (2, 2, 1.0, 0.0), (3, 2, 1.0, 1.0)]
