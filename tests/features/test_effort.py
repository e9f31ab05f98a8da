from datetime import date, datetime

import ibis
import pandas as pd
import pytest

from marketsofone.features import AsOf
from marketsofone.features.effort import efforts, lots

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
DAY = date(2026, 6, 30)


def table(rows, **kinds):
    frame = pd.DataFrame(rows)
    found = ibis.memtable(frame)
    return found.mutate(**{name: found[name].cast(kind) for name, kind in kinds.items()})


@pytest.fixture
def market():
    def touch(buyer, month, minutes=30.0, team="sales", direction="out", arm=None):
        return {"account_id": buyer, "happened_at": datetime(2026, month, 15), "minutes": minutes, "team": team,
                "direction": direction, "arm": arm}

    touches = [touch(1, 1), touch(1, 5), touch(1, 5, None), touch(1, 6, team="marketing"), touch(1, 6, direction="in"),
               touch(2, 2, arm="high"), touch(2, 6, arm="high")]
    deals = [{"opportunity_id": 10, "account_id": 1, "opened_at": datetime(2026, 5, 20), "outcome": "won",
              "entered": True}]
    lists = [{"list_name": "high", "account_id": 2}, {"list_name": "low", "account_id": 3},
             {"list_name": "fair visitors", "account_id": 1}]
    tables = {"touch": table(touches, minutes="float64", arm="string"), "opportunity": table(deals),
              "membership": table(lists)}
    owner = {"account": table([{"account_id": n, "buyer_id": n} for n in (1, 2, 3)])}
    return tables, owner, table([{"buyer_id": n} for n in (1, 2, 3)])


def panel(market, **said):
    tables, owner, everyone = market
    asked = {"period_days": 30, "outcome": "won", "approach_hours": 2.0} | said
    rows = efforts(tables, owner, everyone, AsOf(DAY), **asked)
    return rows.execute().set_index(["buyer_id", "period"]).sort_index()


def test_effort_is_what_sales_sent_out_and_hours_not_written_down_are_those_of_an_approach(market):
    assert panel(market).loc[(1, 1)].to_list() == [2.0, 2.5, 1.0]


def test_a_buyer_is_seen_from_the_period_after_its_first_trace_and_quiet_periods_count_as_zero(market):
    found = panel(market)
    assert set(found.loc[1].index) == {0, 1, 4}
    assert found.loc[(1, 0)].to_list() == [0.0, 0.0, 0.0]
    assert (1, 5) not in found.index
    assert 3 not in found.index.get_level_values("buyer_id")


def test_whom_a_lot_drew_is_seen_in_every_period_alike_whatever_trace_its_effort_left(market):
    found = panel(market, drawn=True)
    periods = {buyer: set(found.loc[buyer].index) for buyer in (1, 2, 3)}
    assert periods == {buyer: {0, 1, 4} for buyer in (1, 2, 3)}
    assert found.loc[(2, 4)].to_list() == [1.0, 0.5, 0.0]
    assert found.loc[(3, 4)].to_list() == [0.0, 0.0, 0.0]


def test_an_arm_without_a_list_is_left_out_and_a_list_that_is_no_arm_is_no_arm(market):
    tables, owner, everyone = market
    assert lots(tables, owner, everyone).execute().to_dict("records") == [{"buyer_id": 2, "arm": "high"}]


def test_without_lists_there_are_no_lots(market):
    tables, owner, everyone = market
    assert lots({"touch": tables["touch"]}, owner, everyone) is None
