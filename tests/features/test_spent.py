"""Where selling time went: every outgoing touch of sales once."""

from datetime import date, datetime

import ibis
import pandas as pd
import pytest

from marketsofone.features import AsOf, activity
from marketsofone.features.spent import contribution_within, time_spent

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
AS_OF = AsOf(date(2026, 6, 30))


def touch(account, rep, month=5, minutes=30.0, team="sales", direction="out", year=2026):
    return {"account_id": account, "rep_id": rep, "happened_at": datetime(year, month, 10), "minutes": minutes,
            "team": team, "direction": direction, "cost": 250.0}


@pytest.fixture
def spent():
    rows = [touch(1, 7), touch(1, 7, minutes=None), touch(2, 7), touch(99, 7), touch(1, 8, minutes=60.0),
            touch(1, 7, team="marketing"), touch(1, 7, direction="in"), touch(1, 7, year=2024)]
    tables = {"touch": ibis.memtable(pd.DataFrame(rows))}
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1, 2], "buyer_id": [1, 2]}))}
    everyone = ibis.memtable(pd.DataFrame({"buyer_id": [1]}))
    return time_spent(tables, owner, everyone, AS_OF, horizon_days=365, approach_hours=2.0).execute()


def test_hours_are_those_of_outgoing_touches_of_sales_in_the_horizon(spent):
    assert spent["hours"].sum() == pytest.approx(0.5 + 2.0 + 0.5 + 0.5 + 1.0)
    assert spent["cost"].sum() == pytest.approx(5 * 2.5)
    assert spent["guessed"].sum() == 1


def test_who_is_not_profiled_and_who_is_not_known_stand_together_without_a_name(spent):
    rest = spent[spent["buyer_id"].isna()]
    assert rest[["rep_id", "touches", "hours"]].to_numpy().tolist() == [[7.0, 2.0, 1.0]]


def test_what_came_back_is_margin_of_the_horizon_alone():
    lines = [{"account_id": 1, "ordered_at": datetime(2026, 5, 1), "amount": 9000, "cost": 4000},
             {"account_id": 1, "ordered_at": datetime(2024, 5, 1), "amount": 9000, "cost": 4000},
             {"account_id": 2, "ordered_at": datetime(2026, 5, 1), "amount": 1000, "cost": None}]
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1, 2], "buyer_id": [1, 2]}))}
    tables = {"order_line": ibis.memtable(pd.DataFrame(lines))}
    found = contribution_within(tables, owner, AS_OF, horizon_days=365, margin_rate=0.2).execute()
    assert found.set_index("buyer_id")["returned"].to_dict() == {1: 50.0, 2: 2.0}
    assert found["untold"].tolist() == [0, 0]
    assert contribution_within({}, owner, AS_OF, horizon_days=365, margin_rate=None) is None


def test_what_was_won_is_not_added_to_the_ledger_in_which_it_was_delivered():
    """A deal of 90 whose two invoices are in the ledger brought 90: neither the drains nor the facts say 180."""
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1], "buyer_id": [1]})),
             "opportunity": ibis.memtable(pd.DataFrame({"opportunity_id": [5], "buyer_id": [1]}))}
    lines = [{"order_id": at, "account_id": 1, "ordered_at": datetime(2026, at, 1), "quantity": 1.0, "amount": 4500,
              "cost": 0} for at in (4, 5)]
    deal = {"opportunity_id": 5, "account_id": 1, "outcome": "won", "opened_at": datetime(2026, 3, 1),
            "closed_at": datetime(2026, 3, 9), "amount": 9000, "cost": 0}
    tables = {"order_line": ibis.memtable(pd.DataFrame(lines)), "opportunity": ibis.memtable(pd.DataFrame([deal]))}
    back = contribution_within(tables, owner, AS_OF, horizon_days=365, margin_rate=None).execute()
    assert back[["returned", "told"]].to_numpy().tolist() == [[90.0, 2.0]]
    buyers = ibis.memtable(pd.DataFrame({"buyer_id": [1], "kind": ["account"], "account_id": [1]}))
    assert activity(buyers, tables, owner, None, 100, None).execute()["contribution"].tolist() == [90.0]


def test_where_attractiveness_counts_what_was_won_so_do_drains_and_facts_though_there_is_a_ledger():
    """A ledger of one shop beside deals of all: a deal of 90 brought 90, though that shop sold its buyer nothing."""
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1, 2], "buyer_id": [1, 2]})),
             "opportunity": ibis.memtable(pd.DataFrame({"opportunity_id": [5], "buyer_id": [1]}))}
    line = {"order_id": 1, "account_id": 2, "ordered_at": datetime(2026, 4, 1), "quantity": 1.0, "amount": 700,
            "cost": 0}
    deal = {"opportunity_id": 5, "account_id": 1, "outcome": "won", "opened_at": datetime(2026, 3, 1),
            "closed_at": datetime(2026, 3, 9), "amount": 9000, "cost": 0}
    tables = {"order_line": ibis.memtable(pd.DataFrame([line])), "opportunity": ibis.memtable(pd.DataFrame([deal]))}
    asked = {"horizon_days": 365, "margin_rate": None, "step": "opportunity.amount"}
    back = contribution_within(tables, owner, AS_OF, **asked).execute()
    assert back[["buyer_id", "returned"]].to_numpy().tolist() == [[1.0, 90.0]]
    buyers = ibis.memtable(pd.DataFrame({"buyer_id": [1, 2], "kind": ["account"] * 2, "account_id": [1, 2]}))
    found = activity(buyers, tables, owner, None, 100, None, "opportunity.amount").execute().set_index("buyer_id")
    assert found["contribution"].to_dict() == {1: 90.0, 2: 0.0}
    assert found["orders"].to_dict() == {1: 0, 2: 1}


def test_a_win_without_a_closing_day_came_when_it_was_opened():
    wins = [{"account_id": 1, "outcome": "won", "opened_at": datetime(year, 5, 1), "closed_at": None, "amount": 9000,
             "cost": 4000} for year in (2024, 2026)]
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1], "buyer_id": [1]}))}
    tables = {"opportunity": ibis.memtable(pd.DataFrame(wins).astype({"closed_at": "datetime64[us]"}))}
    found = contribution_within(tables, owner, AS_OF, horizon_days=365, margin_rate=None).execute()
    assert found["returned"].tolist() == [50.0]


def test_a_sale_without_a_cost_is_told_apart_from_one_that_brought_nothing():
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1, 2], "buyer_id": [1, 2]}))}
    lines = [{"account_id": account, "ordered_at": datetime(2026, 5, 1), "amount": 9000, "cost": cost}
             for account, cost in ((1, 4000.0), (1, None), (2, None))]
    rows = ibis.memtable(pd.DataFrame(lines))
    tables = {"order_line": rows.mutate(cost=rows.cost.cast("int64"))}
    found = contribution_within(tables, owner, AS_OF, horizon_days=365, margin_rate=None).execute()
    found = found.set_index("buyer_id").sort_index()
    assert found[["told", "untold"]].to_numpy().tolist() == [[1, 1], [0, 1]]
    assert found["returned"].isna().tolist() == [False, True]
