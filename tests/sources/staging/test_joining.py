"""A source whose rows need columns of another file: order lines and their headers, and their customers."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.errors import ColumnMissing, KeyNotUnique, MarketError, SettingsInvalid, SourceMissing, ValuesInvalid

LINES = """order_no,article,qty,value
100,pump,1,10.50
100,seal,2,4
101,pump,1,11
,seal,1,2
109,seal,1,3
"""
HEADERS = """order_no,customer_no,order_date,value
101,c2,2026-02-01,11
100,c1,2026-01-05,18.50
102,c1,2026-03-01,0
"""
JOIN = """
[sources.lines.join.headers]
file = "headers.csv"
on = "order_no"
"""
TABLE = """
[sources.lines.order_line]
order_id = "order_no"
account_id = "headers.customer_no"
ordered_at = "headers.order_date"
product_id = "article"
quantity = "qty"
amount = "value"
"""
SOURCE = '[sources.lines]\nfile = "lines.csv"\n'
READ = "select source_row, ordered_at, quantity, amount from order_line order by source_row"
DAY_1, DAY_2 = dt.datetime(2026, 1, 5), dt.datetime(2026, 2, 1)


@pytest.fixture
def files(market):
    market.write("lines.csv", LINES)
    market.write("headers.csv", HEADERS)
    return market


def refused(market, text: str) -> MarketError:
    with pytest.raises(MarketError) as raised:
        market.load(text)
    return raised.value


def test_rows_take_columns_of_the_file_beside_them_by_its_key(files):
    files.load(SOURCE + JOIN + TABLE)
    assert files.rows(READ) == [(1, DAY_1, 1.0, 1050), (2, DAY_1, 2.0, 400), (3, DAY_2, 1.0, 1100)]
    accounts = "select source_id from order_line join entity_link on account_id = entity_id order by source_row"
    assert files.column(accounts) == ["c1", "c1", "c2"]


def test_every_row_is_accepted_or_refused_and_keeps_the_number_it_has_in_its_own_file(files):
    health = files.load(SOURCE + JOIN + TABLE).health[0]
    assert (health.read, health.accepted, health.refused) == (5, 3, 2)
    assert files.refused() == [(4, "order_id", "required and empty"), (5, "ordered_at", "required and empty")]


def test_what_found_no_row_and_what_was_asked_for_by_none_is_counted_and_told(files):
    findings = files.load(SOURCE + JOIN + TABLE).findings
    told = next(one for one in findings if one.code == "joined")
    assert (told.severity, told.place) == ("warning", "lines: join headers")
    assert told.message == (
        "3 of 5 rows found theirs in headers.csv by order_no. 2 did not (1 of them have no key): of those nothing is "
        "known that the file says. 1 of its 3 rows were asked for by none.")


def test_where_every_row_found_its_own_that_is_told_too_and_is_no_warning(files):
    files.write("lines.csv", "order_no,article,qty,value\n100,pump,1,10\n101,pump,1,10\n102,pump,1,10\n")
    told = next(one for one in files.load(SOURCE + JOIN + TABLE).findings if one.code == "joined")
    assert (told.severity, told.message) == ("info", "3 of 3 rows found theirs in headers.csv by order_no.")


def test_a_column_of_one_name_in_both_files_stays_two_columns(files):
    files.load(SOURCE + JOIN + TABLE.replace('"value"', "'\"headers.value\" - value'"))
    assert files.column("select amount from order_line order by source_row") == [800, 1450, 0]


def test_the_filter_and_expressions_may_use_both_files(files):
    where = "where = '''\"headers.customer_no\" = 'c1' and qty > 1'''\n"
    health = files.load(SOURCE + where + JOIN + TABLE).health[0]
    assert (health.left_out, health.accepted) == (4, 1)


def test_columns_called_differently_and_keys_of_several_columns_are_named_in_pairs(files):
    files.write("headers.csv", "number,branch,customer_no,order_date\n100,N,c1,2026-01-05\n100,S,c9,2026-01-06\n")
    files.write("lines.csv", "order_no,branch,article,qty,value\n100,S,pump,1,1\n100,N,pump,1,2\n")
    join = JOIN.replace('on = "order_no"', 'on = { order_no = "number", branch = "branch" }')
    files.load(SOURCE + join + TABLE)
    assert files.column("select ordered_at from order_line order by source_row") == [dt.datetime(2026, 1, 6), DAY_1]


def test_a_join_may_go_on_from_the_columns_of_the_one_above_it(files):
    files.write("customers.csv", "id;sector\nc1;food\nc2;steel\n")
    more = '\n[sources.lines.join.customer]\nfile = "customers.csv"\non = { "headers.customer_no" = "id" }\n'
    dimension = '\n[sources.lines.order_line.dimensions]\nsector = "customer.sector"\n'
    files.load(SOURCE + JOIN + more + TABLE + dimension)
    assert files.column("select dim_sector from order_line order by source_row") == ["food", "food", "steel"]


def test_keys_written_as_numbers_and_as_text_with_blanks_are_one_key(files):
    duckdb.sql("select * from (values (100.0, 'c1', date '2026-01-05'), (101.0, 'c2', date '2026-02-01')) "
               "t(order_no, customer_no, order_date)").write_parquet(f"{files.folder}/headers.parquet")
    files.write("lines.csv", LINES.replace("100,", " 100 ,"))
    files.load(SOURCE + JOIN.replace("headers.csv", "headers.parquet") + TABLE)
    assert files.rows(READ) == [(1, DAY_1, 1.0, 1050), (2, DAY_1, 2.0, 400), (3, DAY_2, 1.0, 1100)]


@pytest.mark.parametrize("decimal", [".", ","])
def test_numbers_of_a_typed_file_keep_their_size_beside_text_with_either_decimal_sign(files, decimal):
    duckdb.sql("select 100 as order_no, 'c1' as customer_no, date '2026-01-05' as order_date, 1.234 as price "
               "union all select 101, 'c2', date '2026-02-01', 1234.5").write_parquet(f"{files.folder}/h.parquet")
    files.write("lines.csv", "order_no;article;qty;value\n100;pump;1;x\n101;pump;1;x\n")
    files.load(SOURCE + f'decimal = "{decimal}"\n' + JOIN.replace("headers.csv", "h.parquet")
               + TABLE.replace('"value"', '"headers.price"'))
    assert files.column("select amount from order_line order by source_row") == [123, 123450]


def test_both_files_typed_stay_typed(files):
    duckdb.sql("select 'o1' as order_no, 'pump' as article, 2 as qty, 0.1::double as value").write_parquet(
        f"{files.folder}/lines.parquet")
    duckdb.sql("select 'o1' as order_no, 7 as customer_no, timestamptz '2026-01-05 10:00:00+01' as order_date"
               ).write_parquet(f"{files.folder}/h.parquet")
    files.load(SOURCE.replace("csv", "parquet") + JOIN.replace("headers.csv", "h.parquet") + TABLE)
    assert files.rows(READ) == [(1, dt.datetime(2026, 1, 5, 9), 2.0, 10)]


def test_rows_that_are_no_rows_keep_their_numbers_and_those_of_the_other_file_are_told(files):
    files.write("lines.csv", "order_no,article,qty,value\n100,pump\n101,pump,1,11\n")
    files.write("headers.csv", HEADERS + "103,c1\n")
    loaded = files.load(SOURCE + JOIN + TABLE)
    assert files.column("select source_row from order_line") == [2]
    assert (loaded.health[0].read, loaded.health[0].refused) == (2, 1)
    told = next(one for one in loaded.findings if one.code == "joined")
    assert "1 of its rows could not be read, row 4 the first." in told.message
    assert told.severity == "warning"


def test_a_key_in_several_rows_of_the_file_beside_is_refused_with_the_rows(files):
    files.write("headers.csv", HEADERS + "100,c3,2026-01-05,1\n101,c3,2026-01-05,1\n101,c4,2026-01-05,1\n")
    error = refused(files, SOURCE + JOIN + TABLE)
    assert isinstance(error, KeyNotUnique)
    assert "[sources.lines.join.headers]" in error.wanted
    assert error.found == "2 keys that stand in 5 rows, one of them in rows 1 and 6."
    assert "both sides of on" in error.repair


def test_empty_keys_of_the_file_beside_are_no_duplicates(files):
    files.write("headers.csv", HEADERS + ",c3,2026-01-05,1\n,c3,2026-01-05,1\n")
    assert files.load(SOURCE + JOIN + TABLE).health[0].accepted == 3


def test_a_join_that_finds_nothing_is_an_error(files):
    files.write("headers.csv", "order_no,customer_no,order_date\nA-100,c1,2026-01-05\n")
    error = refused(files, SOURCE + JOIN + TABLE)
    assert isinstance(error, ValuesInvalid)
    assert "none for any of the 5 rows of lines.csv; 1 of those have no key" in error.found


@pytest.mark.parametrize(("change", "kind", "said"), [
    (('on = "order_no"', 'on = "order"'), ColumnMissing, "order_no"),
    (('on = "order_no"', 'on = { order_no = "ordernumber" }'), ColumnMissing, "headers.csv has no 'ordernumber'"),
    (('on = "order_no"', ""), SettingsInvalid, 'on = "order_no"'),
    (('on = "order_no"', "on = 3"), SettingsInvalid, "which columns hold the same key"),
    (('on = "order_no"', 'on = "order_no"\nusing = "x"'), SettingsInvalid, "'using'"),
    (('file = "headers.csv"', ""), SettingsInvalid, "has a file"),
    (('file = "headers.csv"', 'file = "header.csv"'), SourceMissing,
     '[sources.lines.join.headers]\nfile = "headers.csv"'),
    (("join.headers", "join.Headers"), SettingsInvalid, "[sources.lines.join.headers]"),
    (('file = "headers.csv"', 'file = "headers.dat"'), SettingsInvalid, 'format = "csv"'),
])
def test_a_join_that_cannot_be_followed_says_where_and_what_repairs_it(files, change, kind, said):
    error = refused(files, SOURCE + JOIN.replace(*change) + TABLE)
    assert isinstance(error, kind)
    assert said in str(error)


def test_the_source_may_not_hold_a_column_that_is_called_as_one_beside_it_will_be(files):
    files.write("lines.csv", LINES.replace("article", "headers.value"))
    error = refused(files, SOURCE + JOIN + TABLE)
    assert "headers.value already" in error.found


def test_a_column_beside_without_its_double_quotes_in_sql_says_that_they_are_needed(files):
    error = refused(files, SOURCE + JOIN + TABLE.replace('"value"', '"headers.value - value"'))
    assert "points in their names stand in double quotes" in str(error)


def test_a_join_that_is_no_part_of_its_own_is_told(files):
    assert "sources.lines.join" in str(refused(files, SOURCE + 'join = "headers.csv"\n' + TABLE))


def test_both_files_are_inputs_of_the_run(files):
    assert set(files.load(SOURCE + JOIN + TABLE).inputs) == {"lines.csv", "headers.csv"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), st.integers(1, 9)), min_size=1, max_size=12),
       st.sets(st.sampled_from(["a", "b", "c", "d"]), min_size=1))
def test_joining_is_looking_each_row_up(tmp_path_factory, lines, keys):
    from marketsofone.engine import open_engine
    from marketsofone.sources.mapping.source import sources_from
    from marketsofone.sources.staging.every_source import stage

    folder = tmp_path_factory.mktemp("looked_up")
    (folder / "lines.csv").write_text("k,n\n" + "".join(f"{key},{number}\n" for key, number in lines))
    beside = {key: str(place) for place, key in enumerate(sorted(keys))}
    (folder / "beside.csv").write_text("k,v\n" + "".join(f"{key},{value}\n" for key, value in beside.items()))
    said = {"lines": {"file": "lines.csv", "join": {"other": {"file": "beside.csv", "on": "k"}},
                      "touch": {"touch_id": "n"}}}
    source = sources_from(said, folder)[0]
    con = open_engine(threads=2).con
    expected = [(key or None, str(number), beside.get(key)) for key, number in lines]
    if not any(row[2] for row in expected):
        with pytest.raises(ValuesInvalid):
            stage(con, source, folder)
        return
    staged = stage(con, source, folder)
    found = con.execute(f'select k, n, "other.v" from {staged.relation} order by file_row_number').fetchall()
    assert found == expected


CHANGES = """order_no,customer_no,order_date,value
100,c0,05.01.2026,1
101,c2,20.02.2026,1
100,c1,31.01.2026,2
100,c9,04.01.2026,3
"""
LATEST = JOIN + 'latest = "order_date"\n'


def test_of_several_rows_of_a_key_the_one_of_the_last_date_stands(files):
    files.write("headers.csv", CHANGES)
    files.load(SOURCE + LATEST + TABLE)
    accounts = "select source_id from order_line join entity_link on account_id = entity_id order by source_row"
    assert files.column(accounts) == ["c1", "c1", "c2"]


def test_a_key_that_stands_in_several_rows_says_how_the_last_is_kept(files):
    files.write("headers.csv", CHANGES)
    assert 'latest = "changed_at"' in refused(files, SOURCE + JOIN + TABLE).repair


def test_the_last_row_is_not_guessed_from_dates_that_can_be_read_two_ways(files):
    files.write("headers.csv", CHANGES.replace("20.02", "02.03").replace("31.01", "03.02"))
    assert "date_format" in refused(files, SOURCE + LATEST + TABLE).repair


def test_the_column_of_latest_must_be_there(files):
    error = refused(files, SOURCE + JOIN + 'latest = "ordr_date"\n' + TABLE)
    assert 'latest = "order_date"' in error.repair


def test_a_key_with_a_decimal_zero_is_the_whole_number(files):
    files.write("headers.csv", HEADERS.replace("100,", "100.0,").replace("101,", "101.0,"))
    files.load(SOURCE + JOIN + TABLE)
    assert files.rows(READ) == [(1, DAY_1, 1.0, 1050), (2, DAY_1, 2.0, 400), (3, DAY_2, 1.0, 1100)]
