"""Where a rate is another since some month, a check says so: scores count all rows alike."""

import pytest

import marketsofone as m1
from marketsofone.errors import SettingsInvalid

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
        "touch": "Of 600 approaches made before 2025-07-01, 10.0% answered; of 600 since, 30.0%: pull counts them all "
                 "alike.",
        "opportunity": "Of 600 decided opportunities opened before 2025-07-01, 10.0% won; of 600 since, 30.0%: "
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
        "of 600 since, 30.0% (420 still open, counted as they speak against it): competitiveness counts them all "
        "alike.")


def begun_since(folder, *scores, day="2025-07-01"):
    """The project once it says from which day on what began counts."""
    market = folder / "market.toml"
    market.write_text(market.read_text() + "[since]\n" + "\n".join(f"{score} = {day}" for score in scores) + "\n")
    return folder


def market_row(run):
    return next(row for row in run.table("strata").to_pylist() if row["level"] == 0)


def test_the_line_that_a_check_proposes_repairs_it(tmp_path):
    folder = project(tmp_path)
    proposed = {row["place"]: row["repair"] for row in m1.check(folder).findings.to_pylist()
                if row["code"] == "rate_moved"}
    assert {place: repair.splitlines()[1:] for place, repair in proposed.items()} == {
        "touch": ["  [since]", "  pull = 2025-07-01"], "opportunity": ["  [since]", "  competitiveness = 2025-07-01"]}
    assert told(begun_since(folder, "pull", "competitiveness")) == {}


def test_scores_are_those_of_files_that_begin_on_that_day(tmp_path):
    """But for buyers who are then without a trial: they are among those whom the market's interval is about."""
    for name in ("all", "later"):
        (tmp_path / name).mkdir()
    whole, later = project(tmp_path / "all"), project(tmp_path / "later")
    for file, day in (("touches.csv", 1), ("deals.csv", 2)):
        head, *rows = (later / file).read_text().splitlines()
        (later / file).write_text("\n".join([head, *(row for row in rows if row.split(",")[day] >= "2025-07-01")]))
    ours, theirs = (market_row(m1.run(folder)) for folder in (begun_since(whole, "pull", "competitiveness"), later))
    for score in ("pull", "competitiveness"):
        assert ours[f"{score}_trials"] == 600
        for told_of in (score, f"{score}_low", f"{score}_high"):
            assert ours[told_of] == pytest.approx(theirs[told_of], abs=0.005)


def test_only_the_score_that_is_named_forgets_and_says_so(tmp_path):
    folder = begun_since(project(tmp_path), "pull")
    evidence = {row["score"]: row for row in m1.check(folder).evidence.to_pylist()}
    assert (evidence["pull"]["trials"], evidence["competitiveness"]["trials"]) == (600, 1200)
    said = "counted since 2025-07-01, as [since] says, without 600 approaches made before"
    assert evidence["pull"]["note"] == said
    assert not evidence["competitiveness"]["note"]
    run = m1.run(folder)
    assert f"pull: {said}" in run.manifest["labels"]
    rows = run.table("trials").to_pandas()
    assert str(rows[rows["score"] == "pull"]["happened_on"].min()) >= "2025-07-01"


def test_what_happened_before_stays_among_what_happened(tmp_path):
    facts = m1.run(begun_since(project(tmp_path), "pull", "competitiveness")).table("facts").to_pandas()
    assert (facts["touches"].sum(), facts["won"].sum()) == (1200, 6 * BEFORE + 6 * SINCE)


def test_each_opportunity_keeps_a_chance_of_its_own(tmp_path):
    """Those opened before are foretold as all others; what they taught is what is left out."""
    rows = m1.run(begun_since(project(tmp_path), "competitiveness")).table("opportunities").to_pandas()
    before = rows[rows["source_id"].str.match(r"DA[1-6]-")]
    assert len(before) == 600
    assert before["win"].between(0.29, 0.31).all()
    assert len(rows) == 1200


def test_what_tells_no_day_is_left_out_and_counted(tmp_path):
    folder = project(tmp_path)
    deals = (folder / "deals.csv").read_text().splitlines()
    deals[-3:] = [",".join([*row.split(",")[:2], "", *row.split(",")[3:]]) for row in deals[-3:]]
    (folder / "deals.csv").write_text("\n".join(deals))
    evidence = m1.check(begun_since(folder, "competitiveness")).evidence.to_pylist()
    assert [row["note"] for row in evidence if row["score"] == "competitiveness"] == [
        "counted since 2025-07-01, as [since] says, without 600 decided opportunities opened before and 3 that tell no "
        "day"]


def test_a_day_after_all_that_happened_leaves_no_evidence_and_says_why(tmp_path):
    evidence = m1.check(begun_since(project(tmp_path), "pull", day="2026-01-01")).evidence.to_pylist()
    assert [row["note"] for row in evidence if row["score"] == "pull"] == [
        "no evidence: no row of touch.answered was known by the date since 2026-01-01, as [since] says, without 1,200 "
        "approaches made before"]


@pytest.mark.parametrize(("line", "found"), [
    ("attractiveness = 2025-07-01", "'attractiveness'"),
    ('pull = "2025-07-01"', '"2025-07-01"'),
    ("pull = 2025-07-01T08:00:00", "2025-07-01T08:00:00"),
])
def test_what_cannot_be_a_first_day_is_refused_with_its_line(tmp_path, line, found):
    folder = project(tmp_path)
    market = folder / "market.toml"
    market.write_text(market.read_text() + f"[since]\n{line}\n")
    with pytest.raises(SettingsInvalid) as refused:
        m1.check(folder)
    assert found.replace("T", " ") in refused.value.found.replace("T", " ")
    assert "line 24" in refused.value.found


def test_a_first_day_of_a_score_without_a_step_is_refused(tmp_path):
    folder = begun_since(project(tmp_path), "pull")
    market = folder / "market.toml"
    market.write_text(market.read_text().replace('pull = "touch.answered"\n', ""))
    with pytest.raises(SettingsInvalid, match="no pull in"):
        m1.check(folder)
