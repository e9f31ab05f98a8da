"""Files that say a thing again for every period in which something else held of it."""

from __future__ import annotations

import tomllib

import pytest
from tests.sources.proposing.test_unusual import deals, lines, loaded, written

from marketsofone.sources.proposing.proposal import propose

HOURS = lines("rep,valid_from,valid_to,hours", (
    (f"R{n % 4}", f"202{n // 4}-01-01", f"202{n // 4 + 1}-01-01", 10 + n) for n in range(12)))


@pytest.mark.parametrize("name", ["reps", "hours"])
def test_hours_of_reps_by_period_are_all_loaded(tmp_path, name):
    proposal = propose(written(tmp_path, deals=deals(), **{name: HOURS}), "Acme")
    engine = loaded(proposal.text)
    rows = "select r.week_hours, r.valid_from::varchar, r.valid_to::varchar from rep r order by 1"
    assert engine.con.execute(rows).fetchall() == [
        (10.0 + n, f"202{n // 4}-01-01", f"202{n // 4 + 1}-01-01") for n in range(12)]
    assert engine.con.execute("select count(distinct rep_id) from rep").fetchall() == [(4,)]
    assert any("valid_to is taken as the first day that no longer holds" in one for one in proposal.unsure)
    assert any("hours is taken as selling hours in a week" in one for one in proposal.unsure)


def test_the_line_for_last_days_that_hold_works(tmp_path):
    proposal = propose(written(tmp_path, deals=deals(), reps=HOURS), "Acme")
    said = next(one for one in proposal.unsure if "first day that no longer holds" in one)
    line = said.partition("write ")[2].partition(" in [sources.reps.rep]")[0]
    text = "\n".join(line if one.startswith("valid_to =") else one for one in proposal.text.splitlines())
    assert loaded(text).con.execute("select min(valid_to)::varchar from rep").fetchall() == [("2021-01-02",)]


def test_people_who_moved_stand_at_each_account_in_its_time(tmp_path):
    moves = lines("contact_id,customer_id,valid_from", (
        (f"P{n % 10}", n % 12 + 1, f"202{n // 10}-01-01") for n in range(40)))
    engine = loaded(propose(written(tmp_path, deals=deals(), places=moves), "Acme").text)
    assert engine.con.execute("select count(*), count(distinct contact_id) from contact").fetchall() == [(40, 10)]


def test_prices_of_customers_by_period_are_neither_customers_nor_products(tmp_path):
    prices = lines("customer_id,product_id,valid_from,price", (
        (n % 10, f"P{n % 7}", f"202{n // 10}-01-01", n) for n in range(40)))
    sources = tomllib.loads(propose(written(tmp_path, deals=deals(), prices=prices), "Acme").text)["sources"]
    assert set(sources) == {"deals"}
