"""The timeline of a buyer and the people at its account, against a market one can hold in one's head."""

import pytest

import marketsofone as m1
from marketsofone.project.showing.buyer import people_of
from marketsofone.project.showing.timeline import timeline
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.statements.entering import Notebook

SETTINGS = """
buyer = "account"
[steps]
pull = "touch.answered"
[sources.accounts.account]
account_id = "account"
[sources.touches.touch]
account_id = "account"
happened_at = "at"
team = "team"
channel = "channel"
direction = "way"
minutes = "minutes"
answered = "case answered when 'yes' then true when 'no' then false end"
[sources.people.contact]
contact_id = "person"
account_id = "account"
role = "role"
decides = "decides = 'yes'"
"""
TOUCHES = """account,at,team,channel,way,minutes,answered
a,2026-03-01 10:00,sales,visit,out,30,yes
a,2026-03-02 10:00,marketing,mail,out,,
a,2026-03-03 10:00,sales,phone,in,5,
b,2026-03-04 10:00,sales,visit,out,,no
a,2026-07-04 10:00,sales,visit,out,,no
"""
PEOPLE = "person,account,role,decides\np2,a,uses it,no\np1,a,buys it,yes\np3,b,,no\n"


@pytest.fixture(scope="module")
def company(small_company, tmp_path_factory):
    folder = small_company(tmp_path_factory.mktemp("company"), SETTINGS, accounts="account\na\nb\nc\n",
                           touches=TOUCHES, people=PEOPLE)
    return folder, Shelf(m1.run(folder))


def told(company, key):
    folder, shelf = company
    row = next(row for row in shelf.listed().rows if row["source_id"] == key)
    return [(str(event.day), event.kind, event.words) for event in timeline(shelf, Notebook(folder), row, ())], row


def test_every_touch_known_by_the_date_is_told_by_either_team_and_either_way(company):
    assert told(company, "a")[0] == [
        ("2026-03-03", "touch", "phone: they came to us, 5 minutes"),
        ("2026-03-02", "touch", "mail by marketing: not known yet"),
        ("2026-03-01", "touch", "visit by sales: answered, 30 minutes"),
    ]
    assert told(company, "b")[0] == [("2026-03-04", "touch", "visit by sales: no answer")]
    assert told(company, "c")[0] == []


def test_the_people_at_an_account_are_told_those_who_decide_first(company):
    _folder, shelf = company
    people = people_of(shelf, told(company, "a")[1])
    told_of = [(each.key, each.role, each.decides) for each in people]
    assert told_of == [("p1", "buys it", True), ("p2", "uses it", False)]
    assert people_of(shelf, told(company, "c")[1]) == ()
