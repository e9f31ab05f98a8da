"""What buyers were seen to do, without a dimension that speaks of it: a criterion by which groups are told apart."""

import csv

import pytest

from marketsofone.project import run_project
from marketsofone.project.comparing.distinguishing import distinguish

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-06-30
margin_rate = 0.4

[steps]
competitiveness = "opportunity.outcome"

[sources.deals]
file = "deals.csv"

[sources.deals.account]
account_id = "account"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
product_id = "product"
outcome = "outcome"

[sources.rivals]
file = "rivals.csv"

[sources.rivals.rival_met]
opportunity_id = "deal"
competitor_id = "rival"

[sources.products]
file = "products.csv"

[sources.products.product]
product_id = "product"
version = "version"

[sources.touches]
file = "touches.csv"

[sources.touches.touch]
account_id = "account"
channel = "channel"
direction = "'out'"
team = "'sales'"
answered = "answered"
"""
EVEN, ODD = ([f"A{number}" for number in range(odd, 200, 2)] for odd in (0, 1))


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Even accounts buy plus, answer calls and meet Volt oftener than Norde; odd ones basic, visits, Norde oftener."""
    folder = tmp_path_factory.mktemp("seen")
    (folder / "market.toml").write_text(SETTINGS, encoding="utf-8")
    deals = [
        {"account": f"A{n}", "deal": f"D{n}-{turn}", "product": f"P{n % 2}", "outcome": ("won", "lost", "lost")[turn]}
        for n in range(200)
        for turn in range(3)
    ]
    write(folder / "deals.csv", deals)
    write(folder / "products.csv", [{"product": "P0", "version": "plus"}, {"product": "P1", "version": "basic"}])
    mostly = (("Volt", "Volt", "Norde"), ("Norde", "Volt", "Norde"))
    write(
        folder / "rivals.csv",
        [{"deal": row["deal"], "rival": mostly[n // 3 % 2][n % 3]} for n, row in enumerate(deals)],
    )
    write(
        folder / "touches.csv",
        [
            {"account": f"A{n}", "channel": channel, "answered": channel == ("call", "visit")[n % 2]}
            for n in range(200)
            for channel in ("call", "visit")
        ],
    )
    run_project(folder)
    return {one.criterion: one for one in distinguish(folder, [(EVEN, ODD)]).verdicts}


@pytest.mark.parametrize(
    ("criterion", "shown"),
    [("competitors", {"Volt", "Norde"}), ("version", {"plus", "basic"}), ("approach", {"call", "visit"})],
)
def test_rivals_met_versions_bought_and_channels_answered_are_compared(verdicts, criterion, shown):
    verdict = verdicts[criterion]
    assert (verdict.verdict, {verdict.value_a, verdict.value_b}) == ("different", {0.0, 1.0})
    assert verdict.on in shown


def test_who_was_seen_to_do_several_things_is_one_witness_of_the_most_frequent(verdicts):
    """Everybody met both rivals, in other measure."""
    rivals = verdicts["competitors"]
    assert (rivals.buyers_a, rivals.buyers_b, rivals.trials_a, rivals.trials_b) == (100.0, 100.0, 100.0, 100.0)
