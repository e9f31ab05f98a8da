"""What happened with each buyer of the everyday market, counted."""

import datetime as dt

import pytest

from marketsofone.features import activity, buyers, known_by, owners, reps_of_buyers
from marketsofone.features.activity import COUNTED, TOLD


@pytest.fixture
def counted(tables, market, as_of, engine):
    def of(*without, margin_rate=None):
        kept = known_by(tables({name: rows for name, rows in market.items() if name not in without}), as_of)
        owner = owners(kept, "account")
        found = activity(buyers(kept, owner, ()), kept, owner, margin_rate, 100, reps_of_buyers(kept, owner))
        return {row["buyer_id"]: row for row in engine.to_pyarrow(found).to_pylist()}
    return of


def test_every_buyer_has_one_row_with_all_that_is_counted(counted):
    rows = counted()
    assert sorted(rows) == [1, 2, 3, 4, 5]
    assert set(rows[1]) == {"buyer_id", *TOLD, *COUNTED}


def test_touches_opportunities_and_orders_are_counted_and_a_buyer_without_any_has_none(counted):
    rows = counted()
    elm, cedar = rows[5], rows[3]
    assert (elm["touches"], elm["approaches"], elm["answered"]) == (2, 0, 0)
    assert (rows[2]["touches"], rows[2]["approaches"], rows[2]["answered"]) == (2, 2, 1)
    assert (rows[1]["opportunities"], rows[1]["won"], rows[4]["open_opportunities"]) == (2, 2, 1)
    assert (elm["orders"], elm["last_order_on"]) == (2, dt.date(2026, 3, 1))  # its third brought something back
    assert (cedar["touches"], cedar["opportunities"], cedar["orders"], cedar["last_touch_on"]) == (0, 0, 0, None)


def test_contribution_is_that_of_order_lines_else_of_won_opportunities_and_not_known_where_none_tells_it(counted):
    assert [counted()[key]["contribution"] for key in (1, 3, 5)] == [pytest.approx(45), 0, pytest.approx(40)]
    won = counted("order_line")
    assert [won[key]["contribution"] for key in (1, 2, 5)] == [pytest.approx(140), 0, pytest.approx(60)]
    assert counted(margin_rate=0.5)[5]["contribution"] == pytest.approx(40)


def test_what_the_data_have_no_table_for_is_not_known(counted):
    rows = counted("touch", "order_line", "opportunity", "rival_met")
    assert all(rows[1][name] is None for name in COUNTED)


def test_of_a_buyer_whose_opportunities_tell_no_outcome_nothing_is_said_to_be_won_or_lost(counted, market):
    told = ("open_opportunities", "won", "lost", "contribution")
    for row in market["opportunity"]:
        row["outcome"] = None if row["account_id"] == 1 else row["outcome"]
    rows = counted("order_line")
    assert rows[1]["opportunities"] == 2
    assert all(rows[1][name] is None for name in told)
    assert all(rows[5][name] is not None for name in told)
    assert rows[3]["won"] == rows[3]["contribution"] == 0, "who has no opportunity has won none"
    assert counted()[1]["contribution"] == pytest.approx(45), "order lines tell it whatever became of opportunities"


def test_the_day_on_which_an_open_opportunity_was_hoped_to_close_decides_nothing(counted, market):
    before = counted()[1]["last_decided_on"]
    market["opportunity"].append({"opportunity_id": 99, "account_id": 1, "outcome": "open",
                                  "opened_at": dt.datetime(2026, 1, 5), "closed_at": dt.datetime(2026, 6, 29)})
    assert counted()[1]["last_decided_on"] == before


def test_no_buyer_is_compared_with_every_contact(tables, market, as_of, engine):
    """A join without a key of its own takes minutes where a hundred thousand contacts decide."""
    people = [{"contact_id": 51, "account_id": 1, "decides": True, "role": "owner"}]
    kept = known_by(tables(market | {"contact": people}), as_of)
    owner = owners(kept, "contact")
    held = engine.create_table("found_buyers", buyers(kept, owner, ()), temp=True)
    found = activity(held, kept, owner, None, 100, reps_of_buyers(kept, owner))
    assert {row["buyer_id"]: row["role"] for row in engine.to_pyarrow(found).to_pylist()}[51] == "owner"
    plan = engine.con.execute(f"explain (format json) {engine.compile(found)}").fetchall()[0][1]
    assert "HASH_JOIN" in plan
    assert "BLOCKWISE_NL_JOIN" not in plan
