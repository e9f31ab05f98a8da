import dataclasses
from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from marketsofone.customer.tables import TABLES
from marketsofone.errors import RecordRefused
from marketsofone.record import (
    KINDS,
    Adjustment,
    Effort,
    Judgement,
    Note,
    Objection,
    Permission,
    Statement,
    Wish,
    Withdrawal,
    open_record,
)
from marketsofone.sources.stated.statements import STATED, load_record

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # ibis 12

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def engine():
    engine = ibis.duckdb.connect()
    yield engine
    engine.disconnect()


@pytest.fixture
def record(tmp_path):
    with open_record(tmp_path / "record.db") as opened:
        yield opened


def state(record, says, at=NOON, about_id="A-17", supersedes=None):
    return record.state(Statement("account", about_id, says, "ann", at, supersedes))


def rows(engine, table):
    return engine.table(table).order_by("source_row").to_pyarrow().to_pylist()


def test_what_people_may_state_fits_the_customer_tables():
    for name in STATED:
        of_the_kind = {field.name for field in dataclasses.fields(KINDS[name])}
        of_the_table = {field.name for field in TABLES[name].fields}
        assert of_the_kind - {"purpose"} <= of_the_table
        assert set(KINDS[name].abouts) <= set(TABLES[name].field("about").one_of)


def test_every_kind_becomes_rows_of_its_table(engine, record):
    state(record, Judgement("pull", 0.4, 3))
    state(record, Wish("need", "speed", strength=0.5, words="call of May"))
    state(record, Adjustment("colour", cost=12_50, currency="EUR", lead_days=3))
    state(record, Permission("mail", "consent", valid_from=date(2026, 1, 1)))
    state(record, Objection())
    state(record, Note("no table of its own"))
    state(record, Effort(40, none=100, half=150, now=180, more=200, most=260, sure=3))
    assert load_record(engine, record, NOON) == STATED
    common = {"about": "account", "about_id": "A-17", "stated_by": "ann", "source": "record"}
    at_noon = {"stated_at": NOON.replace(tzinfo=None)}
    assert rows(engine, "judgement") == [
        common | at_noon | {"source_row": 1, "score": "pull", "value": 0.4, "sure": 3.0}]
    assert rows(engine, "wish") == [common | at_noon | {
        "source_row": 2, "kind": "need", "theme": "speed", "strength": 0.5, "desired": None, "minimum": None,
        "perceived": None, "words": "call of May"}]
    assert rows(engine, "adjustment") == [common | at_noon | {
        "source_row": 3, "type": "colour", "cost": 1250, "currency": "EUR", "lead_days": 3.0,
        "approval": None, "status": "asked"}]
    assert rows(engine, "permission") == [common | at_noon | {
        "source_row": 4, "purpose": "mail", "basis": "consent", "valid_from": date(2026, 1, 1),
        "valid_to": None}]
    assert rows(engine, "objection") == [common | {
        "source_row": 5, "stated_at": None, "valid_from": None, "valid_to": None}]
    assert rows(engine, "effort") == [common | at_noon | {
        "source_row": 7, "hours": 40.0, "none": 100.0, "half": 150.0, "now": 180.0, "more": 200.0, "most": 260.0,
        "sure": 3.0}]


def test_a_refusal_that_has_begun_carries_no_day_so_that_no_look_at_the_past_loses_it(engine, record):
    begun, later = date(2026, 1, 1), date(9000, 1, 1)
    for basis, begins in (("Refused", begun), ("withdrawn", later), ("consent", begun)):
        state(record, Permission("contact", basis, valid_from=begins))
    load_record(engine, record, NOON)
    assert [(row["stated_at"] is None, row["valid_from"]) for row in rows(engine, "permission")] == [
        (True, None), (True, date(9000, 1, 1)), (False, date(2026, 1, 1))]


def test_a_table_has_the_columns_of_the_model_and_its_types(engine, record):
    state(record, Adjustment("colour"))
    load_record(engine, record, NOON)
    schema = engine.table("adjustment").schema()
    assert list(schema) == [field.name for field in TABLES["adjustment"].fields] + ["source", "source_row"]
    assert schema["cost"].is_int64()
    assert schema["stated_at"].is_timestamp()
    assert schema["source_row"].is_int64()


def test_an_empty_record_makes_no_tables(engine, record):
    assert load_record(engine, record, NOON) == ()
    assert engine.list_tables() == []


def test_statements_join_what_the_files_gave_by_the_name_of_the_column(engine, record):
    engine.create_table("judgement", pa.table({
        "source_row": [1], "source": ["survey"], "value": [0.2], "score": ["pull"], "about_id": ["A-1"],
        "about": ["account"], "trait_mood": ["good"]}))
    state(record, Judgement("pull", 0.4, 3))
    assert load_record(engine, record, NOON) == ("judgement",)
    found = engine.table("judgement").order_by("about_id").to_pyarrow().select(
        ["about_id", "value", "sure", "source", "trait_mood"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("A-1", 0.2, None, "survey", "good"), ("A-17", 0.4, 3.0, "record", None)]
    assert engine.list_tables() == ["judgement"]


def test_loading_again_replaces_what_the_record_gave(engine, record):
    first = state(record, Judgement("pull", 0.4, 3))
    load_record(engine, record, NOON)
    state(record, Judgement("pull", 0.5, 3), supersedes=first)
    load_record(engine, record, NOON)
    assert [row["value"] for row in rows(engine, "judgement")] == [0.5]
    state(record, Withdrawal(), supersedes=2)
    assert load_record(engine, record, NOON) == ()
    assert rows(engine, "judgement") == []


def test_what_was_stated_later_does_not_count(engine, record):
    state(record, Judgement("pull", 0.4, 3), NOON)
    state(record, Judgement("pull", 0.9, 3), NOON + HOUR, supersedes=1)
    load_record(engine, record, NOON)
    assert [row["value"] for row in rows(engine, "judgement")] == [0.4]


def test_who_objects_now_has_objected_in_every_look_at_the_past(engine, record):
    state(record, Objection(), NOON)
    assert load_record(engine, record, NOON - 1000 * HOUR) == ("objection",)


def test_who_took_an_objection_back_is_no_longer_listed(engine, record):
    first = state(record, Objection(), NOON)
    state(record, Objection(), NOON, about_id="A-18")
    state(record, Withdrawal(), NOON + HOUR, supersedes=first)
    load_record(engine, record, NOON + HOUR)
    assert [row["about_id"] for row in rows(engine, "objection")] == ["A-18"]


def test_the_instant_needs_a_zone(engine, record):
    with pytest.raises(RecordRefused, match="time zone"):
        load_record(engine, record, datetime(2026, 6, 1))


def test_keys_and_words_arrive_as_they_were_stated(engine, record):
    strange = "e\u0301\u200d\U0001f9d1 '; drop table judgement; --"
    state(record, Wish("need", strange), about_id=strange)
    load_record(engine, record, NOON)
    assert [(row["about_id"], row["theme"]) for row in rows(engine, "wish")] == [(strange, strange)]
