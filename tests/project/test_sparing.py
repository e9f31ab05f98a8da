import pytest

from marketsofone.errors import RunInterrupted
from marketsofone.project.reading.between_runs import export_run

MARKET = """
[market]
currency = "EUR"

[sources.people]
file = "files/reps.csv"
[sources.people.rep]
rep_id = "rep"
"""


@pytest.mark.parametrize("folder", ["runs", "runs/{run}", "runs/{run}/out", "elsewhere/../runs"])
def test_an_export_never_changes_a_run(run, tmp_path, folder):
    with pytest.raises(RunInterrupted, match="never changed"):
        export_run(run, tmp_path / folder.format(run=run.run_id))
    assert not list((tmp_path / "runs").rglob("*.csv"))


def test_an_export_leaves_a_file_that_a_source_reads_as_it_is(run, tmp_path):
    (tmp_path / "market.toml").write_text(MARKET, encoding="utf-8")
    (tmp_path / "files").mkdir()
    source = tmp_path / "files" / "reps.csv"
    source.write_text("rep\nr1\n", encoding="utf-8")
    with pytest.raises(RunInterrupted, match=r"reps\.csv in that folder"):
        export_run(run, tmp_path / "files")
    assert [path.name for path in (tmp_path / "files").iterdir()] == ["reps.csv"]
    assert source.read_text(encoding="utf-8") == "rep\nr1\n"
    assert export_run(run, tmp_path / "out")


def test_a_source_whose_place_is_not_known_here_keeps_nobody_from_an_export(run, tmp_path):
    (tmp_path / "market.toml").write_text(MARKET.replace("files/", "${M1_NOT_SET}/"), encoding="utf-8")
    assert export_run(run, tmp_path / "out")
