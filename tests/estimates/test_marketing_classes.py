"""Traits from the engine to marketing classes: what is told apart, what is left out, whose word counts."""

import ibis
import numpy as np
import pandas as pd
import pytest

from marketsofone.customer import UserColumn
from marketsofone.estimates.classes import (
    FITTED_BUYERS,
    GRID,
    MOST_LEVELS,
    classes_stability,
    columns_of,
    fetch_sheet,
    fit_marketing_classes,
    given_classes,
)


def trait(name, kind="number"):
    return UserColumn(name, "account", "trait", kind)


@pytest.fixture
def frame(rng):
    """A thousand buyers of two kinds: the old spend much and live in town."""
    count = 1000
    old = rng.random(count) < 0.4
    return pd.DataFrame({
        "buyer_id": rng.permutation(count) + 1,
        "trait_age": np.where(old, 65.0, 30.0) + rng.normal(size=count) * 5,
        "trait_spend": np.exp(np.where(old, 6.0, 3.0) + rng.normal(size=count)),
        "trait_home": np.where(rng.random(count) < 0.85, np.where(old, "town", "country"), None),
        "old": old,
    })


@pytest.fixture
def sheet(engine, frame):
    return fetch_sheet(ibis.memtable(frame.drop(columns="old")),
                       [trait("age"), trait("spend"), trait("home", "text")])


def test_two_kinds_of_buyers_are_two_classes(sheet, frame):
    found = fit_marketing_classes(sheet, 0, 6, seed=1)
    assert found.names == ("class 1", "class 2")
    old = frame.sort_values("buyer_id")["old"].to_numpy()
    assert np.mean((found.most_likely == 1) == old) > 0.99


def test_chances_of_a_buyer_sum_to_one_exactly(sheet):
    shares = fit_marketing_classes(sheet, 3, 6, seed=1).shares.astype(np.float64)
    assert (shares.sum(axis=0) == 1.0).all()
    assert (shares * GRID == np.round(shares * GRID)).all()


def test_the_order_in_which_buyers_come_changes_nothing(engine, frame):
    traits = [trait("age"), trait("home", "text")]
    first, turned = (fit_marketing_classes(fetch_sheet(ibis.memtable(of), traits), 2, 6, seed=1)
                     for of in (frame, frame.iloc[::-1]))
    assert np.array_equal(first.buyer_id, turned.buyer_id)
    assert np.array_equal(first.shares, turned.shares)


def test_a_column_that_tells_no_buyers_apart_is_left_out_and_says_why(engine):
    count = 60
    frame = pd.DataFrame({
        "buyer_id": range(count), "trait_same": 4.0, "trait_never": np.nan,
        "trait_key": [f"k{i}" for i in range(count)],
        "trait_empty": pd.Series([None] * count, dtype="string"), "trait_few": [1.0, 2.0, 2.0] * 20})
    columns = columns_of(fetch_sheet(ibis.memtable(frame), [
        trait("same"), trait("never"), trait("key", "text"), trait("empty", "text"), trait("few")]))
    assert dict(columns.left_out) == {
        "same": "it has one value only", "never": "it is known of no buyer",
        "empty": "it is known of no buyer",
        "key": "all its 60 values differ: it names buyers, it does not group them"}
    assert columns.texts == ("few",)
    assert columns.words == (("1", "2"),)


def test_thousands_of_values_become_the_most_common_and_any_other(engine, rng):
    words = np.array([f"p{i:04d}" for i in range(3000)])
    drawn = np.append(np.repeat(words[:40], 10), words)
    frame = pd.DataFrame({"buyer_id": range(len(drawn)), "trait_place": drawn})
    columns = columns_of(fetch_sheet(ibis.memtable(frame), [trait("place", "text")]))
    assert len(columns.words[0]) == MOST_LEVELS
    assert columns.words[0][-1] == "any other"
    assert set(columns.words[0][:-1]) <= set(words[:40])


def test_no_trait_that_tells_buyers_apart_means_no_classes(engine):
    frame = pd.DataFrame({"buyer_id": range(10), "trait_same": 1.0})
    assert fit_marketing_classes(fetch_sheet(ibis.memtable(frame), [trait("same")]), 0, 5, seed=1) is None


def test_the_users_own_classes_are_taken_as_they_are(sheet):
    found = given_classes(sheet, "home", "not known")
    codes, words = sheet.texts["home"]
    assert set(found.names) == {"town", "country", "not known"}
    assert found.names[0] == "country"
    told = np.array(found.names)[found.most_likely]
    assert (told == np.where(codes < 0, "not known", np.array(words)[codes])).all()
    assert classes_stability(found, 3, seed=1) is None


def test_planted_classes_hold_up_and_one_class_too_many_does_not(sheet):
    two = fit_marketing_classes(sheet, 2, 6, seed=1)
    measured, across, buyers = classes_stability(two, 5, seed=1)
    assert buyers == 1000
    assert across == ()
    assert measured.whole.min() > 0.95
    assert measured.within.min() > 0.95
    four, _across, _buyers = classes_stability(fit_marketing_classes(sheet, 5, 6, seed=1), 5, seed=1)
    assert four.within.mean(axis=0).min() < 0.75


def test_a_large_market_is_fitted_on_a_sample_of_it(engine, rng):
    count = FITTED_BUYERS + 5000
    frame = pd.DataFrame({"buyer_id": np.arange(count) * 3, "trait_x": rng.normal(size=count)})
    found = fit_marketing_classes(fetch_sheet(ibis.memtable(frame), [trait("x")]), 1, 5, seed=1)
    assert found.sample.rows == FITTED_BUYERS
    assert found.shares.shape == (1, count)
