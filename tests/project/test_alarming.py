"""Alarms, stability, verdicts and births through the whole job on a simulated company."""

from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pytest

import marketsofone as m1
from marketsofone.customer import Stratum, UserColumn
from marketsofone.errors import SettingsInvalid
from marketsofone.project import open_snapshot
from marketsofone.project.history.lineage import lineage_before
from marketsofone.project.main_job.alarming import SCHEMA, check_sector
from marketsofone.project.main_job.alarming_pairs import telling_pairs
from marketsofone.project.reading.holding_up_marks import marks, refused_segments
from marketsofone.project.settings.market_file import AlarmSettings


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A company without segments below its sectors, once run; regions are what its team treats as one."""
    folder = tmp_path_factory.mktemp("alarmed")
    m1.simulate(folder, accounts=300, seed=11)
    text = (folder / "market.toml").read_text()
    (folder / "market.toml").write_text(f'{text}\n[strata]\nmost_depth = 1\n[alarms]\nsector = "region"\n')
    return folder


@pytest.fixture(scope="module")
def run(project):
    return m1.run(project)


def test_every_alarm_is_kept_with_its_interval_and_a_sentence(run):
    table = run.table("alarms")
    assert table.schema.names == SCHEMA.names
    rows = table.to_pandas()
    assert set(rows["kind"]) == {"mixed", "edge"}
    known = rows.dropna(subset=["low"])
    assert (known["low"] <= known["high"]).all()
    shares = known[known["kind"] == "mixed"]
    assert shares["low"].ge(0).all()
    assert shares["high"].le(1).all()
    assert (shares["alarmed"] == (shares["low"] > 0.5)).all()
    edges = known[known["kind"] == "edge"]
    assert (edges["alarmed"] == (edges["low"] > 0)).all()
    assert rows["sentence"].str.len().gt(20).all()


def test_the_sector_the_user_names_is_asked_value_by_value(run, project):
    rows = m1.frame(run, "alarms")
    named = rows[rows["stratum_id"].isna()]
    regions = pd.read_parquet(project / "files" / "account.parquet")["region"].dropna().unique()
    assert set(named["name"]) == {f"region: {region}" for region in regions}


def test_a_sector_that_is_no_dimension_is_named_with_the_nearest():
    known = [UserColumn("region", "account", "dimension", "text"), UserColumn("regoin", "account", "trait", "text")]
    with pytest.raises(SettingsInvalid, match="If 'region' is meant"):
        check_sector(AlarmSettings(sector="regoin"), known)
    check_sector(AlarmSettings(sector="region"), known)
    with pytest.raises(SettingsInvalid, match="Take it out of forbid"):
        check_sector(AlarmSettings(sector="region"), known, ["region"])
    check_sector(AlarmSettings(), ())


def test_a_sector_of_which_the_files_say_nothing_has_no_alarms_and_does_not_stop_the_run(small_company, tmp_path):
    """As m1 check does, which lets it pass with a warning."""
    settings = """
    [steps]
    competitiveness = "opportunity.outcome"
    [alarms]
    sector = "branch"
    [sources.deals.opportunity]
    opportunity_id = "id"
    outcome = "outcome"
    [sources.deals.opportunity.dimensions]
    branch = "branch"
    """
    rows = [f"{number},{('won', 'lost')[number % 2]}," for number in range(40)]
    run = m1.run(small_company(tmp_path, settings, deals=["id,outcome,branch", *rows]))
    assert not any(row["kind"] == "mixed" and row["stratum_id"] is None for row in run.table("alarms").to_pylist())
    told = [row for row in run.table("findings").to_pylist() if row["code"] == "dimension_unused"]
    assert [row["place"] for row in told] == ["dimension branch"]


def test_the_page_shows_alarms_stability_and_neighbours_and_says_nothing_of_births_in_a_first_run(run):
    page = run.page("report.html").read_text()
    for section in ("alarms", "stability"):
        assert f'<section id="{section}"' in page
    assert ('<section id="neighbours"' in page) == (run.table("verdicts").num_rows > 0)
    assert '<section id="lineage"' not in page


def test_a_page_is_told_what_became_of_the_segments_of_the_run_before(small, tmp_path):
    told = []

    def page(run):
        told.append(lineage_before(run))
        return ""

    for day, standing in enumerate((["1", "1", "2"], ["1", "1", "2"], ["1", "1", "1"])):
        members = pa.table({"buyer_id": [10, 20, 40], "stratum_id": standing, "level": [1] * 3, "share": [1.0] * 3})
        strata = small.strata(stratum_id=pa.array(["0", "1", "2"]), parent_id=pa.array([None, "0", "0"]))
        small.write_small_run(tmp_path, small.NOW + timedelta(days=day), pages={"report.html": page},
                              memberships=members, strata=strata)
    assert told[:2] == [None, None]
    assert told[2]["kind"].to_pylist() == ["merged", "merged"]


def test_plans_refuse_what_does_not_hold_up_as_the_table_says(run, project):
    weak = {segment for segment, mark in marks(run).items() if mark.family == "sales" and mark.holds is False}
    assert refused_segments(open_snapshot(project, run.run_id)) == weak


def test_of_each_parent_the_two_leaves_whose_worth_differs_most_surely_are_neighbours():
    def stratum(number, parent, depth):
        return Stratum(number, parent, str(number), "d", (), depth, f"s{number}")

    strata = (stratum(0, -1, 0), *(stratum(n, 0, 1) for n in (1, 2, 3, 4)), *(stratum(n, 4, 2) for n in (5, 6)))
    value = [10.0, 10.0, 14.0, 30.0, 9.0, 8.0, 9.0]
    wide = [1.0, 1.0, 1.0, 90.0, 1.0, 1.0, 1.0]
    told = pd.DataFrame({"value_per_hour": value, "wide": wide})
    told["value_per_hour_low"] = told["value_per_hour"] - told["wide"]
    told["value_per_hour_high"] = told["value_per_hour"] + told["wide"]
    assert telling_pairs(strata, told) == [(1, 2), (5, 6)]
    assert telling_pairs(strata[:1], told[:1]) == []
