"""Marketing segments beside the sales segments, through the whole job on a simulated company."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pytest

import marketsofone as m1
from marketsofone.errors import RuleInvalid, SettingsInvalid
from marketsofone.project.main_job.marketing import crosswalk_table, marketing_tables
from marketsofone.project.reading.holding_up_marks import project_folder
from marketsofone.project.segments.asking import asking
from marketsofone.project.segments.choosing import Chooser
from marketsofone.project.segments.groups import chosen


def run_with(project, *lines):
    """A run of the project with lines added to its file, which is then as it was."""
    path = project / "market.toml"
    text = path.read_text()
    path.write_text("\n".join([text, *lines, ""]))
    try:
        return m1.run(project)
    finally:
        path.write_text(text)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A company with marketing's own grouping, known of nine in ten buyers."""
    folder = tmp_path_factory.mktemp("company")
    m1.simulate(folder, accounts=250, seed=7)
    accounts = pd.read_parquet(folder / "files" / "account.parquet")
    chance = np.random.default_rng(1)
    persona = np.where(accounts["employees"] > accounts["employees"].median(), "grown", "young")
    accounts["persona"] = np.where(chance.random(len(accounts)) < 0.9, persona, None)
    accounts["mood"] = np.where(accounts["employees"] % 2 == 0, 9.0, 1.0) + chance.normal(size=len(accounts))
    accounts["same"], accounts["empty"] = "one", pd.Series([None] * len(accounts), dtype="str")
    accounts.to_parquet(folder / "files" / "account.parquet")
    text = (folder / "market.toml").read_text()
    traits = 'same = "same"\nempty = "empty"\npersona = "persona"\nmood = { from = "mood", kind = "number" }'
    (folder / "market.toml").write_text(text.replace("[sources.account.account.traits]",
                                                     f"[sources.account.account.traits]\n{traits}"))
    return folder


@pytest.fixture(scope="module")
def run(project):
    return m1.run(project)


@pytest.fixture(scope="module")
def given(project):
    """The same company, its segments given by marketing."""
    return run_with(project, "[marketing]", 'column = "persona"')


def test_every_buyer_is_in_one_class_with_a_chance(run):
    segments, buyers = (m1.frame(run, name) for name in ("marketing_segments", "buyers"))
    assert segments["buyer_id"].tolist() == sorted(buyers["buyer_id"])
    assert segments["probability"].between(0, 1).all()
    assert segments["class"].nunique() == run.manifest["marketing"]["classes"] == 2


def test_the_crosswalk_adds_up_to_all_buyers_on_every_level(run, given):
    for each in (run, given):
        walk = each.table("crosswalk").to_pandas()
        assert (walk.groupby("level")["buyers"].sum() == 250).all()
        by_class = walk.groupby(["level", "class"])["buyers"].sum().unstack()
        assert (by_class == by_class.iloc[0]).all().all()


def test_of_whom_marketing_says_nothing_a_rule_does_not_know_the_class(given):
    with asking(project_folder(given), given.run_id) as asker:
        grown, others, nobody = (asker.preview(f"rule:{rule}").found for rule in (
            "class = 'grown'", "not class = 'grown'", "class is not known"))
        with pytest.raises(RuleInvalid, match="marketing classes that are there"):
            asker.preview("rule:class = 'not known'")
    unknown = (given.table("marketing_segments").to_pandas()["class"] == "not known").sum()
    assert unknown > 0
    assert (grown.not_known, others.not_known, nobody.inside) == (unknown, unknown, unknown)
    assert grown.inside + others.inside + unknown == 250


def test_groups_of_marketings_classes_were_picked_by_what_made_these(run, given):
    """Where [criteria] asks for a trait, that its classes differ in it is no discovery."""
    for each, name, made in ((run, "class 1", {"persona", "mood"}), (given, "grown", {"persona"})):
        group = chosen(project_folder(each), each, Chooser.of(each), set(), f"rule:class = '{name}'")
        assert made <= group.made_by
    assert "mood" not in group.made_by


def test_what_marketing_spends_is_the_same_on_every_level(run, project):
    touches = pd.read_parquet(project / "files" / "touch.parquet")
    spent = touches.loc[touches["team"] == "marketing", "cost"].sum()
    walk = run.table("crosswalk").to_pandas()
    assert walk.groupby("level")["spend"].sum().to_numpy() == pytest.approx(spent, rel=1e-6)
    audiences = run.manifest["marketing"]["audiences"]
    assert sum(each["spend"] for each in audiences) == pytest.approx(spent, rel=1e-6)
    assert run.manifest["marketing"]["spend_unit"] == "EUR"


def test_another_marketing_family_leaves_the_sales_family_byte_for_byte_as_it_was(run, given):
    """The snapshot's own fingerprints: same strata, same buyers, other marketing segments."""
    before, after = run.manifest["files"], given.manifest["files"]
    for name in ("strata", "buyers", "memberships", "opportunities", "evidence", "alarms", "verdicts", "identity"):
        assert before[name] == after[name], name
    own = [each.filter(pc.field("family") == "sales") for each in (run.table("stability"), given.table("stability"))]
    assert own[0].num_rows > 0
    assert own[0].equals(own[1])
    assert before["marketing_segments"] != after["marketing_segments"]


def test_another_sales_family_leaves_the_marketing_segments_byte_for_byte_as_they_were(project, run):
    other = run_with(project, "[strata]", "most_depth = 1", "least_buyers = 100")
    assert other.manifest["files"]["strata"] != run.manifest["files"]["strata"]
    assert other.manifest["files"]["marketing_segments"] == run.manifest["files"]["marketing_segments"]


def test_the_users_own_segments_are_marketings_word(given, project):
    accounts = pd.read_parquet(project / "files" / "account.parquet").set_index("account_id")
    buyers = m1.frame(given, "buyers")[["buyer_id", "source_id"]].merge(m1.frame(given, "marketing_segments"))
    told = accounts.loc[buyers["source_id"], "persona"].fillna("not known")
    assert buyers["class"].tolist() == told.tolist()
    assert (buyers["probability"] == 1).all()


def test_each_class_and_each_leaf_says_whether_it_holds_up(run):
    stability, strata = run.table("stability").to_pandas(), m1.frame(run, "strata")
    within = stability[stability["measure"] == "within"]
    assert set(within.loc[within["family"] == "marketing", "segment"]) == {"class 1", "class 2"}
    leaves = set(strata["stratum_id"]) - set(strata["parent_id"])
    assert set(within.loc[within["family"] == "sales", "segment"]) == leaves
    assert ((within["low"] <= within["value"] + 1e-12) & (within["value"] <= within["high"] + 1e-12)).all()
    assert within.loc[within["family"] == "marketing", "holds"].all()


def test_a_column_that_is_not_there_says_what_is(project):
    with pytest.raises(SettingsInvalid, match=r"(?s)persone.*persona"):
        run_with(project, "[marketing]", 'column = "persone"')


@pytest.mark.parametrize(("column", "said"), [("same", "has one value only"), ("empty", "is known of no buyer")])
def test_a_column_that_tells_no_buyers_apart_is_a_warning(project, column, said):
    found = m1.frame(run_with(project, "[marketing]", f'column = "{column}"'), "findings")
    told = found[(found["code"] == "one_class") & (found["severity"] == "warning")]
    assert told["message"].tolist() == [f"The column {column} {said}: all buyers are one marketing segment."]


def test_a_market_without_traits_says_so_and_has_empty_tables(small):
    """Straight at the room: no traits, no marketing segments, and the tables still bear their columns."""


    nothing = SimpleNamespace(found=None, stability=small.tables()["stability"])
    tables = marketing_tables(nothing)
    walk, said = crosswalk_table(nothing, None, None)
    assert said == {"classes": 0}
    assert tables["marketing_segments"].column_names == ["buyer_id", "class", "probability"]
    assert walk.num_rows == 0
