"""Wins that a score leaves out for what else their rows say are told, and count where they can."""

import pytest

import marketsofone as m1

SETTINGS = """
[steps]
competitiveness = "opportunity.outcome"
attractiveness = "order_line"
[sources.deals.opportunity]
opportunity_id = "id"
account_id = "account"
outcome = "outcome"
entered = "entered"
opened_at = "opened"
closed_at = "closed"
[sources.orders.order_line]
order_id = "id"
account_id = "account"
ordered_at = "day"
amount = "amount"
cost = "cost"
"""


def won(name, entered="", opened="2025-06-01", closed="2025-07-01"):
    return {"id": name, "account": name, "outcome": "won", "entered": entered, "opened": opened, "closed": closed}


@pytest.fixture
def checked(small_company, tmp_path):
    """What check says of wins, one account each with an order: findings by code, and trials by score."""

    def check(*deals):
        orders = [{"id": n, "account": deal["account"], "day": "2025-08-01", "amount": 10, "cost": 4}
                  for n, deal in enumerate(deals)]
        found = m1.check(small_company(tmp_path, SETTINGS, deals=list(deals), orders=orders))
        return ({row["code"]: row["message"] for row in found.findings.to_pylist()},
                {row["score"]: row["trials"] for row in found.evidence.to_pylist()})

    return check


def test_a_win_without_any_day_has_no_horizon_and_one_that_tells_when_it_began_has(checked):
    found, trials = checked(won("A"), won("B", closed=""), won("C", opened="", closed=""))
    assert found["wins_undated"] == "1 opportunity was won on a day that is not told: no order is counted for that."
    assert (trials["competitiveness"], trials["attractiveness"]) == (3.0, 2.0)


def test_a_win_of_a_buyer_who_did_not_let_us_in_is_told(checked):
    found, trials = checked(won("A", entered="yes"), won("B", entered="no"), won("C", entered="no"))
    assert found["won_not_entered"].startswith("2 opportunities were won though entered says")
    assert (trials["competitiveness"], trials["attractiveness"]) == (1.0, 3.0)
