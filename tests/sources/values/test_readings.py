from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.sources.values.readings import flag, integer, money, number, share

CON = duckdb.connect()
AMOUNTS = st.decimals(min_value=-(10**8), max_value=10**8, places=5)
MANY_DIGITS = st.builds(lambda parts, places: Decimal(parts).scaleb(-places),
                        st.integers(-(10**14), 10**14), st.integers(6, 10))
RATES = st.builds(lambda parts, places: float(Decimal(parts).scaleb(-places)),
                  st.integers(1, 10**12), st.integers(6, 13))
EVEN_RATES = ("1", "0.5", "0.2", "0.25", "0.8", "1.25", "0.001", "0.0000125", "16000", "0.015625")


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


def every_way(amount: Decimal, rate: float, exponent: int) -> set[int | None]:
    """What an amount comes to by a rate as text with either decimal sign, as decimal and as double."""
    ways = [(f"{amount:f}", "VARCHAR", "."), (f"{amount:f}".replace(".", ","), "VARCHAR", ","),
            (amount, "DECIMAL(18,6)", "."), (float(amount), "DOUBLE", ".")]
    return {read(money, value, kind, exponent, decimal, f"{rate!r}::double") for value, kind, decimal in ways}


@settings(deadline=None, max_examples=100)
@given(amount=AMOUNTS, rate=RATES, exponent=st.sampled_from([0, 2, 3]))
def test_an_amount_times_a_rate_is_what_decimals_make_of_it(amount, rate, exponent):
    assert every_way(amount, rate, exponent) == {minor(amount * Decimal(repr(rate)), exponent)}


@settings(deadline=None, max_examples=100)
@given(half=st.integers(-(10**7), 10**7), rate=st.sampled_from(EVEN_RATES), exponent=st.sampled_from([0, 2, 3]),
       more=st.sampled_from([0, 1, -1]))
def test_halves_by_a_rate_go_away_from_zero_and_what_lies_beside_them_does_not(half, rate, exponent, more):
    amount = (Decimal(2 * half + 1) / 2 / 10**exponent / Decimal(rate)).quantize(Decimal("0.000001"))
    amount += more * Decimal("0.000001")
    if abs(amount) < 10**9:
        assert every_way(amount, float(rate), exponent) == {minor(amount * Decimal(rate), exponent)}


@settings(deadline=None, max_examples=100)
@given(amount=MANY_DIGITS, rate=RATES)
def test_amounts_and_rates_of_many_digits_come_within_the_last_digit_that_doubles_hold(amount, rate):
    exact = amount * Decimal(repr(rate)) * 100
    found = read(money, f"{amount:f}", "VARCHAR", 2, ".", f"{rate!r}::double")
    assert abs(found - exact) <= Decimal("0.5000001") + abs(exact) * Decimal(2) ** -50


@pytest.mark.parametrize(("amount", "kind", "rate", "exponent", "expected"), [
    ("1.005", "VARCHAR", "1", 2, 101),
    ("0.145", "VARCHAR", "100", 0, 15),
    ("-1.005", "VARCHAR", "1", 2, -101),
    ("1,000,000.005", "VARCHAR", "1", 2, 100000001),
    ("1.0049999", "VARCHAR", "1", 2, 100),
    ("9999999999.005", "VARCHAR", "0.5", 2, 500000000000 - 50),
    ("1e30", "VARCHAR", "1", 2, None),
    ("90000000000000000", "VARCHAR", "1000", 2, None),
    (1.005, "FLOAT", "1", 2, 101),
    (1.005, "FLOAT", "", 2, 101),
    (1.0049999, "DOUBLE", "", 2, 100),
    (3 * 0.335, "DOUBLE", "", 2, 101),
    (100.105 - 99.1, "DOUBLE", "", 2, 101),
    (12345678901.005, "DOUBLE", "", 2, 1234567890101),
    (1.15 * 1.1, "DOUBLE", "", 2, 127),
    (Decimal("1.005"), "DECIMAL(14,3)", "", 2, 101),
    (Decimal("-99999999999.995"), "DECIMAL(14,3)", "", 3, -99999999999995),
    (7, "BIGINT", "0.335", 2, 235),
])
def test_a_product_a_little_below_its_half_in_doubles_is_that_half(amount, kind, rate, exponent, expected):
    assert read(money, amount, kind, exponent, ".", f"{rate}::double" if rate else "") == expected


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
        ("1000.-", 2, 100000),
        ("CHF 5.–", 2, None),
        ("1,000.--", 2, 100000),
        ("5.00-", 2, -500),
        ("5-", 2, -500),
        ("1’234.50", 2, 123450),
        ("ca. 500", 2, 50000),
        ("1.2k", 2, 120000),
        ("~ 1,200 EUR", 2, 120000),
        ("5 Tsd. €", 2, 500000),
        ("300 (approx.)", 2, 30000),
        ("1.1 million", 2, 110000000),
        ("ca. 500-600", 2, None),
        ("12 m", 2, None),
        ("5 EUR", 2, None),
        ("CA100", 2, None),
        ("CA 90210", 2, None),
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
        ("1.000,-", ",", 1000.0),
        ("500,- €", ",", 500.0),
        ("500,— €", ",", 500.0),
        ("1,2 Mio", ",", 1200000.0),
        ("1,2 Mio", ".", None),
        ("ca 1.200,50 €", ",", 1200.5),
        ("1.2k", ",", None),
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
