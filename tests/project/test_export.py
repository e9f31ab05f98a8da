import csv
import os

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import marketsofone as m1
from marketsofone.errors import RunInterrupted, RunMissing
from marketsofone.project import run_project, simulate_project
from marketsofone.project.showing.plan import totals_of
from marketsofone.project.snapshots.export import EXPORTED, export_snapshot, harmless
from marketsofone.project.snapshots.shelf import Shelf


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_result_leaves_as_csv_and_parquet_and_nothing_else_does(run, tmp_path):
    written = export_snapshot(run, tmp_path / "out")
    expected = {f"{name}.{ending}" for name in EXPORTED if name in run.tables
                for ending in ("csv", "parquet")}
    assert {path.name for path in written} == expected
    assert set(os.listdir(tmp_path / "out")) == expected


def test_the_totals_of_a_plan_leave_with_it_and_add_up(tmp_path):
    simulate_project(tmp_path / "made", accounts=200, seed=3)
    made = run_project(tmp_path / "made")
    written = export_snapshot(made, tmp_path / "out")
    assert [path.name for path in written[-2:]] == ["plan_totals.csv", "plan_totals.parquet"]
    (totals,) = pq.read_table(tmp_path / "out" / "plan_totals.parquet").to_pylist()
    (cells,) = read_csv(tmp_path / "out" / "plan_totals.csv")
    assert list(cells) == list(totals)
    plan, told = made.table("plan").to_pylist(), made.manifest["plan"]
    assert totals["hours"] == pytest.approx(sum(row["hours"] for row in plan))
    assert totals["expected_contribution"] == pytest.approx(sum(row["expected_contribution"] for row in plan))
    assert (totals["value"], totals["bound"]) == (told["value"], told["bound"])
    drains = [row for row in made.table("drain").to_pylist() if row["drains"]]
    for kind in ("segment", "buyer", "rep"):
        back = sum(row["hours_back"] for row in drains if row["kind"] == kind)
        assert totals[f"hours_back_{kind}"] == pytest.approx(back)


def test_totals_of_a_plan_are_asked_of_a_run_that_has_one(run):
    with pytest.raises(RunMissing, match="was asked for its plan"):
        totals_of(Shelf(run))


def test_a_frame_that_there_is_not_is_answered_with_the_nearest_name_or_all_of_them(run):
    with pytest.raises(RunMissing, match="If 'buyers' is meant, write that"):
        m1.frame(run, "buyer")
    with pytest.raises(RunMissing, match=r"none of that name; there are buyer_by_source, buyers, .*strata"):
        m1.frame(run, "xyz")


def test_parquet_holds_the_rows_of_the_run_untouched(run, tmp_path):
    export_snapshot(run, tmp_path / "out")
    for name in set(EXPORTED) & set(run.tables):
        assert pq.read_table(tmp_path / "out" / f"{name}.parquet").equals(run.table(name))


def test_csv_holds_every_buyer_of_the_run_and_no_other_with_ids_and_reasons(run, tmp_path):
    export_snapshot(run, tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "buyers.csv")
    assert [row["buyer_id"] for row in rows] == ["10", "20", "30", "40", "50"]
    assert list(rows[0]) == run.table("buyers").column_names
    assert rows[0]["reasons"] == "won 8 of 10 | buys every month"
    assert rows[0]["pull"] == ""
    assert float(rows[0]["competitiveness"]) == 0.61


def test_a_text_that_a_spreadsheet_would_run_is_harmless_in_csv(run, tmp_path):
    export_snapshot(run, tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "buyers.csv")
    assert [row["reasons"] for row in rows if row["source_id"] == "cat"] == ["'=1+1"]


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@sum", "\tx", "\rx", "\n=1", "＝1+1", "+", "-"])
def test_what_starts_a_formula_gets_an_apostrophe_in_either_way_of_writing(small, tmp_path, text):
    run = small.write_small_run(tmp_path, buyers=small.buyers(reasons=[text] * 5))
    export_snapshot(run, tmp_path / "out")
    assert {row["reasons"] for row in read_csv(tmp_path / "out" / "buyers.csv")} == {f"'{text}"}
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+49170", "-1,5", "won 8", "'=1", "a=b", "Müller, Söhne", "", "日本"])
def test_any_other_text_stays_as_it_is(small, tmp_path, text):
    run = small.write_small_run(tmp_path, buyers=small.buyers(reasons=[text] * 5))
    export_snapshot(run, tmp_path / "out")
    assert {row["reasons"] for row in read_csv(tmp_path / "out" / "buyers.csv")} == {text}
    assert harmless(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False).map(str) | st.text())
def test_no_cell_starts_with_a_sign_unless_it_is_a_number(text):
    made = harmless(text)
    assert made.removeprefix("'") == text.removeprefix("'")
    assert not made.startswith(("=", "@", "\t", "\r", "\n"))


def test_a_second_export_replaces_the_first(small, tmp_path):
    export_snapshot(small.write_small_run(tmp_path), tmp_path / "out")
    export_snapshot(small.write_small_run(tmp_path, buyers=small.buyers(rank=[5, 4, 3, 2, 1])), tmp_path / "out")
    assert [row["rank"] for row in read_csv(tmp_path / "out" / "buyers.csv")] == ["4", "3", "2", "1", "5"]


def test_a_folder_that_cannot_be_written_to_is_told_as_such(run, tmp_path):
    (tmp_path / "out").write_text("a file stands where the folder should")
    with pytest.raises(RunInterrupted, match="a file at"):
        export_snapshot(run, tmp_path / "out")


def test_a_damaged_table_is_named(run, tmp_path):
    path = run.path / "strata.parquet"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(RunMissing, match=r"strata\.parquet"):
        export_snapshot(run, tmp_path / "out")
