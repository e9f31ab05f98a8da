"""What people state through the command line: it counts, or the command says why it does not."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from marketsofone.cli import main
from marketsofone.errors import RecordRefused
from marketsofone.project import open_snapshot, state_judgement
from marketsofone.record import open_record


@pytest.fixture
def folder(small, tmp_path):
    small.write_small_run(tmp_path)
    return tmp_path


@pytest.fixture
def m1(capsys):
    def run(*words):
        status = main([str(word) for word in words])
        said = capsys.readouterr()
        return status, " ".join((said.out + said.err).split())
    return run


def judged(folder, kind="judgement"):
    with open_record(folder / "record.db") as record:
        return record.statements(kind)


@pytest.mark.parametrize("words", [
    ("judge", "account", "A1", "--score", "pull", "--value", "0.8"), ("object", "account", "A1"),
    ("refuse", "account", "A1"), ("merge", "account", "A1", "A2")])
def test_nothing_is_written_down_in_a_folder_that_is_no_project(m1, tmp_path, words):
    status, said = m1(*words, "--project", tmp_path)
    assert status == 2
    assert f"none in {tmp_path}." in said
    assert list(tmp_path.iterdir()) == [], "an objection kept where no run reads it is lost"


def a_key(folder):
    link = open_snapshot(folder).table("entity_link").to_pylist()
    return next(row["source_id"] for row in link if row["entity"] == "account")


def test_a_judgement_of_whom_the_run_knows_counts(folder, m1):
    status, said = m1("judge", "account", a_key(folder), folder, "--score", "pull", "--value", 0.8)
    assert (status, said) == (0, "Written down. It counts from the next run on.")


@pytest.mark.parametrize("words", [("judge", "account", "Nobody", "--score", "pull", "--value", "0.8"),
                                   ("object", "account", "Nobody"), ("merge", "account", "Nobody", "No one")])
def test_a_key_that_no_run_knows_is_told_and_not_repeated(folder, m1, words):
    status, said = m1(*words, "--project", folder)
    assert status == 0
    assert "without effect as things are" in said
    assert "knows no account" in said
    assert "Nobody" not in said


def test_a_judgement_of_a_score_that_no_step_answers_is_said_to_count_for_nothing(folder, m1):
    (folder / "market.toml").write_text('[market]\ncurrency = "EUR"\n[steps]\ncompetitiveness = "opportunity.outcome"\n'
                                        '[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\n'
                                        'opportunity_id = "deal"\n')
    words = ("judge", "account", a_key(folder), folder, "--value", 0.8, "--score")
    assert "names no outcome for pull" in m1(*words, "pull")[1]
    assert m1(*words, "competitiveness")[1] == "Written down. It counts from the next run on."


def test_a_day_that_the_project_file_fixes_is_named_as_what_leaves_a_judgement_out(folder, m1):
    (folder / "market.toml").write_text('[market]\ncurrency = "EUR"\nas_of = 2026-06-30\n'
                                        '[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\n'
                                        'opportunity_id = "deal"\n')
    key = a_key(folder)
    _status, said = m1("judge", "account", key, folder, "--score", "pull", "--value", 0.8)
    assert "as_of = 2026-06-30" in said
    assert "It counts" not in said
    assert "No list shows it from now on" in m1("object", "account", key, folder)[1]


def test_who_objects_is_on_no_list_and_in_no_export_from_that_moment_on(folder, m1, tmp_path):
    assert "ant" in m1("rank", folder)[1]
    m1("object", "account", "ant", folder)
    for words in (("rank", folder), ("scores", folder, "--level", "buyer")):
        assert "ant" not in m1(*words)[1].split()
    for words in (("buyer", "ant", folder), ("rows", folder, "--buyer", "ant")):
        status, said = m1(*words)
        assert status == 2
        assert "may not be profiled" in said
        assert "0.61" not in said
    assert m1("export", folder, "--to", tmp_path / "out")[0] == 0
    for path in (tmp_path / "out").glob("*.parquet"):
        held = pq.read_table(path).to_pylist()
        assert not [row for row in held if 10 in (row.get("buyer_id"), row.get("entity_id")) or row.get("id") == "ant"]
    assert ",ant," not in "".join(path.read_text() for path in (tmp_path / "out").glob("*.csv"))
    assert len(pq.read_table(tmp_path / "out" / "buyers.parquet")) == 4
    m1("object", "account", "ant", folder, "--withdraw")
    assert "ant" in m1("rank", folder)[1].split()


def test_taking_back_is_never_said_to_be_without_effect_although_the_run_does_not_know_who_objected(folder, m1):
    m1("object", "account", "gone", folder)
    status, said = m1("object", "account", "gone", folder, "--withdraw")
    assert status == 0
    assert "without effect" not in said


def test_an_objection_about_an_opportunity_takes_its_buyer_off_every_list_as_the_next_run_would(small, tmp_path, m1):
    nothing = pa.array([None, None], pa.date32())
    small.write_small_run(tmp_path, entity_link=pa.table({
        "entity": ["account", "opportunity"], "entity_id": [10, 1], "source": ["crm"] * 2, "source_id": ["ant", "o1"],
        "valid_from": nothing, "valid_to": nothing}))
    assert "ant" in m1("rank", tmp_path)[1].split()
    m1("object", "opportunity", "o1", tmp_path)
    assert "ant" not in m1("rank", tmp_path)[1].split()
    assert m1("buyer", "ant", tmp_path)[0] == 2
    assert m1("export", tmp_path, "--to", tmp_path / "out")[0] == 0
    assert 10 not in pq.read_table(tmp_path / "out" / "buyers.parquet")["buyer_id"].to_pylist()


def test_a_score_of_a_stratum_is_not_judged(folder, m1):
    with pytest.raises(RecordRefused, match="of a buyer, an account"):
        state_judgement(folder, "stratum", "market", "pull", 0.8, 3.0, "ana")
    assert m1("judge", "stratum", "market", folder, "--score", "pull", "--value", 0.8)[0] == 2


def test_a_stratum_whose_effort_is_judged_may_be_named_by_its_path(folder, m1):
    points = ("--hours", 10, "--none", 1, "--half", 2, "--now", 3, "--more", 4, "--most", 5)
    stratum = open_snapshot(folder).table("strata").to_pylist()[-1]
    assert m1("judge-effort", "stratum", stratum["path"], folder, *points)[0] == 0
    assert [entry.about_id for entry in judged(folder, "effort")] == [str(stratum["stratum_id"])]
    assert m1("judge-effort", "stratum", "no such", folder, *points)[0] == 2


def test_a_second_thought_takes_the_place_of_the_first_with_correct(folder, m1):
    about = ("judge", "account", a_key(folder), folder, "--score", "pull")
    m1(*about, "--value", 0.8)
    status, said = m1(*about, "--value", 0.4)
    assert status == 2
    assert "--correct" in said
    assert m1(*about, "--value", 0.4, "--correct")[0] == 0
    assert [entry.says.value for entry in judged(folder)] == [0.4]


def test_who_refuses_contact_is_shown_and_on_no_list_of_whom_to_approach_until_it_is_taken_back(folder, m1, tmp_path):
    assert "ant" in m1("rank", folder)[1].split()
    for _twice in range(2):
        status, said = m1("refuse", "account", "ant", folder)
        assert (status, said) == (0, "Written down. It is on no list of whom to approach from now on.")
    assert "ant" not in m1("rank", folder)[1].split()
    assert "not ranked" in m1("buyer", "ant", folder)[1]
    assert m1("export", folder, "--to", tmp_path / "out")[0] == 0
    held = pq.read_table(tmp_path / "out" / "buyers.parquet").to_pylist()
    (row,) = [row for row in held if row["source_id"] == "ant"]
    assert row["rank"] is None
    assert m1("refuse", "account", "ant", folder, "--withdraw")[0] == 0
    assert "ant" in m1("rank", folder)[1].split()
    status, said = m1("refuse", "account", "ant", folder, "--withdraw")
    assert status == 2
    assert "none in force" in said


def test_an_objection_made_twice_stands_once_and_one_withdrawal_ends_it(folder, m1):
    for _twice in range(2):
        assert m1("object", "account", "ant", folder)[0] == 0
    assert m1("object", "account", "ant", folder, "--withdraw")[0] == 0
    assert "ant" in m1("rank", folder)[1].split()
