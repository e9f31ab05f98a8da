"""Companies whose needs, deciding sites and own end customers are planted: what the product says of them.

Each pair list pays for all that is asked of it, so one seed calls a criterion different by luck in at most
1 of 20; seeds are fixed and were not chosen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.project.comparing.distinguishing import distinguish
from marketsofone.sources.simulated import Plan, market_toml, simulate

SPLITS = ("deciding_site", "end_customers")
PLAN = Plan(accounts=1_000, sectors=4, even_cells=True, split_on=SPLITS, effects=(0.8, 1.8, 1.6), trials_scale=2.0,
            noise_dimensions=0, wishes=0.9, wish_gap=0.7)


@dataclass(frozen=True)
class Planted:
    """A run on a planted company, beside its truth."""

    folder: Path
    truth: pd.DataFrame
    strata_truth: pd.DataFrame
    wish_truth: pd.DataFrame
    buyers: pd.DataFrame
    strata: pd.DataFrame
    identity: pd.DataFrame

    def sides(self, level):
        """The split that makes each two cells of a level, and the buyers of both."""
        above = self.truth[f"cell_{level - 1}"]
        made = self.strata_truth.set_index("stratum").split_on
        for _, inside in self.truth.groupby(above):
            sides = [list(rows.buyer) for _, rows in inside.groupby(f"cell_{level}")]
            if len(sides) == 2:
                yield made[inside[f"cell_{level}"].iloc[0]], tuple(sides)


def planted(folder, plan, seed):
    company = simulate(plan, seed)
    company.write(folder / "files")
    (folder / "market.toml").write_text(market_toml(company, Path("files")), encoding="utf-8")
    run = m1.run(folder)
    truth = company.truth.to_pandas().assign(buyer=lambda rows: rows.account_id)
    if "contact" in company.tables:
        contact = company.tables["contact"].to_pandas()
        deciding = contact.set_index(contact.site_id.fillna(contact.account_id)).contact_id
        truth["buyer"] = truth.account_id.map(deciding).fillna(truth.account_id)
    frames = [m1.frame(run, name) for name in ("buyers", "strata", "identity")]
    return Planted(folder, truth, company.strata_truth().to_pandas(), company.wish_truth.to_pandas(), *frames)


@pytest.fixture(scope="module", params=[610, 611])
def market(request, tmp_path_factory):
    """Seeds differ; one company has sites, each with a deciding contact of its own."""
    plan = replace(PLAN, sites=0.8, deciding_contacts=0.9) if request.param == 611 else PLAN
    return planted(tmp_path_factory.mktemp("planted"), plan, request.param)


@pytest.fixture(scope="module")
def verdicts(market):
    """By level of the planted split and dimension of it: criterion -> its verdicts."""
    asked = [(level, made, pair) for level in (2, 3) for made, pair in market.sides(level)]
    found = distinguish(market.folder, [pair for _, _, pair in asked]).verdicts
    each = len(found) // len(asked)
    rows = [(level, made, verdict.criterion, verdict.verdict) for place, (level, made, _) in enumerate(asked)
            for verdict in found[place * each:(place + 1) * each]]
    return pd.DataFrame(rows, columns=["level", "made", "criterion", "verdict"])


def said(verdicts, criterion, **where):
    rows = verdicts[verdicts.criterion == criterion]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows)
    return rows.verdict.tolist()


def test_needs_are_called_different_between_halves_planted_so_and_not_between_halves_alike(verdicts):
    assert set(said(verdicts, "needs", level=2)) == {"different"}
    assert "different" not in said(verdicts, "needs", level=3)


@pytest.mark.parametrize(("criterion", "dimension"), [("site", "deciding_site"), ("end_customers", "end_customers")])
def test_deciding_site_and_end_customers_are_called_different_where_they_make_the_halves_and_nowhere_else(
        verdicts, criterion, dimension):
    other = next(name for name in SPLITS if name != dimension)
    assert set(said(verdicts, criterion, made=dimension)) == {"different"}
    assert "different" not in said(verdicts, criterion, made=other)


def test_a_criterion_that_no_half_is_planted_to_differ_in_is_never_called_different(verdicts):
    assert "different" not in said(verdicts, "payment")
    assert "different" not in said(verdicts, "adjustment")


def test_two_accounts_of_one_sector_that_differ_in_deciding_site_and_end_customers_only_land_apart(market):
    """Of each sector, a pair in opposite planted cells; who placed both in one stratum did not see the difference."""
    paths = market.buyers.set_index("source_id").path
    whys = market.strata.set_index("path").why
    apart, named = 0, 0
    for _, sector in market.truth.groupby("cell_1"):
        one = sector.iloc[0]
        others = sector[(sector.true_deciding_site != one.true_deciding_site)
                        & (sector.true_end_customers != one.true_end_customers) & (sector.cell_2 != one.cell_2)]
        other = others.iloc[0]
        apart += paths[one.buyer] != paths[other.buyer]
        steps = [" / ".join(path.split(" / ")[:depth]) for path in (paths[one.buyer], paths[other.buyer])
                 for depth in range(1, path.count(" / ") + 1)]
        told = " ".join(whys[list(dict.fromkeys(steps))])
        named += all(f"Split on {name}" in told for name in SPLITS)
    assert apart == 4
    assert named >= 3


def test_the_identity_of_a_stratum_shows_the_need_planted_in_it(market):
    """Of strata that hold one planted half and little else, the commonest need is the one planted there."""
    whole = market.buyers.merge(market.truth, left_on="source_id", right_on="buyer")
    favourite = market.wish_truth.query("kind == 'need'").sort_values("share").groupby("stratum").theme.last()
    needs = market.identity.query("criterion == 'needs' and value == value")
    shown = departs = 0
    for row in market.strata.itertuples():
        inside = whole[whole.path.eq(row.path) | whole.path.str.startswith(f"{row.path} / ")]
        if inside.empty or inside.cell_2.value_counts(normalize=True).iloc[0] < 0.95:
            continue
        own = needs[needs.stratum_id == row.stratum_id].sort_values("share")
        if len(own) and own.buyers.max() >= 40:
            shown += 1
            assert own.value.iloc[-1] == favourite[inside.cell_2.mode()[0]]
            departs += bool(own.departs.any())
    assert shown >= 4
    assert departs


def test_what_buyers_say_they_wish_moves_no_score_no_stratum_and_no_marketing_segment(tmp_path):
    plan = replace(PLAN, accounts=200)
    runs = []
    for name, wishes in (("silent", 0.0), ("told", 0.9)):
        company = simulate(replace(plan, wishes=wishes), seed=613)
        company.write(tmp_path / name / "files")
        (tmp_path / name / "market.toml").write_text(market_toml(company, Path("files")), encoding="utf-8")
        runs.append(m1.run(tmp_path / name))
    for table in ("buyers", "strata", "marketing_segments", "crosswalk", "plan"):
        silent, told = (m1.frame(run, table) for run in runs)
        pd.testing.assert_frame_equal(silent, told)
