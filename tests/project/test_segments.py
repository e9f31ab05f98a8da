"""Segments written by hand in a company one can hold in the head: previewed, explained, frozen, and met again later."""

import json
from dataclasses import replace

import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.customer import UserColumn
from marketsofone.errors import RuleInvalid, RunMissing, SettingsInvalid, ValuesInvalid
from marketsofone.project import check_project, read_settings, state_merge, state_objection
from marketsofone.project.comparing.distinguishing import distinguish
from marketsofone.project.segments.asking import asking, freeze_segment
from marketsofone.project.segments.choosing import Chooser
from marketsofone.project.segments.groups import chosen, chosen_pairs
from marketsofone.project.settings.criteria import check_criteria
from marketsofone.project.settings.segments import CriterionSettings

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-06-30
margin_rate = 0.4

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[segments.leasers]
rule = "sector in ('retail', 'food') and (staff >= 50 or not payment = 'leasing')"
name = "Big leasers"
note = "inside team"

[segments.loud]
rule = "touches > 1 and in_segment('leasers')"

[segments.nobody]
rule = "sector = 'mining' and staff > 0"

[segments.elsewhere]
rule = "in_stratum('nowhere')"

[criteria.payment]
fields = ["staff_kind"]
margin = 0.4

[criteria.competitiveness]
margin = 0.9

[sources.deals]
file = "deals.csv"

[sources.deals.account]
account_id = "account"
form = "'company'"

[sources.deals.account.dimensions]
sector = "sector"
payment = "payment"
staff = { from = "staff", kind = "number" }

[sources.deals.account.traits]
staff_kind = "payment"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
amount = "amount"
closed_at = "closed"

[sources.touches]
file = "touches.csv"

[sources.touches.touch]
account_id = "account"
happened_at = "happened"
direction = "'out'"
"""
SECTORS = ("retail", "food", "care")


def accounts():
    """36 accounts; of six of them nobody knows the staff, and who pays by leasing has an even number."""
    for number in range(36):
        yield {"account": f"A{number}", "sector": SECTORS[number % 3], "payment": ("leasing", "invoice")[number % 2],
               "staff": "" if number % 6 == 4 else 10 * number, "deal": f"D{number}",
               "outcome": ("won", "lost", "open")[number % 4 % 3], "amount": 100 + number, "closed": "2026-03-01"}


def expected(row):
    """The rule of leasers in plain Python."""
    big = None if row["staff"] == "" else row["staff"] >= 50
    either = True if row["payment"] != "leasing" else big
    return either if row["sector"] in ("retail", "food") else False


@pytest.fixture(scope="module")
def projected(small_company):
    """Writes the project of these accounts, of each of whom a few touches are known."""

    def made(folder, rows=None, settings=SETTINGS):
        rows = list(accounts()) if rows is None else rows
        touches = [{"account": row["account"], "happened": f"2026-0{1 + turn}-10"} for number, row in enumerate(rows)
                   for turn in range(number % 4)]
        return small_company(folder, settings, deals=rows, touches=touches)

    return made


@pytest.fixture(scope="module")
def project(projected, tmp_path_factory):
    folder = projected(tmp_path_factory.mktemp("leasers"))
    m1.run(folder)
    return folder


@pytest.fixture(scope="module")
def told(project):
    return {row["segment"]: row for row in m1.open_run(project).table("segments").to_pylist()}


INSIDE = {row["account"] for row in accounts() if expected(row)}


def test_a_run_counts_who_is_in_and_of_whom_it_is_not_known(told):
    answers = [expected(row) for row in accounts()]
    row = told["leasers"]
    assert (row["buyers"], row["not_known"]) == (answers.count(True), answers.count(None))
    assert (row["kind"], row["name"], row["note"]) == ("rule", "Big leasers", "inside team")
    assert row["share"] == pytest.approx(answers.count(True) / 36)
    assert row["attractiveness_low"] < row["attractiveness"] < row["attractiveness_high"]
    assert row["pull"] is None


def test_the_members_of_a_run_are_listed_by_segment(project, told):
    run = m1.open_run(project)
    members = run.table("segment_members").to_pandas()
    key = run.table("buyers").to_pandas().set_index("buyer_id")["source_id"]
    assert set(members[members["segment"] == "leasers"]["buyer_id"].map(key)) == INSIDE
    assert members["segment"].value_counts().to_dict() == {
        name: told[name]["buyers"] for name in ("leasers", "loud") if told[name]["buyers"]}


def test_the_scores_of_a_segment_are_the_mean_of_its_buyers(project, told):
    buyers = m1.frame(m1.open_run(project))
    inside = buyers[buyers["source_id"].isin(INSIDE)]
    for score in ("competitiveness", "attractiveness"):
        assert told["leasers"][score] == pytest.approx(inside[score].mean())


def test_a_rule_for_nobody_and_one_that_cannot_be_followed_are_findings(project, told):
    findings = {row["place"]: row for row in m1.open_run(project).table("findings").to_pylist()}
    assert findings["[segments.nobody]"]["code"] == "segment_empty"
    assert "number 1 holds for nobody" in findings["[segments.nobody]"]["message"]
    assert findings["[segments.elsewhere]"]["code"] == "segment_unfollowed"
    assert (told["nobody"]["buyers"], told["elsewhere"]["buyers"]) == (0, None)


def test_a_value_that_nobody_has_is_told_with_those_there_are_by_check_run_and_preview(project, told, capsys):
    found = {row["place"]: row for row in m1.open_run(project).table("findings").to_pylist()
             if row["code"] == "segment_value_unheld"}
    assert list(found) == ["[segments.nobody] rule"]
    said = found["[segments.nobody] rule"]
    assert said["message"] == "At character 1 it asks for a value of sector that nobody has."
    assert said["repair"].startswith("Values of sector: ")
    assert "'retail'" in said["repair"]
    ahead = {row["place"]: row for row in check_project(project).findings.to_pylist()}
    assert ahead["[segments.nobody] rule"] == said
    main(["segment", "preview", "--rule", "sector in ('Retial', 'food') or source_id = 'nobody'", "--project",
          str(project)])
    shown = " ".join(capsys.readouterr().out.split())
    assert "At character 1 it asks for a value of sector that nobody has. If 'retail' is meant, write that." in shown
    assert "Fewer than 5 buyers have each value of source_id, so none is named here." in shown
    with pytest.raises(ValuesInvalid, match=r"If 'retail' is meant, write that\."):
        m1.distinct(project, "rule:sector = 'Retial'", "rule:sector = 'food'")


def test_a_value_that_only_those_who_objected_since_had_is_one_that_nobody_has(projected, tmp_path):
    folder = projected(tmp_path)
    m1.run(folder)
    for row in accounts():
        if row["sector"] == "care":
            state_objection(folder, "account", row["account"], "mia")
    with asking(folder) as asker:
        (found,) = asker.preview("rule:sector = 'care' or sector = 'food'").unheld
    assert found.said == "At character 1 it asks for a value of sector that nobody has."
    assert "'care'" not in found.repair


def test_a_preview_says_what_the_run_says_and_what_each_clause_says(project, told):
    with asking(project) as asker:
        found = asker.preview("leasers").found
        rows = list(accounts())
    assert (found.inside, found.not_known) == (told["leasers"]["buyers"], told["leasers"]["not_known"])
    assert found.buyers == 36
    assert found.scores["attractiveness"].low == pytest.approx(told["leasers"]["attractiveness_low"], rel=1e-12)
    assert [(c.clause, c.holds, c.not_known) for c in found.clauses] == [
        ("sector in ('retail', 'food')", 24, 0),
        ("staff >= 50", sum(row["staff"] != "" and row["staff"] >= 50 for row in rows), 6),
        ("payment = 'leasing'", 18, 0)]


def test_the_facts_count_what_happened_with_each_buyer(project):
    run = m1.open_run(project)
    facts = run.table("facts").to_pandas().set_index("buyer_id")
    key = run.table("buyers").to_pandas().set_index("source_id")["buyer_id"]
    second, fourth = facts.loc[key["A2"]], facts.loc[key["A4"]]
    assert (second["touches"], second["approaches"], str(second["last_touch_on"])) == (2, 2, "2026-02-10")
    assert (second["opportunities"], second["open_opportunities"], second["form"]) == (1, 1, "company")
    assert (fourth["touches"], fourth["last_touch_on"], fourth["won"]) == (0, None, 1)
    assert fourth["contribution"] == pytest.approx(0.4 * 104)
    assert facts["orders"].isna().all()


def test_why_names_the_clauses_that_decide_with_the_buyers_values(project):
    with asking(project) as asker:
        out, unsure = asker.why("leasers", "A0"), asker.why("rule:staff > 3 and sector = 'food'", "A4")
        both = asker.why("loud", "A3")
    assert out.inside is False
    assert [(c.clause, c.value, c.decides, c.alone) for c in out.clauses] == [
        ("sector in ('retail', 'food')", "retail", False, False), ("staff >= 50", "0", True, True),
        ("payment = 'leasing'", "leasing", True, True)]
    assert (unsure.inside, [c.value for c in unsure.clauses if c.decides]) == (None, ["not known"])
    assert [(c.clause, c.holds) for c in both.clauses] == [("touches > 1", True), ("in_segment('leasers')", True)]


@pytest.fixture(scope="module")
def compared(project):
    return distinguish(project, [("leasers", "rule:sector = 'care' and competitiveness < 0.99")])


def test_groups_of_a_comparison_may_be_rules_and_what_they_pick_by_is_no_discovery(compared):
    by_name = {row.criterion: row for row in compared.verdicts}
    assert by_name["sector"].by_construction
    assert by_name["competitiveness"].by_construction
    assert not by_name["attractiveness"].by_construction
    assert by_name["sector"].buyers_a == len(INSIDE)
    assert any("buyers it is not known whether they are in 'leasers'" in note for note in compared.notes)


@pytest.mark.parametrize(("rule", "told"), [
    ("won > 0", {"pull", "competitiveness"}), ("answered = 0", {"pull"}), ("opportunities > 1", set()),
    ("rank <= 10", {"pull", "competitiveness", "attractiveness"}), ("touches > 1 and sector = 'food'", set()),
    ("in_segment('nobody') or value_per_hour > 3", {"pull", "competitiveness", "attractiveness"})])
def test_what_tells_the_outcomes_of_a_score_picks_by_the_score(project, rule, told):
    """Who won something and who did not differ in how often we win: that they were picked so says it already."""
    run = m1.open_run(project)
    group = chosen(project, run, Chooser.of(run), set(), f"rule:{rule}")
    assert group.made_by & {"pull", "competitiveness", "attractiveness"} == told


def test_criteria_of_the_project_file_say_which_field_speaks_and_what_counts_as_alike(compared):
    found = {row.criterion: row for row in compared.verdicts}
    assert found["payment: staff_kind"].margin == 0.4
    assert found["payment: payment"].margin == 0.4
    assert found["competitiveness"].margin == 0.9
    assert found["sector"].margin == 0.1


def test_rules_that_overlap_are_refused_and_one_inside_the_other_is_set_against_the_rest(project):
    run = m1.open_run(project)
    with pytest.raises(ValuesInvalid, match="buyers in both"):
        chosen_pairs(project, run, [("leasers", "rule:touches > 1")])
    with pytest.raises(ValuesInvalid, match="nobody in"):
        chosen_pairs(project, run, [("nobody", "leasers")])
    [(part, rest, note)] = chosen_pairs(project, run, [("loud", "leasers")])
    assert "lies inside" in note
    assert len(part.buyers | rest.buyers) == len(INSIDE)


def test_a_name_that_a_stratum_has_too_must_say_which_is_meant(project):
    snapshot = m1.open_run(project)
    strata = snapshot.table("strata").to_pandas().assign(name="leasers")
    chooser = Chooser(snapshot.run_id, snapshot.table("buyers").to_pandas(), strata.head(1))
    with pytest.raises(RunMissing, match="Write segment:leasers"):
        chosen(project, snapshot, chooser, {"leasers"}, "leasers")
    assert len(chosen(project, snapshot, chooser, {"leasers"}, "segment:leasers").buyers) == len(INSIDE)


def test_what_names_no_field_stops_the_check_with_place_and_repair(projected, tmp_path):
    folder = projected(tmp_path, settings=SETTINGS.replace("touches > 1 and", "tuoches > 1 and"))
    with pytest.raises(RuleInvalid, match=r"\[segments.loud\] rule names fields.*\n.*'tuoches'"):
        check_project(folder)


@pytest.mark.parametrize(("name", "said", "expected"), [
    ("competitiveness", CriterionSettings(fields=["staff"]), "own evidence"),
    ("competitivness", CriterionSettings(margin=0.2), "If 'competitiveness' is meant"),
    ("payment", CriterionSettings(fields=["staf"]), "'staf'.\nIf 'staff' is meant"),
])
def test_a_criterion_that_is_none_is_refused_with_the_nearest(project, name, said, expected):
    stated = replace(read_settings(project), criteria={name: said})
    with pytest.raises(SettingsInvalid, match=expected):
        check_criteria(stated, [UserColumn("staff", "account", "dimension", "number")])


@pytest.mark.parametrize(("before", "after", "said"), [
    ("[segments.loud]", '[segments."a b"]', "letters, digits"),
    ("[segments.loud]\nrule", "[segments.loud]\nrul", "rule"),
    ("margin = 0.9", "margin = 9", "a share from 0 to 1"),
    ("margin = 0.9", 'fields = ["staff_kind"]', "in \\[criteria.payment\\] and in"),
])
def test_a_section_that_cannot_be_is_refused_with_its_place(tmp_path, before, after, said):
    (tmp_path / "market.toml").write_text(SETTINGS.replace(before, after), encoding="utf-8")
    with pytest.raises(SettingsInvalid, match=said):
        read_settings(tmp_path)


def test_what_is_not_there_to_be_asked_is_told(project):
    with asking(project) as asker:
        with pytest.raises(RunMissing, match="leasers"):
            asker.preview("lesers")
        with pytest.raises(RunMissing, match="nothing frozen"):
            asker.moved("loud", 5)
    with pytest.raises(ValuesInvalid, match="nobody"):
        freeze_segment(project, "nobody", "to see", "ann")
    with pytest.raises(ValuesInvalid, match="by its name"):
        freeze_segment(project, "rule:touches > 1", "to see", "ann")


@pytest.fixture(scope="module")
def later(projected, tmp_path_factory):
    """Frozen, then a quarter later: A7 left, A2 joined, A9 is gone from the data, A13 objected, A19 and A25 are one."""
    folder = projected(tmp_path_factory.mktemp("later"))
    m1.run(folder)
    kept = freeze_segment(folder, "leasers", "spring campaign", "ann")
    before = asked_after_objection(folder, kept)
    state_merge(folder, "account", "A19", "A25", "ann")
    rows = [row for row in accounts() if row["account"] != "A9"]
    changes = {"A7": {"sector": "care"}, "A2": {"sector": "food", "staff": 500}}
    projected(folder, [row | changes.get(row["account"], {}) for row in rows])
    m1.run(folder)
    return folder, kept, before


def asked_after_objection(folder, kept):
    """What is told between an objection and the next run."""
    state_objection(folder, "account", "A13", "ann")
    with asking(folder) as asker:
        return (asker.preview("leasers").found.inside, asker.preview(kept.label).found.inside,
                asker.moved("leasers", 50), asker.engine.to_pandas(asker.members("leasers"))["source_id"].tolist())


def test_what_was_frozen_are_the_keys_of_those_who_were_in(later):
    _folder, kept, _before = later
    assert {"A7", "A9", "A13", "A19", "A25"} <= INSIDE
    assert set(kept.keys) == {f"account:{key}" for key in INSIDE}


def test_who_objects_is_left_out_before_the_next_run_already(later):
    _folder, _kept, (live, frozen, moved, members) = later
    assert live == frozen == moved.stayed == len(INSIDE) - 1
    assert (moved.joined, moved.left, moved.gone) == (0, 0, None)
    assert "A13" not in members


def test_a_frozen_list_counts_the_gone_apart_the_merged_once_and_the_objectors_not_at_all(later):
    folder, kept, _before = later
    row = {row["segment"]: row for row in m1.open_run(folder).table("segments").to_pylist()}[kept.label]
    assert (row["kind"], row["note"]) == ("frozen", "spring campaign")
    assert row["buyers"] == len(INSIDE - {"A9", "A13", "A25"})
    assert (row["gone"], row["left"], row["joined"], row["unsure"]) == (1, 1, 1, 0)
    assert row["stayed"] == row["buyers"] - 1


def test_drift_names_who_joined_and_who_left(later):
    folder, kept, _before = later
    with asking(folder) as asker:
        moved = asker.moved(kept.label, 50)
    assert dict(moved.buyers) == {"A7": "left", "A2": "joined"}
    assert moved.gone == 1


def test_a_rule_may_ask_for_a_frozen_list_and_the_list_be_compared(later):
    folder, kept, _before = later
    with asking(folder) as asker:
        found = asker.preview("rule:in_frozen('leasers') and not in_segment('leasers')").found
        members = asker.engine.to_pandas(asker.members(kept.label))["source_id"].tolist()
    assert (found.inside, found.not_known) == (1, 0)
    assert {"A7", "A19"} <= set(members)
    assert not {"A9", "A13", "A25"} & set(members)


def test_a_frozen_list_was_picked_by_what_its_rule_asks_for(later):
    folder, kept, _before = later
    run = m1.open_run(folder)
    group = chosen(folder, run, Chooser.of(run), {kept.label}, kept.label)
    assert {"sector", "staff", "payment"} <= group.made_by


def test_the_report_and_the_export_show_the_segments(later, tmp_path):
    folder, kept, _before = later
    run = m1.open_run(folder)
    page = run.page("report.html").read_text(encoding="utf-8")
    assert "Segments written by hand" in page
    assert kept.label in page
    assert "1 gone from the data" in page
    assert "could not be followed" in page
    assert {"segments.csv", "segment_members.csv"} <= {path.name for path in m1.export(run, tmp_path)}


def test_the_terminal_says_the_same(later, capsys):
    folder, kept, _before = later
    said = {}
    for name, words in {"list": (), "preview": ("leasers",), "members": ("leasers",), "why": ("leasers", "A0"),
                        "drift": ("leasers",)}.items():
        assert main(("segment", name, *words, str(folder), "--format", "json")) == 0
        said[name] = json.loads(capsys.readouterr().out)
    listed = {row["segment"]: row for row in said["list"]}
    for row in m1.open_run(folder).table("segments").to_pylist():
        told = ("name", "buyers", "stayed", "joined", "left", "unsure", "gone")
        assert [listed[row["segment"]][field] for field in told] == [row[field] for field in told]
    inside = {name: row["buyers"] for name, row in listed.items()}
    assert said["preview"][0]["buyers"] == inside["leasers"] == len(said["members"])
    assert said["preview"][0]["name"] == listed["leasers"]["name"] == "Big leasers"
    assert [row["decides"] for row in said["why"]] == [False, True, True]
    assert said["drift"][0]["label"] == kept.label
    for words in (("preview", "leasers", str(folder)), ("preview", "--rule", "touches > 1", "--project", str(folder)),
                  ("list", str(folder)), ("why", "leasers", "A0", str(folder)), ("drift", "leasers", str(folder))):
        assert main(("segment", *words)) == 0
    out = capsys.readouterr().out
    assert "of the market) are in" in out
    assert "leasers (Big leasers): " in out
    assert "Note: inside team" in out
    assert "\n Big leasers " in out, "in the list, beneath the name in market.toml"
    assert "1 stayed" not in out
    assert "gone from the data: 1" in out
    assert main(("segment", "preview", "leasers", str(folder), "--rule", "touches > 1")) == 2

