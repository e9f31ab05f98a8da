"""Who may open the app of a team, from the terminal."""

import json
import re

import pyarrow as pa
import pytest

from marketsofone.cli import main
from marketsofone.project.people.signing import open_door


@pytest.fixture
def m1(tmp_path, capsys):
    def run(*words, status=0):
        assert main(["people", *words]) == status
        return capsys.readouterr()
    return run


def link_in(shown):
    return re.search(r"^/invitation\?key=(\S+)$", shown.out, re.MULTILINE)[1]


@pytest.fixture
def door(tmp_path):
    opened = open_door(tmp_path)
    yield opened
    opened.people.close()


def test_a_first_admin_is_made_before_any_run_and_comes_in_by_the_printed_link(m1, door, tmp_path):
    key = link_in(m1("add", "Ann", str(tmp_path)))
    person = door.choose_password(key, "a good long password")
    assert (person.name, person.role) == ("Ann", "admin")


def test_a_newer_link_ends_the_earlier_one(m1, door, tmp_path):
    first = link_in(m1("add", "Ann", str(tmp_path)))
    second = link_in(m1("invite", "Ann", str(tmp_path)))
    assert door.invited(first) is None
    assert door.invited(second).name == "Ann"


def test_the_list_tells_roles_ties_and_state_and_nothing_of_passwords(m1, door, tmp_path):
    m1("add", "Ann", str(tmp_path))
    m1("add", "Rex", str(tmp_path), "--role", "rep", "--rep", "R1")
    m1("close", "Rex", str(tmp_path))
    rows = json.loads(m1("list", str(tmp_path), "--format", "json").out)
    assert [(row["name"], row["role"], row["rep"], row["state"]) for row in rows] == [
        ("Ann", "admin", None, "invited, no password yet"), ("Rex", "rep", "R1", "closed")]
    assert "secret" not in rows[0]


def test_who_would_see_no_buyer_is_told_at_once_and_in_the_list(m1, tmp_path, small):
    small.write_small_run(tmp_path, reps=pa.table({"rep_id": [1], "source_id": ["R0"], "team": ["north"]}))
    assert "Note" not in m1("add", "Ann", str(tmp_path)).out
    assert "Note" not in m1("add", "Rob", str(tmp_path), "--role", "rep", "--rep", "R0").out
    told = m1("add", "Rex", str(tmp_path), "--role", "rep").out
    assert "Note: no buyer is shown to a rep who is tied to no rep" in told
    told = m1("add", "Lea", str(tmp_path), "--role", "leader").out
    assert "Note: no buyer is shown to a leader who is tied to no team" in told
    assert m1("list", str(tmp_path)).out.count("nobody yet") == 2
    refused = m1("add", "Roy", str(tmp_path), "--role", "rep", "--rep", "R1", status=2).err
    assert "People are tied to reps and teams of the latest run." in refused
    assert "Reps there: R0." in refused
    assert "Roy" not in m1("list", str(tmp_path)).out


def test_the_last_admin_and_unknown_names_are_refused_with_the_way_out(m1, tmp_path):
    m1("add", "Ann", str(tmp_path))
    assert "Add another admin first." in m1("close", "Ann", str(tmp_path), status=2).err
    assert "m1 people list" in m1("invite", "Bob", str(tmp_path), status=2).err
    assert "Choose another name." in m1("add", "Ann", str(tmp_path), status=2).err
