"""What the record of one company is worth where its trials resemble each other."""

import ibis
import numpy as np
import pandas as pd
import pytest

from marketsofone.estimates.worth import fetch_most, weighed


def records(rng, companies, alike, most=20):
    trials = rng.integers(1, most, companies)
    own = rng.beta(0.3 * (1 / alike - 1), 0.7 * (1 / alike - 1), companies)
    return pd.DataFrame({"buyer_id": np.arange(companies), "trials": trials * 1.0,
                         "total": rng.binomial(trials, own) * 1.0})


@pytest.mark.parametrize("alike", [0.1, 0.4])
def test_a_record_counts_up_to_four_over_how_alike_trials_of_a_company_are(rng, alike):
    assert fetch_most(ibis.memtable(records(rng, 20_000, alike))) == pytest.approx(4 / alike, rel=0.06)


def test_trials_that_are_no_more_alike_than_others_all_count(rng):
    trials = np.full(50, 4.0)
    as_even_as_can_be = pd.DataFrame({"trials": trials, "total": np.tile([1.0, 2.0], 25)})
    assert fetch_most(ibis.memtable(as_even_as_can_be)) == np.inf
    assert fetch_most(ibis.memtable(as_even_as_can_be[:9])) == np.inf, "nine tell nothing"


def test_only_records_that_are_too_long_count_for_less_and_keep_their_share(rng):
    told = records(rng, 300, 0.4)
    told.loc[0, ["trials", "total"]] = 600.0, 150.0
    rows = ibis.memtable(told.rename(columns={"trials": "c_n", "total": "c_s"}))
    found = weighed(rows, "c", "buyer_id", money=False).order_by("buyer_id").execute()
    most = fetch_most(ibis.memtable(told))
    assert found["c_n"].to_numpy() == pytest.approx(np.minimum(told["trials"], most))
    assert (found["c_s"] / found["c_n"]).to_numpy() == pytest.approx((told["total"] / told["trials"]).to_numpy())
    short = (told["trials"] <= most).to_numpy()
    assert (found["c_alone"] == found["c_n"]).to_numpy()[short].all()
    assert found["c_alone"][0] == pytest.approx(most**2 / 600)


def test_the_buyers_of_one_company_share_what_it_may_count(rng):
    told = records(rng, 300, 0.4).assign(company=lambda of: of.buyer_id.where(of.buyer_id > 40, 0))
    rows = ibis.memtable(told.rename(columns={"trials": "c_n", "total": "c_s"}))
    found = weighed(rows, "c", "company", money=False).execute()
    together = told.groupby("company")[["trials", "total"]].sum()
    assert found.loc[found.company == 0, "c_n"].sum() == pytest.approx(fetch_most(ibis.memtable(together)))
