"""What people stated of a buyer, as one value."""

from datetime import datetime

import ibis
import pytest

from marketsofone.features.statements import main_statement

LINK = ibis.memtable({"entity": ["account", "account", "opportunity"], "entity_id": [1, 2, 11],
                      "source_id": ["A1", "A2", "O11"]})
OWNER = {"account": ibis.memtable({"account_id": [1, 2], "buyer_id": [1, 2]}),
         "opportunity": ibis.memtable({"opportunity_id": [11], "buyer_id": [2]})}


def wishes(*rows):
    columns = ("about", "about_id", "kind", "theme", "strength", "stated_at")
    schema = {**dict.fromkeys(columns[:4], "string"), "strength": "float64", "stated_at": "timestamp"}
    return ibis.memtable({name: [row[at] for row in rows] for at, name in enumerate(columns)}, schema=schema)


@pytest.fixture
def needs(engine):
    def found(*rows):
        tables = {"wish": wishes(*rows), "entity_link": LINK}
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
