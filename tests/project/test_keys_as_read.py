"""A key that a program wrote as a number with a point is one key, whoever wrote it in which way, and when."""

import pytest

import marketsofone as m1
from marketsofone.project import state_objection
from marketsofone.project.reading.between_runs import objected_since
from marketsofone.project.segments.choosing import Chooser
from marketsofone.project.statements.reaching import out_of_reach
from marketsofone.project.statements.stating import withdraw_objection

SETTINGS = """
[steps]
competitiveness = "opportunity.outcome"
[sources.deal.opportunity]
opportunity_id = "id"
account_id = "account"
outcome = "outcome"
closed_at = "closed"
"""


@pytest.fixture
def folder(small_company, tmp_path):
    rows = [f"{at},{1000 + at % 20}.0,{'lost' if at % 3 else 'won'},2026-03-01" for at in range(60)]
    return small_company(tmp_path, SETTINGS, deal=["id,account,outcome,closed", *rows])


def test_an_objection_under_the_key_as_the_file_writes_it_holds_at_once_and_in_the_next_run(folder):
    run = m1.run(folder)
    state_objection(folder, "account", "1003.0", "ana")
    assert out_of_reach(folder, "account", ("1003.0",), dated=False) == ()
    assert len(objected_since(run)) == 1
    assert keys(run) - set(m1.frame(run, "buyers").source_id) == {"1003"}
    after = m1.run(folder)
    assert keys(run) - keys(after) == {"1003"}
    withdraw_objection(folder, "account", "1003", "ana")
    assert keys(m1.run(folder)) == keys(run)


def test_buyers_are_listed_by_the_key_as_the_file_writes_it(folder):
    chooser = Chooser.of(m1.run(folder))
    assert chooser.choose("1003.0,1004").buyers == chooser.choose("1003,1004").buyers
    assert len(chooser.choose(["1003.0"]).buyers) == 1


def keys(run):
    return set(run.table("buyers")["source_id"].to_pylist())
