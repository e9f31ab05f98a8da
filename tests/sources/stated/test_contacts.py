from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from marketsofone.engine import open_engine
from marketsofone.record import Contact, Statement, Withdrawal, open_record
from marketsofone.sources.stated.contacts import load_contacts

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def engine():
    opened = open_engine()
    opened.create_table("entity_link", pa.table({
        "entity": ["account", "opportunity", "contact"], "entity_id": [1, 2, 3], "source": ["crm"] * 3,
        "source_id": ["A", "D", "A"], "valid_from": pa.nulls(3, pa.date32()), "valid_to": pa.nulls(3, pa.date32())}))
    yield opened
    opened.disconnect()


@pytest.fixture
def record():
    with open_record("sqlite://") as opened:
        yield opened


def state(record, about, key, answered=True, at=NOON, **more):
    return record.state(Statement(about, key, Contact("call", at, answered, 10), "ann", at, **more))


def touches(engine):
    return engine.table("touch").order_by("source_row").execute()


def test_a_contact_becomes_a_touch_of_sales_that_leads_back_to_its_statement(engine, record):
    number = state(record, "account", "A")
    assert load_contacts(engine, record, NOON + timedelta(days=1))
    row = touches(engine).iloc[0]
    assert (row.account_id, row.team, row.direction, row.answered, row.minutes) == (1, "sales", "out", True, 10.0)
    assert (row.source, row.source_row) == ("record", number)


def test_a_key_that_a_contact_and_an_account_share_means_the_contact_when_the_buyer_is_meant(engine, record):
    state(record, "buyer", "A")
    load_contacts(engine, record, NOON + timedelta(days=1))
    assert touches(engine).contact_id.tolist() == [3]
    assert touches(engine).account_id.isna().all()


def test_touches_from_files_stay_and_those_of_an_earlier_load_are_replaced(engine, record):
    engine.create_table("touch", pa.table({
        "touch_id": [9], "account_id": [1], "answered": [False], "source": ["calls"], "source_row": [1]}))
    state(record, "account", "A")
    for _ in range(2):
        load_contacts(engine, record, NOON + timedelta(days=1))
    assert sorted(touches(engine).source) == ["calls", "record"]


def test_what_is_withdrawn_stated_later_or_about_nobody_known_is_no_touch(engine, record):
    number = state(record, "account", "A")
    record.state(Statement("account", "A", Withdrawal(), "ann", NOON, supersedes=number))
    state(record, "account", "A", at=NOON + timedelta(days=5))
    state(record, "account", "nobody")
    load_contacts(engine, record, NOON + timedelta(days=1))
    assert len(touches(engine)) == 0


def test_without_contacts_nothing_is_made(engine, record):
    assert not load_contacts(engine, record, NOON)
    assert "touch" not in engine.list_tables()
