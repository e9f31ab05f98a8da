"""The plan in two runs: which segments get more or fewer hours, which came into it and fell out, and why."""

from datetime import timedelta

import pyarrow as pa
import pytest

from marketsofone.project.history.diff import diff
from marketsofone.project.history.differing import difference_sentences

HEALTH, RETAIL = 1, 2
SERVED = {10: HEALTH, 20: HEALTH, 30: HEALTH, 40: RETAIL, 50: RETAIL}
WHY = "Its best hour earns more than it costs, and less than it would earn elsewhere."

ELSEWHERE = ("nothing in this segment explains it: what hours earn in other segments changed, or what is known of what "
             "hours do")


@pytest.fixture
def planned(small, tmp_path):
    """Writes a run with a plan: hours by buyer, and what else is said of it."""
    days = iter(range(9))

    def write(hours, stakes=None, at=SERVED, refused=None, weeks=4, settings=None, response="adjusted", **changes):
        plan = pa.table({
            "buyer_id": list(at), "stratum_id": list(at.values()), "hours": [float(hours.get(one, 0)) for one in at],
            "choice": ["pursue" if hours.get(one) else "hold" for one in at],
            "ceiling": [float((stakes or {}).get(one, 100.0)) for one in at]})
        choice = [row(stratum, [one for one in at if at[one] == stratum], hours) for stratum in sorted({*at.values()})]
        if refused:
            choice.append({**row(refused, [], {}), "firm": None, "reason": "Refused: it does not hold up."})
        said = small.manifest(
            market={"market": {"currency": "EUR", "name": "Acme"}, "plan": settings or {}},
            plan={"made": True, "weeks": weeks, "capacity_hours": 10.0 * weeks, "hours": float(sum(hours.values())),
                  "value": 900.0, "response": {"prospects": {"status": response}}})
        return small.write_small_run(tmp_path, small.NOW + timedelta(days=next(days)), said, plan=plan,
                                     segment_choice=pa.Table.from_pylist(choice), **changes)
    return write


def row(stratum, members, hours):
    given = float(sum(hours.get(one, 0) for one in members))
    return {"stratum_id": stratum, "path": f"Acme / {stratum}", "buyers": len(members), "hours": given,
            "choice": "pursue" if given else "hold", "reason": WHY, "firm": 0.9}


def told(found):
    return [(each.path, (each.choice.before, each.hours.before), (each.choice.after, each.hours.after), each.why)
            for each in found.plan.segments]


def test_plans_that_are_the_same_have_nothing_that_moved(planned):
    found = diff(planned({10: 20, 40: 20}), planned({10: 20, 40: 20}))
    assert (found.plan.missing, found.plan.came, found.plan.went, found.plan.segments) == ("", 0, 0, ())
    assert difference_sentences(found, "EUR")[-1] == (
        "Plan: 40.0 of 40.0 hours in 4 weeks, EUR 900 expected beyond what they cost, as it was.")


def test_a_segment_that_fell_out_of_the_plan_is_told_with_its_hours_and_the_reason_of_the_later_plan(planned):
    found = diff(planned({10: 30, 40: 10}), planned({10: 20, 20: 20}))
    assert told(found) == [
        ("Acme / 1", ("pursue", 30.0), ("pursue", 40.0), (ELSEWHERE,)),
        ("Acme / 2", ("pursue", 10.0), ("hold", 0.0), (WHY.removesuffix("."),))]
    assert (found.plan.came, found.plan.went) == (1, 1)
    assert difference_sentences(found, "EUR")[-1].endswith("1 buyer came into it, 1 fell out.")


def test_what_is_at_stake_in_a_segment_is_a_reason_where_it_moved_as_its_hours_did(planned):
    found = diff(planned({10: 20, 40: 20}), planned({10: 30, 40: 10}, stakes={10: 500.0, 40: 900.0}))
    assert [each.why for each in found.plan.segments] == [
        ("the contribution at stake there was EUR 300, is EUR 700",),
        (ELSEWHERE,)]


@pytest.mark.parametrize(("said", "due"), [
    ({"weeks": 2}, "there are fewer hours to place in all"), ({"weeks": 8}, "there are more hours to place in all"),
    ({"settings": {"most_hours": 5.0}}, "settings of the plan were changed")])
def test_hours_that_moved_with_nothing_of_the_segment_are_put_down_to_what_is_known_to_differ(planned, said, due):
    found = diff(planned({10: 20, 40: 20}), planned({10: 10, 40: 10}, **said))
    assert {each.why for each in found.plan.segments} == {(f"nothing in this segment explains it: {due}",)}


def test_segments_of_one_plan_alone_are_told_beside_the_hours_of_their_buyers_in_the_other(planned):
    before = planned({10: 20, 40: 10}, at=dict.fromkeys(SERVED, 0))
    found = diff(before, planned({10: 15, 40: 25}))
    assert told(found) == [
        ("Acme / 2", (None, 10.0), ("pursue", 25.0), ("it was no segment of the plan",)),
        ("Acme / 0", ("pursue", 30.0), (None, 40.0), ("it is no segment any more",)),
        ("Acme / 1", (None, 20.0), ("pursue", 15.0), ("it was no segment of the plan",))]


def test_a_segment_that_is_refused_since_says_so(planned):
    found = diff(planned({10: 20, 40: 20}), planned({10: 20, 40: 5}, at={**SERVED, 40: 0, 50: 0}, refused=RETAIL))
    assert ("Acme / 2", ("pursue", 20.0), (None, 5.0), ("Refused: it does not hold up",)) in told(found)


def test_that_it_is_known_otherwise_what_hours_do_is_told(planned):
    found = diff(planned({10: 20}), planned({10: 20}, response="not identified"))
    assert difference_sentences(found, "EUR")[-1] == "What hours do: prospects adjusted -> not identified"


def test_where_one_of_the_runs_holds_no_plan_it_is_said_which_and_why(planned, run, small, tmp_path):
    found = diff(run, planned({10: 20})).plan
    assert found.missing == f"run {run.run_id} holds none: the run was made before plans were"
    said = small.manifest(plan={"made": False, "why": "no reps are in the data."})
    later = small.write_small_run(tmp_path, small.NOW + timedelta(days=9), said)
    sentences = difference_sentences(diff(planned({10: 20}), later), "EUR")
    assert sentences[-1] == f"Plans are not compared, for run {later.run_id} holds none: no reps are in the data."
