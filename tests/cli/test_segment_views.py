"""Segments on the screen: the tree with its marks, stability, the crosswalk, alarms, and accepting a weak one."""

import csv
import io
import json
from datetime import timedelta

import pyarrow as pa
import pytest
from rich.console import Console

from marketsofone.cli.sheet import hanging

STABLE = [("sales", 2, None, "global", 0.8, None), ("sales", 2, "1", "within", 0.9, True),
          ("sales", 2, "2", "within", 0.4, False), ("marketing", 2, "class 1", "within", 0.5, False),
          ("sales", 2, "1", "across", 0.95, None)]


def alarm(**changes):
    return {"kind": "mixed", "stratum_id": "1", "name": "health", "measure": "needs", "value": 0.8, "low": 0.6,
            "high": 1.0, "level": 0.05, "alarmed": True, "by": "payment", "buyers": 3, "sentence": "Mixed.", **changes}


@pytest.fixture
def folder(small, tmp_path):
    rows = [{"family": family, "solution": solution, "segment": segment, "measure": measure, "value": value,
             "low": value - 0.1, "high": value + 0.05, "pairs": 3, "buyers": 5, "holds": holds}
            for family, solution, segment, measure, value, holds in STABLE]
    strata = small.strata(stratum_id=pa.array(["market", "1", "2"]), parent_id=pa.array([None, "market", "market"]))
    walk = [{"level": 1, "stratum_id": stratum, "class": name, "buyers": buyers, "in_class": buyers / total,
             "in_stratum": 0.5, "overlap": 0.4, "spend": 10.0, "chosen": stratum == "1"}
            for stratum, total, parts in (("1", 3.0, (2.0, 1.0)), ("2", 2.0, (1.0, 1.0)))
            for name, buyers in zip(("young", "old"), parts, strict=True)]
    members = pa.table({"buyer_id": [10, 20, 30, 40, 50], "stratum_id": ["1", "1", "1", "2", "2"], "level": [1] * 5,
                        "share": [1.0] * 5})
    said = small.manifest(marketing={"spend_unit": "EUR", "audiences": [
        {"class": "young", "spend": 20.0, "outside": 5.0, "outside_share": 0.25},
        {"class": "old", "spend": 0.0, "outside": 0.0, "outside_share": 0.0}]})
    quiet = alarm(alarmed=False, measure="attractiveness", sentence="Quiet.")
    edge = alarm(kind="edge", stratum_id="market", measure="money", alarmed=False, sentence="The edge.")
    tables = {"strata": strata, "memberships": members, "stability": pa.Table.from_pylist(rows),
              "crosswalk": pa.Table.from_pylist(walk), "alarms": pa.Table.from_pylist([alarm(), quiet, edge])}
    small.write_small_run(tmp_path, said=said, **tables)
    joined = pa.table({**{name: members[name] for name in ("buyer_id", "level", "share")}, "stratum_id": ["1"] * 5})
    small.write_small_run(tmp_path, small.NOW + timedelta(days=1), said, **{**tables, "memberships": joined})
    return str(tmp_path)


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_the_tree_is_drawn_with_names_scores_and_marks(m1, folder):
    status, out, _ = m1("tree", folder)
    assert status == 0
    names = ("├ health", "└ Corner shops")
    health, retail = (next(line for line in out.splitlines() if name in line) for name in names)
    assert "mixed in needs" in health
    assert "57.0%" in health
    assert "does not hold up" in retail


@pytest.mark.parametrize(("drawn", "lines"), [
    ("│ ├ region: North, West", ["│ ├ region:", "│ │ North,", "│ │ West"]),
    ("│ └ region: North", ["│ └ region:", "│   North"]),
    ("    region: North", ["    region:", "    North"])])
def test_a_name_that_does_not_fit_goes_on_within_its_branch(drawn, lines):
    out = io.StringIO()
    Console(width=12, file=out).print(hanging(drawn))
    assert [line.rstrip() for line in out.getvalue().splitlines()] == lines


def test_the_tree_for_programs_holds_every_stratum_with_its_mark(m1, folder):
    _, out, _ = m1("tree", folder, "--format", "csv")
    assert [(row["stratum_id"], row["holds"]) for row in rows(out)] == [("market", ""), ("1", "True"), ("2", "False")]
    _, out, _ = m1("strata", folder, "--format", "json")
    assert [row["mark"] for row in json.loads(out)] == ["", "", "does not hold up"]


def test_stability_is_shown_by_segment_by_number_and_across(m1, folder):
    _, out, _ = m1("stability", folder)
    for words in ("Each segment", "Each number of segments", "As segments become more", "class 1"):
        assert words in out
    assert out.count("does not hold up") == 2
    _, out, _ = m1("stability", folder, "--format", "json")
    assert {row["name"] for row in json.loads(out)} == {"", "Acme / health", "Acme / retail", "class 1"}


def test_the_crosswalk_is_a_matrix_with_what_spend_reaches_and_wastes(m1, folder):
    _, out, _ = m1("crosswalk", folder)
    health = next(line for line in out.splitlines() if "Acme / health" in line).split()
    assert health[-4:] == ["3", "66.7%", "33.3%", "yes"]
    young = next(line for line in out.splitlines() if line.strip().startswith("young")).split()
    assert young == ["young", "3", "20.00", "75.0%", "25.0%"]
    assert "marketing spent EUR 20.00; 25.0% of it went past the segments that sales works." in " ".join(out.split())
    _, out, _ = m1("crosswalk", folder, "--of", "spend")
    spent = next(line for line in out.splitlines() if "Acme / health" in line).split()[-3:-1]
    assert all("." in cell for cell in spent)
    _, out, _ = m1("crosswalk", folder, "--of", "buyers")
    assert next(line for line in out.splitlines() if "Acme / health" in line).split()[-4:] == ["3", "2", "1", "yes"]
    _, out, _ = m1("crosswalk", folder, "--format", "csv")
    assert len(rows(out)) == 4


@pytest.mark.parametrize("of", ["in_class", "spend"])
def test_where_nothing_that_marketing_spent_is_on_record_no_spend_of_nought_is_shown(m1, small, tmp_path, of):
    walk = [{"level": 0, "stratum_id": "market", "class": name, "buyers": 3.0, "in_class": 0.5, "in_stratum": 1.0,
             "overlap": 0.5, "spend": 0.0, "chosen": True} for name in ("young", "old")]
    small.write_small_run(tmp_path, crosswalk=pa.Table.from_pylist(walk))
    _, out, _ = m1("crosswalk", str(tmp_path), "--of", of)
    assert "Nothing that marketing spent is on record, so what it reaches cannot be told." in out
    assert "What marketing spent" not in out
    assert ("50.0%" in out) == (of == "in_class")


def test_many_marketing_segments_are_the_common_ones_and_what_the_others_add_up_to(m1, small, tmp_path):
    walk = [{"level": 0, "stratum_id": "market", "class": f"c{number}", "buyers": float(30 - number), "in_class": 0.05,
             "in_stratum": 1.0, "overlap": 0.05, "spend": 0.0, "chosen": True} for number in range(14)]
    small.write_small_run(tmp_path, crosswalk=pa.Table.from_pylist(walk))
    _, out, _ = m1("crosswalk", tmp_path.as_posix())
    assert "4 others" in out
    line = next(line for line in out.splitlines() if line.rstrip().endswith("yes")).split()
    assert line[-12:] == [*["5.0%"] * 10, "20.0%", "yes"]
    assert "4 less common marketing segments are not shown one by one; --format csv holds them all." in out
    assert "others" not in m1("crosswalk", tmp_path.as_posix(), "--of", "in_stratum")[1]


def test_a_level_the_crosswalk_does_not_have_is_named(m1, folder):
    status, _, said = m1("crosswalk", folder, "--level", "7")
    assert status == 2
    assert "levels 1" in said


def test_alarms_that_sound_come_first_and_all_on_demand(m1, folder):
    _, out, _ = m1("alarms", folder)
    assert "Mixed." in out
    assert "The edge." in out
    assert "Quiet." not in out
    assert "More that could sound and do not: 1." in out
    _, out, _ = m1("alarms", folder, "--all")
    assert "Quiet." in out
    _, out, _ = m1("alarms", folder, "--format", "csv")
    assert [row["alarmed"] for row in rows(out)] == ["True", "False", "False"]


def test_a_weak_segment_is_accepted_with_a_note_and_that_is_taken_back(m1, folder):
    status, out, said = m1("accept", "retail", folder, "--note", "We know them.", "--by", "ann")
    assert (status, said) == (0, "")
    assert "2 is accepted" in out
    _, out, _ = m1("stability", folder, "--format", "json")
    assert [(row["words"], row["note"]) for row in json.loads(out) if row["segment"] == "2"] == [
        ("does not hold up, accepted", "We know them.")]
    status, _, said = m1("accept", "Acme / retail", folder, "--note", "Again.", "--by", "ann")
    assert status == 2
    assert "m1 accept 2 --withdraw" in said, "a line that can be typed"
    assert m1("accept", "2", folder, "--withdraw", "--by", "ann")[0] == 0
    _, out, _ = m1("tree", folder)
    assert "accepted" not in out


@pytest.mark.parametrize(("words", "found"), [
    (("accept", "health", "--note", "x"), "one that was not found wanting"),
    (("accept", "nothing", "--note", "x"), "none of that name"),
    (("accept", "retail"), "note"),
    (("accept", "retail", "--withdraw"), "none in force"),
])
def test_what_cannot_be_accepted_is_said(m1, folder, words, found):
    status, _, said = m1(*words, "--by", "ann", "--project", folder)
    assert status == 2
    assert found in said


def test_the_difference_tells_what_became_of_segments(m1, folder):
    _, out, _ = m1("diff", folder)
    assert "Acme / retail" in out
    _, out, _ = m1("diff", folder, "--segments", "--format", "csv")
    assert [(row["kind"], row["from_id"], row["to_id"]) for row in rows(out)] == [
        ("merged", "1", "1"), ("merged", "2", "1")]
    _, out, _ = m1("diff", folder, "--format", "json")
    assert len(json.loads(out)[0]["lineage"]) == 2
