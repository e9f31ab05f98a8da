from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketsofone.errors import ValuesInvalid
from marketsofone.sources.values.dates import instant, month_written

STEPS = """
[sources.a]
file = "a.csv"
{more}
[sources.a.step]
opportunity_id = "id"
name = "'x'"
happened_at = "at"
"""


def load(market, texts, more: str = "", zone: str = "UTC"):
    market.write("a.csv", "id;at\n" + "".join(f"{n};{text}\n" for n, text in enumerate(texts, 1)))
    return market.load(STEPS.format(more=more), time_zone=zone)


def instants(market) -> list[dt.datetime]:
    return market.column("select happened_at from step order by source_row")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2026-03-04", "2026/3/4", "20260304"], [dt.datetime(2026, 3, 4)] * 3),
        (
            ["2026-03-04T05:06:07Z", "2026-03-04 07:06:07+02:00", "2026/03/04 07:06:07 +0200"],
            [dt.datetime(2026, 3, 4, 5, 6, 7)] * 3,
        ),
        (["31.01.2026", "4.3.2026 05:06"], [dt.datetime(2026, 1, 31), dt.datetime(2026, 3, 4, 5, 6)]),
        (["1/31/26", "3/4/26 5:06 PM"], [dt.datetime(2026, 1, 31), dt.datetime(2026, 3, 4, 17, 6)]),
        (["31-Jan-2026", "Mar 4, 2026"], [dt.datetime(2026, 1, 31), dt.datetime(2026, 3, 4)]),
        (["31-Jan-26", "4 March 26 5:06 PM"], [dt.datetime(2026, 1, 31), dt.datetime(2026, 3, 4, 17, 6)]),
        (["Mar 4, 26", "Mar 4, 2026", "4 Mar 2026"], [dt.datetime(2026, 3, 4)] * 3),
    ],
)
def test_dates_are_read_as_people_write_them(market, texts, expected):
    load(market, texts)
    assert instants(market) == expected


def test_dates_that_fit_both_orders_are_never_guessed(market):
    with pytest.raises(ValuesInvalid, match=r'date_format = "%d/%m/%Y"'):
        load(market, ["03/04/2026", "05/06/2026"])
    load(market, ["03/04/2026", "05/06/2026"], 'date_format = "%d/%m/%Y"')
    assert instants(market) == [dt.datetime(2026, 4, 3), dt.datetime(2026, 6, 5)]
    load(market, ["03/04/2026", "05/06/2026"], 'date_format = "%m/%d/%Y"')
    assert instants(market) == [dt.datetime(2026, 3, 4), dt.datetime(2026, 5, 6)]


def test_rows_in_a_second_format_are_refused_and_both_are_counted(market):
    loaded = load(market, ["31.01.2026", "02.02.2026", "03.02.2026", "2026-02-04", "12/31/2026"])
    (finding,) = [one for one in loaded.findings if one.code == "dates_in_two_formats"]
    assert finding.severity == "warning"
    assert "3 dates are written day first; 2 are not" in finding.message
    assert market.refused() == [(4, "happened_at", "unreadable date"), (5, "happened_at", "unreadable date")]


def test_rows_that_do_not_fit_the_declared_format_are_refused(market):
    load(market, ["31.01.2026", "2026-02-04"], 'date_format = "%d.%m.%Y"')
    assert instants(market) == [dt.datetime(2026, 1, 31)]
    assert market.refused() == [(2, "happened_at", "unreadable date")]


def test_a_year_of_two_digits_is_refused_where_the_declared_format_has_four(market):
    load(market, ["31.01.2026", "04.02.26"], 'date_format = "%d.%m.%Y"')
    assert market.refused() == [(2, "happened_at", "unreadable date")]


@pytest.mark.parametrize("month", ["Jan-26", "Jan 26", "Jan-2026", "January 2026", "01/2026", "2026-01"])
def test_months_are_of_this_century_however_many_digits_their_year_has(month):
    with duckdb.connect() as con:
        con.execute("create table t as select ? as v", [month])
        first, _ = month_written(con, "t", "v", "v", 1)
        assert con.execute(f"select {first} from t").fetchall() == [(dt.date(2026, 1, 1),)]


def test_a_month_of_two_digits_among_months_of_four_is_no_month_of_the_first_century():
    with duckdb.connect() as con:
        con.execute("create table t as select unnest(? || ['Jan 25']) as v", [["Jan 2026"] * 30])
        first, _ = month_written(con, "t", "v", "v", 31)
        assert con.execute(f"select {first}, count(*) from t group by 1 order by 1 nulls last").fetchall() == [
            (dt.date(2026, 1, 1), 30), (None, 1)]


def test_times_without_zone_are_taken_in_the_markets_zone_and_counted(market):
    loaded = load(market, ["2026-07-01 12:00", "2026-01-01 12:00", "2026-01-01 12:00Z"], zone="Europe/Berlin")
    assert [one.hour for one in instants(market)] == [10, 11, 12]
    (finding,) = [one for one in loaded.findings if one.code == "time_without_zone"]
    assert "2 times name no zone and were taken in Europe/Berlin" in finding.message


def test_a_source_may_have_a_zone_of_its_own(market):
    loaded = load(market, ["2026-07-01 12:00"], 'one_zone = "America/New_York"', zone="Europe/Berlin")
    assert instants(market) == [dt.datetime(2026, 7, 1, 16)]
    assert "time_without_zone" not in {one.code for one in loaded.findings}


def test_a_day_of_the_market_begins_at_its_own_midnight(market):
    load(market, ["2026-07-01"], zone="Europe/Berlin")
    assert instants(market) == [dt.datetime(2026, 6, 30, 22)]


def test_an_instant_read_as_a_day_is_the_day_it_was_in_the_market(market):
    market.write("a.csv", "id,day\n1,2026-06-30T23:30:00Z\n2,2026-06-30\n")
    market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.account]\naccount_id = "id"\nvalid_from = "day"\n',
        time_zone="Europe/Berlin",
    )
    assert market.column("select valid_from from account order by source_row") == [
        dt.date(2026, 7, 1),
        dt.date(2026, 6, 30),
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.datetimes(dt.datetime(1950, 1, 1), dt.datetime(2090, 1, 1)), min_size=1, max_size=5))
def test_an_instant_written_in_iso_form_comes_back_as_it_was(market, moments):
    load(market, [moment.isoformat() + "+00:00" for moment in moments])
    assert instants(market) == moments


def test_the_lines_that_read_dates_written_in_two_ways_do_read_both(market):
    market.write("touches.csv", "when\n2026-01-31\n31/01/2026\n2026-02-01\n")
    settings = '[sources.t]\nfile = "touches.csv"\n[sources.t.touch]\nhappened_at = '
    loaded = market.load(settings + '"when"\n')
    (finding,) = [one for one in loaded.findings if one.code == "dates_in_two_formats"]
    market.load(settings + finding.repair.rpartition("happened_at = ")[2] + "\n")
    assert market.column("select happened_at from touch order by source_row") == [
        dt.datetime(2026, 1, 31), dt.datetime(2026, 1, 31), dt.datetime(2026, 2, 1)]


def test_an_instant_with_a_zone_is_the_same_instant_in_utc_to_the_microsecond_at_any_time():
    moments = ["1969-07-20 20:17:40.123456+00", "2026-03-29 01:30:00+01", "0044-03-15 (BC) 12:00:00+00",
               "infinity", "-infinity", None]
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    for moment in moments:
        own, ours = con.execute(
            f"select timezone('UTC', m)::varchar, ({instant('m', 'TIMESTAMP WITH TIME ZONE', 'UTC', None)})::varchar "
            "from (select ?::timestamptz as m)", [moment]).fetchall()[0]
        assert own == ours


def test_a_column_of_dates_that_is_empty_throughout_says_nothing(market):
    market.write("a.csv", "id,opened,closed\n1,2026-01-05,\n2,2026-01-06,\n")
    market.load('[sources.a]\nfile = "a.csv"\n[sources.a.opportunity]\nopportunity_id = "id"\n'
                'opened_at = "opened"\nclosed_at = "closed"\n')
    assert market.column("select closed_at from opportunity") == [None, None]
