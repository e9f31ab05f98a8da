"""An opportunity that tells no amount is worth what its lines add up to, in its currency and at the rate of its day."""

import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.project import read_rows
from marketsofone.project.reading.rows_opening import open_rows

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-06-30

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[sources.rates]
file = "rates.csv"
[sources.rates.rate]
currency = "cur"
rate_on = "day"
rate = "rate"

[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "id"
account_id = "buyer"
outcome = "outcome"
closed_at = "closed"
amount = "amount"
cost = "cost"
currency = "cur"

[sources.lines]
file = "lines.csv"
[sources.lines.opportunity_line]
opportunity_id = "deal"
product_id = "product"
quantity = "quantity"
amount = "amount"
currency = "cur"
"""
RATES = "cur,day,rate\nUSD,2026-01-01,0.9\nUSD,2026-03-01,0.8\nGBP,2026-03-01,1.2\n"
DEALS = """id,buyer,outcome,closed,amount,cost,cur
1,ant,won,2026-02-10,,10,USD
2,bee,won,2026-02-10,,10,
3,cat,won,2026-02-10,50,10,
4,dog,won,2026-02-10,,10,
5,elk,won,2026-02-10,,10,
6,fox,won,2026-03-10,,10,USD
7,gnu,lost,2026-03-10,,,
"""
LINES = """deal,product,quantity,amount,cur
1,P,1,100,
1,Q,2,200,USD
2,P,1,100,
3,P,1,999,
4,P,1,100,
4,Q,1,,
5,P,1,100,GBP
6,P,1,100,
6,Q,1,100,EUR
7,P,1,100,
"""


def run(folder, lines=LINES, settings=SETTINGS):
    for name, text in (("rates.csv", RATES), ("deals.csv", DEALS), ("lines.csv", lines), ("market.toml", settings)):
        (folder / name).write_text(text)
    return m1.run(folder)


def contributed(run):
    keys = m1.frame(run, "buyers").set_index("buyer_id")["source_id"]
    rows = run.table("trials").to_pandas().query("score == 'attractiveness'")
    return {keys[row.buyer_id]: round(row.total, 2) for row in rows.itertuples()}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return run(tmp_path_factory.mktemp("lines"))


def test_it_contributes_the_sum_of_its_lines_less_its_cost_where_each_line_tells_an_amount(told):
    """Cost too is of the day and currency: ant's 10 dollars are 9 euros. Rates of pounds begin after elk was won."""
    assert contributed(told) == {"ant": 300 * 0.9 - 9, "bee": 90.0, "cat": 40.0, "fox": 100 * 0.8 + 100 - 8}


def test_the_rows_add_up_to_the_number_of_the_market(told):
    (added,) = read_rows(told, stratum="whole market", score="attractiveness").added
    assert (added.rows, added.total) == (4, pytest.approx(261 + 90 + 40 + 172))


def beside(folder, run, buyer):
    (row,) = open_rows(folder, run, read_rows(run, buyer=buyer, score="attractiveness").rows)
    return [(each.table_name, each.source_row, {name: each.holds.get(name) for name in ("amount", "unit_cost")
                                                if name in each.holds}) for each in row.beside]


def test_the_lines_of_an_amount_open_beside_it_and_none_beside_an_amount_told(tmp_path, capsys):
    found = run(tmp_path)
    assert beside(tmp_path, found, "ant") == [("opportunity_line", 1, {"amount": "100"}),
                                              ("opportunity_line", 2, {"amount": "200"})]
    assert beside(tmp_path, found, "cat") == []
    for format in ("table", "csv", "json"):
        assert main(["rows", str(tmp_path), "--buyer", "ant", "--format", format]) == 0
        assert "200" in capsys.readouterr().out
    (tmp_path / "lines.csv").write_text(LINES + "1,R,1,5,\n")
    assert beside(tmp_path, found, "ant") == []


def test_lines_that_a_filter_left_out_or_that_were_refused_are_no_part_of_what_opens(tmp_path):
    lines = LINES.replace("1,Q,2,200,USD", "1,Q,2,200,USD\n1,,1,77,\n1,Z,1,88,")
    found = run(tmp_path, lines, SETTINGS.replace(
        'file = "lines.csv"', 'file = "lines.csv"\nwhere = "coalesce(product, \'\') <> \'Z\'"'))
    assert [row for _table, row, _holds in beside(tmp_path, found, "ant")] == [1, 2]


def test_the_products_whose_units_are_the_cost_open_beside_it(tmp_path):
    (tmp_path / "products.csv").write_text("product,unit\nP,7\nQ,9\nR,1\n")
    settings = SETTINGS.replace('cost = "cost"\n', "") + """
[sources.products]
file = "products.csv"
[sources.products.product]
product_id = "product"
unit_cost = "unit"
"""
    found = run(tmp_path, settings=settings)
    products = [("product", 1, {"unit_cost": "7"}), ("product", 2, {"unit_cost": "9"})]
    assert beside(tmp_path, found, "ant")[2:] == products
    assert beside(tmp_path, found, "cat") == [("opportunity_line", 4, {"amount": "999"}), products[0]]
    assert contributed(found)["cat"] == 50 - 7


def test_how_many_are_summed_is_told(told):
    (finding,) = [one for one in m1.frame(told, "findings").itertuples() if one.code == "amounts_of_lines"]
    assert finding.message.startswith("4 rows of opportunity tell no amount")


def test_a_line_known_after_the_day_is_no_part_of_it(tmp_path):
    lines = "".join(f"{line},{'known' if n == 0 else '2026-07-05' if line.startswith('1,Q') else ''}\n"
                    for n, line in enumerate(LINES.splitlines()))
    found = run(tmp_path, lines, SETTINGS + 'known_at = "known"\n')
    assert contributed(found)["ant"] == 100 * 0.9 - 9


def test_costs_that_go_out_are_costs_where_only_lines_tell_amounts(tmp_path):
    settings = SETTINGS.replace('amount = "amount"\n', "", 1)
    settings = settings.replace('cost = "cost"', 'cost = "0 - cast(cost as double)"')
    assert contributed(run(tmp_path, settings=settings))["bee"] == 90.0
