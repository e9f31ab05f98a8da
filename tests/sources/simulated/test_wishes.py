"""Wishes and sites of the simulated company: planted where the plan says, and nowhere else.

A chi-square below compares themes with strata; seeds are fixed. Were they fresh, one comparison of alike
strata would fall below 1e-4 by luck in 1 of 10,000 runs.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from marketsofone.errors import SettingsInvalid
from marketsofone.sources.simulated import PLANS, Company, Plan, simulate
from marketsofone.sources.simulated.layout import DIMENSIONS

LEVELS = {"need": 2, "desire": 1, "expectation": 3}


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Plan(accounts=12_000, sites=0.7, wishes=0.8, deciding_contacts=0.9), seed=41)


@pytest.fixture(scope="module")
def told(company: Company) -> pd.DataFrame:
    """Main wishes with the account they are about."""
    wishes = company.tables["wish"].to_pandas().sort_values("strength", ascending=False)
    main = wishes.drop_duplicates(["about_id", "kind"])
    return main.merge(company.truth.to_pandas(), left_on="about_id", right_on="account_id")


def chance(told: pd.DataFrame, kind: str, level: int, within: int) -> list[float]:
    """Chance of the themes seen in the strata of a level if those inside one stratum above were alike."""
    own = told[told.kind == kind].assign(above=lambda rows: rows[f"cell_{within}"] if within else "market")
    tables = [pd.crosstab(inside[f"cell_{level}"], inside.theme) for _, inside in own.groupby("above")]
    return [float(chi2_contingency(table)[1]) for table in tables if len(table) > 1]


@pytest.mark.parametrize(("kind", "level"), LEVELS.items())
def test_wishes_differ_between_the_strata_that_are_planted_to_and_are_alike_inside_them(told, kind, level):
    assert max(chance(told, kind, level, level - 1)) < 1e-4
    if level < 3:
        assert min(chance(told, kind, 3, level)) > 1e-4


def test_themes_strengths_and_levels_come_as_the_truth_says(company, told):
    truth = company.wish_truth.to_pandas().set_index(["kind", "stratum", "theme"]).sort_index()
    for (kind, level), told_of in told.groupby(["kind", told.kind.map(LEVELS)]):
        for stratum, inside in told_of.groupby(f"cell_{level}"):
            true = truth.loc[kind, stratum]
            seen = inside.theme.value_counts(normalize=True).reindex(true.index, fill_value=0.0)
            room = 5 * np.sqrt(true.share * (1 - true.share) / len(inside)) + 1e-9
            assert (abs(seen - true.share) < room).all()
            for field in ("desired", "minimum", "perceived"):
                assert inside[field].mean() == pytest.approx(true[field].iloc[0], abs=5 * 0.8 / np.sqrt(len(inside)))
            strengths = inside.groupby("theme").strength.mean()
            assert strengths.to_numpy() == pytest.approx(true.strength[strengths.index].to_numpy(), abs=0.05)


def test_the_main_wish_of_a_buyer_is_its_true_one_and_a_second_need_is_weaker_and_another(company, told):
    for kind in LEVELS:
        own = told[told.kind == kind]
        assert (own.theme == own[f"true_{kind}"]).all()
    needs = company.tables["wish"].to_pandas().query("kind == 'need'")
    twice = needs[needs.about_id.duplicated(keep=False)]
    assert 0.2 < twice.about_id.nunique() / needs.about_id.nunique() < 0.4
    assert not twice.duplicated(["about_id", "theme"]).any()


def test_levels_lie_on_a_scale_of_nine_the_minimum_below_what_is_desired(company):
    wishes = company.tables["wish"].to_pandas()
    assert ((wishes.minimum >= 1) & (wishes.minimum < wishes.desired) & (wishes.desired <= 9)).all()
    assert wishes.perceived.between(1, 9).all()


def test_only_approached_accounts_have_said_what_they_wish(company):
    touches = company.tables["touch"].to_pandas().query("team == 'sales' and direction == 'out'")
    about = company.tables["wish"].to_pandas().about_id
    assert about.isin(touches.account_id).all()
    assert about.nunique() / touches.account_id.nunique() == pytest.approx(0.8, abs=0.02)


def test_in_a_market_without_structure_wishes_differ_nowhere():
    company = simulate(replace(PLANS["noise"], accounts=6_000, wishes=0.9), seed=43)
    wishes = company.tables["wish"].to_pandas().sort_values("strength", ascending=False)
    told = wishes.drop_duplicates(["about_id", "kind"]).merge(
        company.tables["account"].to_pandas(), left_on="about_id", right_on="account_id")
    assert set(company.wish_truth["stratum"].to_pylist()) == {"market"}
    for kind in LEVELS:
        own = told[told.kind == kind]
        for column in ("sector", "end_customers", "deciding_site"):
            assert chi2_contingency(pd.crosstab(own[column], own.theme))[1] > 1e-4


def test_a_wider_gap_sets_strata_further_apart_and_none_sets_them_not_apart():
    apart = []
    for gap in (0.0, 0.3, 0.9):
        truth = simulate(Plan(accounts=400, wishes=0.5, wish_gap=gap), seed=44).wish_truth.to_pandas()
        shares = truth[truth.kind == "need"].pivot_table("share", "stratum", "theme")
        apart.append(float(shares.std(ddof=0).max()))
    assert apart[0] == pytest.approx(0.0, abs=1e-12)
    assert apart[0] < apart[1] < apart[2]


def test_sites_decide_at_their_own_site_each_under_a_company_of_its_sector(company):
    account, truth = company.tables["account"].to_pandas(), company.truth.to_pandas()
    sites, companies = account[account.form == "site"], account[account.account_id.str.startswith("G")]
    own = truth[truth.company_id.notna()]
    assert set(sites.account_id) == set(own.account_id)
    assert set(own.true_deciding_site) == {"own site"}
    assert len(own) / (truth.true_deciding_site == "own site").sum() == pytest.approx(0.7, abs=0.02)
    assert set(sites.parent_id) == set(companies.account_id)
    assert sites.groupby("parent_id").size().between(1, 3).all()
    above = companies.set_index("account_id").sector
    assert (above[sites.parent_id].to_numpy() == sites.sector.to_numpy()).all()


def test_the_deciding_contact_of_a_site_works_at_its_company_and_decides_for_the_site(company):
    contact, truth = company.tables["contact"].to_pandas(), company.truth.to_pandas()
    company_of = truth.set_index("account_id").company_id
    of_site = contact[contact.site_id.notna()]
    assert (company_of[of_site.site_id].to_numpy() == of_site.account_id.to_numpy()).all()
    assert len(of_site) / company_of.notna().sum() == pytest.approx(0.9, abs=0.02)


def test_sites_and_wishes_are_there_only_when_planned_and_leave_all_else_as_it_was():
    plain = simulate(PLANS["contacts"], seed=45)
    more = simulate(replace(PLANS["contacts"], sites=0.5, wishes=0.5), seed=45)
    assert not {"wish"} & set(plain.tables)
    assert plain.wish_truth is None
    assert plain.truth.equals(more.truth.select(plain.truth.column_names))
    for name in set(plain.tables) - {"account", "contact"}:
        assert plain.tables[name].equals(more.tables[name])
    account = plain.tables["account"]
    assert account.equals(more.tables["account"].slice(0, account.num_rows).select(account.column_names))


def test_only_the_dimensions_that_are_asked_for_split_inside_sectors():
    asked = ("deciding_site", "end_customers")
    strata = simulate(Plan(accounts=900, split_on=asked), seed=46).strata_truth().to_pandas()
    inside = strata[strata.level > 1]
    assert set(inside.split_on) == set(asked)
    by_level = inside.set_index("stratum").split_on
    deepest = inside[inside.level == 3]
    assert (by_level[deepest.parent].to_numpy() != deepest.split_on.to_numpy()).all()


@pytest.mark.parametrize("names", [("deciding_site",), ("deciding_site", "colour")])
def test_dimensions_that_are_too_few_or_unknown_cannot_be_asked_to_split(names):
    with pytest.raises(SettingsInvalid, match="split_on") as error:
        simulate(Plan(accounts=200, split_on=names), seed=1)
    assert DIMENSIONS[1].name in str(error.value)


def test_the_truth_of_wishes_is_written_beside_the_other_truths(company, tmp_path):
    company.write(tmp_path)
    assert Path(tmp_path / "truth" / "wish_truth.parquet").is_file()
    assert Path(tmp_path / "wish.parquet").is_file()
