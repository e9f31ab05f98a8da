"""What people stated of a buyer, as one value."""

from datetime import datetime

import ibis
import pytest

from marketsofone.features.statements import last_words, main_statement

LINK = ibis.memtable({"entity": ["account", "account", "opportunity", "contact", "contact"],
                      "entity_id": [1, 2, 11, 51, 52], "source_id": ["A1", "A2", "O11", "ann", "A1"]})
OWNER = {"account": ibis.memtable({"account_id": [1, 2], "buyer_id": [1, 2]}),
         "opportunity": ibis.memtable({"opportunity_id": [11], "buyer_id": [2]})}


def wishes(*rows):
    columns = ("about", "about_id", "kind", "theme", "strength", "stated_at")
    schema = {**dict.fromkeys(columns[:4], "string"), "strength": "float64", "stated_at": "timestamp"}
    return ibis.memtable({name: [row[at] for row in rows] for at, name in enumerate(columns)}, schema=schema)


@pytest.fixture
def needs(engine):
    def found(*rows, **more):
        tables = {"wish": wishes(*rows), "entity_link": LINK, **more}
        said = engine.execute(main_statement(tables, OWNER, "wish", "theme"))
        return dict(zip(said["buyer_id"], said["value"], strict=True))
    return found


def test_the_strongest_need_is_the_main_one_then_the_latest(needs):
    early, late = datetime(2026, 1, 1), datetime(2026, 2, 1)
    assert needs(("account", "A1", "need", "price", 0.4, late), ("account", "A1", "need", "speed", 0.9, early),
                 ("buyer", "A2", "need", "price", None, early), ("buyer", "A2", "need", "care", None, late)) == {
        1: "speed", 2: "care"}


def test_what_is_said_about_an_opportunity_is_said_of_its_buyer(needs):
    assert needs(("opportunity", "O11", "need", "speed", 0.5, None)) == {2: "speed"}


def test_a_desire_is_no_need_and_an_unknown_subject_is_nobody(needs):
    assert needs(("account", "A1", "desire", "gold", 1.0, None), ("account", "A9", "need", "speed", 1.0, None)) == {}


PEOPLE = ibis.memtable({"contact_id": [51, 52], "account_id": [2, 2], "site_id": [None, None]},
                       schema={"contact_id": "int64", "account_id": "int64", "site_id": "int64"})


def test_what_a_person_needs_is_told_of_the_buyer_where_the_person_works(needs):
    said = ("contact", "ann", "need", "speed", 0.5, None)
    assert needs(said, contact=PEOPLE) == {2: "speed"}
    objects = ibis.memtable({"about": ["contact"], "about_id": ["ann"]})
    assert needs(said, contact=PEOPLE, objection=objects) == {}


def test_what_is_said_of_a_buyer_is_not_told_of_where_a_person_of_the_same_key_works(needs):
    said = needs(("buyer", "A1", "need", "speed", 0.5, None), contact=PEOPLE)
    assert said[1] == "speed"
    assert 2 not in said


def test_what_a_person_needs_whose_basis_for_profiling_ended_is_told_of_nobody(needs):
    said = ("contact", "ann", "need", "speed", 0.5, None)
    for holds, purpose, found in ((True, "profiling", {2: "speed"}), (False, "profiling", {}),
                                  (False, "contact", {2: "speed"})):
        row = {"about": ["contact"], "about_id": ["ann"], "purpose": [purpose], "basis": ["consent"], "holds": [holds]}
        assert needs(said, contact=PEOPLE, permission=ibis.memtable(row)) == found


def test_of_what_one_person_judged_again_and_again_the_latest_word_stands(engine):
    """Ana says it twice, and of another score once; what nobody signed, and what Bob says, stands beside."""
    early, late = datetime(2026, 1, 1), datetime(2026, 2, 1)
    rows = [("A1", "ana", "pull", 0.9, early), ("A1", "ana", "pull", 0.1, late), ("A1", "bob", "pull", 0.5, early),
            ("A1", "ana", "attractiveness", 7.0, early), ("A2", "ana", "pull", 0.4, None),
            ("A2", None, "pull", 0.2, early), ("A2", None, "pull", 0.3, late)]
    names = ("about_id", "stated_by", "score", "value", "stated_at")
    schema = {"about": "string", **dict.fromkeys(names[:3], "string"), "value": "float64", "stated_at": "timestamp"}
    said = ibis.memtable({"about": ["account"] * len(rows), **{name: [row[at] for row in rows]
                                                             for at, name in enumerate(names)}}, schema=schema)
    stands = engine.execute(last_words({"judgement": said})["judgement"])
    assert sorted(stands.value) == [0.1, 0.2, 0.3, 0.4, 0.5, 7.0]
