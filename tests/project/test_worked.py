"""Which sales segments count as worked, where marketing's spend is laid beside them."""

import pytest

import marketsofone as m1
from marketsofone.project.planning.worked import worked_strata

KNOCKED_OUT = """
[segments.away]
rule = "sector = 'hotels'"
[plan]
knock_outs = ["away"]
"""


def tree(**parents):
    return [{"stratum_id": own, "parent_id": above, "value_per_hour": None} for own, above in parents.items()]


def chosen(buyers, **choices):
    return [{"stratum_id": own, "buyers": buyers, "choice": choice} for own, choice in choices.items()]


STRATA = tree(market=None, retail="market", care="market", small="retail", large="retail")


def test_a_part_that_is_pursued_makes_what_it_is_part_of_worked():
    found = worked_strata(STRATA, chosen(9, market="leave", care="hold", small="leave", large="pursue"))
    assert found.by == "plan"
    assert found.strata == {"market": True, "retail": True, "care": False, "small": False, "large": True}


def test_a_stratum_that_is_refused_is_worked_where_its_buyers_are_planned():
    choices = [*chosen(9, retail="pursue", care="leave"), *chosen(0, small="hold", large="hold")]
    found = worked_strata(STRATA, choices).strata
    assert found == {"market": True, "retail": True, "care": False, "small": True, "large": True}


def test_what_is_split_is_not_worked_because_buyers_of_another_part_are_planned_above_it():
    choices = [*chosen(9, market="pursue", small="hold", large="leave"), *chosen(0, care="hold")]
    found = worked_strata(STRATA, choices).strata
    assert found == {"market": True, "retail": False, "care": True, "small": False, "large": False}


def test_without_a_plan_a_stratum_is_worked_where_an_hour_is_expected_to_earn():
    values = {"market": 12.0, "retail": -3.0, "care": None, "small": 0.0, "large": 5.0}
    found = worked_strata([row | {"value_per_hour": values[row["stratum_id"]]} for row in STRATA], None)
    assert found.by == "value"
    assert [own for own, worked in found.strata.items() if worked] == ["market", "large"]


def test_marketing_spends_outside_what_the_plan_pursues_and_says_so(tmp_path):
    file = m1.simulate(tmp_path, accounts=900, seed=5)
    file.write_text(file.read_text(encoding="utf-8") + KNOCKED_OUT, encoding="utf-8")
    run = m1.run(tmp_path)
    walk, choices = m1.frame(run, "crosswalk"), m1.frame(run, "segment_choice").set_index("stratum_id")
    leaves = walk[walk["level"] == walk["level"].max()]
    pursued = (choices["choice"] == "pursue")[choices["buyers"] > 0]
    own = leaves[leaves["stratum_id"].isin(pursued.index)]
    assert {*own["chosen"]} <= {*pursued} == {True, False}
    assert own["chosen"].tolist() == pursued[own["stratum_id"]].tolist()
    said = run.manifest["marketing"]
    outside = leaves[~leaves["chosen"]].groupby("class")["spend"].sum()
    assert said["worked_by"] == "plan"
    assert outside.sum() > 0
    for each in said["audiences"]:
        assert each["outside"] == pytest.approx(outside.get(each["class"], 0.0))
