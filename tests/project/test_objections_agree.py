"""Who objects is found between runs as the next run finds it: by whatever key, on whatever level buyers stand."""

import csv
from contextlib import closing
from datetime import date

import pytest

import marketsofone as m1
from marketsofone.project import state_merge, state_objection, state_refusal
from marketsofone.project.reading.between_runs import export_run, objected_since
from marketsofone.project.reading.unlisted import objectors, unlisted
from marketsofone.project.segments.asking import asking
from marketsofone.project.statements.entering import Notebook

SETTINGS = """
buyer = "{level}"
[steps]
competitiveness = "opportunity.outcome"
[sources.account.account]
account_id = "id"
parent_id = "parent"
form = "form"
[sources.contact.contact]
contact_id = "id"
account_id = "account"
site_id = "site"
decides = "decides"
[sources.deal.opportunity]
opportunity_id = "id"
account_id = "account"
contact_id = "contact"
outcome = "outcome"
closed_at = "closed"
"""
OBJECTIONS = [
    ("buyer", "A1"), ("account", "A2"), ("contact", "C3"), ("contact", "C4x"), ("opportunity", "D5"), ("account", "S6"),
    ("buyer", "S7"), ("account", "A8"), ("account", "A10"), ("buyer", "12"), ("buyer", "C13"), ("buyer", "D14"),
    ("account", "A15"), ("account", "A20"), ("opportunity", "D17"), ("account", "nobody"),
    ("opportunity", "A18"), ("contact", "A18")]
"""A10 is merged with A11; 12 is an account, and an opportunity of another one; no file knows the last four as such."""

SILENT = {"contact": {"C8", "C8x", "C6", "A20", "S20", "C21"}, "site": {"S6", "S7", "A20", "S20", "S21"},
          "account": {"A6", "A7", "A17", "A20"}, "opportunity": {"D2", "D5", "D15", "D20", "D52"}}
"""Who must be gone on each level: who decides at an account, an account for its site, the sites of an account (one of
them below another), opportunities of an account and of its sites."""


@pytest.fixture
def company(small_company, tmp_path):
    """Forty accounts: 6 and 7 have a site each, 20 has two; 4, 8 and 15 two deciding contacts, 3, 13 and 17 one."""
    names = [f"A{at}" if at != 12 else "12" for at in range(1, 41)]
    sites = [("S6", "A6", "site"), ("S7", "A7", "site"), ("S20", "A20", "site"), ("S21", "S20", "site")]
    single = [(f"C{at}", f"A{at}", "", "yes") for at in (3, 4, 8, 13, 15, 17)]
    second = [(f"C{at}x", f"A{at}", "", "yes") for at in (4, 8, 15)]
    deals = [(f"D{at}", name, "", "won" if at % 3 else "lost", "2026-03-01") for at, name in enumerate(names, 1)]
    deals += [("12", "A30", "", "won", "2026-03-02"), ("D17x", "A17", "C17", "won", "2026-03-02"),
              ("D50", "S6", "C6", "lost", "2026-03-03"), ("D51", "", "", "won", "2026-03-03"),
              ("D52", "S20", "", "won", "2026-03-03")]
    files = {
        "account": [("id", "parent", "form"), *((name, "", "company") for name in names), *sites],
        "contact": [("id", "account", "site", "decides"), *single, *second, ("C6", "A6", "S6", "yes"),
                    ("C21", "A20", "S21", "yes"), ("C9", "A9", "", "no")],
        "deal": [("id", "account", "contact", "outcome", "closed"), *deals]}
    return lambda level: small_company(tmp_path, SETTINGS.format(level=level), **{
        name: [",".join(row) for row in rows] for name, rows in files.items()})


@pytest.mark.parametrize("level", ["contact", "site", "account", "opportunity"])
def test_who_objects_between_runs_is_exactly_who_is_no_buyer_of_the_next_run(company, tmp_path, level):
    company(level)
    state_merge(tmp_path, "account", "A10", "A11", "ana")
    run = m1.run(tmp_path)
    before = m1.frame(run, "buyers").set_index("buyer_id").source_id
    one_by_one = set()
    for about, key in OBJECTIONS:
        state_objection(tmp_path, about, key, "ana")
        found = objected_since(run)
        one_by_one |= found
    with closing(Notebook(tmp_path)) as notebook, asking(tmp_path) as asker:
        assert objectors(run, notebook) == found == one_by_one
        asked = set(asker.engine.to_pandas(asker.population.buyers.select("buyer_id")).buyer_id)
    assert asked == set(before.index) - found
    after = set(m1.frame(m1.run(tmp_path), "buyers").buyer_id)
    gone = before.drop(list(after & set(before.index)))
    assert sorted(gone) == sorted(before[list(found)])
    assert set(gone) >= SILENT[level]


def test_statements_of_keys_that_no_file_holds_are_counted_at_a_run_and_not_named(company, tmp_path):
    company("account")
    for about, key in (("account", "Nobody"), ("contact", "Nobody"), ("account", "A1"), ("opportunity", "A18")):
        state_objection(tmp_path, about, key, "ana")
    state_refusal(tmp_path, "buyer", "Nobody", "ana")
    said = {row["place"]: row["message"] for table in (m1.run(tmp_path).table("findings"), m1.check(tmp_path).findings)
            for row in table.to_pylist() if row["code"] == "statements_astray"}
    assert said == {
        "record: objection": "3 statements of kind objection about keys that no file holds (2): kept, without effect "
                             "until one does.",
        "record: permission": "1 statement of kind permission about keys that no file holds (1): kept, without effect "
                              "until one does."}


def test_a_no_covers_what_was_merged_since_the_run_from_the_day_on_which_that_is_one(company, tmp_path):
    company("account")
    run = m1.run(tmp_path)
    key = m1.frame(run, "buyers").set_index("buyer_id").source_id
    for one, other, day in (("A22", "A21", None), ("A23", "A22", None), ("A30", "A31", date(2026, 1, 1)),
                            ("A32", "A33", date(2999, 1, 1))):
        state_merge(tmp_path, "account", one, other, "ana", day)
    state_objection(tmp_path, "buyer", "A21", "ana")
    for each in ("A31", "A32"):
        state_refusal(tmp_path, "account", each, "ana")
    assert set(key[list(objected_since(run))]) == {"A21", "A22", "A23"}
    with closing(Notebook(tmp_path)) as notebook:
        assert set(key[list(unlisted(run, notebook))]) == {"A21", "A22", "A23", "A30", "A31", "A32"}
    after = m1.frame(m1.run(tmp_path), "buyers").set_index("source_id")
    assert not {"A21", "A22", "A23"} & set(after.index)
    assert set(after.index[after["rank"].isna()]) >= {"A30", "A32"}


@pytest.mark.parametrize("level", ["contact", "account"])
def test_no_table_tells_the_key_of_a_person_who_objected(company, tmp_path, level):
    """C9 decides nothing, so that its account stays a buyer."""
    company(level)
    before = m1.run(tmp_path)
    assert {name for name in ("people", "entity_link") if "C9" in told(before, name)} == {"people", "entity_link"}
    state_objection(tmp_path, "contact", "C9", "ana")
    after = m1.run(tmp_path)
    assert "A9" in told(after, "entity_link")
    assert {name for name in after.tables if "C9" in told(after, name)} == set()


@pytest.mark.parametrize("level", ["contact", "account"])
def test_no_export_between_runs_tells_the_key_of_a_person_who_objected_or_works_at_one_who_did(
        company, tmp_path, level):
    """C9 decides nothing and objects; C13 works at A13, which objects."""
    company(level)
    run = m1.run(tmp_path)
    state_objection(tmp_path, "contact", "C9", "ana")
    state_objection(tmp_path, "account", "A13", "ana")
    files = [path for path in export_run(run, tmp_path / "out") if path.suffix == ".csv"]
    cells = {cell for path in files for row in csv.reader(path.read_text("utf-8").splitlines())
             for cell in row}
    assert {"A9", "A15", "C15"} <= cells
    assert not {"C9", "A13", "C13", "D13"} & cells


def test_companies_of_a_group_that_objects_stay_and_are_counted_until_each_objects_too(small_company, tmp_path):
    """G owns A and the group H, which owns B; S is a site of A, and C belongs to nobody."""
    tree = [("G", "", "group"), ("H", "G", "group"), ("A", "G", "company"), ("B", "H", ""), ("C", "", "company"),
            ("S", "A", "site")]
    deals = [(f"D{at}", name, "", "won" if at % 2 else "lost", "2026-03-01") for at, (name, *_) in enumerate(tree)]
    small_company(tmp_path, SETTINGS.format(level="account"), account=["id,parent,form", *map(",".join, tree)],
                  deal=["id,account,contact,outcome,closed", *map(",".join, deals)],
                  contact=["id,account,site,decides", "C9,C,,no"])
    state_objection(tmp_path, "account", "G", "ana")
    assert uncovered(tmp_path) == ["3 of them stay"]
    state_objection(tmp_path, "account", "A", "ana")
    state_objection(tmp_path, "account", "H", "ana")
    assert uncovered(tmp_path) == ["1 of them stays"]
    state_objection(tmp_path, "account", "B", "ana")
    assert uncovered(tmp_path) == []
    assert set(m1.frame(m1.run(tmp_path), "buyers").source_id) == {"C"}


def uncovered(folder):
    """What a run says of companies of groups that objected, as m1 check does."""
    told, ahead = ([row["message"] for row in table.to_pylist() if row["code"] == "objection_of_group"]
                   for table in (m1.run(folder).table("findings"), m1.check(folder).findings))
    assert told == ahead
    return [message.removesuffix(" in the market.").partition(": ")[2] for message in told]


def told(run, name):
    """Every text of a table."""
    return {value for row in run.table(name).to_pylist() for value in row.values() if isinstance(value, str)}
