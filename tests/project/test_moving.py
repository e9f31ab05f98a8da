"""Where a rate is another since some month, a check says so: scores count all rows alike."""

import marketsofone as m1

SETTINGS = """
[market]
currency = "EUR"
margin_rate = 0.3
as_of = 2025-12-31
[steps]
pull = "touch.answered"
competitiveness = "opportunity.outcome"
[sources.touches]
file = "touches.csv"
[sources.touches.touch]
account_id = "account"
happened_at = "day"
answered = "answered"
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
opened_at = "opened"
closed_at = "closed"
outcome = "outcome"
"""
BEFORE, SINCE = 10, 30
"""Of a hundred each month: answers until June, and from July on."""


def project(folder, since=SINCE, decided=True):
    """A hundred approaches and as many opportunities in each month of a year, each with an account of its own."""
    touches, deals = ["account,day,answered"], ["deal,account,opened,closed,outcome"]
    for month in range(1, 13):
        good = BEFORE if month < 7 else since
        for n in range(100):
            name, day = f"A{month}-{n}", f"2025-{month:02d}-{n % 28 + 1:02d}"
            touches.append(f"{name},{day},{'yes' if n < good else 'no'}")
            slow = month >= 7 and n >= good and not decided
            deals.append(f"D{name},{name},{day},{'' if slow else day},"
                         f"{'won' if n < good else 'open' if slow else 'lost'}")
    (folder / "touches.csv").write_text("\n".join(touches))
    (folder / "deals.csv").write_text("\n".join(deals))
    (folder / "market.toml").write_text(SETTINGS)
    return folder


def told(folder):
    found = m1.check(folder).findings.to_pylist()
    return {row["place"]: row["message"] for row in found if row["code"] == "rate_moved"}


def test_both_rates_and_the_month_are_said(tmp_path):
    assert told(project(tmp_path)) == {
        "touch": "Of 600 approaches made before 2025-07-01 10.0% answered, of 600 since 30.0%: pull counts them all "
                 "alike.",
        "opportunity": "Of 600 decided opportunities opened before 2025-07-01 10.0% won, of 600 since 30.0%: "
                       "competitiveness counts them all alike."}


def test_a_run_says_what_a_check_says(tmp_path):
    folder = project(tmp_path)
    said = [row["message"] for row in m1.run(folder).table("findings").to_pylist() if row["code"] == "rate_moved"]
    assert said == list(told(folder).values())


def test_nothing_is_said_of_rates_that_stay(tmp_path):
    assert told(project(tmp_path, since=BEFORE)) == {}


def test_lost_opportunities_that_are_decided_late_are_no_better_rate(tmp_path):
    """Of those opened since July only the won ones are decided: they all look won, and may end as the others did."""
    assert "opportunity" not in told(project(tmp_path, since=BEFORE, decided=False))


def test_what_is_still_open_is_said_where_the_rate_moved_all_the_same(tmp_path):
    assert told(project(tmp_path, decided=False))["opportunity"].endswith(
        "of 600 since 30.0% (420 still open, counted as they speak against it): competitiveness counts them all alike.")


def test_what_was_left_out_is_not_counted(tmp_path):
    folder = project(tmp_path)
    market = folder / "market.toml"
    for table, day in (("touches", "day"), ("deals", "opened")):
        market.write_text(market.read_text().replace(
            f'file = "{table}.csv"', f"file = \"{table}.csv\"\nwhere = \"{day} >= '2025-07-01'\""))
    assert told(folder) == {}
