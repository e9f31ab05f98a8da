from __future__ import annotations

import datetime as dt
import gzip
import json
import sqlite3

import duckdb
import openpyxl
import pytest

from marketsofone.errors import MarketError, SourceMissing, SourceUnreadable
from marketsofone.sources.proposing.proposal import propose

ROWS = [
    ("D1", "Acme", "won", dt.datetime(2026, 1, 5, 10, 30), 1200.5, 12.0),
    ("D2", "Bolt", "lost", dt.datetime(2026, 1, 6), 300, 7.0),
    ("D3", "Acme", "open", None, None, None),
]
NAMES = ("deal", "client", "stage", "opened", "value", "people")
TABLE = """
[sources.crm.opportunity]
opportunity_id = "deal"
account_id = "client"
outcome = "stage"
opened_at = "opened"
amount = "value"
[sources.crm.opportunity.traits]
people = { from = "people * 2", kind = "number" }
"""
EXPECTED = [
    ("won", dt.datetime(2026, 1, 5, 10, 30), 120050, 24.0),
    ("lost", dt.datetime(2026, 1, 6), 30000, 14.0),
    ("open", None, None, None),
]


def loaded(market, origin: str) -> list[tuple]:
    market.load(f"[sources.crm]\n{origin}\n{TABLE}")
    return market.rows("select outcome, opened_at, amount, trait_people from opportunity order by source_row")


def test_parquet_is_read_where_it_lies(market):
    con = duckdb.connect()
    con.execute(
        "create table t (deal varchar, client varchar, stage varchar, opened timestamp_ns, value double, people int)"
    )
    con.executemany("insert into t values (?, ?, ?, ?, ?, ?)", ROWS)
    con.execute(f"copy t to '{market.folder}/a.parquet'")
    assert loaded(market, 'file = "a.parquet"') == EXPECTED


@pytest.mark.parametrize(("name", "other"), [("a[1]", "a1"), ("a*", "ab"), ("a?", "ab"), ("a[b-", "ab")])
@pytest.mark.parametrize("format", ["csv", "parquet", "jsonl", "xlsx"])
def test_a_file_whose_name_is_a_pattern_is_read_as_itself(market, name, other, format):
    folder = market.folder / name
    folder.mkdir()
    for stem, key in ((name, "D1"), (other, "D2")):
        path = folder / f"{stem}.{format}"
        cells = {"opp_id": key, "account": "A1", "outcome": "won"}
        if format == "xlsx":
            book = openpyxl.Workbook()
            book.active.append([*cells])
            book.active.append([*cells.values()])
            book.save(path)
        else:
            kind = {"csv": "csv, header", "jsonl": "json"}.get(format, format)
            said = ", ".join(f"'{value}' as {cell}" for cell, value in cells.items())
            duckdb.execute(f"copy (select {said}) to '{path}' (format {kind})")
    market.load(f'[sources.crm]\nfile = "{name}/{name}.{format}"\n[sources.crm.opportunity]\n'
                'opportunity_id = "opp_id"\n[sources.crm.opportunity.dimensions]\ndeal = "upper(opp_id)"\n')
    assert market.column("select dim_deal from opportunity") == ["D1"]
    told = propose(folder, "m")
    assert f'/{name}.{format}"' in told.text, told.unsure


def test_numbers_that_are_not_numbers_in_parquet_are_missing(market):
    duckdb.sql("select 1 as id, 'nan'::double as price union all select 2, 3").write_parquet(
        f"{market.folder}/a.parquet"
    )
    market.load('[sources.a]\nfile = "a.parquet"\n[sources.a.product]\nproduct_id = "id"\nlist_price = "price"\n')
    assert market.column("select list_price from product order by 1") == [300, None]


def test_whole_doubles_and_integers_are_one_key(market):
    duckdb.sql("select 17850.0::double as id").write_parquet(f"{market.folder}/a.parquet")
    duckdb.sql("select 17850::bigint as id").write_parquet(f"{market.folder}/b.parquet")
    market.load(
        '[sources.a]\nfile = "a.parquet"\n[sources.a.account]\naccount_id = "id"\n'
        '[sources.b]\nfile = "b.parquet"\n[sources.b.contact]\ncontact_id = "id"\naccount_id = "id"\n'
    )
    assert market.rows("select count(*) from contact join account using (account_id)") == [(1,)]


@pytest.mark.parametrize("sheet", ["", "Deals"])
def test_a_workbook_is_read_sheet_by_name_or_the_first(market, sheet):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Deals"
    page.append([])
    for row in (NAMES, *ROWS[:1], [None] * 6, *ROWS[1:]):
        page.append(row)
    book.create_sheet("Other").append(["x"])
    book.save(market.folder / "a.xlsx")
    assert loaded(market, 'file = "a.xlsx"\n' + (f'sheet = "{sheet}"' if sheet else "")) == EXPECTED
    with pytest.raises(SourceMissing, match='sheet = "Deals"'):
        loaded(market, 'file = "a.xlsx"\nsheet = "Deal"')


@pytest.mark.parametrize("zipped", [False, True])
def test_json_lines_are_read_and_a_broken_line_is_refused(market, zipped):
    lines = [json.dumps(dict(zip(NAMES, row, strict=True)), default=str) for row in ROWS]
    content = "\n".join([lines[0], "{broken", *lines[1:]]).encode()
    market.write("a.jsonl", gzip.compress(content) if zipped else content)
    assert loaded(market, 'file = "a.jsonl"') == EXPECTED
    assert [row[0] for row in market.refused()] == [2]


def test_a_table_or_a_query_of_sqlite_is_read(market):
    with sqlite3.connect(market.folder / "crm.db") as con:
        con.execute("create table deals (deal text, client text, stage text, opened text, value real, people integer)")
        con.executemany(
            "insert into deals values (?, ?, ?, ?, ?, ?)", [(*r[:3], r[3] and str(r[3]), *r[4:]) for r in ROWS]
        )
    con.close()
    assert loaded(market, 'url = "sqlite:///crm.db"\ntable = "deals"') == EXPECTED
    assert (
        loaded(market, """url = "sqlite:///crm.db"\nquery = "select * from deals where stage <> ':no'" """) == EXPECTED
    )
    with pytest.raises(SourceMissing, match='table = "deals"'):
        loaded(market, 'url = "sqlite:///crm.db"\ntable = "deal"')
    with pytest.raises(SourceUnreadable, match="the database refused"):
        loaded(market, 'url = "sqlite:///crm.db"\nquery = "selec 1"')
    with pytest.raises(SourceMissing, match="three slashes"):
        loaded(market, 'url = "sqlite:///nothing.db"\ntable = "deals"')


def test_a_table_or_a_query_of_duckdb_is_read(market):
    with duckdb.connect(str(market.folder / "crm.duckdb")) as con:
        con.execute(
            "create table deals (deal text, client text, stage text, opened timestamp, value double, people int)"
        )
        con.executemany("insert into deals values (?, ?, ?, ?, ?, ?)", ROWS)
    assert loaded(market, 'url = "duckdb:///crm.duckdb"\ntable = "deals"') == EXPECTED
    assert loaded(market, 'url = "duckdb:///crm.duckdb"\nquery = "from deals"') == EXPECTED
    with pytest.raises(SourceMissing, match='table = "deals"'):
        loaded(market, 'url = "duckdb:///crm.duckdb"\ntable = "dealz"')


def test_a_table_of_postgresql_is_read_in_batches(market, monkeypatch, own_postgresql):
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setattr("marketsofone.sources.staging.staged_rows.BATCH", 2)
    with psycopg.connect(own_postgresql.get_uri()) as con:
        con.execute(
            "create table deals (deal text, client text, stage text, opened timestamptz, value numeric, people int)"
        )
        con.cursor().executemany(
            "insert into deals values (%s, %s, %s, %s, %s, %s)",
            [(*row[:3], row[3] and row[3].replace(tzinfo=dt.UTC), *row[4:]) for row in ROWS],
        )
    monkeypatch.setenv("M1_TEST_URL", own_postgresql.get_uri())
    assert loaded(market, 'url = "${M1_TEST_URL}"\ntable = "deals"') == EXPECTED
    nan = "select *, coalesce(value, 'NaN') as m, coalesce(people, 'NaN'::float8) as p from deals order by deal"
    asked = TABLE.replace('"value"', '"m"').replace("people * 2", "p * 2")
    told = "select outcome, opened_at, amount, trait_people from opportunity order by source_row"
    market.load(f'[sources.crm]\nurl = "${{M1_TEST_URL}}"\nquery = "{nan}"\n{asked}')
    assert market.rows(told) == EXPECTED
    with pytest.raises(SourceMissing, match='table = "deals"'):
        loaded(market, 'url = "${M1_TEST_URL}"\ntable = "deal"')


def test_a_server_that_refuses_is_reported_without_its_password(market, monkeypatch):
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PASSWORD", "s3cret")
    with pytest.raises(MarketError) as raised:
        loaded(market, 'url = "postgresql://me:${PASSWORD}@127.0.0.1:9/crm?connect_timeout=2"\ntable = "deals"')
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx"])
def test_a_file_that_is_not_what_its_ending_says_is_named(market, name):
    market.write(name, "id,team\n1,x\n")
    with pytest.raises(SourceUnreadable, match='format = "csv"'):
        loaded(market, f'file = "{name}"')
