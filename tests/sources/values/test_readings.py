from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.sources.values.readings import flag, integer, money, number, share

CON = duckdb.connect()
AMOUNTS = st.decimals(min_value=-(10**8), max_value=10**8, places=5)


def read(function, value, kind: str = "VARCHAR", *args):
    sql = function("x", kind, *args)
    return CON.execute(f"select {sql} from (select ?::{kind} as x)", [value]).fetchone()[0]


def minor(amount: Decimal, exponent: int) -> int:
    return int((amount * 10**exponent).quantize(Decimal(1), ROUND_HALF_UP))


@settings(deadline=None, max_examples=60)
@given(amount=AMOUNTS, exponent=st.sampled_from([0, 2, 3]))
def test_an_amount_becomes_minor_units_with_halves_away_from_zero_whatever_its_type(amount, exponent):
    expected = minor(amount, exponent)
    assert read(money, f"{amount:f}", "VARCHAR", exponent) == expected
    assert read(money, f"{amount:f}".replace(".", ","), "VARCHAR", exponent, ",") == expected
    assert read(money, amount, "DECIMAL(18,5)", exponent) == expected
    assert read(money, float(amount), "DOUBLE", exponent) == expected


@pytest.mark.parametrize(
    ("text", "exponent", "expected"),
    [
        ("1.005", 2, 101),
        ("-1.005", 2, -101),
        ("1.0049999999", 2, 100),
        ("1234567890123.45", 2, 123456789012345),
        ("1,234.50", 2, 123450),
        ("€ 5", 2, 500),
        ("5 $", 2, 500),
        ("1 234", 0, 1234),
        ("2.5", 0, 3),
        ("0.0005", 3, 1),
        ("1e3", 2, 100000),
        ("12,5", 2, None),
        ("abc", 2, None),
        ("nan", 2, None),
        ("1e30", 2, None),
    ],
)
def test_amounts_are_read_as_people_write_them(text, exponent, expected):
    assert read(money, text, "VARCHAR", exponent) == expected


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1.5", ".", 1.5),
        ("-1,234,567.5", ".", -1234567.5),
        ("1,23", ".", None),
        ("inf", ".", None),
        ("", ".", None),
        ("1.234,5", ",", 1234.5),
        ("1.234", ",", 1234.0),
        ("12.5", ",", None),
        ("12 monkeys", ".", None),
        ("1'234.5", ".", 1234.5),
        ("12 34", ".", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, decimal, expected):
    assert read(number, text, "VARCHAR", decimal) == expected


def test_whole_numbers_shares_and_flags_take_nothing_else():
    assert [read(integer, text) for text in ("3", "3.0", "3.5", "x")] == [3, 3, None, None]
    assert [read(share, text) for text in ("0", "1", "0.5", "1.01", "-0.1")] == [0.0, 1.0, 0.5, None, None]
    assert [read(flag, text) for text in ("Yes", "n", "1", "TRUE", "perhaps")] == [True, False, True, True, None]
    assert read(flag, 1, "INTEGER") is True
    assert read(flag, 2.0, "DOUBLE") is None


def test_what_is_not_finite_is_not_a_number():
    assert read(number, float("inf"), "DOUBLE") is None
    assert read(money, float("inf"), "DOUBLE", 2) is None
