"""A ledger in which buyers give back what they bought before it began."""

import pytest

import marketsofone as m1
from marketsofone.project import check_project

ORDERS = """order,customer,day,amount,qty
1,ant,2026-01-05,-80,-2
2,ant,2026-01-20,100,2
3,ant,2026-02-10,60,1
4,bee,2026-01-20,200,4
5,bee,2026-03-01,-150,-3
6,bee,2026-03-01,-100,-2
7,cat,2026-02-02,30,1
8,cat,2026-04-02,50,1
9,cat,2026-05-02,-20,-1
10,dee,2026-05-02,-20,-1
"""
MARKET = """margin_rate = 0.5

[steps]
attractiveness = "order_line"

[sources.orders.order_line]
order_id = "order"
account_id = "customer"
ordered_at = "day"
amount = "amount"
quantity = "qty"
"""


@pytest.fixture(scope="module")
def folder(small_company, tmp_path_factory):
    return small_company(tmp_path_factory.mktemp("returns"), MARKET, orders=ORDERS)


@pytest.fixture(scope="module")
def run(folder):
    return m1.run(folder)


def test_a_row_counts_for_what_it_takes_back_of_what_was_seen_to_be_bought(run):
    rows = run.table("trials").to_pandas().set_index("source_row")["total"]
    assert rows.to_dict() == pytest.approx({1: 0.0, 2: 50.0, 3: 30.0, 4: 100.0, 5: -60.0, 6: -40.0, 7: 15.0, 8: 25.0,
                                            9: -10.0})


def test_every_buyer_is_worth_something_also_who_gave_all_back(run):
    buyers = m1.frame(run, "buyers").set_index("source_id")
    assert buyers[["attractiveness", "attractiveness_low"]].min().min() > 0
    assert buyers["attractiveness"]["bee"] < buyers["attractiveness"]["dee"]


def test_run_and_check_say_how_many_gave_back_more_than_they_bought(folder, run):
    for findings in (run.table("findings"), check_project(folder).findings):
        said = {each["code"]: each["message"] for each in findings.to_pylist()}
        assert said["returned_beyond"].startswith("3 buyers gave back more")
