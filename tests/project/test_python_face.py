"""What each function of ``import marketsofone`` takes, and what it says of anything else."""

from datetime import timedelta

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.errors import MarketError, SettingsInvalid

GIVEN = {
    "check": (None,), "diff": (None,), "distinct": (None, "a", "b"), "export": (None, "out"), "frame": (None,),
    "init": (None, "exports"), "open_run": (None,), "run": (None,), "simulate": (None,)}


def test_every_function_of_the_face_is_asked_here():
    assert sorted(GIVEN) == sorted(m1.__all__)


@pytest.mark.parametrize("wrong", [None, 7, pd.DataFrame()], ids=["nothing", "a number", "a table"])
@pytest.mark.parametrize("name", sorted(GIVEN))
def test_what_is_no_project_and_no_run_is_told_what_is_and_a_line_that_would_do(name, wrong):
    with pytest.raises(MarketError) as told:
        getattr(m1, name)(wrong, *GIVEN[name][1:])
    assert told.value.wanted
    assert f"  m1.{name}(" in told.value.repair


@pytest.mark.parametrize("call", [
    lambda run: m1.export(run, None), lambda run: m1.init("mymarket", ["deals.csv"]), lambda run: m1.frame(run, None),
    lambda run: m1.frame(run, ["buyers"]), lambda run: m1.open_run(run, None), lambda run: m1.distinct(run, None, "a"),
    lambda run: m1.distinct(run, "a", pd.DataFrame({"other": [1]})), lambda run: m1.simulate("new", "300"),
    lambda run: m1.simulate("new", 300, None), lambda run: m1.simulate("new", 300, -1)])
def test_what_comes_after_it_is_told_too(run, call):
    with pytest.raises(MarketError) as told:
        call(run)
    assert told.value.repair


def test_a_run_is_given_itself_by_its_folder_or_by_its_project(run, tmp_path):
    for given in (run, run.path, str(tmp_path), tmp_path, tmp_path / "market.toml"):
        assert m1.frame(given, "strata").equals(m1.frame(run, "strata"))
        assert m1.open_run(given).run_id == run.run_id
    assert {path.name for path in m1.export(str(tmp_path), tmp_path / "out")} >= {"buyers.csv", "buyers.parquet"}


def test_one_run_alone_is_compared_with_the_run_before_it(small, run, tmp_path):
    later = small.write_small_run(tmp_path, small.NOW + timedelta(days=1))
    for found in (m1.diff(str(tmp_path)), m1.diff(later), m1.diff(run, later), m1.diff(run, str(tmp_path))):
        assert (found.before, found.after) == (run.run_id, later.run_id)


def test_the_project_file_that_simulate_gives_back_stands_for_its_project(tmp_path):
    file = m1.simulate(tmp_path / "made", accounts=60)
    assert m1.check(file).health.equals(m1.check(tmp_path / "made").health)
    with pytest.raises(SettingsInvalid):
        m1.simulate(file.parent)
