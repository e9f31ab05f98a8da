from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections import Counter

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketsofone.customer.tables import TABLES
from marketsofone.errors import MarketError, SettingsInvalid, ValuesInvalid
from marketsofone.sources.rows.keys import id_of

DEALS = """deal,client,stage,opened,value,sector,people
D1,Acme,Won,2026-01-05,1200.50,retail,12
D2,Acme,Lost,2026-01-06,300,retail,7
D3,Bolt,Open,2026-02-01,,trade,250
"""
CRM = """
[sources.crm]
file = "deals.csv"
[sources.crm.opportunity]
opportunity_id = "deal"
account_id = "client"
outcome = "stage"
opened_at = "opened"
amount = "value"
[sources.crm.opportunity.dimensions]
sector = "sector"
[sources.crm.opportunity.traits]
people = { from = "people", kind = "number" }
"""
SECTORS = """
[sources.crm]
file = "crm.csv"
[sources.crm.account]
account_id = "id"
[sources.crm.account.dimensions]
sector = "sector"
"""


@pytest.fixture
def deals(market):
    market.write("deals.csv", DEALS)
    return market


def test_every_field_of_the_model_is_there_typed_and_null_where_nothing_says_it(deals):
    loaded = deals.load(CRM)
    types = dict(row[:2] for row in deals.rows("describe opportunity"))
    assert list(types)[:2] == ["source", "source_row"]
    assert {field.name for field in TABLES["opportunity"].fields} <= types.keys()
    assert (types["opportunity_id"], types["amount"], types["opened_at"]) == ("BIGINT", "BIGINT", "TIMESTAMP")
    assert (types["dim_sector"], types["trait_people"], types["entered"]) == ("VARCHAR", "DOUBLE", "BOOLEAN")
    assert "m1_refused" not in types
    assert loaded.tables == ("account", "opportunity")
    assert [(one.column, one.kind) for one in loaded.columns] == [("dim_sector", "text"), ("trait_people", "number")]


def test_values_are_read_as_what_they_are(deals):
    deals.load(CRM)
    assert deals.rows(
        "select source, source_row, outcome, opened_at, amount, dim_sector, trait_people from opportunity order by 2"
    ) == [
        ("crm", 1, "won", dt.datetime(2026, 1, 5), 120050, "retail", 12.0),
        ("crm", 2, "lost", dt.datetime(2026, 1, 6), 30000, "retail", 7.0),
        ("crm", 3, "open", dt.datetime(2026, 2, 1), None, "trade", 250.0),
    ]


def test_accounts_that_only_opportunities_name_are_made_and_linked(deals):
    loaded = deals.load(CRM)
    assert deals.rows(
        "select source_id, source_row from account join entity_link on account_id = entity_id where entity = 'account' "
        "order by 1"
    ) == [("Acme", 1), ("Bolt", 3)]
    assert "accounts_from_events" in {finding.code for finding in loaded.findings}


def test_the_same_key_gives_the_same_id_in_every_run_and_another_salt_another(deals):
    deals.load(CRM)
    first = deals.column("select account_id from account order by 1")
    deals.load(CRM)
    assert deals.column("select account_id from account order by 1") == first
    deals.load(CRM, salt=1)
    assert not set(first) & set(deals.column("select account_id from account"))
    assert all(0 <= one < 2**52 for one in first)


def test_keys_of_two_sources_meet_in_one_account(deals):
    deals.write("accounts.csv", "name,size\nAcme,big\nCore,small\n")
    deals.load(CRM + '[sources.erp]\nfile = "accounts.csv"\n[sources.erp.account]\naccount_id = "name"\n')
    assert deals.rows("select count(*), count(distinct account_id) from account") == [(3, 3)]
    assert deals.rows("select source, count(*) from entity_link where entity = 'account' group by 1 order by 1") == [
        ("crm", 2),
        ("erp", 1),
    ]


def test_a_key_is_linked_under_the_first_source_that_names_it(deals):
    deals.write("accounts.csv", "name,size\nAcme,big\nCore,small\n")
    erp = '[sources.aaa]\nfile = "accounts.csv"\n[sources.aaa.account]\naccount_id = "name"\n'
    links = "select source, source_id from entity_link where entity = 'account' order by source_id"
    deals.load(CRM + erp)
    assert deals.rows(links) == [("crm", "Acme"), ("crm", "Bolt"), ("aaa", "Core")]
    deals.load(erp + CRM)
    assert deals.rows(links) == [("aaa", "Acme"), ("crm", "Bolt"), ("aaa", "Core")]


def test_of_two_sources_that_cannot_be_read_the_first_in_the_file_is_told(deals):
    ledgers = CRM.replace("sources.crm", "sources.z").replace('"value"', '"sector"') + (
        '[sources.a]\nfile = "deals.csv"\n[sources.a.touch]\naccount_id = "client"\nhappened_at = "sector"\n')
    for _try in range(5):
        with pytest.raises(ValuesInvalid, match="Source 'z' fills opportunity"):
            deals.load(ledgers)


def test_two_sources_fill_one_table_by_name(deals):
    deals.write("old.csv", "id,result,branch\nX1,won,mining\n")
    deals.load(
        CRM + '[sources.old]\nfile = "old.csv"\n[sources.old.opportunity]\nopportunity_id = "id"\noutcome = "result"\n'
        '[sources.old.opportunity.dimensions]\nbranch = "branch"\n'
    )
    assert deals.rows("select source, source_row, dim_sector, dim_branch from opportunity order by 1, 2") == [
        ("crm", 1, "retail", None),
        ("crm", 2, "retail", None),
        ("crm", 3, "trade", None),
        ("old", 1, None, "mining"),
    ]


def test_the_filter_leaves_rows_out_and_counts_them_apart(deals):
    loaded = deals.load(CRM.replace("[sources.crm.opportunity]", 'where = "value > 500"\n[sources.crm.opportunity]', 1))
    (health,) = loaded.health
    assert (health.left_out, health.read, health.accepted, health.refused) == (2, 1, 1, 0)


def test_inputs_are_fingerprinted_by_the_name_in_the_settings(deals):
    loaded = deals.load(CRM)
    assert loaded.inputs["deals.csv"].size == len(DEALS)
    assert len(loaded.inputs["deals.csv"].sha256) == 64


def test_a_name_with_blanks_is_a_column_plain_or_quoted_inside_sql(market):
    market.write("a.csv", "Client Name,Won it\nAcme,yes\nBolt,no\n")
    market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.opportunity]\nopportunity_id = "Client Name"\n'
        "outcome = \"case when \\\"Won it\\\" = 'yes' then 'won' else 'lost' end\"\n"
        "[sources.a.opportunity.dimensions]\nform = \"'company'\"\n"
    )
    assert market.rows("select outcome, dim_form from opportunity order by 1") == [
        ("lost", "company"),
        ("won", "company"),
    ]


def test_a_column_of_numbers_counts_as_numbers_inside_sql(market):
    market.write("a.csv", "id,at,n,price\n1,2026-01-01,3,2.50\n2,2026-01-02,-1,2.50\n")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.order_line]\norder_id = "id"\nordered_at = "at"\n'
        'quantity = "n"\namount = "n * price"\n'
    )
    assert market.rows("select quantity, amount from order_line order by source_row") == [(3.0, 750), (-1.0, -250)]
    assert "returns" in {finding.code for finding in loaded.findings}


def test_a_row_with_text_in_a_number_of_an_expression_is_refused(market):
    rows = "".join(f"{n},2026-01-01,{n},2\n" for n in range(1, 20))
    market.write("a.csv", f"id,at,n,price\n{rows}20,2026-01-01,many,2\n")
    market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.order_line]\norder_id = "id"\nordered_at = "at"\n'
        'amount = "n * price"\n'
    )
    assert market.refused() == [(20, "", "text in a number that an expression uses")]


def test_codes_with_leading_zeros_stay_text(market):
    market.write("a.csv", "id,zip\n007,01067\n008,10115\n")
    market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.account]\naccount_id = "id"\n'
        '[sources.a.account.dimensions]\nzip = "zip"\nplace = "zip || id"\n'
    )
    assert market.rows("select dim_zip, dim_place from account order by 1") == [
        ("01067", "01067007"),
        ("10115", "10115008"),
    ]


def test_a_column_without_a_kind_is_a_number_only_beyond_twelve_different_ones(market):
    rows = "".join(f"{n},{n % 3},{n * 1.5},{'x' if n % 2 else 'y'}\n" for n in range(40))
    market.write("a.csv", f"id,few,many,word\n{rows}")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.account]\naccount_id = "id"\n'
        '[sources.a.account.dimensions]\nfew = "few"\nmany = "many"\nword = "word"\n'
    )
    assert {one.name: one.kind for one in loaded.columns} == {"few": "text", "many": "number", "word": "text"}


def test_rows_that_break_a_rule_are_refused_each_with_its_field_and_reason(market):
    market.write(
        "deals.csv",
        DEALS + ",Acme,won,2026-01-01,1,retail,1\nD5,Acme,perhaps,2026-01-01,1,retail,1\n"
        "D6,Acme,won,yesterday,1,retail,1\nD7,Acme,won,2026-01-01,a lot,retail,1\n"
        "D8,Acme,won,2026-01-01,1,retail,few\nD1,Acme,Won,2026-01-05,1200.50,retail,12\n"
        "D2,Acme,Won,2026-01-06,300,retail,7\n",
    )
    loaded = market.load(CRM)
    assert market.refused() == [
        (4, "opportunity_id", "required and empty"),
        (5, "outcome", "not one of open, won, lost"),
        (6, "opened_at", "unreadable date"),
        (7, "amount", "text in a number"),
        (8, "trait_people", "text in a number"),
        (9, "opportunity_id", "exact duplicate: row 1 of crm stands"),
        (10, "opportunity_id", "duplicate key: row 2 of crm stands"),
    ]
    (health,) = loaded.health
    assert (health.read, health.accepted, health.refused) == (10, 3, 7)


def test_rows_that_are_too_short_or_too_long_are_refused_by_their_number(market):
    market.write("a.csv", "id,form\n1,site\n2\n3,site\n4,site,more\n5,site\n")
    loaded = market.load('[sources.a]\nfile = "a.csv"\n[sources.a.account]\naccount_id = "id"\nform = "form"\n')
    assert market.refused() == [
        (2, "", "fewer values than the header has columns"),
        (4, "", "more values than the header has columns"),
    ]
    assert market.column("select source_row from account order by 1") == [1, 3, 5]
    assert loaded.health[0].read == 5


def test_a_ledger_that_names_its_account_in_every_line_has_no_duplicates(market):
    market.write("a.csv", "o,c,at,kind\n1,A,2026-01-01,x\n2,A,2026-01-02,x\n3,B,2026-01-02,y\n4,B,2026-01-03,z\n")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.account]\naccount_id = "c"\n'
        '[sources.a.account.dimensions]\nkind = "kind"\n'
        '[sources.a.order_line]\norder_id = "o"\naccount_id = "c"\nordered_at = "at"\n'
    )
    account = loaded.health[0]
    assert (account.left_out, account.read, account.accepted, account.refused) == (1, 3, 2, 1)
    assert market.refused() == [(4, "account_id, valid_from", "duplicate key: row 3 of a stands")]


def test_two_sources_that_tell_of_the_same_accounts_fill_what_the_other_leaves_open(market):
    market.write("crm.csv", "id,sector,rep\nA,retail,ann\nB,,\nC,care,bob\n")
    market.write("erp.csv", "cust,size,branch\nA,10,trade\nB,20,trade\nD,40,care\nB,30,food\n")
    loaded = market.load("""
[sources.crm]
file = "crm.csv"
[sources.crm.account]
account_id = "id"
rep_id = "rep"
[sources.crm.account.dimensions]
sector = "sector"
[sources.erp]
file = "erp.csv"
[sources.erp.account]
account_id = "cust"
[sources.erp.account.dimensions]
size = { from = "size", kind = "number" }
sector = "branch"
""")
    assert market.rows("select source::varchar, source_row, dim_sector, dim_size, rep_id is not null from account "
                       "order by source, source_row") == [
        ("crm", 1, "retail", 10.0, True), ("crm", 2, "trade", 20.0, False), ("crm", 3, "care", None, True),
        ("erp", 3, "care", 40.0, False)]
    assert market.refused() == [(4, "account_id, valid_from", "duplicate key: row 2 of crm stands")]
    assert [(one.read, one.accepted, one.refused) for one in loaded.health] == [(3, 3, 0), (4, 3, 1)]
    (finding,) = [one for one in loaded.findings if one.code == "told_by_several"]
    assert finding.message.startswith("2 rows of account tell of what an earlier source tells too")
    assert "in 1 of them something differs" in finding.message


def test_what_another_source_knew_later_fills_nothing(market):
    market.write("crm.csv", "id,sector\nA,\n")
    market.write("erp.csv", "id,sector,known\nA,retail,2026-05-01\n")
    market.load(SECTORS + """[sources.erp]
file = "erp.csv"
[sources.erp.account]
account_id = "id"
known_at = "known"
[sources.erp.account.dimensions]
sector = "sector"
""")
    assert market.rows("select source::varchar, dim_sector, known_at from account") == [("crm", None, None)]
    assert market.refused() == [(1, "account_id, valid_from", "duplicate key: row 1 of crm stands")]


def test_a_ledger_that_names_accounts_of_another_file_in_every_line_has_no_duplicates_either(market):
    market.write("crm.csv", "id,sector\nA,retail\n")
    market.write("a.csv", "o,c,at,kind\n1,A,2026-01-01,x\n2,A,2026-01-02,x\n3,A,2026-01-02,y\n4,B,2026-01-03,z\n")
    loaded = market.load(SECTORS + """[sources.a]
file = "a.csv"
[sources.a.account]
account_id = "c"
[sources.a.account.dimensions]
kind = "kind"
[sources.a.order_line]
order_id = "o"
account_id = "c"
ordered_at = "at"
""")
    assert market.rows("select dim_sector, dim_kind from account order by source, source_row") == [
        ("retail", "x"), (None, "z")]
    account = next(one for one in loaded.health if (one.source, one.table_name) == ("a", "account"))
    assert (account.left_out, account.read, account.accepted, account.refused) == (1, 3, 2, 1)


def test_an_opportunity_whose_account_is_in_no_account_file_is_kept_and_reported(deals):
    deals.write("accounts.csv", "name\nAcme\n")
    loaded = deals.load(CRM + '[sources.erp]\nfile = "accounts.csv"\n[sources.erp.account]\naccount_id = "name"\n')
    (orphans,) = [finding for finding in loaded.findings if finding.code == "orphans"]
    assert "1 rows of opportunity name 1 accounts" in orphans.message
    assert deals.rows("select count(*) from opportunity join account using (account_id)") == [(3,)]


def test_texts_that_may_mean_nothing_are_kept_unless_declared_missing(market):
    market.write("a.csv", "id,rival,branch\n1,None,Select\n2,Known,trade\n3,none,Select\n")
    text = (
        '[sources.a]\nfile = "a.csv"\nmissing = ["Select"]\n[sources.a.opportunity]\nopportunity_id = "id"\n'
        '[sources.a.opportunity.dimensions]\nrival = "rival"\nbranch = "branch"\n'
    )
    loaded = market.load(text)
    assert market.rows("select dim_rival, dim_branch from opportunity order by source_row") == [
        ("None", None),
        ("Known", "trade"),
        ("none", None),
    ]
    (finding,) = [one for one in loaded.findings if one.code == "placeholder_texts"]
    assert finding.message.startswith("2 rows of opportunity")
    assert finding.place == "opportunity.dim_rival"


def test_blanks_are_trimmed_and_empty_texts_are_null(market):
    market.write("a.csv", 'id,team\n" 1 ",\u00a0north\u00a0\n2,"  "\n3,""\n')
    market.load('[sources.a]\nfile = "a.csv"\n[sources.a.rep]\nrep_id = "id"\nteam = "team"\n')
    assert market.column("select team from rep order by source_row") == ["north", None, None]
    assert set(market.column("select source_id from entity_link")) == {"1", "2", "3"}


@pytest.mark.parametrize("blank", ["\u00a0", "\u202f"])
@pytest.mark.parametrize("cell", ["{}north", "north{}"])
def test_a_blank_that_does_not_break_is_trimmed_from_either_end(market, blank, cell):
    market.write("a.csv", f"id,team\n1,{cell.format(blank)}\n")
    market.load('[sources.a]\nfile = "a.csv"\n[sources.a.rep]\nrep_id = "id"\nteam = "team"\n')
    assert market.column("select team from rep") == ["north"]


def test_blank_keys_are_counted(market):
    market.write("deals.csv", DEALS + "D4,,won,2026-01-05,1,retail,1\n")
    loaded = market.load(CRM)
    (finding,) = [one for one in loaded.findings if one.code == "blank_keys" and one.place.endswith("account_id")]
    assert "1 of 4 rows" in finding.message


def test_a_column_declared_to_come_after_the_outcome_cannot_be_a_dimension(deals):
    text = CRM.replace('file = "deals.csv"', 'file = "deals.csv"\nafter_outcome = ["sector"]')
    with pytest.raises(SettingsInvalid, match="after_outcome"):
        deals.load(text)


def test_a_source_of_which_nothing_is_accepted_is_an_error_with_counts(deals):
    with pytest.raises(ValuesInvalid, match=r"3 times outcome: not one of open, won, lost"):
        deals.load(CRM.replace('outcome = "stage"', 'outcome = "sector"'))


def test_a_filter_that_keeps_nothing_is_an_error(deals):
    with pytest.raises(ValuesInvalid, match="leaves out all 3"):
        deals.load(CRM.replace('file = "deals.csv"', 'file = "deals.csv"\nwhere = "value < 0"'))


@pytest.mark.parametrize("key", ["source_row", "row_number() over ()"])
def test_a_row_number_can_be_the_key_where_no_column_is(deals, key):
    deals.load(CRM.replace('opportunity_id = "deal"', f'opportunity_id = "{key}"'))
    assert sorted(deals.column("select source_id from entity_link where entity = 'opportunity'")) == ["1", "2", "3"]


def test_two_keys_that_come_to_one_id_raise(deals, monkeypatch):
    monkeypatch.setattr("marketsofone.sources.rows.keys._BITS", 0)
    with pytest.raises(MarketError, match="two keys share"):
        deals.load(CRM)


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("encoding", "settings_line"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("latin-1", 'encoding = "latin-1"'), ("cp1252", "")],
)
def test_a_file_is_read_in_its_encoding(market, encoding, settings_line, zipped):
    content = "id,team\n1,Süd\n2,Café\n".encode(encoding)
    market.write("a.csv", gzip.compress(content) if zipped else content)
    loaded = market.load(
        f'[sources.a]\nfile = "a.csv"\n{settings_line}\n[sources.a.rep]\nrep_id = "id"\nteam = "team"\n'
    )
    assert market.column("select team from rep order by source_row") == ["Süd", "Café"]
    assert ("encoding_guessed" in {one.code for one in loaded.findings}) == (encoding == "cp1252")


def test_semicolons_and_decimal_commas_are_read(market):
    market.write("a.csv", "id;price;cost\n1;1.234,50;2,5\n2;7;-0,005\n")
    market.load(
        '[sources.a]\nfile = "a.csv"\ndecimal = ","\n[sources.a.product]\nproduct_id = "id"\n'
        'list_price = "price"\nunit_cost = "cost * 2"\n'
    )
    assert market.rows("select list_price, unit_cost from product order by source_row") == [(123450, 500), (700, -1)]


def test_columns_that_stand_apart_by_blanks_are_read(market):
    market.write("a.txt", " who  day  cds   paid\n 00001 19970101  1   11.77\n 00002 19970112  12  7.00\n")
    market.load(
        '[sources.a]\nfile = "a.txt"\ndelimiter = " "\n[sources.a.order_line]\norder_id = "who || day"\n'
        'account_id = "who"\nordered_at = "day"\nquantity = "cds"\namount = "paid"\n'
    )
    assert market.rows("select ordered_at, quantity, amount from order_line order by source_row") == [
        (dt.datetime(1997, 1, 1), 1.0, 1177),
        (dt.datetime(1997, 1, 12), 12.0, 700),
    ]


def test_odd_headers_are_read(market):
    market.write("a.csv", '\n\n id , name,,"Multi\nline", name \n1,a,b,c,d\n')
    market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.rep]\nrep_id = "id"\nteam = "name"\nregion = "name_2"\n'
        '[sources.a.rep.traits]\nextra = "column_3"\n'
    )
    assert market.rows("select team, region, trait_extra from rep") == [("a", "d", "b")]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "d", ""]),
            st.sampled_from(["won", "LOST", "open", "?", ""]),
            st.sampled_from(["1", "2.5", "x", "", "-3"]),
            st.sampled_from(["2026-01-01", "1.1.", ""]),
        ),
        min_size=1,
        max_size=12,
    ),
    ragged=st.booleans(),
)
def test_read_is_accepted_and_refused_whatever_the_rows(market, rows, ragged):
    lines = [",".join(row) for row in rows] + (["just,two"] if ragged else [])
    market.write("a.csv", "\n".join(["id,res,sum,day", "k,won,1,2026-01-01", *lines]) + "\n")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.opportunity]\nopportunity_id = "id"\noutcome = "res"\n'
        'amount = "sum"\nopened_at = "day"\n'
    )
    (health,) = loaded.health
    assert health.read == health.accepted + health.refused == len(lines) + 1
    assert market.rows("select count(*) from opportunity") == [(health.accepted,)]
    numbers = market.column("select source_row from opportunity union all select source_row from quarantine")
    assert Counter(numbers) == Counter(range(1, health.read + 1))


def test_ids_are_the_first_52_bits_of_a_hash_anyone_can_compute():
    sql = id_of("'Acme'", "account", 0)
    digest = int.from_bytes(hashlib.md5(b"account\x1f0\x1fAcme").digest(), "little")
    assert duckdb.sql(f"select {sql}").fetchone() == (digest % 2**52,)


def test_a_key_that_two_columns_of_a_source_name_is_linked_once(market):
    market.write("accounts.csv", "id,parent\nA,\nB,A\nC,A\n")
    market.load("""
[sources.crm]
file = "accounts.csv"
[sources.crm.account]
account_id = "id"
parent_id = "parent"
""")
    assert market.rows("select source_id, count(*) from entity_link group by 1 order by 1") == [
        ("A", 1), ("B", 1), ("C", 1)]


def test_lines_of_one_order_share_its_id_and_no_other_order_has_it(market):
    market.write("lines.csv", "no,who,on\n1,A,2026-01-05\n1,A,2026-01-05\n2,B,2026-01-06\n")
    market.load("""
[sources.erp]
file = "lines.csv"
[sources.erp.order_line]
order_id = "no"
account_id = "who"
ordered_at = "on"
""")
    one, again, other = market.column("select order_id from order_line order by source_row")
    assert one == again != other
    assert all(0 <= each < 2**52 for each in (one, other))


PERIODS = """
[sources.crm]
file = "crm.csv"
[sources.crm.account]
account_id = "id"
rep_id = "rep"
[sources.crm.account.dimensions]
sector = "sector"
[sources.areas]
file = "areas.csv"
[sources.areas.account]
account_id = "id"
valid_from = "since"
valid_to = "till"
rep_id = "rep"
[sources.areas.account.dimensions]
region = "region"
"""


@pytest.mark.parametrize("order", [("crm", "areas"), ("areas", "crm")])
def test_what_a_source_tells_without_a_period_fills_what_dated_rows_of_another_leave_open(market, order):
    parts = dict(zip(("crm", "areas"), ("[sources.crm]" + PERIODS.split("[sources.crm]")[1].split("[sources.areas]")[0],
                                        "[sources.areas]" + PERIODS.split("[sources.areas]")[1]), strict=True))
    market.write("crm.csv", "id,sector,rep\nA,retail,ann\nB,care,bob\n")
    market.write("areas.csv", "id,since,till,rep,region\nA,,2025-01-01,zed,north\nA,2025-01-01,,,south\n")
    loaded = market.load("".join(parts[name] for name in order))
    assert market.rows("select a.valid_from::varchar, a.valid_to::varchar, dim_sector, dim_region, l.source_id "
                       "from account a join entity_link l on l.entity = 'rep' and l.entity_id = rep_id "
                       "order by a.source::varchar, source_row") == [
        (None, "2025-01-01", "retail", "north", "zed"), ("2025-01-01", None, "retail", "south", "ann"),
        (None, None, "retail", None, "ann"), (None, None, "care", None, "bob")]
    assert market.refused() == []
    (finding,) = [one for one in loaded.findings if one.code == "told_by_several"]
    assert finding.message.startswith("2 dated rows of account are filled")
    assert "in 1 of them something differs" in finding.message


@pytest.mark.parametrize("order", [("crm", "areas"), ("areas", "crm")])
def test_of_days_that_two_sources_tell_of_the_one_that_began_last_stands_and_the_other_fills_it(market, order):
    market.write("crm.csv", "id,sector,rep,since,till\nA,retail,ann,2024-01-01,2025-07-01\nA,care,ann,2025-07-01,\n"
                            "B,care,bob,2024-01-01,\n")
    market.write("areas.csv", "id,since,till,rep,region\nA,2025-01-01,,zed,north\nB,2023-01-01,2024-01-01,zed,north\n"
                              "B,2023-06-01,2024-06-01,zed,west\n")
    settings = PERIODS.replace('rep_id = "rep"\n', 'rep_id = "rep"\nvalid_from = "since"\nvalid_to = "till"\n', 1)
    start = settings.index("[sources.areas]")
    parts = {"crm": settings[:start], "areas": settings[start:]}
    loaded = market.load("".join(parts[name] for name in order))
    rows = market.rows("select a.source_row, k.source_id, a.valid_from::varchar, a.valid_to::varchar, dim_sector, "
                       "dim_region from account a join entity_link k on k.entity = 'account' "
                       "and k.entity_id = account_id where a.source = 'areas' order by all")
    assert rows == [
        (1, "A", "2025-01-01", "2025-07-01", "retail", "north"), (1, "A", "2025-07-01", None, None, "north"),
        (2, "B", "2023-01-01", "2024-01-01", None, "north"), (3, "B", "2023-06-01", "2024-06-01", None, "west")]
    assert market.rows("select a.source_row, valid_from::varchar, valid_to::varchar, dim_sector, dim_region "
                       "from account a where a.source = 'crm' order by all") == [
        (1, "2024-01-01", "2025-07-01", "retail", None), (2, "2025-07-01", None, "care", "north"),
        (3, "2024-01-01", "2024-06-01", "care", "west"), (3, "2024-06-01", None, "care", None)]
    assert market.refused() == []
    (finding,) = [one for one in loaded.findings if one.code == "periods_of_several"]
    assert "3 rows are filled" in finding.message
    assert "in 3 rows something differs" in finding.message


def test_statements_of_keys_that_no_file_holds_are_told(market):
    market.write("crm.csv", "id,sector\n007,retail\n8,care\n")
    market.write("no.csv", "about,id\naccount,7\naccount,8\nbuyer,007\ncontact,8\nstratum,12\n")
    loaded = market.load(SECTORS + """[sources.no]
file = "no.csv"
[sources.no.objection]
about = "about"
about_id = "id"
""")
    told = {one.code: (one.severity, one.message) for one in loaded.findings if one.code.startswith("statements_")}
    assert told["statements_astray"] == ("warning", "2 rows of objection speak of 2 keys that no file holds; they are "
                                                    "kept, and change nothing.")
    assert told["statements_of_strata"][1].startswith("1 rows of objection speak of strata")


def test_opportunities_decided_before_they_were_opened_are_told(market):
    market.write("o.csv", "id,out,op,cl\n1,won,2026-02-10,2026-01-15\n2,lost,2026-02-10T09:00,2026-02-10\n"
                          "3,open,2026-02-10,2026-01-01\n4,won,,2026-01-01\n")
    loaded = market.load("""[sources.o]
file = "o.csv"
[sources.o.opportunity]
opportunity_id = "id"
outcome = "out"
opened_at = "op"
closed_at = "cl"
""")
    (finding,) = [one for one in loaded.findings if one.code == "closed_before_opened"]
    assert finding.message.startswith("1 opportunities were decided before they were opened")


def test_a_sale_with_a_cost_below_zero_among_costs_above_it_is_told(market):
    market.write("o.csv", "id,at,amount,cost\n1,2026-01-01,100,60\n2,2026-01-02,100,-60\n3,2026-01-03,100,50\n")
    loaded = market.load("""[sources.o]
file = "o.csv"
[sources.o.order_line]
order_id = "id"
ordered_at = "at"
amount = "amount"
cost = "cost"
""")
    (finding,) = [one for one in loaded.findings if one.place == "order_line.cost"]
    assert (finding.code, finding.message[:9]) == ("cost_below_zero", "1 rows of")
    assert market.column("select cost from order_line order by source_row") == [60_00, -60_00, 50_00]
