"""Values that are one thing written in several ways, and horizons longer than what was seen, are told."""

import pytest

from marketsofone.errors import NothingToScore
from marketsofone.project.flow import run_project

SETTINGS = """
margin_rate = 0.5
horizon_days = {horizon}

[steps]
attractiveness = "order_line"

[sources.accounts.account]
account_id = "id"
[sources.accounts.account.dimensions]
sector = "sector"

[sources.ledger.order_line]
order_id = "source_row"
account_id = "buyer"
ordered_at = "day"
amount = "'100'"
"""


@pytest.fixture
def told(small_company, tmp_path):
    """The findings of a run, by code."""

    def run(horizon, sectors):
        accounts = [f"{place},{sector}" for place, sector in enumerate(sectors)]
        lines = [f"{place},2026-0{month}-01" for place in range(len(sectors)) for month in range(4, 7)]
        small_company(tmp_path, SETTINGS.format(horizon=horizon), accounts=["id,sector", *accounts],
                      ledger=["buyer,day", *lines])
        return {row["code"]: row["message"] for row in run_project(tmp_path).table("findings").to_pylist()}

    return run


def test_values_that_differ_in_spelling_only_are_told(told):
    found = told(90, ["Retail", "retail", "rétail", "care", "Care ", "food"])
    assert found["spelled_alike"].startswith("2 values of sector are written in several ways")
    assert "spelled_alike" not in told(90, ["Retail", "Retail", "care", "care", "food 1", "food 2"])


def test_a_horizon_much_longer_than_what_was_seen_is_told(told):
    sectors = ["Retail", "care"] * 3
    assert "no buyer is seen for more than 91" in told(365, sectors)["horizon_unseen"]
    assert "horizon_unseen" not in told(182, sectors)


def test_sales_of_the_day_of_the_run_alone_tell_nothing_of_who_comes_again(small_company, tmp_path):
    small_company(tmp_path, SETTINGS.format(horizon=90), accounts="id,sector\n0,care\n1,food\n",
                  ledger="buyer,day\n0,2026-06-30\n1,2026-06-30\n")
    with pytest.raises(NothingToScore, match="sales of that one day only"):
        run_project(tmp_path)
