"""People who changed places, lists that were joined later, and what is said of whom: lawful, and seldom seen."""

import pytest

from marketsofone.project.flow import load, opened, run_project
from marketsofone.project.ground.gathering import gather
from marketsofone.project.settings.market_file import read_settings

SETTINGS = """
margin_rate = 0.5
buyer = "account"

[steps]
pull = "touch.answered"
competitiveness = "opportunity.outcome"

[sources.people.contact]
contact_id = "id"
account_id = "account"
valid_from = "since"
valid_to = "till"

[sources.touches.touch]
contact_id = "person"
happened_at = "at"
answered = "answered"

[sources.opportunities.opportunity]
opportunity_id = "id"
account_id = "account"
contact_id = "person"
outcome = "outcome"
opened_at = "at"
"""
FILES = {
    "people": "id,account,since,till\np,A,,2026-03-01\np,B,2026-03-01,\nq,B,,\n",
    "touches": "person,at,answered\np,2026-02-28,yes\np,2026-03-01,no\nq,2026-01-01,no\n",
    "opportunities": "id,account,person,outcome,at\n1,,p,won,2026-01-05\n2,,p,lost,2026-04-05\n3,A,q,won,2026-04-05\n"
                     "4,,,won,2026-04-05\n",
}


@pytest.fixture
def folder(small_company, tmp_path):
    """A project of these files and settings, those of everyday where nothing else is given."""
    return lambda more="", **files: small_company(tmp_path, SETTINGS + more, **(FILES | files))


@pytest.fixture
def known(folder):
    """What `gather` finds: the buyers by their key, and the tally of a score by that key."""

    def find(more="", **files):
        project = folder(more, **files)
        settings = read_settings(project)
        with opened(project) as engine:
            gathered = gather(engine, settings, load(engine, settings)[0])
            buyers = {row["source_id"]: row for row in gathered.buyers.to_pyarrow().to_pylist()}
            name_of = {row["buyer_id"]: name for name, row in buyers.items()}
            tallies = {score: {name_of[row["buyer_id"]]: (row["trials"], row["total"])
                               for row in tally.to_pyarrow().to_pylist()} for score, tally in gathered.tallies.items()}
            return buyers, tallies

    return find


def test_a_run_over_people_who_changed_places_ranks_every_buyer(folder):
    buyers = run_project(folder()).table("buyers").to_pylist()
    assert [row["kind"] for row in sorted(buyers, key=lambda row: row["rank"])] == ["account", "account", "opportunity"]


def test_what_a_person_did_stands_at_the_account_where_the_person_worked_that_day(known):
    _buyers, tallies = known()
    assert tallies["pull"] == {"A": (1.0, 1.0), "B": (2.0, 0.0)}
    assert tallies["competitiveness"] == {"A": (2.0, 2.0), "B": (1.0, 0.0), "4": (1.0, 1.0)}


def test_what_a_person_did_before_leaving_stays_with_the_account(known):
    gone = "id,account,since,till\np,A,2026-01-01,2026-03-01\nq,B,,\n"
    assert known(people=gone)[1]["pull"] == {"A": (1.0, 1.0), "B": (1.0, 0.0)}


LISTS = """
[sources.lists]
file = "lists.csv"
[sources.lists.membership]
list_name = "list"
account_id = "account"
valid_from = "since"
[sources.lists.membership.dimensions]
club = "list"

[sources.wishes]
file = "wishes.csv"
[sources.wishes.wish]
about = "about"
about_id = "id"
kind = "'need'"
theme = "theme"
stated_at = "at"
[sources.wishes.wish.dimensions]
wants = "theme"
"""


def test_the_latest_list_is_the_one_joined_last_and_what_is_wished_may_split_the_market(known):
    buyers, _tallies = known(LISTS, lists="list,account,since\nsilver,A,2026-02-01\ngold,A,2020-01-01\nold,B,\n",
                             wishes="about,id,theme,at\naccount,A,speed,2026-03-01\naccount,A,price,2026-01-01\n"
                                    "contact,q,care,2026-01-01\naccount,B,rest,2026-07-01\n")
    assert {name: (buyers[name]["dim_club"], buyers[name]["dim_wants"]) for name in "AB"} == {
        "A": ("silver", "speed"), "B": ("old", "care")}
