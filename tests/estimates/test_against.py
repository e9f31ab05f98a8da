"""Head to head: what winning against each rival departs from what its buyers would suggest."""

import ibis
import numpy as np
import pandas as pd
import pytest

from marketsofone.estimates.against import fit_against

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def against(*met):
    """By rival: how many were met, how many of them won (None: none is decided), what was expected of each."""
    rows = pd.DataFrame([(rival, None if won is None else float(number < won), expected)
                         for rival, many, won, expected in met for number in range(many)],
                        columns=["competitor_id", "won", "expected"]).reset_index(names="opportunity_id")
    parts = ibis.memtable(rows[["opportunity_id", "competitor_id"]].assign(part=1.0))
    decided = ibis.memtable(rows[["opportunity_id", "won", "expected"]].dropna())
    return fit_against(parts, decided).execute().set_index("competitor_id")


def shifts(*met):
    return against(*met)["shift"].to_dict()


def test_a_hard_rival_takes_from_the_chance_and_an_easy_one_adds_to_it():
    found = shifts((1, 400, 100, 0.4), (2, 400, 240, 0.4))
    assert -0.75 < found[1] < -0.55  # log odds of 0.25 less those of 0.4: -0.69
    assert 0.65 < found[2] < 0.86


def test_a_rival_met_with_buyers_who_are_hard_to_win_is_not_blamed_for_them():
    assert shifts((1, 400, 100, 0.25), (2, 400, 240, 0.6)) == pytest.approx({1: 0.0, 2: 0.0}, abs=1e-9)


def test_a_rival_hardly_met_moves_little_where_the_others_are_alike_and_nothing_where_it_is_the_only_one():
    alike = [(number, 100, 50, 0.5) for number in range(2, 12)]
    assert -0.15 < shifts((1, 2, 0, 0.5), *alike)[1] < 0.0
    assert shifts((1, 2, 0, 0.5))[1] == 0.0


def test_what_is_known_of_a_rival_is_as_unsure_as_so_many_decided_opportunities_leave_it():
    alike = [(number, 400, 100 + 20 * number, 0.4) for number in range(2, 10)]
    found = against((1, 400, 160, 0.4), (0, 20, 8, 0.4), (99, 5, None, 0.4), *alike)
    assert found.loc[1, "doubt"] == pytest.approx(1 / (400 * 0.24), rel=0.1)  # variance of a log odds
    assert found.loc[1, "doubt"] < found.loc[0, "doubt"] < found.loc[99, "doubt"]
    assert found.loc[99, "shift"] == pytest.approx(0.0, abs=1e-9)
    assert found.loc[99, "doubt"] == pytest.approx(found.loc[2:9, "shift"].var(), rel=0.5)


def test_in_which_order_rivals_were_met_changes_no_bit():
    chance = np.random.default_rng(5)
    many = 3_000
    met = pd.DataFrame({"opportunity_id": np.repeat(np.arange(many), 3), "competitor_id": np.tile([1, 2, 3], many)})
    decided = pd.DataFrame({"opportunity_id": np.arange(many), "won": (chance.random(many) < 0.4).astype(float),
                            "expected": chance.random(many)})
    found = [fit_against(ibis.memtable(met.assign(part=1 / 3).sample(frac=1.0, random_state=seed)),
                         ibis.memtable(decided)).execute() for seed in range(8)]
    assert all(one.equals(found[0]) for one in found)
