"""What people call a segment stands wherever app, terminal and report list it; an earlier run keeps its own."""

import shutil

import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.project.statements.naming import state_name

NAME, LATER = '=Nord & <b>"die Großen"</b>', "Renamed since"
SHOWN = "=Nord &amp; &lt;b&gt;&#34;die Großen&#34;&lt;/b&gt;"


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    """A company with three runs: before its first region is named, after that, and, renamed, not run again."""
    folder = tmp_path_factory.mktemp("named")
    m1.simulate(folder, accounts=60, seed=5)
    with (folder / "market.toml").open("a") as file:
        file.write('\n[strata]\npin = ["region"]\n')
    first = m1.run(folder)
    strata = m1.frame(first, "strata")
    region = strata[strata["level"] == 1].iloc[0]
    state_name(folder, region["stratum_id"], NAME, "ana")
    second = m1.run(folder)
    state_name(folder, region["stratum_id"], LATER, "ana")
    return folder, region, first, second


@pytest.fixture
def project(named, tmp_path):
    """The project of the team: people who sign in are added to a copy."""
    return shutil.copytree(named[0], tmp_path / "named")


def test_every_list_of_segments_calls_it_by_its_name(team, named, capsys):
    folder, region, _first, second = named
    analyst = team.browser("analyst")
    link = f'/segment/{region["stratum_id"]}"><bdi>{SHOWN}</bdi></a>'
    buyer = next(row for row in team.shelf.listed(most=60).rows if row["path"].startswith(region["path"]))
    for page in ("/market", "/plan", "/segment/market", f"/buyer/{buyer['buyer_id']}"):
        assert link in analyst.get(page).text, page
    report = (second.path / "report.html").read_text(encoding="utf-8")
    for part in ("portfolio", "plan", "tree", "identity", "strata"):
        assert SHOWN in report.partition(f'<section id="{part}"')[2].partition("</section>")[0], part
    for words in (("scores",), ("strata",), ("tree",), ("plan", "solve"), ("identity", region["stratum_id"])):
        main([*words, str(folder), *(["--segments"] if words[0] == "plan" else [])])
        assert NAME in capsys.readouterr().out, words


def test_a_new_name_heads_its_page_at_once_lists_follow_with_the_next_run_and_earlier_runs_keep_theirs(team, named):
    _folder, region, first, _second = named
    page = team.browser("leader").get(f"/segment/{region['stratum_id']}").text
    assert f"<h1><bdi>{LATER}</bdi>" in page
    assert "Lists and the report show it from the next run on." in page
    earlier = team.browser("leader").get(f"/segment/{region['stratum_id']}?run={first.run_id}").text
    assert f"<h1><bdi>{region['name']}</bdi>" in earlier
    assert f"<h1><bdi>{LATER}" not in earlier
