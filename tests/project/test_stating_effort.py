import pytest

from marketsofone.errors import RecordRefused
from marketsofone.project import state_effort
from marketsofone.record import Effort, open_record

POINTS = (100.0, 150.0, 180.0, 200.0, 260.0)


@pytest.fixture
def folder(tmp_path):
    """A project that has runs."""
    (tmp_path / "runs").mkdir()
    return tmp_path


def test_an_expectation_at_five_levels_of_effort_is_written_down_and_comes_back(folder):
    state_effort(folder, "account", "A-17", POINTS, hours=40.0, sure=3.0, by="ann")
    with open_record(folder / "record.db") as record:
        (entry,) = record.statements("effort")
    assert entry.says == Effort(40.0, *POINTS, 3.0)


def test_less_from_more_effort_is_refused_and_nothing_is_written(folder):
    with pytest.raises(RecordRefused, match="more cannot be kept") as refused:
        state_effort(folder, "account", "A-17", (100.0, 150.0, 180.0, 170.0, 260.0), hours=40.0, sure=3.0, by="ann")
    assert "with more effort" in refused.value.repair
    assert not (folder / "record.db").exists()


def test_a_second_thought_of_the_same_person_must_correct_the_first(folder):
    state_effort(folder, "account", "A-17", POINTS, hours=40.0, sure=3.0, by="ann")
    with pytest.raises(RecordRefused, match="Only one effort"):
        state_effort(folder, "account", "A-17", POINTS, hours=50.0, sure=3.0, by="ann")
    state_effort(folder, "account", "A-17", POINTS, hours=50.0, sure=3.0, by="bob")
