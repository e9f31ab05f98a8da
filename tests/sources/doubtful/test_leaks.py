from __future__ import annotations

import numpy as np
import pytest

from marketsofone.sources import suspected_leaks
from marketsofone.sources.doubtful.leaks import area_under_curve

SETTINGS = """
[sources.crm]
file = "deals.csv"
[sources.crm.opportunity]
opportunity_id = "id"
outcome = "res"
amount = "amount"
[sources.crm.opportunity.dimensions]
sector = "sector"
reply = "reply"
note = "note"
days = { from = "weeks", kind = "number" }
[sources.crm.opportunity.traits]
effort = { from = "effort", kind = "number" }
tags = "tagged"
"""

MET = """
[sources.crm]
file = "deals.csv"
[sources.crm.opportunity]
opportunity_id = "id"
outcome = "res"
closed_at = "closed"
[sources.met]
file = "met.csv"
[sources.met.rival_met]
opportunity_id = "id"
competitor_id = "rival"
known_at = "noted"
"""


@pytest.fixture
def leaks(market):
    rng = np.random.default_rng(7)
    lines = ["id,res,amount,sector,reply,note,weeks,effort,tagged"]
    for number in range(1200):
        result = ["won", "lost", "open"][number % 3]
        sector = rng.choice(["retail", "trade", "mining"])
        reply = "x" if result != "open" else ""
        note = "y" if result == "won" or rng.random() < 0.2 else ""
        effort = rng.normal(3 if result == "won" else 0)
        lines.append(
            f"{number},{result},1,{sector},{reply},{note},{rng.integers(90)},{effort:.3f},{rng.choice(['p', 'q'])}"
        )
    market.write("deals.csv", "\n".join(lines) + "\n")
    loaded = market.load(SETTINGS)
    return {one.place: one for one in suspected_leaks(market.engine, loaded)}


def test_a_column_filled_for_decided_rows_only_is_suspected(leaks):
    assert "filled for 100% of decided rows and 0% of open ones" in leaks["opportunity.dim_reply"].message


def test_a_column_filled_for_one_outcome_far_more_than_for_the_other_is_suspected(leaks):
    assert "filled for 100% of the rows with success" in leaks["opportunity.dim_note"].message
    assert leaks["opportunity.dim_note"].severity == "warning"


def test_a_column_that_alone_separates_the_outcomes_is_suspected(leaks):
    assert "area under the curve of 0.9" in leaks["opportunity.trait_effort"].message
    assert 'after_outcome = ["effort"]' in leaks["opportunity.trait_effort"].repair


def test_a_column_whose_name_tells_of_the_end_is_suspected_with_less_weight(leaks):
    assert leaks["opportunity.trait_tags"].severity == "info"


def test_a_column_that_is_empty_in_every_row_is_no_suspect(market):
    market.write("a.csv", "id,res,size\n1,won,\n2,lost,\n")
    loaded = market.load('[sources.a]\nfile = "a.csv"\n[sources.a.opportunity]\nopportunity_id = "id"\n'
                         'outcome = "res"\n[sources.a.opportunity.dimensions]\nsize = "size"\n')
    assert not [one for one in suspected_leaks(market.engine, loaded) if one.code == "suspected_leak"]


def test_an_honest_column_is_not_suspected(leaks):
    assert not {"opportunity.dim_sector", "opportunity.dim_days"} & leaks.keys()


def test_what_was_written_down_of_opportunities_after_their_outcome_is_counted(market):
    market.write("deals.csv", "id,res,closed\n1,lost,2026-03-05\n2,open,2026-03-05\n3,won,2026-03-05\n")
    market.write("met.csv", "id,rival,noted\n1,Boz,2026-03-06\n1,Cip,2026-03-05T18:00\n2,Boz,2026-03-07\n3,Boz,\n")
    loaded = market.load(MET)
    (finding,) = [one for one in suspected_leaks(market.engine, loaded) if one.code == "noted_after_outcome"]
    assert (finding.place, finding.severity) == ("rival_met.known_at", "info")
    assert finding.message.startswith("1 of 4 rows of rival_met were written down after")


def test_the_day_after_an_outcome_is_a_day_of_the_market(market):
    market.write("deals.csv", "id,res,closed\n1,lost,2026-03-05T20:00Z\n2,lost,2026-03-05T13:00Z\n")
    market.write("met.csv", "id,rival,noted\n1,Boz,2026-03-06T02:00Z\n2,Boz,2026-03-05T16:00Z\n")
    loaded = market.load(MET)
    late = {zone: [one.message[:11] for one in suspected_leaks(market.engine, loaded, zone)
                   if one.code == "noted_after_outcome"] for zone in ("UTC", "Asia/Tokyo", "America/New_York")}
    assert late == {"UTC": ["1 of 2 rows"], "Asia/Tokyo": ["1 of 2 rows"], "America/New_York": []}


def test_a_table_without_a_past_says_what_it_cannot_tell(leaks):
    assert "cannot tell what was known of an opportunity" in leaks["opportunity"].message


def test_a_table_whose_rows_say_when_they_were_known_is_not_called_present_only(market):
    market.write("a.csv", "id,res,known\n1,won,2026-01-01\n2,lost,2026-01-02\n")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.opportunity]\nopportunity_id = "id"\noutcome = "res"\n'
        'known_at = "known"\n'
    )
    assert suspected_leaks(market.engine, loaded) == ()


def test_answers_of_touches_are_looked_at_too(market):
    rows = "".join(f"{n},{n % 2},{'late' if n % 2 else 'never'}\n" for n in range(400))
    market.write("a.csv", f"id,yes,back\n{rows}")
    loaded = market.load(
        '[sources.a]\nfile = "a.csv"\n[sources.a.touch]\ntouch_id = "id"\nanswered = "yes"\n'
        '[sources.a.touch.dimensions]\nback = "back"\n'
    )
    (finding,) = suspected_leaks(market.engine, loaded)
    assert finding.place == "touch.dim_back"


def test_noise_with_a_thousand_levels_does_not_separate_outcomes_it_was_not_learned_on():
    rng = np.random.default_rng(1)
    halves = rng.poisson(0.5, size=(4, 1000)).astype(float)
    assert area_under_curve(*halves) == pytest.approx(0.5, abs=0.06)


def test_a_column_that_nobody_filled_is_no_leak_and_one_that_only_another_file_lacks_is_none(market):
    market.write("leads.csv", "id,said,source,empty\n" + "".join(
        f"L{n},{('yes', 'no')[n % 2]},web,\n" for n in range(100)))
    market.write("deals.csv", "id,stage\n" + "".join(f"D{n},{('won', 'lost')[n % 2]}\n" for n in range(100)))
    loaded = market.load("""
[sources.leads]
file = "leads.csv"
[sources.leads.opportunity]
opportunity_id = "id"
entered = "said"
[sources.leads.opportunity.dimensions]
source = "source"
empty = "empty"
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "id"
outcome = "stage"
""")
    assert [one for one in suspected_leaks(market.engine, loaded) if one.code == "suspected_leak"] == []
