"""Errors about a whole source: each names the place, what was found, and the line that repairs it."""

from __future__ import annotations

import pytest

from marketsofone.errors import ColumnMissing, MarketError, SettingsInvalid, SourceMissing, SourceUnreadable

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
