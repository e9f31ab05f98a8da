"""Numbers that can be read, and cannot be: their rows are refused with the reason."""

from __future__ import annotations

JUDGED = """
[sources.said]
file = "said.csv"
[sources.said.judgement]
about = "'account'"
about_id = "id"
score = "score"
value = "value"
sure = "sure"
"""


def test_a_judgement_of_a_chance_is_a_share_and_weighs_no_less_than_nothing(market):
    market.write("said.csv", "id,score,value,sure\n1,pull,0.35,5\n2,pull,35,5\n3,competitiveness,-0.2,\n"
                             "4,attractiveness,35,0\n5,attractiveness,-800,\n6,pull,1,-3\n")
    market.load(JUDGED)
    assert market.column("select source_row from judgement order by 1") == [1, 4, 5]
    assert market.refused() == [(2, "value", "not a share from 0 to 1"), (3, "value", "not a share from 0 to 1"),
                                (6, "sure", "below 0")]


def test_a_rate_is_above_nothing_and_neither_hours_nor_minutes_are_below_it(market):
    market.write("rates.csv", "cur,day,rate\nUSD,2026-01-01,0\nUSD,2026-01-02,0.9\n")
    market.write("reps.csv", "rep,hours\nann,0\nbob,-5\n")
    market.write("touches.csv", "who,minutes\nA,0\nB,-30\nC,\n")
    market.load("""
[sources.rates]
file = "rates.csv"
[sources.rates.rate]
currency = "cur"
rate_on = "day"
rate = "rate"
[sources.reps]
file = "reps.csv"
[sources.reps.rep]
rep_id = "rep"
week_hours = "hours"
[sources.touches]
file = "touches.csv"
[sources.touches.touch]
account_id = "who"
minutes = "minutes"
""")
    assert market.refused() == [(1, "rate", "not above 0"), (2, "week_hours", "below 0"), (2, "minutes", "below 0")]
