"""Small versions of ``benchmarks/plan.py``: the same functions on one company."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def firm():
    from plan_company import company

    from marketsofone.sources.simulated import Plan

    return company(Plan(accounts=600), 3_101)


def test_drains_are_judged_where_as_much_is_none_and_the_ledger_tells_them_apart():
    """On development seeds 60% to 90% of drains are found, and of what is none 2% to 15% are called drains."""
    from plan_drains import MARGINS, UNITS, drains_found

    found = {row["margin"]: row for row in drains_found(3_102) if UNITS[int(row["unit"])] == "buyers"}
    thin, wide = (found[margin] for margin in (MARGINS[0], MARGINS[-1]))
    assert thin["drains"] > 10 * thin["none"], "at the thinnest margin calling everything a drain would do"
    assert 0.5 < wide["drains"] / wide["none"] < 2.0
    assert wide["hit"] / wide["drains"] > 0.4
    assert wide["wrong"] / wide["none"] < 0.3


def test_an_oracle_keeps_a_ledger_of_its_own():
    from plan_drains import drains_found

    rows = list(drains_found(3_103))
    assert sum(row["hit"] for row in rows) != sum(row["oracle's hit"] for row in rows)


def test_response_as_planted_is_what_a_plan_earns_and_tired_calls_take_from_it(firm):
    from plan import OURS, placements
    from plan_company import earns
    from plan_forms import FORMS, other_forms

    hours = placements(firm)
    ahead = other_forms(firm, hours, OURS)
    for name in set(hours) - {OURS}:
        assert ahead[f"as planted: {name}"] == pytest.approx(earns(firm, hours[OURS]) / earns(firm, hours[name]) - 1)
    assert [ahead[f"{form}: equal"] for form in FORMS] == sorted((ahead[f"{form}: equal"] for form in FORMS),
                                                                 reverse=True)


def test_of_one_prospect_what_is_true_of_another_is_the_only_judgement_that_knows_nothing(firm):
    from plan_judged import JUDGES, judged

    rows = list(judged(3_104))
    assert all(set(row) == {"trials_scale", "none", *JUDGES} for row in rows)
    thin = rows[0]
    assert thin[JUDGES[-1]] < min(thin[name] for name in JUDGES[:2])
    assert np.all([row["none"] > 0 for row in rows])
