"""What values that a split keeps together may still hide: from the tree of a run to what a written segment is told."""

import json
from shutil import copytree

import ibis
import pyarrow as pa
import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.errors import RunMissing
from marketsofone.estimates.candidates import Dimension, gather_evidence
from marketsofone.project.segments.asking import asking
from marketsofone.project.segments.sharing import shared_of

SETTINGS = """
[steps]
competitiveness = "opportunity.outcome"

[segments.one]
rule = "sector = 'bakers'"

[segments.both]
rule = "sector in ('bakers', 'butchers')"

[sources.deals.account]
account_id = "account"

[sources.deals.account.dimensions]
sector = "sector"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
closed_at = "closed"
"""
SECTORS = {"bakers": 5, "butchers": 5, "cooks": 1, "drapers": 1}
"""Of so many decided opportunities one is won, or, where it is one, all but a fifth."""


def deals():
    for number in range(320):
        sector = tuple(SECTORS)[number % 4]
        won = number // 4 % 5 == 0 if SECTORS[sector] == 5 else number // 4 % 5 != 0
        yield {"account": f"A{number}", "sector": sector, "deal": f"D{number}", "closed": "2026-03-01",
               "outcome": "won" if won else "lost"}


@pytest.fixture(scope="module")
def project(small_company, tmp_path_factory):
    folder = small_company(tmp_path_factory.mktemp("shared"), SETTINGS, deals=list(deals()))
    m1.run(folder)
    return folder


def test_a_run_keeps_which_values_stand_together_with_their_shares_of_the_stratum(project):
    fused = m1.open_run(project).table("fused").to_pandas()
    strata = m1.open_run(project).table("strata")["stratum_id"].to_pylist()
    of = fused[fused["score"] == "competitiveness"]
    assert sorted(of.groupby("stratum_id")["value"].agg(list).tolist()) == [
        ["bakers", "butchers"], ["cooks", "drapers"]]
    assert set(of["dimension"]) == {"sector"}
    assert set(of["stratum_id"]) <= set(strata)
    assert of["share"].eq(0.5).all()


def test_one_sector_of_two_that_stand_together_is_told_less_surely_than_both(project):
    told = {row["segment"]: row for row in m1.open_run(project).table("segments").to_pylist()}
    wide, narrow = (told[name]["competitiveness_high"] - told[name]["competitiveness_low"] for name in ("one", "both"))
    assert wide > 1.2 * narrow
    with asking(project) as asker:
        for name in told:
            read = asker.preview(name).found.scores["competitiveness"]
            assert (read.low, read.high) == pytest.approx(
                (told[name]["competitiveness_low"], told[name]["competitiveness_high"]), rel=1e-12)


def test_a_run_without_what_its_strata_share_says_that_it_must_be_written_again(project, tmp_path):
    copy = copytree(project, tmp_path / "older")
    path = next((copy / "runs").glob("*/manifest.json"))
    manifest = json.loads(path.read_text(encoding="utf-8"))
    del manifest["files"]["fused"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with asking(copy) as asker, pytest.raises(RunMissing, match="m1 run"):
        asker.preview("one")


def test_a_group_is_counted_by_the_steps_of_a_number_that_the_tree_was_grown_on(engine):
    """Steps end before their upper limit; of none is who stands elsewhere, has no number, or is not in the group."""
    staff = [7.0, 60.0, None, -3.0, 9.99, 10.0, 49.0, 50.0, 51.0, 1e9]
    buyers = ibis.memtable(pa.table({"buyer_id": range(10), "dim_staff": pa.array(staff, pa.float64())}))
    told = gather_evidence(engine, buyers, [Dimension("staff", "dim_staff", (10.0, 50.0))], {})
    strata = [{"stratum_id": "m", "parent_id": None, "level": 0, "buyers": 8},
              {"stratum_id": "a", "parent_id": "m", "level": 1, "buyers": 7},
              {"stratum_id": "b", "parent_id": "a", "level": 2, "buyers": 7}]
    doubts = pa.table({"score": ["pull"] * 3, "stratum_id": ["m", "a", "b"]})
    steps = {"value": ["0", "1", "2"], "from": [None, 10.0, 50.0], "to": [10.0, 50.0, None]}
    fused = pa.table({"score": ["pull"] * 3, "stratum_id": ["a"] * 3, "dimension": ["staff"] * 3, **steps})
    shared = shared_of(strata, doubts, fused)
    rows = buyers.mutate(stratum_id=ibis.ifelse(buyers.buyer_id < 9, "b", "m"))
    values = shared.values(rows, rows.buyer_id > 1)
    coded = rows.select("buyer_id", **values).order_by("buyer_id").to_pyarrow()["dim_staff"]
    wanted = told.order_by("buyer_id").to_pyarrow()["dim_staff"].to_pylist()
    assert coded.to_pylist() == [None, None, *wanted[2:9], None]
    assert shared.columns == {"dim_staff"}


def test_the_preview_of_one_of_them_says_with_which_others_it_stands_and_of_both_says_nothing(project, capsys):
    with asking(project) as asker:
        (said,), none = (asker.preview(name).together for name in ("one", "both"))
    assert said.startswith("'bakers' stands together with 'butchers' in 'whole market / sector: bakers, butchers': ")
    assert none == ()
    main(["segment", "preview", "one", str(project)])
    assert said in capsys.readouterr().out
    main(["segment", "preview", "one", str(project), "--format", "json"])
    assert json.loads(capsys.readouterr().out)[0]["together"] == [said]
