import fcntl
import json
import os
import resource
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import marketsofone
from marketsofone.errors import RunGoing
from marketsofone.project import list_snapshots, open_snapshot, run_project
from marketsofone.project.jobs.job import ROOMS, jobs_folder, list_jobs, lock_file
from marketsofone.project.jobs.running import start_run, stop_run
from marketsofone.project.jobs.working import work

SETTINGS = """
[market]
currency = "EUR"
margin_rate = 0.3
[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"
[sources.deals]
file = "files/deals.csv"
[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "result"
closed_at = "closed"
amount = "amount"
"""
LONG = 120.0


@pytest.fixture
def company(tmp_path):
    """Five accounts and thirty decided opportunities."""
    rows = [f"d{n},a{n % 5},{'won' if n % 3 else 'lost'},2026-0{1 + n % 6}-15,{100 + n}" for n in range(30)]
    (tmp_path / "files").mkdir()
    (tmp_path / "files/deals.csv").write_text("deal,account,result,closed,amount\n" + "\n".join(rows) + "\n")
    (tmp_path / "market.toml").write_text(SETTINGS)
    return tmp_path


def waited(folder, until):
    """The latest job, once it is as asked."""
    for _ in range(int(LONG / 0.05)):
        jobs = list_jobs(folder)
        if jobs and until(jobs[0]):
            return jobs[0]
        time.sleep(0.05)
    raise AssertionError(list_jobs(folder))


def test_of_two_runs_at_once_the_one_that_is_kept_last_is_the_newest(company):
    first = []

    def overtaken(room):
        if room == "features" and not first:
            first.append(run_project(company))

    last = run_project(company, overtaken)
    assert [each.run_id for each in list_snapshots(company)] == [first[0].run_id, last.run_id]
    assert open_snapshot(company).run_id == last.run_id


def is_gone(group):
    """Whether nothing is left of a process and what it started."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def started_elsewhere(folder, before="", after=""):
    """A process that starts a run of the folder, as a server does."""
    source = Path(marketsofone.__file__).parents[1]
    lines = ["import sys, time", f"sys.path.insert(0, {str(source)!r})", before, "from pathlib import Path",
             "from marketsofone.project.jobs.running import start_run",
             "print(start_run(Path(sys.argv[1])), flush=True)",
             after]
    return subprocess.Popen([sys.executable, "-c", "\n".join(lines), str(folder)], stdout=subprocess.PIPE, text=True)


def written(folder, *lines, name="20260701-080000000"):
    """A job that left these lines."""
    jobs_folder(folder).mkdir(exist_ok=True)
    text = "".join(f"{json.dumps({'at': '2026-07-01T08:00:00+00:00', **line})}\n" for line in lines)
    (jobs_folder(folder) / f"{name}.jsonl").write_text(text)


def test_a_run_outlives_the_server_that_started_it_and_tells_each_room(company):
    with started_elsewhere(company, after="time.sleep(600)") as server:
        job_id = server.stdout.readline().strip()
        server.kill()
    assert list_jobs(company)[0].going
    job = waited(company, lambda job: not job.going)
    assert (job.job_id, job.state) == (job_id, "done")
    assert tuple(room.name for room in job.rooms) == ROOMS
    assert all(room.seconds is not None for room in job.rooms)
    run = open_snapshot(company)
    assert run.run_id == job.run_id
    assert tuple(run.manifest["timings"]) == ROOMS[:-1]


def test_of_many_starts_at_once_one_wins_and_can_be_stopped(company):
    def start(_):
        try:
            return start_run(company)
        except RunGoing as problem:
            return problem

    with ThreadPoolExecutor(6) as pool:
        told = [*pool.map(start, range(6))]
    (job_id,) = [each for each in told if isinstance(each, str)]
    assert "another one" in str(next(each for each in told if isinstance(each, RunGoing)))
    assert [(job.job_id, job.state) for job in list_jobs(company)] == [(job_id, "running")]
    stop_run(company, job_id)
    (job,) = list_jobs(company)
    assert job.state == "stopped"
    assert is_gone(job.pid)
    assert not (company / "runs").exists()
    with pytest.raises(RunGoing, match="ended already"):
        stop_run(company, job_id)


def test_a_run_killed_from_outside_is_seen_to_be_lost_and_another_may_start(company):
    start_run(company)
    os.killpg(waited(company, lambda job: job.pid).pid, signal.SIGKILL)
    assert waited(company, lambda job: not job.going).state == "lost"
    stop_run(company, start_run(company))
    assert [job.state for job in list_jobs(company)] == ["stopped", "lost"]


def test_a_failed_run_tells_what_was_wanted_and_what_repairs_it(company):
    (company / "market.toml").write_text(SETTINGS.replace('currency = "EUR"', 'currency = "Euro"'))
    written(company, {"event": "started"}, name="one")
    assert work(company, "one") == 2
    (job,) = list_jobs(company)
    assert job.state == "failed"
    assert "currency" in job.wanted + job.found + job.repair
    assert job.repair


def test_a_fault_of_ours_is_told_by_its_place_and_never_by_its_words(company, monkeypatch):
    def faulty(*_, **__):
        raise ValueError("jane@example.com")

    monkeypatch.setattr("marketsofone.project.jobs.working.run_project", faulty)
    written(company, {"event": "started"}, name="one")
    assert work(company, "one") == 1
    (job,) = list_jobs(company)
    assert "ValueError in test_running.py" in job.found
    assert "jane" not in job.wanted + job.found + job.repair


def test_a_run_on_a_full_disk_says_so_and_leaves_nothing_half_written(company):
    written(company, {"event": "started"}, name="one")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, before[1]))
    try:
        assert work(company, "one") == 3
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    (job,) = list_jobs(company)
    assert job.state == "failed"
    assert "File too large" in job.found
    assert "Make room" in job.repair
    assert not list(company.glob("runs/.writing-*"))


def test_a_start_on_a_full_disk_starts_nothing_and_says_so(company):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))"
    with started_elsewhere(company, before=limit) as server:
        assert server.wait(LONG) != 0
    assert [job.state for job in list_jobs(company)] in ([], ["lost"])


def test_a_line_cut_off_in_writing_hides_no_other(tmp_path):
    written(tmp_path, {"event": "started"}, {"event": "began", "pid": 7}, {"event": "room", "name": "sources"})
    path = next(jobs_folder(tmp_path).glob("*.jsonl"))
    path.write_bytes(path.read_bytes() + b'{"event": "ro\n' + path.read_bytes().splitlines(keepends=True)[2])
    assert [room.name for room in list_jobs(tmp_path)[0].rooms] == ["sources", "sources"]


def test_only_the_latest_job_can_be_the_one_that_holds_the_lock(tmp_path):
    for name in ("20260701-080000000", "20260702-080000000"):
        written(tmp_path, {"event": "started"}, name=name)
    with lock_file(jobs_folder(tmp_path)).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert [job.state for job in list_jobs(tmp_path)] == ["running", "lost"]
    assert [job.state for job in list_jobs(tmp_path)] == ["lost", "lost"]


def test_a_run_that_was_done_when_it_was_stopped_is_done(tmp_path):
    written(tmp_path, {"event": "started"}, {"event": "stopping"}, {"event": "done", "run_id": "r"})
    assert list_jobs(tmp_path)[0].state == "done"


def test_a_project_that_never_ran_has_no_jobs(tmp_path):
    assert list_jobs(tmp_path) == ()
