"""What a mapping, a name of a column or a database that somebody sent can reach: nothing but its own rows."""

import duckdb
import pytest

from marketsofone.errors import MarketError, SettingsInvalid, SourceUnreadable

DEALS = "opportunity_id,account_id,won\no1,a1,1\no2,a2,0\n"
READERS = ("(select content from read_text('{0}'))", "won in (select content from read_text('{0}'))",
           "exists (from read_text('{0}'))", "1) as a from read_text('{0}') where (true",
           "(select count(*) from read_csv('{0}'))", "[x for x in (select content from read_text('{0}'))]")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("part", ["where = {0}", "[sources.crm.opportunity]\noutcome = {0}",
                                  "[sources.crm.opportunity.dimensions]\nsector = {0}"])
def test_an_expression_reads_no_file_wherever_it_stands(market, tmp_path, reader, part):
    market.write("deals.csv", DEALS)
    secret = market.write("secret.txt", "hunter2")
    ids = 'opportunity_id = "opportunity_id"\naccount_id = "account_id"\n'
    table, said = "[sources.crm.opportunity]\n", part.format(f'"{reader.format(secret)}"')
    said = f"{said}\n{table}{ids}" if said.startswith("where") else (
        said.replace(table, table + ids) if table in said else f"{table}{ids}{said}")
    with pytest.raises(MarketError) as told:
        market.load(f'[sources.crm]\nfile = "deals.csv"\n{said}')
    assert "hunter2" not in str(told.value)


def test_a_column_named_as_a_query_is_a_column_and_once_it_is_gone_no_query(market):
    secret = market.write("secret.txt", "hunter2")
    name = f"(select content from read_text('{secret}'))"
    market.write("deals.csv", f'opportunity_id,account_id,"{name}"\no1,a1,retail\n')
    settings = ('[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\nopportunity_id = "opportunity_id"\n'
                f'account_id = "account_id"\n[sources.crm.opportunity.dimensions]\nsector = "{name}"\n')
    market.load(settings)
    assert market.column("select dim_sector from opportunity") == ["retail"]
    market.write("deals.csv", "opportunity_id,account_id,other\no1,a1,retail\n")
    with pytest.raises(SettingsInvalid, match="a query inside it"):
        market.load(settings)


@pytest.mark.parametrize("sql", ["read_text('{0}')", "content from read_text('{0}')", "copy deals to '{0}'",
                                 "attach '{0}'", "install httpfs", "read_csv('https://203.0.113.1/a')"])
def test_what_is_no_expression_is_refused(market, sql):
    market.write("deals.csv", DEALS)
    secret = market.write("secret.txt", "hunter2")
    with pytest.raises(MarketError):
        market.load('[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\nopportunity_id = "opportunity_id"\n'
                    f'account_id = "{sql.format(secret)}"\n')
    assert secret.read_text() == "hunter2"


def test_expressions_that_count_over_rows_and_open_values_still_run(market):
    market.write("deals.csv", DEALS)
    market.load('[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\nopportunity_id = "opportunity_id"\n'
                'account_id = "account_id"\n[sources.crm.opportunity.dimensions]\n'
                "rank = { from = \"row_number() over (order by opportunity_id)\", kind = \"text\" }\n"
                "letters = \"list_transform([account_id], lambda x: upper(x))[1]\"\n"
                "class = \"case when won = '1' then 'SUBQUERY' else 'no' end\"\n")
    assert market.rows("select dim_letters, dim_class from opportunity order by 1") == [("A1", "SUBQUERY"),
                                                                                       ("A2", "no")]


@pytest.fixture
def sent(market):
    """A database somebody sent, whose views read a file beside it and a file elsewhere."""
    secret = market.write("secret.txt", "hunter2")
    (market.folder / "files").mkdir()
    beside = market.write("files/beside.csv", DEALS)
    with duckdb.connect(market.folder / "files/crm.duckdb") as con:
        con.execute(f"create view near as select * from read_csv('{beside}')")
        con.execute("create view far as select content as opportunity_id, 'a' as account_id "
                    f"from read_text('{secret}')")
    return market


def settings_of(table):
    return (f'[sources.crm]\nurl = "duckdb:///files/crm.duckdb"\ntable = "{table}"\n[sources.crm.opportunity]\n'
            'opportunity_id = "opportunity_id"\naccount_id = "account_id"\n')


def test_a_view_of_a_database_reads_no_file_elsewhere(sent):
    with pytest.raises(SourceUnreadable, match="its own folder"):
        sent.load(settings_of("far"))


def test_a_view_of_a_database_reads_files_beside_it(sent):
    sent.load(settings_of("near"))
    assert sent.column("select count(*) from opportunity") == [2]
