import json
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import marketsofone
from marketsofone.errors import RunInterrupted, RunMissing, SnapshotTooNew
from marketsofone.project.snapshots.parquet import Streamed
from marketsofone.project.snapshots.snapshot import list_snapshots, open_snapshot
from marketsofone.project.snapshots.writing import new_snapshot, sweep, write_snapshot

HERE = Path(__file__).parent


def files_of(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_another_process(code, *arguments):
    """Runs code beside this process, the small run and the package at hand."""
    source = Path(marketsofone.__file__).parents[1]
    head = f"import sys; sys.path[:0] = [{str(source)!r}, {str(HERE)!r}]\n"
    return subprocess.Popen([sys.executable, "-c", head + textwrap.dedent(code), *map(str, arguments)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_run_opens_as_it_was_written(small, tmp_path):
    written = small.write_small_run(tmp_path)
    opened = open_snapshot(tmp_path)
    assert opened.run_id == written.run_id
    assert opened.manifest["labels"] == ["Margin is assumed to be 30% of sales."]
    assert opened.table("strata").column("name").to_pylist() == ["Acme", "health", "retail"]
    assert opened.table("buyers").column("buyer_id").to_pylist() == [10, 20, 30, 40, 50]


def test_the_manifest_states_format_version_and_fingerprints(run):
    manifest = json.loads((run.path / "manifest.json").read_text())
    assert manifest["format"] == 1
    assert manifest["version"] == marketsofone.__version__
    assert set(manifest["files"]) == {path.stem for path in run.path.glob("*.parquet")}


def test_the_name_of_a_run_ends_in_a_fingerprint_of_values_and_not_of_timings(small, tmp_path):
    first = small.write_small_run(tmp_path / "a", said=small.manifest(timings={"strata": 1.0}))
    second = small.write_small_run(tmp_path / "b", said=small.manifest(timings={"strata": 2.0}))
    third = small.write_small_run(tmp_path / "c", buyers=small.buyers(rank=[1, 2, 3, 4, 5]))
    assert first.run_id == second.run_id
    assert first.run_id != third.run_id


def test_names_of_runs_sort_by_when_they_were_written(small, tmp_path):
    times = [small.NOW, small.NOW + timedelta(milliseconds=1), small.NOW + timedelta(days=400)]
    written = [small.write_small_run(tmp_path, now=now).run_id for now in times]
    assert [listed.run_id for listed in list_snapshots(tmp_path)] == written
    assert [listed.latest for listed in list_snapshots(tmp_path)] == [False, False, True]


def test_a_run_that_is_there_is_never_written_over(small, run, tmp_path):
    before = files_of(run.path)
    again = small.write_small_run(tmp_path, said=small.manifest(labels=["another label"]))
    assert again.run_id == run.run_id
    assert files_of(run.path) == before


def test_a_query_is_streamed_into_a_run_without_passing_through_python(tmp_path, small):
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        writer = Streamed(connection, "select 20000 - range as n from range(20000)", "n")
        snapshot = write_snapshot(tmp_path, {"numbers": writer}, {}, small.NOW)
    assert snapshot.table("numbers").column("n").to_pylist() == list(range(1, 20001))


def test_a_page_is_made_from_the_finished_tables_and_kept_with_the_run(small, tmp_path):
    def page(snapshot):
        return f"{snapshot.run_id}: {snapshot.table('buyers').num_rows} buyers"
    run = small.write_small_run(tmp_path, pages={"report.html": page})
    assert run.page("report.html").read_text() == f"{run.run_id}: 5 buyers"


def test_a_page_that_was_not_written_is_missed_by_name(run):
    with pytest.raises(RunMissing, match=r"report\.html"):
        run.page("report.html")


def test_a_project_without_runs_says_how_to_run_it(tmp_path):
    (tmp_path / "market.toml").touch()
    with pytest.raises(RunMissing, match="m1 run"):
        open_snapshot(tmp_path)


def test_a_folder_that_is_no_project_is_not_told_to_be_run(tmp_path):
    """Such as the one a person stands in who writes ``m1 identity mymarket``: the project is named last."""
    with pytest.raises(RunMissing, match=r"neither a run nor market\.toml(.|\n)*Name the project's folder") as missed:
        open_snapshot(tmp_path)
    assert "m1 run" not in str(missed.value)


@pytest.mark.parametrize("name", ["20200101-000000000-00000000", "../elsewhere", ".writing-1", "", "."])
def test_a_run_that_is_not_there_is_answered_with_those_that_are(run, tmp_path, name):
    with pytest.raises(RunMissing, match=run.run_id):
        open_snapshot(tmp_path, name)


def test_a_latest_that_names_a_run_someone_removed_says_so(small, run, tmp_path):
    (tmp_path / "runs" / "latest").write_text("20990101-000000000-00000000\n")
    with pytest.raises(RunMissing, match=f"20990101(.|\n)*{run.run_id}"):
        open_snapshot(tmp_path)


def test_a_snapshot_of_a_later_version_is_not_misread(run, tmp_path):
    path = run.path / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2, "version": "7.1"}))
    with pytest.raises(SnapshotTooNew, match=r"format 2, written by version 7\.1"):
        open_snapshot(tmp_path)
    assert "7.1" in list_snapshots(tmp_path)[0].state


def test_a_file_that_is_gone_is_named(run, tmp_path):
    (run.path / "strata.parquet").unlink()
    with pytest.raises(RunMissing, match=r"strata\.parquet"):
        open_snapshot(tmp_path)


def test_a_file_that_was_cut_short_is_named(run, tmp_path):
    path = run.path / "buyers.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(RunMissing, match=r"buyers\.parquet"):
        open_snapshot(tmp_path)


def test_a_file_whose_content_is_damaged_is_named_when_it_is_read(run):
    path = run.path / "strata.parquet"
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(RunMissing, match=r"strata\.parquet"):
        run.table("strata")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": null}'])
def test_a_manifest_that_cannot_be_read_is_damage(run, tmp_path, text):
    (run.path / "manifest.json").write_text(text)
    with pytest.raises(RunMissing, match=r"manifest\.json"):
        open_snapshot(tmp_path)


def test_a_table_the_run_does_not_hold_is_answered_with_those_it_does(run):
    with pytest.raises(RunMissing, match="buyers, strata"):
        run.table("weather")


def test_a_run_killed_while_writing_leaves_the_last_good_one_and_is_swept_later(small, run, tmp_path):
    before = files_of(run.path)
    child = in_another_process("""
        import sys, time, small_run
        from pathlib import Path
        def slow(path):
            path.write_bytes(b"half")
            print("writing", flush=True)
            time.sleep(60)
        small_run.write_small_run(Path(sys.argv[1]), strata=slow)
        """, tmp_path)
    with child:
        assert child.stdout.readline() == "writing\n"
        assert list((tmp_path / "runs").glob(".writing-*"))
        child.kill()
    assert open_snapshot(tmp_path).run_id == run.run_id
    assert files_of(run.path) == before
    sweep(tmp_path)
    assert not list((tmp_path / "runs").glob(".writing-*"))


def test_a_full_disk_leaves_the_last_good_run_and_says_what_to_do(small, run, tmp_path):
    before = files_of(run.path)
    child = in_another_process("""
        import resource, sys, small_run
        from pathlib import Path
        from marketsofone.errors import RunInterrupted
        import pyarrow as pa, duckdb
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
        many = pa.table({"buyer_id": range(5000), "source_id": [f"s{n}" for n in range(5000)]})
        try:
            small_run.write_small_run(Path(sys.argv[1]), buyers=many)
        except RunInterrupted as problem:
            print(problem)
        """, tmp_path)
    said, problems = child.communicate(timeout=60)
    assert "File too large" in said, problems
    assert "last good run stands" in said
    assert open_snapshot(tmp_path).run_id == run.run_id
    assert files_of(run.path) == before
    assert not list((tmp_path / "runs").glob(".writing-*"))


def test_a_project_folder_that_is_read_only_is_said_with_what_to_allow(small, run, tmp_path, monkeypatch):
    def read_only(path, *_):
        raise OSError(30, "Read-only file system", str(path))
    monkeypatch.setattr(type(tmp_path), "open", read_only)
    with pytest.raises(RunInterrupted, match="Read-only") as problem:
        small.write_small_run(tmp_path)
    monkeypatch.undo()
    assert "Allow this user to write there" in problem.value.repair
    assert open_snapshot(tmp_path).run_id == run.run_id


def test_a_writer_that_fails_leaves_nothing_behind(small, run, tmp_path):
    def failing(path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")
    with pytest.raises(RunInterrupted, match="No space left"):
        small.write_small_run(tmp_path, strata=failing)
    assert [path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()] == [run.run_id]


def test_a_problem_that_is_not_the_disk_keeps_its_own_name(small, tmp_path):
    def failing(path):
        raise FileNotFoundError("a source went away")
    with pytest.raises(FileNotFoundError, match="a source went away"):
        small.write_small_run(tmp_path, strata=failing)


def test_a_table_is_on_the_disk_while_later_ones_are_still_made(small, tmp_path):
    done = threading.Event()
    with new_snapshot(tmp_path) as writing:
        for name, table in small.tables().items():
            writing.begin(name, table)
        writing.begin("touches", lambda path: (path.write_bytes(b"first"), done.set()))
        assert done.wait(timeout=60)
        assert next((tmp_path / "runs").glob(".writing-*/touches.parquet")).read_bytes() == b"first"
        run = writing.finish(small.manifest(), small.NOW, {})
    assert open_snapshot(tmp_path).run_id == run.run_id


def test_what_goes_wrong_in_a_table_begun_early_is_raised_by_a_later_one_and_leaves_nothing(small, run, tmp_path):
    def failing(path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")
    def begun_until_told():
        with new_snapshot(tmp_path) as writing:
            writing.begin("touches", failing)
            for number in range(1_000):
                time.sleep(0.05)
                writing.begin(f"later_{number}", pa.table({"n": [1]}))
    with pytest.raises(RunInterrupted, match="No space left"):
        begun_until_told()
    assert [path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()] == [run.run_id]


def test_a_run_that_fails_while_a_table_is_written_leaves_nothing_of_it(small, run, tmp_path):
    begun, wait = threading.Event(), threading.Event()
    def slow(path):
        begun.set()
        wait.wait(timeout=60)
        path.write_bytes(b"half")
    def failing():
        with new_snapshot(tmp_path) as writing:
            writing.begin("touches", slow)
            assert begun.wait(timeout=60)
            wait.set()
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        failing()
    assert [path.name for path in (tmp_path / "runs").iterdir() if path.is_dir()] == [run.run_id]
    assert open_snapshot(tmp_path).run_id == run.run_id


def test_a_folder_with_any_name_can_hold_a_project(small, tmp_path):
    folder = tmp_path / "it's [a] *market*"
    run = small.write_small_run(folder)
    assert open_snapshot(folder).table("buyers").num_rows == 5
    assert isinstance(run.table("buyer_by_source"), pa.Table)
