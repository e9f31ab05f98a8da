"""What marketing touched, buyer by buyer, and what it spent on nobody."""

import ibis
import pandas as pd
import pytest

from marketsofone.features import marketing_touches

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def found(rows):
    touches = ibis.memtable(pd.DataFrame(rows, columns=["account_id", "team", "cost"]))
    touches = touches.mutate(account_id=touches.account_id.cast("int64"), cost=touches.cost.cast("int64"))
    owner = {"account": ibis.memtable(pd.DataFrame({"account_id": [1, 2], "buyer_id": [1, 2]}))}
    everyone = ibis.memtable(pd.DataFrame({"buyer_id": [1]}))
    spent = marketing_touches({"touch": touches}, owner, everyone).execute()
    return {None if pd.isna(row.buyer_id) else int(row.buyer_id): (int(row.touches), int(row.priced), row.cost)
            for row in spent.itertuples()}


def test_every_touch_of_marketing_counts_once_and_those_that_lead_to_no_buyer_in_a_row_of_their_own():
    rows = [(1, "marketing", 250), (1, "marketing", None), (1, "sales", 900), (2, "marketing", 40),
            (None, "marketing", 100), (99, "marketing", None)]
    assert found(rows) == {1: (2, 1, 250), None: (3, 2, 140)}


def test_where_every_touch_leads_to_a_buyer_there_is_no_such_row():
    assert found([(1, "marketing", 250)]) == {1: (1, 1, 250)}
