"""A margin that is stated is told where it is used, and nowhere else."""

import pytest

from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.main_job.evidence_notes import evidence_notes
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
cost = "cost"
"""


@pytest.mark.parametrize(("costs", "said"), [
    (("", "", "", ""), "margin assumed: 30%"),
    (("60", "", "70", "80"), "margin assumed: 30%, for 25% of what was sold, which tells no cost"),
    (("60", "50", "70", "80"), None),
])
def test_a_stated_margin_is_told_as_far_as_it_is_used(small_company, tmp_path, costs, said):
    rows = [f"{place},{'AB'[place % 2]},2026-0{place + 1}-10,100,{cost}" for place, cost in enumerate(costs)]
    small_company(tmp_path, SETTINGS, ledger=["order,buyer,day,paid,cost", *rows])
    settings = read_settings(tmp_path)
    with opened(tmp_path) as engine:
        gathered = gather(engine, settings, load(engine, settings)[0])
        assert evidence_notes(settings, gathered).get("attractiveness") == said
