"""A day is a day of the market's own zone, wherever the market lies."""

import duckdb
import pytest

from marketsofone.project.flow import run_project

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-06-30
time_zone = "{zone}"
margin_rate = 0.5
horizon_days = 90
hour_cost = 40.0

[steps]
pull = "touch.answered"
competitiveness = "opportunity.outcome"
attractiveness = "order_line"

[plan]
response_days = 30

[sources.opportunities]
file = "opportunities.csv"
[sources.opportunities.opportunity]
opportunity_id = "id"
account_id = "account"
rep_id = "'r'"
outcome = "outcome"
opened_at = "opened"
closed_at = "closed"
amount = "'100'"

[sources.lines]
file = "lines.csv"
[sources.lines.order_line]
order_id = "id"
account_id = "account"
ordered_at = "at"
amount = "'10'"

[sources.touches]
file = "touches.csv"
[sources.touches.touch]
account_id = "account"
happened_at = "at"
answered = "answered"

[sources.reps]
file = "reps.csv"
[sources.reps.rep]
rep_id = "id"
week_hours = "hours"
"""


@pytest.fixture
def of_zone(tmp_path):
    """The tables of a run on one set of files, in a market of the zone."""
    (tmp_path / "opportunities.csv").write_text("id,account,outcome,opened,closed\n" + "".join(
        f"o{n},a{n % 5},{('won', 'lost', 'won', 'open')[n % 4]},2026-0{1 + n % 3}-01 00:10,"
        f"{'' if n % 4 == 3 else f'2026-0{4 + n % 3}-{29 if n % 3 else 30} 23:50'}\n" for n in range(20)))
    (tmp_path / "lines.csv").write_text("id,account,at\n" + "".join(
        f"l{n},a{n % 5},2026-0{3 + n % 4}-{29 + n % 2} {('00:05', '23:55', '02:30')[n % 3]}\n" for n in range(40)))
    (tmp_path / "touches.csv").write_text("account,at,answered\n" + "".join(
        f"a{n % 7},2026-0{1 + n % 6}-{28 if n % 6 == 1 else 30} 23:45,{'yes' if n % 3 else 'no'}\n" for n in range(30)))

    (tmp_path / "reps.csv").write_text("id,hours\nr,20\n")

    def run(zone, without=""):
        settings = SETTINGS.format(zone=zone)
        if without:
            first, _, rest = settings.partition(f"[sources.{without}]")
            settings = first + "[sources." + rest.split("\n[sources.", 2)[2]
        (tmp_path / "market.toml").write_text(settings)
        snapshot = run_project(tmp_path)
        return {name: _told(duckdb.sql(f"select * from '{snapshot.file(name)}' order by all").fetchall())
                for name in ("facts", "buyers", "trials", "touches", "drain", "plan") if name in snapshot.tables}

    return run


def _told(rows):
    """Values as promised: equal to twelve digits, not to the last bit."""
    return [[f"{value:.11g}" if isinstance(value, float) else value for value in row] for row in rows]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_the_same_files_say_the_same_in_a_market_of_any_zone(of_zone, zone):
    here, there = of_zone(zone), of_zone("UTC")
    assert set(here) >= {"facts", "trials", "drain", "plan"}
    assert here == there


def test_a_ledger_says_the_same_in_a_market_of_any_zone(of_zone):
    assert of_zone("Asia/Tokyo", without="opportunities") == of_zone("UTC", without="opportunities")


def test_the_last_days_of_a_buyer_are_those_that_its_files_say(of_zone, tmp_path):
    of_zone("Europe/Berlin")
    run = tmp_path / "runs" / (tmp_path / "runs" / "latest").read_text().strip()
    told = duckdb.sql(f"select max(last_touch_on)::text, max(last_decided_on)::text, max(last_order_on)::text, "
                      f"min(last_opportunity_on)::text from '{run / 'facts.parquet'}'").fetchall()
    assert told == [("2026-06-30", "2026-06-29", "2026-06-30", "2026-03-01")]
