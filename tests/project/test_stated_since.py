"""What people state after the last day of the files counts, and moves nothing but what it speaks of."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

import marketsofone as m1
from marketsofone.project import state_judgement, state_merge
from marketsofone.project.statements.entering import Notebook
from marketsofone.record import Statement, Withdrawal, open_record

SETTINGS = """
[market]
currency = "EUR"
hour_cost = 60.0
[steps]
pull = "touch.answered"
competitiveness = "opportunity.outcome"
attractiveness = "order_line"
[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "result"
closed_at = "closed"
[sources.orders.order_line]
order_id = "order"
account_id = "account"
ordered_at = "day"
amount = "amount"
cost = "cost"
[sources.calls.touch]
touch_id = "call"
account_id = "account"
happened_at = "day"
answered = "answered"
"""
LAST = date(2025, 6, 30)
LONG_AFTER = datetime(2025, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def project(small_company, tmp_path):
    """Forty accounts, each with a deal, orders after it and a call, the last of them on 30 June 2025."""
    rng = np.random.default_rng(4)
    deals, calls = ["deal,account,result,closed"], ["call,account,day,answered"]
    orders = ["order,account,day,amount,cost"]
    for n in range(40):
        closed = LAST - timedelta(days=20 + 7 * n)
        won = rng.random() < 0.6
        deals.append(f"D{n},A{n},{'won' if won else 'lost'},{closed}")
        calls.append(f"C{n},A{n},{LAST - timedelta(days=n)},{'yes' if rng.random() < 0.4 else 'no'}")
        days = [closed + timedelta(days=5 * k) for k in range(3 * won)]
        orders += [f"O{n}-{k},A{n},{day},{rng.integers(100, 900)},60" for k, day in enumerate(days)]
    return small_company(tmp_path, SETTINGS, deals=deals, orders=orders, calls=calls)


def test_a_judgement_stated_long_after_the_files_end_counts_and_moves_no_other_buyer(project):
    before = m1.run(project)
    state_judgement(project, "account", "A7", "pull", 0.9, 20.0, "ana", LONG_AFTER)
    after = m1.run(project)
    assert after.manifest["as_of"] == before.manifest["as_of"] == LAST.isoformat()
    was, now = (m1.frame(one, "buyers").set_index("source_id").sort_index() for one in (before, after))
    assert now.loc["A7", "pull"] > was.loc["A7", "pull"] + 0.2
    np.testing.assert_allclose(now["attractiveness"], was["attractiveness"], rtol=1e-9)
    others = was.index != "A7"
    np.testing.assert_allclose(now.loc[others, "pull"], was.loc[others, "pull"], rtol=1e-9)


def test_a_contact_written_down_after_the_files_end_is_one_trial_and_leaves_money_as_it_was(project):
    before = m1.run(project)
    notebook = Notebook(project)
    notebook.enter("contact", "account", "A7", {"channel": "call", "happened_at": LONG_AFTER, "answered": True}, "ana")
    notebook.close()
    was, now = (m1.frame(one, "buyers").set_index("source_id") for one in (before, m1.run(project)))
    assert now.loc["A7", "pull_trials"] == was.loc["A7", "pull_trials"] + 1
    assert now.loc["A7", "attractiveness_trials"] == was.loc["A7", "attractiveness_trials"]


def test_a_refusal_stated_after_the_files_end_takes_the_buyer_off_the_list(project):
    notebook = Notebook(project)
    notebook.enter("permission", "account", "A7", {"purpose": "contact", "basis": "refused",
                                                   "valid_from": LONG_AFTER.date()}, "ana")
    notebook.close()
    assert m1.frame(m1.run(project), "buyers").set_index("source_id").isna().loc["A7", "rank"]


def test_a_merge_from_a_day_after_the_files_end_is_made(project):
    state_merge(project, "account", "A7", "A8", "ana", LONG_AFTER.date())
    assert len(m1.frame(m1.run(project), "buyers")) == 39


@pytest.mark.parametrize(("day", "told"), [(date(2025, 7, 20), False), (date(2025, 12, 1), True)])
def test_a_day_long_after_the_files_end_is_a_warning(project, day, told):
    text = (project / "market.toml").read_text()
    (project / "market.toml").write_text(text.replace("[steps]", f"as_of = {day}\n[steps]"))
    found = [row for row in m1.check(project).findings.to_pylist() if row["code"] == "files_end_before"]
    assert bool(found) == told
    assert all("2025-06-30, 154 days before" in row["message"] for row in found)


def test_a_day_fixed_in_the_project_file_leaves_out_what_was_stated_later(project):
    text = (project / "market.toml").read_text()
    (project / "market.toml").write_text(text.replace("[steps]", f"as_of = {LAST}\n[steps]"))
    before = m1.frame(m1.run(project), "buyers").set_index("source_id")
    state_judgement(project, "account", "A7", "pull", 0.9, 20.0, "ana", LONG_AFTER)
    run = m1.run(project)
    after = m1.frame(run, "buyers").set_index("source_id")
    assert after.loc["A7", "pull"] == pytest.approx(before.loc["A7", "pull"], rel=1e-12)
    told = {row["code"]: row["message"] for row in run.table("findings").to_pylist()}
    assert told["stated_later"] == f"1 judgement was stated after {LAST} and not used."


@pytest.mark.parametrize("later", ["corrected", "taken back"])
def test_what_was_corrected_or_taken_back_later_counts_as_it_stood_on_an_earlier_day(project, later):
    asked = "as_of = 2025-05-31\nhour_cost"
    path = project / "market.toml"
    path.write_text(path.read_text("utf-8").replace("hour_cost", asked), encoding="utf-8")
    with_date = datetime(2025, 5, 1, 12, tzinfo=UTC)
    said = state_judgement(project, "account", "A7", "pull", 0.9, 20.0, "ana", with_date)
    then = m1.run(project)
    if later == "corrected":
        state_judgement(project, "account", "A7", "pull", 0.1, 20.0, "ana", LONG_AFTER, correct=True)
    else:
        with closing(open_record(project / "record.db")) as record:
            record.state(Statement("account", "A7", Withdrawal(), "ana", LONG_AFTER, supersedes=said))
    now = m1.run(project)
    assert m1.frame(now, "buyers").equals(m1.frame(then, "buyers"))
    assert (m1.frame(now, "trials").table_name == "judgement").sum() == 1


def test_a_forecast_for_each_month_weighs_what_one_does_and_is_told(project):
    head = "about,who,score,value,sure,by,at"
    said = [f"account,A7,pull,{value},20,ana,2025-0{month}-01" for month, value in ((3, 0.2), (4, 0.3), (5, 0.9))]
    path = project / "market.toml"
    path.write_text(path.read_text("utf-8") + """
[sources.judged]
file = "judged.csv"
[sources.judged.judgement]
about = "about"
about_id = "who"
score = "score"
value = "value"
sure = "sure"
stated_by = "by"
stated_at = "at"
""", encoding="utf-8")
    (project / "judged.csv").write_text("\n".join([head, said[-1]]), encoding="utf-8")
    last = m1.frame(m1.run(project), "buyers")
    (project / "judged.csv").write_text("\n".join([head, *said]), encoding="utf-8")
    run = m1.run(project)
    assert m1.frame(run, "buyers").equals(last)
    assert "judged_again" in set(m1.frame(run, "findings").code)
