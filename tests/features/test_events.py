"""The largest tables held narrow say the same as they did wide."""

from datetime import date

from marketsofone.features import AsOf, counted_events, known_by, owners, with_buyer, with_entering
from marketsofone.measures import ANSWER_RATE

DAY = AsOf(date(2026, 6, 30))


def test_events_counted_from_narrow_tables_are_those_of_the_tables_as_loaded(market, tables, answer):
    known = with_entering(known_by(tables(market), DAY))
    owner = owners(known, "account")
    narrow = counted_events(known, owner)
    assert {"touch", "order_line"} == set(narrow)
    rows = [answer(ANSWER_RATE.rows(with_buyer(of["touch"], owner))) for of in (known, narrow)]
    assert rows[0] == rows[1] != []
    lines = [answer(with_buyer(of["order_line"], owner).select("buyer_id", "source_row", "order_id", "amount"))
             for of in (known, narrow)]
    assert lines[0] == lines[1] != []


def test_an_event_that_belongs_to_nobody_stays_among_the_events_and_is_counted_for_no_buyer(market, tables, answer):
    market["touch"][0] |= {"account_id": None, "contact_id": None, "opportunity_id": None}
    known = with_entering(known_by(tables(market), DAY))
    owner = owners(known, "account")
    touch = counted_events(known, owner)["touch"]
    assert len(answer(touch)) == len(market["touch"])
    assert len(answer(with_buyer(touch, owner))) == len(market["touch"]) - 1


def test_where_each_account_has_one_row_the_latest_period_need_not_be_looked_for(market, tables, answer):
    loaded = tables(market)
    looked, single = (known_by(loaded, DAY, of)["account"] for of in ((), {"account"}))
    assert answer(looked) == answer(single)
