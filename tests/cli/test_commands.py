import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

import marketsofone
from marketsofone.cli.commands import COMMANDS
from marketsofone.cli.reference import help_text, reference

SOURCE = Path(marketsofone.__file__).parents[1]
ROOT = SOURCE.parent


@pytest.fixture
def folder(small, tmp_path):
    """A project with two runs; the later one holds a report."""
    small.write_small_run(tmp_path)
    small.write_small_run(tmp_path, small.NOW + timedelta(days=1), pages={"report.html": lambda run: run.run_id},
                          buyers=small.buyers(value_per_hour=[180.0, 4880, 1400, 933, 176]))
    return str(tmp_path)


def started(*words, **environment):
    return subprocess.Popen([sys.executable, "-c", "import sys; from marketsofone.cli import main; sys.exit(main())",
                             *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env={**os.environ, "PYTHONPATH": str(SOURCE), **environment})


def test_the_reference_page_says_what_the_commands_say():
    page = ROOT / "docs" / "reference" / "cli.md"
    assert page.read_text(encoding="utf-8") == reference(), "python -m marketsofone.cli.reference writes it anew"


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_every_help_page_says_how_and_what_and_explains_every_option(name):
    usage, blank, what, *options = help_text(name.split()).splitlines()
    assert usage.startswith(f"Usage: m1 {name}")
    assert (blank, what[-1]) == ("", ".")
    for line in options:
        if line.startswith("  ") and not line.startswith("   "):
            assert len(line.split(maxsplit=1)) == 2, f"nothing explains {line}"


def test_help_starts_without_loading_the_engine_or_a_data_frame():
    code = ("import sys; from marketsofone.cli import main; main(['--help']); "
            "print(sorted({'duckdb', 'ibis', 'pandas', 'pyarrow', 'numpy', 'scipy'} & set(sys.modules)))")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(SOURCE)})
    assert said.stdout.splitlines()[-1] == "[]"


def test_scores_show_value_interval_and_trials_for_people(m1, folder):
    status, out, _ = m1("scores", folder)
    assert status == 0
    assert "Strata of level 1, by value per hour (no evidence for pull;" in out
    assert "57.0%" in out
    assert "40.0% to 70.0%" in out
    assert "13 trials" in out


def test_scores_show_the_name_that_people_use_above_the_path(m1, small, tmp_path):
    small.write_small_run(tmp_path, strata=small.strata(called=[None, "Old folks", None]))
    lines = [line.strip() for line in m1("scores", str(tmp_path))[1].splitlines()]
    place = next(n for n, line in enumerate(lines) if line.startswith("Old folks"))
    assert lines[place + 1].startswith("Acme / health")


def test_scores_for_programs_have_the_columns_of_the_contract(m1, folder, small):
    _, out, _ = m1("scores", folder, "--level", "sector", "--format", "json")
    rows = json.loads(out)
    assert set(rows[0]) == set(small.strata().column_names)
    _, out, _ = m1("scores", folder, "--level", "sector", "--format", "csv")
    assert [row["competitiveness"] for row in csv.DictReader(io.StringIO(out))] == ["0.57", "0.25"]


def test_scores_of_buyers_are_the_ranked_list(m1, folder):
    assert m1("scores", folder, "--level", "buyer") == m1("rank", folder)


def test_the_ranked_list_tells_rank_path_and_reasons(m1, folder):
    _, out, _ = m1("rank", folder, "--top", "2")
    assert "Acme / health" in out
    assert "buys every month" in out
    assert "eagle" not in out


def test_csv_on_the_screen_is_as_harmless_as_an_exported_one(m1, folder):
    _, out, _ = m1("rank", folder, "--format", "csv")
    assert [row["reasons"] for row in csv.DictReader(io.StringIO(out))][2] == "'=1+1"


def test_strata_show_the_tree_and_why_it_goes_on_or_stops(m1, folder):
    _, out, _ = m1("strata", folder)
    assert "split on sector" in out
    assert out.index("  health") < out.index("  retail")


@pytest.mark.parametrize("command", [["rank"], ["scores"], ["tree"], ["buyer", "ant"]])
def test_where_money_rests_on_a_stated_margin_every_list_of_it_says_so_to_people(m1, folder, command):
    assert "Margin is assumed to be 30% of sales" in " ".join(m1(*command, folder)[1].split())
    assert "assumed" not in m1(*command, folder, "--format", "csv")[1]


@pytest.mark.parametrize("command", ["strata", "tree"])
def test_a_tree_whose_parts_add_up_to_fewer_says_so_to_people_only(m1, small, tmp_path, command):
    small.write_small_run(tmp_path, strata=small.strata(buyers=[8.0, 3.0, 2.0]))
    _, out, _ = m1(command, str(tmp_path))
    assert "of 3 buyers it is not known to which they belong" in " ".join(out.split())
    assert len(json.loads(m1(command, str(tmp_path), "--format", "json")[1])) == 3


def test_a_buyer_is_shown_with_its_opportunities(m1, folder):
    status, out, _ = m1("buyer", "ant", folder)
    assert status == 0
    assert out.startswith("ant (account, buyer_id 10): rank 1 of 5")
    assert "same rival as last time" in out


def test_a_decided_opportunity_has_no_chance_any_more_as_in_the_browser(m1, folder):
    _, out, _ = m1("buyer", "ant", folder)
    opportunities = out.partition("opportunities:")[2].splitlines()
    lines = {outcome: next(line for line in opportunities if f" {outcome} " in line) for outcome in ("won", "open")}
    assert "decided" in lines["won"]
    assert "%" not in lines["won"]
    assert "%" in lines["open"]


def test_a_buyer_that_is_not_there_is_an_error_without_a_trace(m1, folder):
    status, out, err = m1("buyer", "nobody@example.org", folder)
    assert (status, out) == (2, "")
    assert err.startswith("RunMissing: ")
    assert "nobody" not in err
    assert "Traceback" not in err


def test_text_of_the_data_cannot_steer_the_terminal(m1, small, tmp_path):
    small.write_small_run(tmp_path, buyers=small.buyers(source_id=["\x1b[2J", "[red]ant[/red]", "b", "c", "d"]))
    _, out, _ = m1("rank", str(tmp_path))
    assert "\x1b" not in out
    assert "[red]ant[/red]" in out


def test_a_message_cannot_steer_the_terminal(m1, tmp_path):
    (tmp_path / "market.toml").write_text('[market]\nname = "m"\n[sources.s]\nfile = "deals.csv"\n'
                                          '[sources.s.account]\naccount_id = "absent"\n')
    (tmp_path / "deals.csv").write_text("id\x1b]0;name\x07,\u202ename\nA,B\n")
    for words in (("check", str(tmp_path)), ("check", "no\x1b[31m"), ("no\x1b[31m",)):
        status, out, err = m1(*words)
        assert status == 2
        assert err
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", out + err)


DEALS = """
[market]
currency = "EUR"
[steps]
competitiveness = "opportunity.outcome"
[sources.deals.opportunity]
opportunity_id = "id"
account_id = "account"
outcome = "outcome"
closed_at = "closed"
"""


def deals(account):
    """200 deals of twenty accounts by the number of each, one in two won."""
    return ["id,account,outcome,closed", *(f"o{n},{account(n % 20)},{('won', 'lost')[n % 2]},2025-0{1 + n % 9}-01"
                                           for n in range(200))]


def test_the_summary_of_a_run_cannot_steer_the_terminal(m1, small_company, tmp_path):
    small_company(tmp_path, DEALS, deals=deals(lambda number: f"a\x1b[31m{number}"))
    status, out, _ = m1("run", str(tmp_path))
    assert status == 0
    assert "To approach first" in out
    assert "\x1b" not in out


def test_the_summary_of_a_run_tells_whom_to_approach_with_how_sure_it_is(m1, small_company, tmp_path):
    small_company(tmp_path, DEALS, deals=deals(lambda number: f"a{number}"))
    _, out, _ = m1("run", str(tmp_path))
    first = next(line for line in out.splitlines() if line.startswith("  1. "))
    assert re.search(r"competitiveness \d\d\.\d% \(90% interval \d\d\.\d% to >?\d\d\.\d%\)$", first), first


def test_the_file_of_a_project_stands_for_its_folder(m1, folder, monkeypatch):
    for words in (("rank",), ("buyer", "ant"), ("segment", "list")):
        assert m1(*words, f"{folder}/market.toml") == m1(*words, folder)
    monkeypatch.chdir(folder)
    assert m1("runs", "market.toml") == m1("runs", "--project", "market.toml") == m1("runs")
    for name in ("deals.csv", "other.toml"):
        assert m1("runs", f"{folder}/{name}") != m1("runs")


def test_runs_are_listed_newest_first(m1, folder):
    _, out, _ = m1("runs", folder, "--format", "json")
    listed = json.loads(out)
    assert [run["latest"] for run in listed] == [True, False]


def test_diff_compares_the_two_latest_runs_unasked(m1, folder):
    _, out, _ = m1("diff", folder)
    assert "5 buyers stayed" in out
    assert "1 buyer moved in the value of an hour, by EUR " in out
    assert "what it borrows" in out


def test_diff_for_programs_is_the_whole_difference(m1, folder):
    _, out, _ = m1("diff", folder, "--format", "json")
    assert json.loads(out)[0]["stayed"] == 5


def test_diff_of_a_run_with_itself_gives_programs_the_names_of_the_columns_and_people_a_sentence(m1, folder):
    _, out, _ = m1("runs", folder, "--format", "json")
    same = json.loads(out)[0]["run_id"]
    _, out, _ = m1("diff", folder, same, same, "--format", "csv")
    assert out.splitlines() == [
        "buyer_id,source_id,rank_before,rank_after,path_before,path_after,pull_before,pull_after,"
        "competitiveness_before,competitiveness_after,attractiveness_before,attractiveness_after,"
        "value_per_hour_before,value_per_hour_after,why"]
    _, out, _ = m1("diff", folder, same, same)
    assert "No buyer moved." in out


def test_diff_names_the_columns_it_fills_where_buyers_moved(m1, folder):
    _, moved, _ = m1("diff", folder, "--format", "csv")
    _, out, _ = m1("runs", folder, "--format", "json")
    same = json.loads(out)[0]["run_id"]
    _, none, _ = m1("diff", folder, same, same, "--format", "csv")
    assert moved.splitlines()[0] == none.splitlines()[0]
    assert len(moved.splitlines()) > 1


def test_a_run_says_in_a_line_what_it_is(folder):
    run = marketsofone.open_run(folder)
    assert repr(run) == f"<Run {run.run_id}, 5 buyers, 3 strata, as of 2026-06-30: {run.path}>"


def test_diff_of_a_single_run_says_there_is_no_other(m1, small, tmp_path):
    small.write_small_run(tmp_path)
    status, _, err = m1("diff", str(tmp_path))
    assert status == 2
    assert "no earlier run" in err


def test_report_prints_where_it_is(m1, folder):
    _, out, _ = m1("report", folder)
    assert Path(out.strip()).is_file()


def test_export_prints_every_file_it_wrote(m1, folder, tmp_path):
    _, out, _ = m1("export", folder, "--to", str(tmp_path / "out"))
    assert {Path(line).name for line in out.splitlines()} == set(os.listdir(tmp_path / "out"))


def test_version_is_that_of_the_package(m1):
    assert m1("version") == (0, f"marketsofone {marketsofone.__version__}\n", "")


@pytest.mark.parametrize(("words", "says"), [
    (["scors"], 'Did you mean "scores"'), (["scores", "--levl", "1"], "Did you mean --level"),
    (["scores", "--format", "xml"], '"json"'), (["export", "."], "--to"), (["rank", "--top", "many"], "--top"),
    (["rank", "--top", "-1"], "Must be >= 1"), (["diff", "--top", "-1"], "Must be >= 1"),
    (["rows", "--limit", "-1"], "Must be >= 0"), (["segment", "members", "x", "--top", str(10 ** 20)], "Must be <="),
])
def test_a_command_line_that_cannot_be_followed_is_answered_with_the_right_one(m1, words, says):
    status, _, err = m1(*words)
    assert status == 2
    assert says in err


def test_a_folder_without_runs_says_how_to_run_it(m1, tmp_path):
    (tmp_path / "market.toml").touch()
    status, _, err = m1("scores", str(tmp_path))
    assert status == 2
    assert "m1 run" in err


def failing(problem):
    def fail(*_, **__):
        raise problem
    return fail


def test_a_fault_of_the_program_is_one_line_without_the_text_that_may_hold_data(m1, monkeypatch, folder):
    monkeypatch.setattr("marketsofone.project.reading.between_runs.read_approach",
                        failing(ValueError("eva@example.org")))
    status, _, err = m1("rank", folder)
    assert status == 1
    assert err.startswith("ValueError in test_commands.py, line ")
    assert err.count("\n") == 1
    assert "eva" not in err


def test_the_trace_is_shown_to_whoever_asks(m1, monkeypatch, folder):
    monkeypatch.setenv("M1_TRACE", "1")
    assert "Traceback" in m1("buyer", "nobody", folder)[2]


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_an_interrupt_says_that_the_last_good_run_stands(m1, monkeypatch, folder, problem):
    monkeypatch.setattr("marketsofone.project.reading.between_runs.read_approach", failing(problem))
    status, _, err = m1("rank", folder)
    assert status == 3
    assert "the last good run stands" in err


def test_ctrl_c_stops_a_query_of_the_engine_with_status_three(folder):
    code = ("import signal, sys, duckdb; import marketsofone.project.reading.between_runs as lists\n"
            "signal.signal(signal.SIGINT, signal.default_int_handler)  # a job of a shell starts with it ignored\n"
            "def slow(*_):\n"
            "    print('started', flush=True)\n"
            "    duckdb.sql('select sum(hash(a.range + b.range)) from range(10000000) a, range(9000) b').fetchall()\n"
            "lists.read_approach = slow\n"
            "from marketsofone.cli import main; sys.exit(main(['rank', sys.argv[1]]))")
    with subprocess.Popen([sys.executable, "-c", code, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)}) as child:
        assert child.stdout.readline() == "started\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        assert "RunInterrupted" in child.communicate(timeout=120)[1]
    assert child.returncode == 3


def test_a_reader_that_has_had_enough_is_no_error(folder):
    with started("rank", folder, "--format", "json") as child:
        child.stdout.close()
        assert child.wait(timeout=120) == 0
        assert "Broken" not in child.stderr.read()


def test_scores_of_a_market_that_nothing_splits_are_those_of_the_market(m1, small, tmp_path):
    small.write_small_run(tmp_path, strata=small.strata().slice(0, 1))
    status, out, _ = m1("scores", str(tmp_path))
    assert status == 0
    assert "Strata of level 0" in out
