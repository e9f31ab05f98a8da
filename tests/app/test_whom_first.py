"""Whom to approach first: one answer in every place, also where the scores alone would say another one."""

import csv
import json
import re

import pandas as pd
import pytest

from marketsofone.cli import main
from marketsofone.project import run_project, simulate_project
from marketsofone.project.snapshots.snapshot import open_snapshot

from .conftest import hired

FIRST = 7


@pytest.fixture(scope="module")
def unlotted(tmp_path_factory):
    """A company that set no effort by lot: what hours with its customers do cannot be told, or is little."""
    folder = tmp_path_factory.mktemp("unlotted")
    simulate_project(folder, accounts=300, seed=77)
    file = folder / "market.toml"
    file.write_text(file.read_text().replace('arm = "arm"\n', ""))
    run_project(folder)
    return folder


@pytest.fixture
def engaged(unlotted, tmp_path):
    for name in ("market.toml", "files", "runs"):
        (tmp_path / name).symlink_to(unlotted / name)
    with hired(tmp_path) as team:
        yield team


def planned(folder):
    run = open_snapshot(folder)
    buyers = pd.read_parquet(run.file("buyers"))[["buyer_id", "rank", "value_per_hour"]]
    return pd.read_parquet(run.file("plan")).merge(buyers, on="buyer_id").sort_values("place")


def test_the_scores_alone_would_put_customers_first_to_whom_the_plan_gives_no_hour(unlotted):
    first = planned(unlotted).sort_values("rank").head(3)
    assert first.won.all()
    assert (first.hours == 0).all()


def test_terminal_report_app_api_and_export_name_the_same_buyers_first(engaged, unlotted, tmp_path, capsys):
    keys = planned(unlotted).source_id.tolist()
    assert main(["rank", str(engaged.folder), "--by", "plan", "--top", str(FIRST), "--format", "csv"]) in (0, None)
    assert [row["source_id"] for row in csv.DictReader(capsys.readouterr().out.splitlines())] == keys[:FIRST]
    report = open_snapshot(unlotted).page("report.html").read_text(encoding="utf-8")
    listed = report.split('id="whom"')[1].split("</table>")[0]
    assert re.findall(r'rowheader"><bdi>([^<]+)</bdi>', listed)[:FIRST] == keys[:FIRST]
    assert f"Approach {keys[0]} next" in report
    browser = engaged.browser("admin")
    assert re.findall(r'<h2><a href="/buyer/\d+"><bdi>([^<]+)', browser.get("/").text) == keys[:FIRST]
    answer = json.loads(browser.get("/api/v1/ranking", params={"most": FIRST, "by": "plan"}).text)
    assert [row["source_id"] for row in answer["items"]] == keys[:FIRST]
    assert main(["export", str(engaged.folder), "--to", str(tmp_path / "out")]) in (0, None)
    assert pd.read_csv(tmp_path / "out" / "plan.csv").sort_values("place").source_id.tolist() == keys


def test_a_rep_sees_hours_of_the_plan_first_and_what_they_earn_there_as_the_plan_says(engaged, unlotted):
    everyone = planned(unlotted)
    rows = everyone[(everyone.rep_id == min(engaged.shelf.reps)) & (everyone.hours > 0)]
    page = engaged.browser("rep").get("/").text
    shown = re.findall(r'<h2><a href="/buyer/(\d+)"', page)
    assert list(map(int, shown)) == rows.buyer_id.head(FIRST).tolist()
    for value in rows.hour_value.head(FIRST):
        assert f"<b>EUR {value:,.0f}</b> an hour" in page


def test_whom_the_scores_rank_high_and_the_plan_passes_over_is_named_with_its_reason(engaged, unlotted, capsys):
    rows = planned(unlotted).sort_values("rank").head(FIRST)
    pages = [engaged.browser("admin").get("/").text,
             open_snapshot(unlotted).page("report.html").read_text(encoding="utf-8")]
    main(["rank", str(engaged.folder), "--top", str(FIRST)])
    pages.append(capsys.readouterr().out)
    for page in pages:
        for row in rows.head(3).itertuples():
            assert re.search(rf"{row.source_id}(</bdi></a>|</bdi>)? \(rank {row.rank}\)", page)
            assert row.reason in page


def test_by_rank_the_ranked_list_stays_what_it_was(engaged, unlotted, capsys):
    main(["rank", str(engaged.folder), "--top", "9", "--format", "csv"])
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [int(row["rank"]) for row in rows] == list(range(1, 10))
    assert [float(row["value_per_hour"]) for row in rows] == sorted(
        (float(row["value_per_hour"]) for row in rows), reverse=True)
