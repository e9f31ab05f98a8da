"""Every number opens to the rows behind it, and taking those rows away takes the number away."""

import io
import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.cli.opening import _print_sums
from marketsofone.errors import RunMissing
from marketsofone.project import read_rows, state_judgement
from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.reading.rows import Added, RowsRead
from marketsofone.project.reading.rows_opening import open_rows
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.words import counted
from marketsofone.sources import Input, sources_from
from marketsofone.sources.rows.reopening import reopen

SCORES = ("pull", "competitiveness", "attractiveness")

ORDERS = """order,customer,mail,day,amount,cost,qty
1,ant,a@x.org,2026-01-05,100,60,2
1,ant,a@x.org,2026-01-05,50,30,1
2,ant,a@x.org,2026-02-10,80,40,1
3,ant,a@x.org,2026-03-01,-20,-10,-1
4,bee,b@x.org,2026-01-20,200,150,4
5,bee,b@x.org,2026-04-01,90,50,1
6,cat,c@x.org,2026-02-02,30,10,1
7,cat,c@x.org,2026-05-02,30,,1
"""
LEDGER = """[market]
name = "Ledger"
currency = "EUR"
as_of = 2026-06-30

[steps]
attractiveness = "order_line"

[sources.orders]
file = "orders.csv"

[sources.orders.order_line]
order_id = "order"
account_id = "customer"
contact_id = "mail"
ordered_at = "day"
amount = "amount"
cost = "cost"
quantity = "qty"

[sources.orders.order_line.traits]
channel = "mail"
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    m1.simulate(folder, accounts=80, seed=43)
    m1.run(folder)
    return folder


@pytest.fixture(scope="module")
def run(company):
    return m1.open_run(company)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """A hand-sized ledger in which one person judged one buyer, and its run."""
    folder = tmp_path_factory.mktemp("ledger")
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "market.toml").write_text(LEDGER)
    state_judgement(folder, "account", "ant", "attractiveness", 70.0, 4.0, "ana", datetime(2026, 6, 1, tzinfo=UTC))
    return folder, m1.run(folder)


def sums(run):
    """Trials by buyer and score, judgements left out."""
    rows = run.table("trials").to_pandas()
    counted = rows[rows["table_name"] != "judgement"]
    return counted.pivot_table(index="buyer_id", columns="score", values=["trials", "total"], aggfunc="sum")


def agree(run):
    buyers = m1.frame(run, "buyers").set_index("buyer_id")
    found = sums(run)["trials"].reindex(buyers.index, columns=list(SCORES)).fillna(0.0)
    for score in SCORES:
        shown = buyers[f"{score}_trials"].fillna(0.0)
        pd.testing.assert_series_equal(found[score], shown, check_names=False, rtol=1e-9)


def test_the_rows_of_each_buyer_add_up_to_its_trials(run):
    agree(run)


def test_the_rows_of_each_stratum_add_up_to_its_trials(run):
    for stratum in m1.frame(run, "strata").to_dict("records"):
        added = {each.score: each.trials for each in read_rows(run, stratum=stratum["stratum_id"]).added}
        for score in SCORES:
            assert added.get(score, 0.0) == pytest.approx(stratum[f"{score}_trials"], rel=1e-9)


def test_rows_are_sorted_by_buyer_score_source_and_row(run):
    rows = run.table("trials").to_pandas()
    keys = ["buyer_id", "score", "source", "source_row", "table_name"]
    assert rows[keys].equals(rows[keys].sort_values(keys, ignore_index=True))


def test_each_row_is_found_in_the_file_and_says_what_was_counted(company, run):
    files = {name: pd.read_parquet(company / "files" / f"{name}.parquet") for name in ("touch", "opportunity")}
    rows = run.table("trials").to_pandas()
    for score, name, success in (("pull", "touch", "answered"), ("competitiveness", "opportunity", "outcome")):
        of = rows[rows["score"] == score]
        said = files[name].iloc[of["source_row"] - 1][success].to_numpy()
        assert of["total"].astype(bool).tolist() == [value in (True, "won") for value in said]


def test_taking_a_buyers_rows_away_takes_its_trials_away(company, run, tmp_path):
    buyers = m1.frame(run, "buyers")
    one = buyers[buyers["pull_trials"] > 1].iloc[0]
    found = read_rows(run, buyer=one["source_id"], score="pull")
    assert found.added[0].trials == one["pull_trials"]
    shutil.copytree(company / "files", tmp_path / "files")
    shutil.copy(company / "market.toml", tmp_path)
    touches = pd.read_parquet(tmp_path / "files" / "touch.parquet")
    gone = [row.source_row - 1 for row in found.rows]
    touches.drop(touches.index[gone]).to_parquet(tmp_path / "files" / "touch.parquet")
    after = m1.frame(m1.run(tmp_path), "buyers").set_index("source_id").loc[one["source_id"]]
    assert after["pull_trials"] == 0
    assert after["pull"] != pytest.approx(one["pull"], rel=1e-3)


def test_each_line_of_a_ledger_shares_the_day_it_was_bought_on(ledger):
    run = ledger[1]
    agree(run)
    rows = run.table("trials").to_pandas()
    rows = rows[rows["table_name"] == "order_line"].set_index("source_row")
    assert rows["trials"].to_dict() == {1: 0.5, 2: 0.5, 3: 1.0, 4: 0.0, 5: 1.0, 6: 1.0, 7: 1.0}
    assert rows["total"].to_dict() == {1: 40.0, 2: 20.0, 3: 40.0, 4: -10.0, 5: 50.0, 6: 40.0, 7: 20.0}


def test_amounts_of_won_opportunities_are_rows_of_their_own(company):
    settings = read_settings(company)
    asked = replace(settings, steps=replace(settings.steps, attractiveness="opportunity.amount"))
    with opened(company) as engine:
        gathered = gather(engine, asked, load(engine, asked)[0])
        rows = gathered.trials["attractiveness"].to_pandas()
        tallied = gathered.tallies["attractiveness"].to_pandas().set_index("buyer_id")["total"].sort_index()
    assert set(rows["table_name"]) == {"opportunity"}
    assert rows.groupby("buyer_id")["total"].sum().to_numpy() == pytest.approx(tallied.to_numpy(), rel=1e-9)


def test_a_judgement_is_a_row_beside_those_counted(ledger):
    folder, run = ledger
    found = read_rows(run, buyer="ant", score="attractiveness")
    judged = [row for row in found.rows if row.table_name == "judgement"]
    assert [(row.source, row.source_row, row.trials, row.total) for row in judged] == [("record", 1, 4.0, 280.0)]
    assert found.added[0].judgements == 1
    assert dict(open_rows(folder, run, judged)[0].holds)["value"] == "70.0"


def test_a_row_opens_to_what_its_file_says_without_keys_of_people_and_e_mails(ledger):
    folder, run = ledger
    first = open_rows(folder, run, read_rows(run, buyer="ant").rows)[0]
    assert dict(first.holds) == {"order_id": "1", "account_id": "ant", "ordered_at": "2026-01-05", "amount": "100",
                                 "cost": "60", "quantity": "2", "channel": "(an e-mail)"}


def test_a_file_that_changed_is_said_to_have_changed_and_is_not_opened(ledger, tmp_path):
    folder, run = ledger
    rows = [row for row in read_rows(run, buyer="ant").rows if row.source == "orders"]
    shutil.copy(folder / "market.toml", tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS.replace("100", "101"))
    assert {each.why_not for each in open_rows(tmp_path, run, rows)} == {"orders.csv has changed since the run"}
    (tmp_path / "orders.csv").unlink()
    assert {each.why_not for each in open_rows(tmp_path, run, rows)} == {"orders.csv is not a file that is still there"}


@pytest.fixture
def bought(tmp_path):
    """The ledger in a database, with a project file that reads it there."""
    orders = pd.read_csv(io.StringIO(ORDERS), dtype=str)
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        orders.to_sql("orders", database, index=False)
    text = LEDGER.replace('file = "orders.csv"', 'url = "sqlite:///shop.db"\ntable = "orders"')
    (tmp_path / "market.toml").write_text(text)
    return tmp_path, m1.run(tmp_path)


def test_a_row_of_a_database_opens_while_the_database_is_the_one_that_was_read(bought):
    folder, run = bought
    rows = read_rows(run, buyer="ant").rows
    assert dict(open_rows(folder, run, rows)[0].holds)["amount"] == "100"
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        database.execute("update orders set amount = '101' where cost = '60'")
        database.commit()
    assert {each.why_not for each in open_rows(folder, run, rows)} == {"sqlite:///shop.db has changed since the run"}


def test_rows_that_a_database_gives_otherwise_than_to_the_run_are_not_opened(bought):
    source = sources_from(read_settings(bought[0]).sources, bought[0])[0]
    assert reopen(source, "order_line", [1], Input(0, "what the run read")) is None


def test_a_row_that_takes_from_a_joined_file_opens_while_both_files_are_those_that_were_read(tmp_path):
    lines = pd.read_csv(io.StringIO(ORDERS), dtype=str)
    lines[["order", "amount", "cost", "qty"]].to_csv(tmp_path / "lines.csv", index=False)
    headers = lines[["order", "customer", "mail", "day"]].drop_duplicates("order")
    headers.to_csv(tmp_path / "headers.csv", index=False)
    text = LEDGER.replace('file = "orders.csv"', 'file = "lines.csv"\n[sources.orders.join.h]\nfile = "headers.csv"\n'
                          'on = "order"\n')
    for name in ("customer", "mail", "day"):
        text = text.replace(f'= "{name}"', f'= "h.{name}"')
    (tmp_path / "market.toml").write_text(text)
    run = m1.run(tmp_path)
    rows = read_rows(run, buyer="ant").rows
    assert dict(open_rows(tmp_path, run, rows)[0].holds) == {
        "order_id": "1", "account_id": "ant", "ordered_at": "2026-01-05", "amount": "100", "cost": "60",
        "quantity": "2", "channel": "(an e-mail)"}
    (tmp_path / "headers.csv").write_text(headers.replace("ant", "ape").to_csv(index=False))
    assert {each.why_not for each in open_rows(tmp_path, run, rows)} == {"headers.csv has changed since the run"}


@pytest.fixture(scope="module")
def months(tmp_path_factory):
    """Twelve customers with a column for each month, two lines each, in a market west of Greenwich; and its run."""
    folder = tmp_path_factory.mktemp("months")
    lines = [f"c{n % 12},{'ab'[n // 12]},{n + 0.25},,{n + 0.5},{2 * n + 0.75}" for n in range(24)]
    (folder / "sales.csv").write_text("customer,product,Jan 2026,Feb 2026,Mar 2026,Total\n" + "\n".join(lines) + "\n")
    (folder / "market.toml").write_text(LEDGER[:LEDGER.index("[sources.orders]")].replace(
        "as_of", 'time_zone = "America/New_York"\nmargin_rate = 0.35\nas_of') + """
[sources.sales]
file = "sales.csv"
across = "month"

[sources.sales.order_line]
order_id = "customer || ' ' || \\"across.day\\""
account_id = "customer"
product_id = "product"
ordered_at = "across.day"
amount = "across.value"
""")
    return folder, m1.run(folder)


def test_a_sale_of_a_month_written_across_opens_to_its_line_and_its_column(months):
    folder, run = months
    opened = open_rows(folder, run, read_rows(run, buyer="c1", score="attractiveness").rows)
    assert {each.why_not for each in opened} == {""}
    found = {(each.row.source_row, each.holds["column"], each.holds["amount"]) for each in opened}
    assert found == {(line, column, str(line - 1 + more)) for line in (2, 14)
                     for column, more in (("Jan 2026", 0.25), ("Mar 2026", 0.5))}
    for each in opened:
        day = "2026-01-01" if each.holds["column"] == "Jan 2026" else "2026-03-01"
        assert each.holds["ordered_at"] == day
        assert each.row.total == pytest.approx(float(each.holds["amount"]) * 0.35) or each.row.total == 0


def test_rows_of_months_written_across_add_up_and_stand_in_one_order(months, tmp_path, capsys):
    folder, run = months
    agree(run)
    again = m1.run(folder)
    assert run.file("trials").read_bytes() == again.file("trials").read_bytes()
    assert main(["rows", str(folder), "--buyer", "c1"]) in (0, None)
    assert "column Mar 2026" in " ".join(capsys.readouterr().out.split())


def test_rows_that_nobody_has_are_missed(run):
    with pytest.raises(RunMissing, match="several of them or none"):
        read_rows(run)
    with pytest.raises(RunMissing, match="several of them or none"):
        read_rows(run, buyer=11, members=[11])
    with pytest.raises(RunMissing, match="one buyer"):
        read_rows(run, buyer=11)
    with pytest.raises(RunMissing, match="a stratum by its id, path, name or value"):
        read_rows(run, stratum="no such stratum")
    with pytest.raises(RunMissing, match="'appeal'"):
        read_rows(run, stratum="market", score="appeal")


@pytest.fixture(scope="module")
def steered(company, tmp_path_factory):
    """The company with a split that is asked for and a segment written by hand, and its run."""
    folder = tmp_path_factory.mktemp("steered") / "project"
    shutil.copytree(company, folder)
    with (folder / "market.toml").open("a") as text:
        text.write('\n[strata]\npin = ["region"]\n\n[segments.easy]\nrule = "pull > 0.3"\n')
    return folder, m1.run(folder)


def test_a_stratum_opens_by_its_name_and_by_the_value_that_made_it(steered):
    run = steered[1]
    one = next(each for each in m1.frame(run, "strata").to_dict("records") if each["level"] == 1)
    by_id = read_rows(run, stratum=one["stratum_id"])
    assert by_id.rows
    for who in (one["path"], one["name"], one["name"].split(": ")[1]):
        assert read_rows(run, stratum=who) == by_id


def test_a_segment_written_by_hand_opens_to_the_rows_of_its_members(steered, capsys):
    folder, run = steered
    buyers = m1.frame(run, "buyers").query("pull > 0.3")
    added = {each.score: each for each in read_rows(run, members=buyers["buyer_id"].tolist()).added}
    for score in SCORES:
        assert added[score].trials == pytest.approx(buyers[f"{score}_trials"].sum(), rel=1e-9)
    assert main(["rows", str(folder), "--segment", "easy", "--limit", "3"]) in (0, None)
    shown = capsys.readouterr().out
    assert f"pull: {added['pull'].rows} rows worth {added['pull'].trials:,.0f} trials" in shown


def test_trials_are_rounded_once_so_that_their_rows_add_up_to_what_the_buyer_shows(capsys):
    _print_sums(RowsRead((), (Added("attractiveness", 123, 1.7495288848876953, 57_737.94, 0),)))
    shown = f"{counted(1.7495288848876953, 'trial')}, 57,737.94"
    assert f"123 rows worth {shown} in total" in capsys.readouterr().out


def test_the_terminal_gives_the_same_rows(ledger, capsys):
    folder, run = ledger
    assert main(["rows", str(folder), "--buyer", "bee", "--format", "json"]) in (0, None)
    told = json.loads(capsys.readouterr().out)
    assert [(row["source_row"], row["total"]) for row in told] == [
        (row.source_row, row.total) for row in read_rows(run, buyer="bee").rows]
    assert told[0]["holds"]["amount"] == "200"
