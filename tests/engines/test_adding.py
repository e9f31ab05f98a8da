"""Sums of money do not hang on the order in which an engine adds up, and are the same on every engine."""

import math
from functools import reduce
from operator import add

import numpy as np
import pyarrow as pa
import pytest
from ibis import _

from marketsofone.features.adding import SHARES, SQUARES, added, added_lines, added_shares, averaged

pytestmark = [
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),  # pyspark 4.0 on pandas 3
    pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning"),  # left open by pyspark
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

MONEY = np.round(np.random.default_rng(33).lognormal(4.0, 3.0, 20_000), 2)


def summed(on, name, values):
    rows = on.hold(name, pa.table({"value": values}))
    (row,) = on.rows(rows.agg(
        money=added(_.value), lines=added_lines(_.value), squares=added(_.value * _.value, SQUARES),
        mean=averaged(_.value, where=_.value > 100.0)))
    return row


def test_money_adds_up_to_the_same_last_digit_in_any_order(on):
    """Added as they come, these do not: the very reason that they are not added so."""
    chance = np.random.default_rng(34)
    other = chance.permutation(MONEY)
    assert reduce(add, MONEY.tolist()) != reduce(add, other.tolist())
    first, second = (summed(on, f"money_{number}", values) for number, values in enumerate((MONEY, other)))
    assert first == second
    assert first["money"] == first["lines"] == math.fsum(MONEY)
    assert first["mean"] == pytest.approx(MONEY[MONEY > 100.0].mean(), rel=1e-14)
    assert first["squares"] == pytest.approx(math.fsum(MONEY**2), rel=1e-12)


def test_shares_add_up_to_the_same_last_digit_in_any_order(on):
    shares = np.random.default_rng(35).random(20_000) / 3.0
    rows = [on.hold(f"shares_{number}", pa.table({"share": values}))
            for number, values in enumerate((shares, shares[::-1]))]
    first, second = (on.rows(each.agg(added=added_shares(_.share)))[0]["added"] for each in rows)
    assert first == second == pytest.approx(math.fsum(shares), abs=1e-6)


def test_where_nothing_is_known_nothing_is_added(on):
    rows = on.hold("nothing", pa.table({"value": pa.array([None, None], pa.float64())}))
    (row,) = on.rows(rows.agg(money=added(_.value), mean=averaged(_.value, SHARES)))
    assert row["money"] is None or math.isnan(row["money"])
    assert row["mean"] is None or math.isnan(row["mean"])


def test_keys_taken_for_amounts_are_added_all_the_same(on):
    """Sixteen digits, a thousand times, and one that is beyond all numbers."""
    rows = on.hold("keys", pa.table({"value": [1e16] * 1_000, "beyond": [math.inf] + [1.0] * 999}))
    (row,) = on.rows(rows.agg(money=added(_.value), squares=added(_.value * _.value, SQUARES), beyond=added(_.beyond)))
    assert row["money"] == 1e19
    assert row["squares"] == pytest.approx(1e31, rel=1e-12)
    assert row["beyond"] == pytest.approx(1e26)
