"""A buyer whose basis for contact is over or refused is scored, and on no list of whom to approach."""

import shutil
from datetime import UTC, date, datetime

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.project import simulate_project
from marketsofone.project.planning.scenario_texts import read_scenario
from marketsofone.project.planning.scenarios import solve_scenario
from marketsofone.project.reading.audience import audience
from marketsofone.project.reading.between_runs import barred_since
from marketsofone.project.reading.unlisted import unlisted
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.snapshots.shelf import EVERYONE, Shelf
from marketsofone.project.statements.entering import Notebook

SOURCE = """
[sources.permission]
file = "permission.csv"
[sources.permission.permission]
about = "'account'"
about_id = "account"
purpose = "purpose"
basis = "basis"
valid_to = "until"
"""
OVER, REFUSED, PROFILE, STILL = 0, 1, 2, 3
"""Places, in the ranked list without permissions, of buyers whose basis is over, refused, over for profiling, held."""


@pytest.fixture(scope="module")
def silent(tmp_path_factory):
    """A company that keeps no permissions, and its run."""
    folder = tmp_path_factory.mktemp("silent")
    simulate_project(folder, accounts=150, seed=51)
    return folder, m1.run(folder)


@pytest.fixture(scope="module")
def best(silent):
    return m1.frame(silent[1], "buyers").source_id.tolist()


@pytest.fixture(scope="module")
def kept(silent, best, tmp_path_factory):
    """The same company with permissions of its four best buyers, hours agreed with one that refuses, and its run."""
    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(silent[0] / "files", folder / "files")
    (folder / "permission.csv").write_text(
        f"account,purpose,basis,until\n{best[OVER]},contact,consent,2026-01-01\n{best[REFUSED]},marketing,refused,\n"
        f"{best[PROFILE]},profiling,consent,2026-01-01\n{best[STILL]},contact,consent,9000-01-01\n")
    plan = f'\n[plan]\nleast = {{ {best[REFUSED]} = 2.0 }}\ntouch_budget = 500.0\ntouch_cost = 2.0\ntouch_hours = 0.5\n'
    (folder / "market.toml").write_text((silent[0] / "market.toml").read_text() + plan + SOURCE)
    return folder, m1.run(folder)


@pytest.fixture(scope="module")
def barred(best):
    return [best[OVER], best[REFUSED]]


def test_who_may_not_be_contacted_is_scored_without_a_rank_and_says_why(kept, barred):
    buyers = m1.frame(kept[1], "buyers").set_index("source_id")
    unranked = buyers[buyers["rank"].isna()]
    assert sorted(unranked.index) == sorted(barred)
    assert unranked[["pull", "competitiveness", "attractiveness", "value_per_hour"]].notna().all(axis=None)
    assert unranked.reasons.str.startswith("No basis for contact holds").all()
    assert not buyers.drop(barred).reasons.str.contains("No basis").any()


def test_the_others_are_ranked_without_a_gap_by_what_an_hour_is_worth_with_them(kept, best):
    ranked = m1.frame(kept[1], "buyers").dropna(subset="rank")
    assert ranked["rank"].tolist() == list(range(1, len(ranked) + 1))
    assert ranked.value_per_hour.is_monotonic_decreasing
    assert best[STILL] in set(ranked.source_id.head(len(best[:STILL + 1])))


def test_who_may_not_be_profiled_is_in_no_table_at_all(kept, best):
    run = kept[1]
    everyone = set(m1.frame(run, "buyers").source_id)
    assert best[PROFILE] not in everyone
    ids = set(m1.frame(run, "buyers").buyer_id)
    for name in run.tables:
        table = m1.frame(run, name)
        if "buyer_id" in table and len(table):
            assert set(table.buyer_id.dropna()) <= ids


def test_the_ranked_list_in_the_terminal_and_the_report_leave_them_out(kept, barred, best, capsys):
    folder, run = kept
    assert main(["rank", str(folder), "--top", "200", "--format", "csv"]) in (0, None)
    said = capsys.readouterr().out
    page = run.page("report.html").read_text(encoding="utf-8")
    listed = page.split('id="whom-head"')[1].split("<h2")[0]
    for key in barred:
        assert key not in said
        assert key not in listed
    assert best[STILL] in said
    assert best[STILL] in listed
    assert best[PROFILE] not in page


def test_the_plan_gives_them_neither_hours_nor_touches_even_where_hours_were_agreed(kept, barred):
    plan = m1.frame(kept[1], "plan").set_index("source_id")
    own = plan.loc[barred]
    assert (own.hours == 0).all()
    assert (own.touches == 0).all()
    assert set(own.choice) == {"leave"}
    assert own.reason.str.startswith("No basis for contact").all()
    assert plan.drop(barred).hours.sum() > 0
    assert (plan.drop(barred).touches > 0).any()


def test_a_scenario_solved_later_and_an_explanation_know_it_too(kept, barred, capsys):
    folder, run = kept
    solved = solve_scenario(run, read_settings(folder), read_scenario("more: hours=3"))
    plan = solved.tables["plan"].to_pandas().set_index("source_id")
    assert (plan.loc[barred, "hours"] == 0).all()
    assert main(["plan", "explain", barred[0], str(folder)]) in (0, None)
    assert "A basis for contact that holds" in capsys.readouterr().out


def test_no_audience_holds_them(kept, barred, best, tmp_path):
    folder, run = kept
    shelf, notebook = Shelf(run), Notebook(folder)
    try:
        taken = {row["buyer"] for name in set(m1.frame(run, "marketing_segments")["class"])
                 for row in audience(shelf, unlisted(run, notebook), EVERYONE, "market", name)}
    finally:
        notebook.close()
    assert not taken & set(barred)
    assert best[STILL] in taken


def test_a_basis_taken_back_since_the_run_takes_a_buyer_off_every_list_at_once(silent, best, tmp_path):
    run = silent[1]
    ids = m1.frame(run, "buyers").set_index("source_id").buyer_id
    notebook = Notebook(tmp_path)
    now = datetime(2026, 7, 2, tzinfo=UTC)
    try:
        for place, values in enumerate([
                {"purpose": "contact", "basis": "refused"},
                {"purpose": "marketing", "basis": "consent", "valid_to": date(2026, 7, 2)},
                {"purpose": "contact", "basis": "consent", "valid_to": date(2026, 7, 3)},
                {"purpose": "contact", "basis": "refused", "valid_from": date(2026, 8, 1)},
                {"purpose": "invoicing", "basis": "refused"}]):
            notebook.enter("permission", "account", best[place], values, "rep", now=now)
        assert unlisted(run, notebook, date(2026, 7, 2)) == {ids[best[0]], ids[best[1]]}
        barred = unlisted(run, notebook, date(2026, 8, 1))
        assert barred == set(ids[best[:4]])
        listed = Shelf(run).listed(ranked=True, without=barred)
        assert [row["source_id"] for row in listed.rows][:2] == best[4:6]
        assert listed.total == len(ids) - 4
    finally:
        notebook.close()


def test_permissions_that_bar_nobody_change_no_value(silent, tmp_path, best):
    folder, run = silent
    shutil.copytree(folder / "files", tmp_path / "files")
    (tmp_path / "permission.csv").write_text(f"account,purpose,basis,until\n{best[0]},contact,consent,\n")
    (tmp_path / "market.toml").write_text((folder / "market.toml").read_text() + SOURCE)
    again = m1.run(tmp_path)
    for name in ("buyers", "strata", "plan", "crosswalk"):
        pd.testing.assert_frame_equal(m1.frame(again, name), m1.frame(run, name))


def test_a_refusal_stated_after_the_day_that_a_project_fixes_holds_in_the_next_run_too(silent, best, tmp_path):
    shutil.copytree(silent[0] / "files", tmp_path / "files")
    settings = (silent[0] / "market.toml").read_text()
    assert "as_of = 2026-06-30" in settings
    (tmp_path / "market.toml").write_text(settings)
    notebook = Notebook(tmp_path)
    try:
        for place, values in enumerate([
                {"basis": "refused"}, {"basis": "refused", "valid_from": date(2026, 8, 1)},
                {"basis": "refused", "valid_from": date(9000, 1, 1)},
                {"basis": "consent", "valid_to": date(2026, 1, 1)}]):
            notebook.enter("permission", "account", best[place], {"purpose": "contact", **values}, "rep",
                           now=datetime(2026, 9, 1, tzinfo=UTC))
    finally:
        notebook.close()
    run = m1.run(tmp_path)
    buyers = run.table("buyers").to_pandas().set_index("source_id")
    assert set(buyers[buyers["rank"].isna()].index) == set(best[:2])
    assert best[0] not in run.page("report.html").read_text(encoding="utf-8").split('id="whom-head"')[1].split("<h2")[0]


def test_a_basis_in_a_file_that_is_over_since_the_run_takes_a_buyer_off_every_list(silent, best, tmp_path, capsys):
    shutil.copytree(silent[0] / "files", tmp_path / "files")
    (tmp_path / "market.toml").write_text((silent[0] / "market.toml").read_text() + f"{SOURCE}valid_from = \"since\"\n")
    (tmp_path / "permission.csv").write_text(
        "account,purpose,basis,since,until\n"
        f"{best[0]},contact,consent,,2026-07-31\n{best[1]},contact,refused,2026-08-01,\n"
        f"{best[2]},profiling,consent,,2026-07-31\n{best[3]},contact,consent,,2026-07-31\n"
        f"{best[3]},sales,contract,2026-07-01,\n{best[4]},contact,consent,,9000-01-01\n")
    run = m1.run(tmp_path)
    buyers = run.table("buyers").to_pandas().set_index("source_id")
    assert buyers["rank"].notna().all(), "by the day of the run all may be contacted"
    gone = set(buyers.loc[best[:3], "buyer_id"])
    notebook = Notebook(tmp_path)
    try:
        assert unlisted(run, notebook, date(2026, 7, 30)) == set()
        assert unlisted(run, notebook, date(2026, 8, 1)) == gone == barred_since(run)
        for place, basis in ((3, "consent"), (0, "contract")):
            notebook.enter("permission", "account", best[place], {"purpose": "contact", "basis": basis,
                           "valid_to": date(2026, 9, 1)}, "rep", now=datetime(2026, 7, 2, tzinfo=UTC))
        assert unlisted(run, notebook, date(2026, 8, 1)) == gone - {buyers.loc[best[0], "buyer_id"]}
        assert unlisted(run, notebook, date(2026, 9, 1)) == gone, "a basis in a file holds, whatever else is over"
    finally:
        notebook.close()
    page = run.page("report.html").read_text(encoding="utf-8").split("Where hours drain")[0]
    assert best[4] in page
    assert (m1.frame(run, "plan").hours > 0).any()
    assert main(["rank", str(tmp_path), "--top", "200", "--format", "csv"]) in (0, None)
    told = capsys.readouterr().out + page
    assert not [key for key in best[:3] if key in told]
    taken = m1.export(run, tmp_path / "out")
    assert taken
    plan, out = (pd.read_csv(tmp_path / "out" / f"{name}.csv") for name in ("plan", "buyers"))
    assert gone.isdisjoint(plan.buyer_id)
    unprofiled = buyers.loc[best[2], "buyer_id"]
    assert set(out[out["rank"].isna()].buyer_id) == gone - {unprofiled}
    assert not [path for path in taken if path.suffix == ".csv" and best[2] in path.read_text()]
    assert main(["buyer", best[2], str(tmp_path)]) == 2
    assert "who may not be profiled any more" in capsys.readouterr().err
