"""Accounts that were dealt with, and of which the files tell another time only."""

from datetime import date, datetime

from marketsofone.features import AsOf, known_by, owners, with_buyer
from marketsofone.features.unheld import unheld_accounts

DAY = date(2026, 6, 30)


def known(tables, market):
    found = known_by(tables(market), AsOf(DAY))
    found["account"] = found["account"].union(unheld_accounts(found))
    return found


def test_an_account_whose_period_is_over_or_yet_to_come_keeps_what_happened_with_it(market, tables, answer):
    market["account"][0]["valid_to"] = DAY
    market["account"][1]["valid_from"] = date(2026, 7, 1)
    market["account"][2]["valid_to"] = DAY
    found = known(tables, market)
    assert sorted(answer(found["account"].select("account_id", "dim_sector"))) == [
        (1, None), (2, None), (4, "care"), (5, "care")]
    owner = owners(found, "account")
    assert {(11, 1, "account"), (13, 2, "account")} <= set(
        answer(owner["opportunity"].select("opportunity_id", "buyer_id", "kind")))
    assert len(answer(with_buyer(found["touch"], owner))) == len(market["touch"])


def test_telling_what_an_account_will_be_changes_nothing_of_what_it_was(market, tables, answer):
    del market["account"][1]
    before = answer(known(tables, market)["account"].select("account_id", "dim_sector"))
    market["account"] += [{"account_id": 2, "dim_sector": "retail", "valid_from": date(2026, 7, 1)},
                          {"account_id": 2, "dim_sector": "retail", "known_at": datetime(2026, 7, 1)}]
    assert sorted(answer(known(tables, market)["account"].select("account_id", "dim_sector"))) == sorted(before)
