"""Rows that leave empty what the row above says: order exports whose head stands in the first line alone."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from marketsofone.engine import open_engine
from marketsofone.errors import ColumnMissing
from marketsofone.sources import load_sources, sources_from
from marketsofone.sources.proposing.proposal import propose

LINES = """order,client,day,article,value
O1,C1,2026-01-05,a,10
,,,b,20
O2,,2026-01-06,a,5
,,,b,6
O3,C3,2026-01-07,c,7
"""
TABLE = ('\n[sources.lines.order_line]\norder_id = "order"\naccount_id = "client"\nordered_at = "day"\n'
         'amount = "value"\n')
SETTINGS = '[sources.lines]\nfile = "lines.csv"\n'


def test_rows_take_from_the_row_above_what_they_all_leave_empty_and_heads_nothing(market):
    market.write("lines.csv", LINES)
    loaded = market.load(SETTINGS + 'fill_down = ["order", "client", "day"]\n' + TABLE)
    found = market.rows("select source_row, source_id, ordered_at::date::varchar from order_line left join entity_link "
                        "on account_id = entity_id and entity = 'account' order by 1")
    assert found == [(1, "C1", "2026-01-05"), (2, "C1", "2026-01-05"), (3, None, "2026-01-06"),
                     (4, None, "2026-01-06"), (5, "C3", "2026-01-07")]
    told = next(one for one in loaded.findings if one.code == "filled_down")
    assert told.message == "2 of 5 rows leave order, client, day empty and take them from the row above."


def test_without_it_such_rows_are_refused_with_the_reason(market):
    market.write("lines.csv", LINES)
    market.load(SETTINGS + TABLE)
    assert market.refused() == [(2, "order_id", "required and empty"), (4, "order_id", "required and empty")]


def test_a_column_to_be_filled_that_is_not_there_is_told_with_the_nearest(market):
    market.write("lines.csv", LINES)
    with pytest.raises(ColumnMissing) as raised:
        market.load(SETTINGS + 'fill_down = ["order", "clients"]\n' + TABLE)
    assert raised.value.repair.endswith('[sources.lines]\nfill_down = ["order", "client"]')


def proposed(folder: Path, header: str, rows: list[tuple]) -> tuple[dict, list[tuple], list[str]]:
    (folder / "lines.csv").write_text("\n".join([header, *(";".join(map(str, row)) for row in rows)]) + "\n")
    proposal = propose(folder, "Acme")
    settings = tomllib.loads(proposal.text)
    engine = open_engine(threads=2)
    load_sources(engine, sources_from(settings["sources"], Path()), currency=settings["market"]["currency"],
                 time_zone="UTC")
    query = ("select count(*), sum(amount), count(distinct order_id), count(distinct account_id), "
             "count(distinct ordered_at) from order_line")
    return settings["sources"]["lines"], engine.con.execute(query).fetchall(), list(proposal.unsure)


def test_a_proposal_fills_down_the_heads_of_an_export_of_orders_with_their_lines(tmp_path):
    heads = [(f"S{n:05d}", f"Firm {n % 30}", f"2026-02-{1 + n % 28:02d} 08:00:00", "300.00") for n in range(90)]
    rows = [(*(heads[n // 3] if n % 3 == 0 else ("", "", "", "")), f"[P{n % 4}] thing", 2, "50.00", "100.00")
            for n in range(270)]
    said, found, unsure = proposed(
        tmp_path, "Order Reference;Customer;Order Date;Total;Product;Quantity;Unit Price;Line Total", rows)
    assert said["fill_down"] == ["Order Reference", "Customer", "Order Date"]
    assert found == [(270, 2_700_000, 90, 30, 28)]
    assert any("take them from the row above (fill_down)" in one for one in unsure)


def test_what_only_the_first_row_of_an_order_says_is_filled_where_the_number_stands_in_each(tmp_path):
    rows = [(f"#{1000 + n // 2}", "" if n % 2 else "USD", f"b{n // 2 % 30}@shop.example", "2026-01-05 10:00:00 +0100",
             2, "10.00") for n in range(120)]
    said, found, _ = proposed(tmp_path, "Name;Currency;Email;Created at;Lineitem quantity;Lineitem price", rows)
    assert said["fill_down"] == ["Currency"]
    assert found == [(120, 240_000, 60, 30, 1)]


def test_gaps_that_are_no_heads_are_left_alone(tmp_path):
    rows = [(f"A{n}", f"K{n % 30}", f"2026-02-{1 + n % 20:02d}", 10, "" if n % 3 else "note", "" if n % 3 else "x")
            for n in range(120)]
    said, found, _ = proposed(tmp_path, "Order No;Customer No;Order Date;Amount;Remark;Flag", rows)
    assert "fill_down" not in said
    assert found[0][:2] == (120, 120_000)
