"""`m1 run` on public data, through the command line, against what is known of each set."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import marketsofone as m1

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("M1_DATA", ROOT.parent / "shared" / "data"))


def run_example(name: str, folder: Path, traits: bool = False):
    if not (DATA / name).is_dir():
        pytest.skip(f"the public data of {name} are not in M1_DATA (looked in a folder called {DATA.name})")
    project = folder / name
    project.mkdir()
    text = (ROOT / "examples" / name / "market.toml").read_text(encoding="utf-8")
    (project / "market.toml").write_text(text if traits else text.replace("traits = true", "traits = false"))
    done = subprocess.run(
        [sys.executable, "-m", "marketsofone", "run", str(project)], capture_output=True, text=True,
        env=os.environ | {"M1_DATA": str(DATA)}, check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    shutil.copy(project / "market.toml", folder)
    return m1.open_run(project)


def of(run, score):
    return m1.frame(run, "evidence").set_index("score").loc[score]


@pytest.fixture(scope="module")
def ibm(tmp_path_factory):
    return run_example("ibm_win_loss", tmp_path_factory.mktemp("ibm"))


def test_ibm_wins_as_many_as_is_known(ibm):
    won = of(ibm, "competitiveness")
    assert won["trials"] == 77_829
    assert won["base"] == pytest.approx(0.226, abs=0.001)
    assert "no evidence" in of(ibm, "pull")["note"]
    assert of(ibm, "attractiveness")["note"].startswith("margin assumed: 30%")


def test_ibm_refuses_repeated_numbers_and_counts_every_row(ibm):
    health = ibm.table("health").to_pandas().iloc[0]
    assert (health["read"], health["accepted"], health["refused"]) == (78_025, 77_829, 196)


def test_ibm_wins_by_rival_are_as_is_known(ibm):
    import duckdb

    path = ibm.file("opportunities")
    source = DATA / "ibm_win_loss" / "WA_Fn-UseC_-Sales-Win-Loss.csv.gz"
    rows = duckdb.sql(f"""
        select "Competitor Type", avg((outcome = 'won')::int), avg(win)
        from '{path}' o join (select distinct on ("Opportunity Number") * from
             read_csv('{source}', all_varchar = true)) s on s."Opportunity Number" = o.source_id
        group by 1""").fetchall()
    known = {"Known": 0.195, "None": 0.317, "Unknown": 0.218}
    for rival, won, foretold in rows:
        assert won == pytest.approx(known[rival], abs=0.002)
        assert foretold == pytest.approx(known[rival], abs=0.03)


def test_ibm_is_split_and_its_strata_differ(ibm):
    strata = m1.frame(ibm, "strata")
    assert len(strata) > 5
    assert strata["competitiveness"].max() > 2 * strata["competitiveness"].min()


@pytest.fixture(scope="module")
def maven(tmp_path_factory):
    return run_example("maven_crm", tmp_path_factory.mktemp("maven"))


def test_maven_stays_whole_and_says_why(maven):
    strata = m1.frame(maven, "strata")
    assert len(strata) == 1
    assert "none of" in strata.iloc[0]["why"]


def test_maven_counts_what_was_decided(maven):
    assert of(maven, "competitiveness")["trials"] == 4_238 + 2_473
    assert of(maven, "competitiveness")["base"] == pytest.approx(0.632, abs=0.002)
    outcomes = m1.frame(maven, "opportunities")["outcome"].value_counts()
    assert outcomes.to_dict() == {"won": 4_238, "lost": 2_473, "open": 2_089}


def test_maven_reports_its_blank_accounts(maven):
    findings = maven.table("findings").to_pandas()
    assert findings["message"].str.contains("1,425 of 8,800").any()
    assert maven.manifest["buyer_kinds"]["opportunity"] == 1_425


def test_maven_gives_every_open_opportunity_a_chance_of_its_own(maven):
    opened = m1.frame(maven, "opportunities").query("outcome == 'open'")
    assert opened["win"].between(0.3, 0.9).all()


def test_olist_closes_as_is_known(tmp_path):
    run = run_example("olist_funnel", tmp_path)
    pull = of(run, "pull")
    assert pull["trials"] == 8_000
    assert pull["base"] == pytest.approx(842 / 8_000, abs=0.001)
    assert run.manifest["conditional_on"] == ["competitiveness", "attractiveness"]
    buyers = m1.frame(run, "buyers")
    assert buyers["value_per_hour"].isna().all()
    assert buyers["rank"].is_unique
    said = [row["message"] for row in run.table("findings").to_pylist() if row["code"] == "rate_moved"]
    assert said == ["Of 2,002 approaches opened before 2018-01-01, 3.0% let us in; of 5,998 since, 13.0%: "
                    "pull counts them all alike."]


def test_olist_close_rates_by_origin_are_as_is_known(tmp_path):
    if not (DATA / "olist_funnel").is_dir():
        pytest.skip("the public data of olist_funnel are not in M1_DATA")
    project = tmp_path / "olist"
    project.mkdir()
    text = (ROOT / "examples" / "olist_funnel" / "market.toml").read_text(encoding="utf-8")
    only = text.replace('landing_page = "landing_page_id"\n', "").replace("traits = true", "traits = false")
    (project / "market.toml").write_text(only.replace("coalesce(origin, 'not stated')", "origin"))
    os.environ.setdefault("M1_DATA", str(DATA))
    strata = m1.frame(m1.run(project), "strata")
    named = strata.set_index("name")["pull"]
    low = next(value for name, value in named.items() if "email" in name)
    high = next(value for name, value in named.items() if "unknown" in name)
    assert low == pytest.approx(0.03, abs=0.03)
    assert high == pytest.approx(0.163, abs=0.02)


def test_online_retail_counts_its_ledger(tmp_path):
    run = run_example("online_retail", tmp_path)
    health = run.table("health").to_pandas().set_index("table_name").loc["order_line"]
    assert health["left_out"] == 135_080
    assert health["read"] == 541_909 - 135_080 == health["accepted"]
    assert run.manifest["counts"]["buyers"] == 4_372
    assert m1.frame(run, "buyers")["attractiveness"].min() >= 0


def test_cdnow_has_as_many_customers_as_is_known(tmp_path):
    run = run_example("cdnow", tmp_path)
    assert run.manifest["counts"]["buyers"] == 23_570
    assert run.table("health").to_pandas()["read"].sum() == 69_659


def test_complete_journey_reads_redemptions_as_answers(tmp_path):
    run = run_example("complete_journey", tmp_path)
    assert run.manifest["counts"]["buyers"] == 2_469
    assert of(run, "pull")["trials"] == pytest.approx(6_589, abs=20)
    assert of(run, "competitiveness")["trials"] == 0


@pytest.mark.parametrize(("name", "trials", "converted"), [
    ("x_education_leads", 9_240, 3_561), ("bank_marketing", 41_188, 4_640)])
def test_leads_and_calls_convert_as_is_known(name, trials, converted, tmp_path):
    run = run_example(name, tmp_path)
    counted = run.table("trials").to_pandas()
    assert of(run, "pull")["trials"] == trials == counted["trials"].sum()
    assert counted["total"].sum() == converted
    assert of(run, "pull")["base"] == pytest.approx(converted / trials, abs=0.001)
