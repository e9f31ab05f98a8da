"""What comes back lowers what was sold and gives its cost back, however a file writes it."""

import pytest

from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.settings.market_file import read_settings

SETTINGS = """
[steps]
attractiveness = "order_line"

[sources.products.product]
product_id = "id"
unit_cost = "cost"

[sources.ledger.order_line]
order_id = "order"
account_id = "buyer"
product_id = "product"
ordered_at = "day"
quantity = "quantity"
amount = "amount"
cost = "cost"
"""
SOLD = "1,A,P,2026-01-10,10,100"


@pytest.fixture
def counted(small_company, tmp_path):
    """Purchase days and contribution of the one buyer, what `activity` counts, and the findings of loading."""

    def count(*lines):
        small_company(tmp_path, SETTINGS, products="id,cost\nP,6\n",
                      ledger=["order,buyer,product,day,quantity,amount,cost", *lines])
        settings = read_settings(tmp_path)
        with opened(tmp_path) as engine:
            loaded = load(engine, settings)[0]
            gathered = gather(engine, settings, loaded)
            (tally,) = gathered.tallies["attractiveness"].to_pyarrow().to_pylist()
            (told,) = gathered.activity.to_pyarrow().to_pylist()
            turned = [one.place for one in loaded.findings if one.code == "signs_turned"]
            return (tally["trials"], tally["total"]), (told["orders"], told["contribution"],
                                                       str(told["last_order_on"])), turned

    return count


@pytest.mark.parametrize(("costs", "back", "turned"), [
    (("", ""), "-2,-20", []),
    (("", ""), "2,-20", []),
    (("", ""), "-2,20", ["order_line.amount"]),
    (("60", "-12"), "-2,-20", []),
    (("60", "12"), "2,-20", ["order_line.cost"]),
    (("60", "12"), "-2,20", ["order_line.amount", "order_line.cost"]),
    (("-60", "12"), "-2,-20", ["order_line.cost"]),
])
def test_a_return_takes_back_its_amount_and_its_cost_whatever_its_signs(counted, costs, back, turned):
    assert counted(f"{SOLD},{costs[0]}", f"2,A,P,2026-02-10,{back},{costs[1]}") == (
        (1.0, 32.0), (1, 32.0, "2026-01-10"), turned)


def test_what_handling_a_return_costs_is_a_cost_where_returns_give_their_cost_back(counted):
    assert counted(f"{SOLD},60", "2,A,P,2026-02-10,-2,-20,-12", "3,A,P,2026-02-11,-2,-20,-12", "4,A,P,2026-02-12,,-5,3",
                   "5,A,P,2026-02-13,-1,10,6") == ((1.0, 12.0), (1, 12.0, "2026-01-10"),
                                                   ["order_line.amount", "order_line.cost"])


@pytest.mark.parametrize("rebate", ["P,2026-02-10,10", "P,2026-01-10,10", ",2026-02-10,", ",2026-02-10,1"])
def test_a_rebate_on_units_that_stay_takes_back_no_cost(counted, rebate):
    assert counted(f"{SOLD},", f"2,A,{rebate},-10,") == ((1.0, 30.0), (1, 30.0, "2026-01-10"), [])


def test_what_is_given_for_nothing_costs_what_it_costs(counted):
    tally, told, _turned = counted(f"{SOLD},", "2,A,P,2026-02-10,1,0,")
    assert (tally, told) == ((2.0, 34.0), (2, 34.0, "2026-02-10"))
