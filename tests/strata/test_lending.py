"""Dimensions that part other strata are looked at first."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.estimates.candidates import Dimension
from marketsofone.strata.evidence import Sums
from marketsofone.strata.lending import lent_shares, shares_told
from marketsofone.strata.showing import plain_chances, shown_chances
from marketsofone.strata.splitting import Candidate

NAMES = ("need", "region", "version", "payment")
chances = st.fixed_dictionaries({name: st.floats(0.0, 1.0) for name in NAMES})


def test_a_stratum_alone_spends_evenly():
    assert lent_shares(NAMES, []) == dict.fromkeys(NAMES, 0.25)


def test_a_dimension_that_nothing_speaks_for_is_told_nothing_of():
    assert shares_told({"need": 0.4, "region": 1.0}) == {"need": 0.0, "region": 0.0}
    assert shares_told({}) == {}


@settings(deadline=None)
@given(elsewhere=st.lists(chances, max_size=30))
def test_shares_are_one_together_and_no_dimension_gets_less_than_half_its_even_share(elsewhere):
    shares = lent_shares(NAMES, [shares_told(one) for one in elsewhere])
    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) >= 0.5 / len(NAMES)


def test_more_is_spent_on_what_parts_more_strata_elsewhere():
    told = [{"need": 1e-6, "region": 0.5}, {"need": 1e-4, "version": 0.01}]
    shares = lent_shares(NAMES, [shares_told(one) for one in told])
    assert shares["need"] > shares["version"] > shares["region"] == shares["payment"]


def test_a_difference_too_weak_among_two_hundred_dimensions_shows_where_other_strata_are_parted_by_it():
    """The same tallies: 300 buyers a value, 30% and 42% won (chance 0.002)."""
    won = np.array([90.0, 126.0])
    even, some, none = np.full(2, 300.0), np.full(2, 150.0), np.zeros(2)
    half = Sums(False, some, some, won / 2, some, won / 2, won / 2, none, none)
    flat = Sums(False, some, some, some / 2, some, some / 2, some / 2, none, none)
    found = [Candidate(Dimension(f"d{i}", f"dim_d{i}"), ("a", "b"), np.stack([even / 2] * 2),
                       {"competitiveness": (half, half) if i == 0 else (flat, flat)}) for i in range(200)]
    plain = plain_chances([found])
    told = [shares_told({"d0": 1e-9, "d1": 0.6})] * 5
    alone, helped = (shown_chances([found], plain, [lent_shares(list(plain[0]), of)])[0]["d0"]
                     for of in ([], told))
    assert helped < 0.04 < alone
