"""A ledger alone that cannot tell whether buyers leave."""

from datetime import date, timedelta

import numpy as np
import pytest

from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.ground.stratifying import stratify
from marketsofone.project.main_job.noticing import noticed
from marketsofone.project.main_job.scoring import score_market
from marketsofone.project.settings.market_file import read_settings

SETTINGS = """
margin_rate = 0.3

[steps]
attractiveness = "order_line"

[sources.ledger.order_line]
order_id = "order"
account_id = "buyer"
ordered_at = "day"
amount = "paid"
"""


@pytest.fixture(scope="module")
def steady(small_company, tmp_path_factory):
    """60 buyers over two years, each of whom orders again and again after as many days as ever: score and findings."""
    chance, rows = np.random.default_rng(2), ["order,buyer,day,paid"]
    for buyer in range(60):
        days = range(buyer % 7, 729, 15 + buyer)
        rows += [f"{buyer}-{day},B{buyer},{date(2024, 7, 1) + timedelta(day)},{round(chance.gamma(4, 10), 2)}"
                 for day in days]
    folder = small_company(tmp_path_factory.mktemp("steady"), SETTINGS, ledger=rows)
    settings = read_settings(folder)
    with opened(folder) as engine:
        gathered = gather(engine, settings, load(engine, settings)[0])
        stratified = stratify(engine, settings, gathered)
        estimates = score_market(engine, gathered, stratified, {}, settings.market.horizon_days)
        return estimates["attractiveness"], noticed(engine, gathered, stratified, estimates)


def test_a_limit_that_the_model_was_taken_to_is_a_finding_of_the_run(steady):
    said = {finding.code: finding.message for finding in steady[1]}
    assert "nobody leaves" in said["repeat_limit"]


def test_the_interval_of_the_market_with_the_models_doubt_holds_its_value(steady):
    market = steady[0].nodes
    assert market.low[0] < market.mean[0] < market.high[0]


def test_a_ledger_that_begins_among_buyers_of_long_standing_says_so(steady):
    """All sixty order within the first week, as none would who came to a ledger of two years one after the other."""
    said = {finding.code: finding.message for finding in steady[1]}
    assert steady[0].before > 0.9
    assert f"{steady[0].before:.0%}" in said["bought_before"]
