"""What m1 check says of a plan to come is what the run says of it."""

import pytest

import marketsofone as m1
from marketsofone.project import state_objection

SAID = ("no_plan", "named_and_gone")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planned")
    m1.simulate(folder, accounts=60, seed=5)
    return folder, (folder / "market.toml").read_text("utf-8")


def said(findings):
    """What is said of the plan, whether it was made or is to be."""
    return [(row["place"], row["message"].replace("was made", "can be made", 1), row["repair"])
            for row in findings.to_pylist() if row["code"] in SAID and row["severity"] == "warning"]


def ahead(company, plan):
    folder, text = company
    (folder / "market.toml").write_text(f"{text}\n[plan]\n{plan}\n", "utf-8")
    return said(m1.check(folder).findings)


@pytest.fixture(scope="module")
def keys(company):
    return m1.frame(m1.run(company[0]), "buyers").sort_values("rank").source_id.tolist()


def test_a_buyer_who_objects_and_is_named_in_the_plan_is_left_out_of_it_and_counted(company, keys):
    state_objection(company[0], "buyer", keys[0], "ana")
    told = ahead(company, f'least = {{ "{keys[0]}" = 1.0, "{keys[1]}" = 1.0 }}')
    assert [place for place, *_ in told] == ["[plan] least"]
    assert told[0][1].startswith("1 of 2 keys of least are of no buyer")
    assert keys[0] not in str(told)
    run = m1.run(company[0])
    assert said(run.table("findings")) == told
    plan = m1.frame(run, "plan").set_index("source_id").hours
    assert keys[0] not in plan.index
    assert plan[keys[1]] >= 1.0


def test_what_no_plan_can_keep_to_is_said_before_it_is_tried(company, keys):
    told = ahead(company, f'least = {{ "{keys[1]}" = 100000.0 }}')
    assert "too many" in told[0][1]
    assert said(m1.run(company[0]).table("findings")) == told


@pytest.mark.parametrize(("plan", "found"), [
    ('knock_outs = ["nobody"]', "names segments written by hand"), ("factors = { pul = 1.0 }", "'pul'"),
    ("touch_budget = 9.0", "needs what one touch costs"), ("whole_calls = true\nmost_hours = 0.1", "hold one"),
    ("factors = { pull = 1.0, buyers = 2, gain = 1 }", "")])
def test_what_is_to_be_repaired_in_the_plan_is_said_by_check(company, plan, found):
    told = ahead(company, plan)
    assert len(told) == (1 if found else 0)
    assert found in str(told)
