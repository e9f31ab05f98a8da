"""What buyers were seen to do, without a dimension that speaks of it: a criterion by which groups are told apart."""

import pytest

from marketsofone.project import run_project
from marketsofone.project.comparing.distinguishing import distinguish

SETTINGS = """
margin_rate = 0.4

[steps]
competitiveness = "opportunity.outcome"

[sources.deals.account]
account_id = "account"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
product_id = "product"
outcome = "outcome"

[sources.rivals.rival_met]
opportunity_id = "deal"
competitor_id = "rival"

[sources.products.product]
product_id = "product"
version = "version"

[sources.touches.touch]
account_id = "account"
channel = "channel"
direction = "'out'"
team = "'sales'"
answered = "answered"
"""
EVEN, ODD = ([f"A{number}" for number in range(odd, 200, 2)] for odd in (0, 1))


@pytest.fixture(scope="module")
def verdicts(small_company, tmp_path_factory):
    """Even accounts buy plus, answer calls and meet Volt oftener than Norde; odd ones basic, visits, Norde oftener."""
    deals = [
        {"account": f"A{n}", "deal": f"D{n}-{turn}", "product": f"P{n % 2}", "outcome": ("won", "lost", "lost")[turn]}
        for n in range(200)
        for turn in range(3)
    ]
    mostly = (("Volt", "Volt", "Norde"), ("Norde", "Volt", "Norde"))
    folder = small_company(
        tmp_path_factory.mktemp("seen"), SETTINGS, deals=deals,
        products=[{"product": "P0", "version": "plus"}, {"product": "P1", "version": "basic"}],
        rivals=[{"deal": row["deal"], "rival": mostly[n // 3 % 2][n % 3]} for n, row in enumerate(deals)],
        touches=[{"account": f"A{n}", "channel": channel, "answered": channel == ("call", "visit")[n % 2]}
                 for n in range(200) for channel in ("call", "visit")])
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
