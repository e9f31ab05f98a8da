"""A flipped bit is found when one looks for it."""

import shutil

from marketsofone.project.snapshots.snapshot import list_snapshots
from marketsofone.project.snapshots.verifying import changed_files, verify_runs


def flip(path, at):
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


def test_a_run_as_it_was_written_is_good(run):
    assert changed_files(run) == ()
    assert [each.state for each in verify_runs(run.path.parents[1])] == ["good"]


def test_a_flipped_bit_that_the_sizes_do_not_show_is_named_by_its_file(run):
    flip(run.file("buyers"), 40)
    folder = run.path.parents[1]
    assert [each.state for each in list_snapshots(folder)] == ["good"]
    assert [each.state for each in verify_runs(folder)] == ["changed since it was written: buyers.parquet"]


def test_a_page_and_what_the_run_says_of_itself_are_read_too(small, tmp_path):
    run = small.write_small_run(tmp_path, pages={"report.html": lambda snapshot: f"<h1>{snapshot.run_id}</h1>"})
    assert [each.state for each in verify_runs(tmp_path)] == ["good"]
    flip(run.page("report.html"), 5)
    manifest = run.path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"as_of": "2026-06-30"', '"as_of": "2026-06-29"'))
    assert [each.state for each in verify_runs(tmp_path)] == [
        "changed since it was written: report.html, manifest.json"]


def test_a_page_that_was_taken_away_is_no_change_and_a_copy_beside_says_whose_it_is(small, tmp_path):
    run = small.write_small_run(tmp_path, pages={"report.html": lambda snapshot: "page"})
    shutil.copytree(run.path, run.path.with_name("kept"))
    run.page("report.html").unlink()
    assert [each.state for each in verify_runs(tmp_path)] == [
        "good", f"a folder of another name: it was written as {run.run_id}"]


def test_a_run_that_cannot_be_opened_keeps_its_reason(run):
    run.file("strata").unlink()
    assert verify_runs(run.path.parents[1]) == list_snapshots(run.path.parents[1])


def test_asking_to_verify_tells_the_terminal_which_run_changed(run, capsys):
    from marketsofone.cli import main

    folder = str(run.path.parents[1])
    assert main(["runs", folder, "--verify"]) in (0, None)
    flip(run.file("memberships"), 40)
    assert main(["runs", folder, "--verify"]) == 2
    assert "memberships.parquet" in capsys.readouterr().out
