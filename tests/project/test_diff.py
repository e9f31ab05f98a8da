from datetime import timedelta

import pyarrow as pa
import pytest

from marketsofone.project.history.diff import diff
from marketsofone.project.history.differing import difference_sentences


@pytest.fixture
def later(small, tmp_path):
    """Writes a second, later run."""
    def write(**changes):
        said = changes.pop("said", None)
        return small.write_small_run(tmp_path, small.NOW + timedelta(days=1), said, **changes)
    return write


def test_two_runs_of_the_same_input_do_not_differ(run, later):
    found = diff(run, later())
    assert (found.came, found.went, found.stayed) == (0, 0, 5)
    assert (found.settings, found.inputs, found.evidence, found.moved, found.movers) == ((), (), (), (), ())


def test_rounding_is_no_move(small, run, later):
    values = [180.0 * (1 + 1e-12), 4880, 1466, 933, 176]
    assert diff(run, later(buyers=small.buyers(value_per_hour=values))).moved == ()


def test_new_evidence_of_its_own_is_the_reason_a_buyer_moved(small, run, later):
    found = diff(run, later(buyers=small.buyers(
        competitiveness_trials=[2.0, 10, 0, 3, 9], competitiveness=[0.3, 0.61, 0.55, 0.4, 0.5],
        value_per_hour=[180.0, 4880, 1466, 933, 990], rank=[5, 1, 2, 4, 3])))
    dog = found.movers[0]
    assert dog.source_id == "dog"
    assert (dog.rank.before, dog.rank.after) == (5, 3)
    assert dog.why == ("evidence of its own: competitiveness had 6 trials, has 9",)
    assert {mover.source_id: mover.why for mover in found.movers}["cat"] == (
        "its values are the same: others moved past it",)
    assert {moved.name: moved.buyers for moved in found.moved} == {
        "rank": 3, "competitiveness": 1, "value_per_hour": 1, "competitiveness_trials": 1}


def test_a_value_that_moved_without_evidence_of_its_own_is_put_down_to_what_it_borrows(small, run, later):
    found = diff(run, later(buyers=small.buyers(value_per_hour=[180.0, 4880, 1400, 933, 176])))
    assert [(mover.source_id, mover.why) for mover in found.movers] == [
        ("bee", ("what it borrows from its stratum moved",))]


def test_a_score_that_gained_its_first_evidence_is_a_move(small, run, later):
    found = diff(run, later(buyers=small.buyers(pull=[0.1, None, None, None, None])))
    assert ("pull", 1) in {(moved.name, moved.buyers) for moved in found.moved}


def test_changed_settings_and_files_are_named(small, run, later):
    said = small.manifest(market={"market": {"currency": "EUR", "name": "Acme"},
                                  "strata": {"handling_cost": 50.0}},
                          inputs={"deals.csv": {"size": 900, "sha256": "bb"},
                                  "calls.csv": {"size": 1, "sha256": "cc"}})
    found = diff(run, later(said=said, buyers=small.buyers(value_per_hour=[180.0, 4880, 1400, 933, 176])))
    assert [(each.name, each.before, each.after) for each in found.settings] == [
        ("strata.handling_cost", 0.0, 50.0)]
    assert [each.name for each in found.inputs] == ["calls.csv", "deals.csv"]
    assert found.movers[0].why == ("the settings differ",)


@pytest.mark.parametrize("section", ["plan", "alarms", "segments", "criteria", "marketing", "record"])
def test_a_setting_that_moves_no_score_is_named_and_is_no_reason_why_a_buyer_moved(small, run, later, section):
    said = small.manifest(market={**small.manifest()["market"], section: {"weeks": 8}})
    found = diff(run, later(said=said, buyers=small.buyers(value_per_hour=[180.0, 4880, 1400, 933, 176])))
    assert [each.name for each in found.settings] == [f"{section}.weeks"]
    assert found.movers[0].why == ("what it borrows from its stratum moved",)


def test_buyers_and_strata_that_came_and_went_are_counted_and_named(small, run, later):
    found = diff(run, later(
        buyers=small.buyers(buyer_id=[60, 10, 20, 30, 40],
                            path=["Acme / sport", "Acme / health", "Acme / health", "Acme / health", "Acme"]),
        strata=small.strata(path=["Acme", "Acme / health", "Acme / sport"])))
    assert (found.came, found.went, found.stayed) == (1, 1, 4)
    assert (found.strata_came, found.strata_went) == (("Acme / sport",), ("Acme / retail",))
    assert [mover.why for mover in found.movers] == [
        ("it is in another stratum", "its values are the same: others moved past it")]


def test_evidence_in_the_whole_market_is_compared(small, run, later):
    evidence = small.tables()["evidence"]
    later_evidence = evidence.set_column(2, "trials", pa.array([0, 25, 14]))
    assert [(each.name, each.before, each.after) for each in diff(run, later(evidence=later_evidence)).evidence
            ] == [("competitiveness", 21, 25)]


def test_amounts_in_two_currencies_are_not_compared_and_it_is_told(small, run, later):
    said = small.manifest(currency="USD", market={"market": {"currency": "USD", "name": "Acme"},
                                                  "strata": {"handling_cost": 0.0}})
    found = diff(run, later(said=said, buyers=small.buyers(value_per_hour=[190.0, 4880, 1466, 933, 176],
                                                           rank=[5, 1, 2, 3, 4])))
    assert {moved.name for moved in found.moved} == {"rank"}
    assert {(score.before, score.after) for mover in found.movers for score in mover.scores
            if score.name in ("attractiveness", "value_per_hour")} == {(None, None)}
    assert {mover.why for mover in found.movers} == {("the settings differ",)}
    assert "Amounts are not compared: they are in two currencies." in difference_sentences(found, "USD")
