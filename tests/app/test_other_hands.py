"""A buyer that another rep serves by now is that rep's alone, whichever run is looked at."""

from datetime import UTC, datetime

import pytest

from marketsofone.project import run_project

from .conftest import hired

MARKET = """
[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[sources.accounts.account]
account_id = "id"
rep_id = "rep"

[sources.reps.rep]
rep_id = "id"

[sources.deals.opportunity]
opportunity_id = "id"
account_id = "account"
outcome = "outcome"
closed_at = "closed"
amount = "amount"
"""
DEALS = ["id,account,outcome,closed,amount",
         *(f"D{n},A{n % 4},{'won' if n % 3 else 'lost'},2026-05-0{n + 1},{100 + n}" for n in range(8))]


@pytest.fixture
def handed_over(small_company, tmp_path):
    """Two runs of a company: A1 goes over from the first rep to another in between."""
    for day, rep in ((1, "R1"), (2, "R2")):
        small_company(tmp_path, MARKET, reps=["id", "R1", "R2"], deals=DEALS,
                      accounts=["id,rep", "A0,R1", f"A1,{rep}", "A2,R2", "A3,R2"])
        run_project(tmp_path, now=datetime(2026, 7, day, tzinfo=UTC))
    with hired(tmp_path) as engaged:
        yield engaged


def test_what_is_another_reps_by_now_is_neither_shown_nor_written_of_in_an_earlier_run(handed_over):
    earlier, _latest = sorted(path.name for path in (handed_over.folder / "runs").iterdir() if path.is_dir())
    analyst, rep = handed_over.browser("analyst"), handed_over.browser("rep")
    ids = {each["source_id"]: each["buyer_id"] for each in analyst.get("/api/v1/buyers").json()["items"]}
    analyst.post(f"/buyer/{ids['A1']}/note", data={"text": "Only R2 should know."})
    assert handed_over.door.people.named("rep").rep == "R1"
    assert rep.get(f"/buyer/{ids['A0']}?run={earlier}").status_code == 200
    for address in (f"/buyer/{ids['A1']}", f"/api/v1/buyers/{ids['A1']}", f"/api/v1/buyers/{ids['A1']}/statements"):
        assert analyst.get(f"{address}?run={earlier}").status_code == 200
        assert rep.get(f"{address}?run={earlier}").status_code == 404, address
    assert rep.post(f"/buyer/{ids['A1']}/note?run={earlier}", data={"text": "mine"}).status_code == 404
    told = rep.get(f"/api/v1/buyers?run={earlier}").json()
    assert [each["source_id"] for each in told["items"]] == ["A0"]
    assert told["total"] == 1
