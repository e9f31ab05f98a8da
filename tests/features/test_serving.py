import ibis
import pandas as pd

from marketsofone.features.serving import reps_of_buyers


def _table(rows, **types):
    return ibis.memtable(pd.DataFrame(rows, columns=list(types)), schema=types)


def _account(rows):
    return _table(rows, account_id="int64", rep_id="int64")


def _owner(pairs):
    return {"account": _table(pairs, account_id="int64", buyer_id="int64")}


def _served(tables, owner):
    found = reps_of_buyers(tables, owner).order_by("buyer_id").execute()
    return found[["buyer_id", "rep_id", "reps"]].to_numpy().tolist()


def test_the_rep_of_its_account_serves_a_buyer():
    assert _served({"account": _account([(1, 7), (2, None)])}, _owner([(1, 1), (2, 2)])) == [[1, 7, 1]]


def test_of_two_reps_the_one_with_most_of_its_accounts_serves_and_both_are_counted():
    account = _account([(1, 9), (2, 8), (3, 8)])
    assert _served({"account": account}, _owner([(1, 1), (2, 1), (3, 1)])) == [[1, 8, 2]]


def test_without_a_rep_at_the_account_the_latest_opportunity_says_who_serves():
    opportunity = _table(
        [(11, 5, pd.Timestamp("2026-01-01")), (12, 6, pd.Timestamp("2026-02-01")), (13, 4, pd.NaT)],
        opportunity_id="int64", rep_id="int64", opened_at="timestamp")
    of = _table([(11, 1), (12, 1), (13, 2)], opportunity_id="int64", buyer_id="int64")
    tables = {"account": _account([(1, None), (2, None)]), "opportunity": opportunity}
    assert _served(tables, _owner([(1, 1), (2, 2)]) | {"opportunity": of}) == [[1, 6, 1], [2, 4, 1]]


def test_data_without_reps_name_nobody():
    assert reps_of_buyers({}, {}) is None
