"""Keys that two files write differently are one where the files show it, and stay two where they do not."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.engine import open_engine
from marketsofone.sources.profiling.alike_keys import is_checked
from marketsofone.sources.proposing.proposal import propose

ACCOUNTS = 60


def customers(key):
    return lines("Customer No,Sector", ((key(n), "ab"[n % 2]) for n in range(1, ACCOUNTS + 1)))


def invoices(key):
    return lines("Invoice No,Customer No,Invoice Date,Net Amount", (
        (f"R{n}", key(n % ACCOUNTS + 1), f"2025-{n % 12 + 1:02d}-{n % 27 + 1:02d}", 100 + n) for n in range(240)))


def deals(key):
    return lines("Deal ID,Customer No,Created,Closed,Result,Value", (
        (f"D{n}", key(n % ACCOUNTS + 1), f"2025-01-{n % 28 + 1:02d}", f"2025-02-{n % 28 + 1:02d}",
         ("Won", "Lost")[n % 2], 100 + n) for n in range(150)))


def plain(n):
    return f"{1130 + n}"


def padded(n):
    return f"{1130 + n:08d}"


def grouped(n):
    return f'"{1130 + n:,}"'


def counted(n):
    return f'"{1130 + n:,}.0"'


def accounts(proposal):
    engine = loaded(proposal.text)
    assert one_value(engine, "select count(*) from order_line") == 240
    assert one_value(engine, "select sum(amount) from order_line") == 100 * sum(100 + n for n in range(240))
    return one_value(engine, "select count(*) from entity_link where entity = 'account'")


@pytest.mark.parametrize("other", [padded, grouped, counted])
@pytest.mark.parametrize("turned", [False, True])
def test_numbers_of_customers_written_differently_are_one(tmp_path, other, turned):
    one, two = (other, plain) if turned else (plain, other)
    proposal = propose(written(tmp_path, customers=customers(one), invoices=invoices(two), deals=deals(one)), "Acme")
    assert accounts(proposal) == ACCOUNTS
    assert any(f"its {ACCOUNTS} keys stay {ACCOUNTS}" in one for one in proposal.guessed)


@pytest.mark.parametrize("other", [padded, grouped, counted])
def test_so_are_they_where_no_file_lists_the_customers(tmp_path, other):
    assert accounts(propose(written(tmp_path, invoices=invoices(other), deals=deals(plain)), "Acme")) == ACCOUNTS


def test_zeros_that_tell_two_customers_of_one_file_apart_are_kept_and_that_is_said(tmp_path):
    def both(n):
        return padded(n) if n <= 50 else plain(n - 50)

    proposal = propose(written(tmp_path, customers=customers(both), invoices=invoices(plain)), "Acme")
    assert "regexp_replace" not in proposal.text
    assert any("10 of 60 would fall together" in one for one in proposal.unsure)


def test_keys_that_are_written_alike_are_left_as_they_stand(tmp_path):
    proposal = propose(written(tmp_path, customers=customers(padded), invoices=invoices(padded)), "Acme")
    assert "regexp_replace" not in proposal.text


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def short_id(n):
    mixed = "".join(("aBcDeFgHiJ"[int(digit)] if (n + place) % 3 else digit) for place, digit in enumerate(f"{n:05d}"))
    return f"0015g00000{mixed}"


def long_id(n):
    short = short_id(n)
    return short + "".join(LETTERS[sum(1 << place for place in range(5) if short[5 * part + place].isupper())]
                           for part in range(3))


@pytest.mark.parametrize(("said", "right"), [
    ("a0D30000001n7PiEAI", True), ("500x000000003TRAAY", True), ("0019000000B98deAAB", True),
    ("a0D30000001n7piEAI", False), ("500x000000003TRAAX", False)])
def test_ids_are_checked_as_published_examples_are(said, right):
    assert open_engine().con.execute(f"select {is_checked('v')} from (select '{said}' as v)").fetchall()[0][0] == right


@pytest.mark.parametrize("turned", [False, True])
def test_ids_of_fifteen_and_eighteen_signs_are_one(tmp_path, turned):
    one, two = (long_id, short_id) if turned else (short_id, long_id)
    proposal = propose(written(tmp_path, customers=customers(one), invoices=invoices(two)), "Acme")
    assert accounts(proposal) == ACCOUNTS
    assert "left(" in proposal.text


def test_ids_whose_check_is_wrong_stay_two_and_that_is_said(tmp_path):
    proposal = propose(written(tmp_path, customers=customers(short_id), invoices=invoices(
        lambda n: long_id(n)[:15] + "AAA")), "Acme")
    assert "left(" not in proposal.text
    assert any("the check is wrong" in one for one in proposal.unsure)


def shouted(n):
    return f"Buyer{n}@Shop.Example"


def small(n):
    return shouted(n).lower()


def buyers_of(key):
    return lines("E-mail,Order Date,Net Amount", (
        (key(n % ACCOUNTS + 1), f"2025-{n % 12 + 1:02d}-{n % 27 + 1:02d}", 100 + n) for n in range(240)))


@pytest.mark.parametrize("turned", [False, True])
def test_addresses_that_two_files_write_with_capitals_or_without_are_one_key(tmp_path, turned):
    one, two = (small, shouted) if turned else (shouted, small)
    listed = lines("E-mail,Sector", ((one(n), "ab"[n % 2]) for n in range(1, ACCOUNTS + 1)))
    proposal = propose(written(tmp_path, customers=listed, orders=buyers_of(two)), "Acme")
    assert accounts(proposal) == ACCOUNTS
    assert proposal.text.count("lower(cast(") == 1


def test_addresses_that_one_file_writes_in_both_ways_are_one_key(tmp_path):
    either = buyers_of(lambda n: (small, shouted)[n % 2](n // 2))
    alone = buyers_of(lambda n: shouted(n))
    assert "lower(" in propose(written(tmp_path, orders=either + alone.partition("\n")[2]), "Acme").text
    assert "lower(" not in propose(written(tmp_path, orders=alone), "Acme").text
