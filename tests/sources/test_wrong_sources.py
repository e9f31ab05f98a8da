"""Errors about a whole source: each names the place, what was found, and the line that repairs it."""

from __future__ import annotations

import pytest
from pyarrow import csv

from marketsofone.errors import (
    ColumnMissing,
    MarketError,
    SettingsInvalid,
    SourceMissing,
    SourceUnreadable,
    ValuesInvalid,
)

TABLE = '\n[sources.crm.opportunity]\nopportunity_id = "opp_id"\nclosed_at = "closed_on"\n'


def refused(market, settings: str) -> MarketError:
    with pytest.raises(MarketError) as raised:
        market.load(settings)
    return raised.value


def test_a_missing_file_names_the_nearest_that_is_there(market):
    market.write("deals_2026.csv", "a\n1\n")
    error = refused(market, '[sources.crm]\nfile = "deals_2025.csv"' + TABLE)
    assert isinstance(error, SourceMissing)
    assert 'file = "deals_2026.csv"' in error.repair


@pytest.mark.parametrize("pattern", ["deals*.csv", "deals_202?.csv", "deals_202[56].csv", "*.parquet"])
def test_a_name_is_no_pattern_of_names(market, pattern):
    market.write("deals_2026.csv", "opp_id,closed_on\n1,2026-01-01\n")
    assert isinstance(refused(market, f'[sources.crm]\nfile = "{pattern}"' + TABLE), SourceMissing)


def test_a_missing_folder_says_what_paths_are_relative_to(market):
    assert "relative to the project folder" in str(refused(market, '[sources.crm]\nfile = "x/deals.csv"' + TABLE))


@pytest.mark.parametrize("content", ["", "\n\n  \n", "\ufeff"])
def test_an_empty_file_is_called_empty(market, content):
    market.write("deals.csv", content)
    error = refused(market, '[sources.crm]\nfile = "deals.csv"' + TABLE)
    assert isinstance(error, SourceUnreadable)
    assert "an empty file" in error.found


def test_a_file_with_only_a_header_is_called_that(market):
    market.write("deals.csv", "opp_id,closed_on\n")
    error = refused(market, '[sources.crm]\nfile = "deals.csv"' + TABLE)
    assert "a header and no row" in error.found


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number"])
def test_a_column_called_as_the_engine_numbers_rows_is_to_be_called_otherwise(market, ending, name):
    market.write("deals.csv", f"opp_id,closed_on,{name}\n1,2026-01-01,7\n2,2026-01-02,8\n3,2026-01-03,9\n")
    if ending == "parquet":
        csv.read_csv(market.folder / "deals.csv").to_pandas().to_parquet(market.folder / "deals.parquet")
    error = refused(market, f'[sources.crm]\nfile = "deals.{ending}"' + TABLE)
    assert isinstance(error, SourceUnreadable)
    assert "file_row_number" in error.wanted
    assert "another name" in error.repair


def test_a_missing_column_is_told_with_the_nearest_and_the_line_to_add(market):
    market.write("deals.csv", "opp_id,account,close_date,result\n1,a,2026-01-01,won\n")
    error = refused(market, '[sources.crm]\nfile = "deals.csv"' + TABLE)
    assert isinstance(error, ColumnMissing)
    assert str(error) == (
        "ColumnMissing: Source 'crm' has no column for opportunity.closed_at: 'closed_on' is not there.\n"
        "Found: opp_id, account, close_date, result.\n"
        "If 'close_date' is that column, add to market.toml:\n"
        '[sources.crm.opportunity]\nclosed_at = "close_date"'
    )


def test_a_missing_column_like_none_of_the_file_is_told_with_the_line_to_write(market):
    market.write("deals.csv", "q,w,z\n1,2,3\n")
    asked = "[sources.crm]\nfile = \"deals.csv\"\n[sources.crm.opportunity]\nopportunity_id = \"deal_key\"\n"
    error = refused(market, asked)
    assert error.repair.splitlines()[-2:] == ["[sources.crm.opportunity]", 'opportunity_id = "<column>"']


def test_a_missing_column_inside_sql_is_told_with_the_whole_line_repaired(market):
    market.write("deals.csv", "opp_id,close_date\n1,2026-01-01\n")
    error = refused(
        market, '[sources.crm]\nfile = "deals.csv"' + TABLE.replace('"closed_on"', '"coalesce(closedate, null)"')
    )
    assert 'closed_at = "coalesce(close_date, null)"' in error.repair


@pytest.mark.parametrize(
    ("key", "line"), [("where", 'where = "reslt = 1"'), ("after_outcome", 'after_outcome = ["reslt"]')]
)
def test_a_missing_column_of_a_filter_or_of_after_outcome_is_told(market, key, line):
    market.write("deals.csv", "opp_id,closed_on,result\n1,2026-01-01,1\n")
    error = refused(market, f'[sources.crm]\nfile = "deals.csv"\n{line}' + TABLE)
    assert isinstance(error, ColumnMissing)
    assert "result" in error.repair
    assert key in str(error)


@pytest.mark.parametrize(
    ("written", "given", "shown"), [(";", ",", '";"'), ("\t", ",", r'"\t"'), ("  ", "", '" "'), ("~", "", '"~"')]
)
def test_a_wrong_delimiter_is_told_with_the_one_the_file_seems_to_use(market, written, given, shown):
    rows = [("opp_id", "closed_on"), ("1", "2026-01-01"), ("2", "2026-01-02")]
    market.write("deals.csv", "".join(written.join(row) + "\n" for row in rows))
    line = f'delimiter = "{given}"\n' if given else ""
    error = refused(market, f'[sources.crm]\nfile = "deals.csv"\n{line}' + TABLE)
    assert isinstance(error, SourceUnreadable)
    assert f"[sources.crm]\ndelimiter = {shown}" in error.repair


@pytest.mark.parametrize("sql", ["case when x = 1", "sum(closed_on)", "no_such(closed_on)", "closed_on + "])
def test_bad_sql_names_its_place(market, sql):
    market.write("deals.csv", "opp_id,closed_on\n1,2026-01-01\n")
    error = refused(market, '[sources.crm]\nfile = "deals.csv"' + TABLE.replace("closed_on", sql))
    assert isinstance(error, SettingsInvalid)
    assert "opportunity.closed_at" in error.wanted


def test_sql_that_fails_on_some_row_does_not_tell_what_was_in_it(market):
    market.write("deals.csv", "opp_id,closed_on\nJane Doe,2026-01-01\n")
    error = refused(
        market, '[sources.crm]\nfile = "deals.csv"' + TABLE.replace('"opp_id"', '"cast(opp_id as integer)"')
    )
    assert "Jane" not in str(error)
    assert "try_cast" in error.repair


DEALS = "opp_id,closed_on,size\n1,2026-01-01,5\n2,2026-01-02,Jane Doe\n"
SIZE = "\n[sources.crm.opportunity.dimensions]\nsize = "


@pytest.mark.parametrize(("filtered", "dimension", "line"), [
    ("cast(size as integer) > 3", "'size'", 'where = "try_cast(size as integer) > 3"'),
    ("size::integer > 3", "'size'", "try_cast"),
    ("true", "'CAST(size AS integer)'", 'size = "try_cast(size AS integer)"'),
    ("true", "'size::double + 1'", "try_cast"),
    ("true", "{ from = 'cast(size as integer)', kind = 'number' }", 'size = "try_cast(size as integer)"'),
])
def test_a_filter_or_dimension_that_fails_on_some_row_is_told_with_its_line(market, filtered, dimension, line):
    market.write("deals.csv", DEALS)
    error = refused(market, f'[sources.crm]\nfile = "deals.csv"\nwhere = "{filtered}"{TABLE}{SIZE}{dimension}\n')
    assert isinstance(error, ValuesInvalid)
    assert "runs on every row" in error.wanted
    assert line in error.repair
    assert "Jane" not in str(error)


@pytest.mark.parametrize(("sql", "why"), [("max(size)", "over many rows"), ("count(*) > 1", "over many rows"),
                                          ("unnest([size, size])", "several rows of one")])
def test_what_is_not_one_thing_of_each_row_is_told_in_a_filter_and_a_dimension(market, sql, why):
    market.write("deals.csv", DEALS)
    for filtered, dimension in ((sql, "size"), ("true", sql)):
        error = refused(market, f'[sources.crm]\nfile = "deals.csv"\nwhere = "{filtered}"{TABLE}{SIZE}"{dimension}"\n')
        assert isinstance(error, SettingsInvalid)
        assert why in error.found


def test_a_filter_that_is_no_condition_is_told(market):
    market.write("deals.csv", DEALS)
    assert "where" in refused(market, f'[sources.crm]\nfile = "deals.csv"\nwhere = "size"{TABLE}').wanted


def test_a_filter_and_a_dimension_without_kind_may_count_over_rows(market):
    market.write("deals.csv", DEALS)
    market.load('[sources.crm]\nfile = "deals.csv"\nwhere = "row_number() over (order by opp_id desc) = 1"'
                f'{TABLE}{SIZE}"count(*) over ()"\n')
    assert market.rows("select source_row, dim_size from opportunity") == [(2, "1")]


def test_bytes_that_are_no_text_in_the_named_encoding_are_told(market):
    market.write("deals.csv", b"opp_id,closed_on\n\xfc,2026-01-01\n")
    error = refused(market, '[sources.crm]\nfile = "deals.csv"\nencoding = "utf-8"' + TABLE)
    assert "encoding" in error.repair


def test_an_encoding_or_delimiter_that_does_not_exist_is_told(market):
    market.write("deals.csv", "opp_id,closed_on\n1,2026-01-01\n")
    assert "encoding" in str(refused(market, '[sources.crm]\nfile = "deals.csv"\nencoding = "latin-99"' + TABLE))
    assert "one character" in str(refused(market, '[sources.crm]\nfile = "deals.csv"\ndelimiter = "comma"' + TABLE))


def test_an_unknown_currency_or_zone_of_the_market_is_told(market):
    with pytest.raises(SettingsInvalid, match='currency = "EUR"'):
        market.load('[sources.crm]\nfile = "deals.csv"' + TABLE, currency="EURO")
    with pytest.raises(SettingsInvalid, match="time_zone"):
        market.load('[sources.crm]\nfile = "deals.csv"' + TABLE, time_zone="Berlin")


def test_a_file_of_what_people_state_may_hold_nothing_yet(market):
    market.write("accounts.csv", "id\nA\n")
    market.write("no.csv", "about,id,from\n")
    loaded = market.load("""
[sources.accounts]
file = "accounts.csv"
[sources.accounts.account]
account_id = "id"
[sources.no]
file = "no.csv"
[sources.no.objection]
about = "about"
about_id = "id"
valid_from = "from"
""")
    assert loaded.tables == ("account",)
    assert [(one.source, one.read) for one in loaded.health] == [("accounts", 1), ("no", 0)]
