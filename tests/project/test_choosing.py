"""Which buyers a person means, and what is said where it cannot be told."""

import pytest

from marketsofone.errors import RunMissing, SourceMissing, ValuesInvalid
from marketsofone.project.segments.choosing import Chooser, apart


@pytest.fixture
def chooser(run):
    return Chooser.of(run)


def test_a_stratum_is_meant_by_its_id_its_path_or_its_name(chooser):
    by_path = chooser.choose("acme / Health")
    assert by_path == chooser.choose("1") == chooser.choose("health")
    assert by_path.buyers == {10, 20, 30}
    assert (by_path.name, by_path.made_by) == ("Acme / health", {"sector"})


def test_a_stratum_is_meant_by_the_name_people_use(small, tmp_path):
    run = small.write_small_run(tmp_path, strata=small.strata(called=[None, "Old folks", None]))
    assert Chooser.of(run).choose("old folks").name == "Acme / health"


def test_a_stratum_holds_the_buyers_of_all_below_it(chooser):
    assert chooser.choose("Acme").buyers == {10, 20, 30, 40, 50}


def test_buyers_are_meant_by_either_id_in_a_list_a_text_or_a_file(chooser, tmp_path):
    (tmp_path / "mine.txt").write_text("ant\n30\n\n", encoding="utf-8")
    expected = chooser.choose(["ant", 30])
    assert expected.buyers == {10, 30}
    assert expected == chooser.choose("ant, 30") == chooser.choose(f"@{tmp_path / 'mine.txt'}")


def test_a_key_with_a_comma_in_it_is_one_buyer(small, tmp_path):
    keys = ["ant, bee", "ant", "bee", "cat", "=1+1"]
    run = small.write_small_run(tmp_path, buyers=small.buyers(source_id=keys))
    assert Chooser.of(run).choose("ant, bee").buyers == {50}
    assert Chooser.of(run).choose("ant,bee").buyers == {10, 20}


def test_an_unknown_stratum_names_close_ones_and_not_what_was_typed(chooser):
    with pytest.raises(RunMissing, match="Close to it: Acme / health") as told:
        chooser.choose("Acme / heatlh")
    assert "heatlh" not in str(told.value)


@pytest.mark.parametrize(("typed", "close"), [
    ("heatlh", "health"), ("big_leaser@3", "big_leasers@3"), ("Big leasres", "big_leasers")])
def test_values_segments_and_frozen_lists_are_among_the_names_that_a_misspelt_one_may_stand_for(chooser, typed, close):
    with pytest.raises(RunMissing) as told:
        chooser.choose(typed, ["big_leasers", "big_leasers@3"])
    assert close in told.value.repair.partition("Close to it: ")[2].partition(". m1 ")[0].split(", ")


def test_a_rule_without_its_word_is_told_how_to_write_one_and_not_what_was_typed(chooser):
    with pytest.raises(RunMissing, match="A rule stands after rule:") as told:
        chooser.choose("mail = 'zebra@example.com'")
    assert "zebra" not in str(told.value)


def test_buyers_that_are_not_in_the_run_are_counted_and_not_named(chooser):
    with pytest.raises(RunMissing, match="1 of them are not in it") as told:
        chooser.choose("ant,zebra@example.com")
    assert "zebra" not in str(told.value)


def test_a_missing_list_is_told_with_its_place(chooser, tmp_path):
    with pytest.raises(SourceMissing, match=r"absent\.txt"):
        chooser.choose(f"@{tmp_path / 'absent.txt'}")


def test_a_group_inside_another_is_set_against_the_rest_of_it(chooser):
    part, rest, note = apart(chooser.choose("health"), chooser.choose("Acme"))
    assert (part.buyers, rest.buyers) == ({10, 20, 30}, {40, 50})
    assert "lies inside" in note
    assert apart(chooser.choose("Acme"), chooser.choose("health"))[0].buyers == {40, 50}


def test_a_list_and_the_rest_of_a_stratum_were_not_found_by_looking_at_the_scores(chooser):
    assert [group.of_tree for group in apart(chooser.choose("ant"), chooser.choose("health"))[:2]] == [False, False]
    assert [group.of_tree for group in apart(chooser.choose("health"), chooser.choose("Acme"))[:2]] == [True, True]


def test_groups_that_overlap_are_refused_with_the_number_of_buyers_in_both(chooser):
    with pytest.raises(ValuesInvalid, match="1 buyers in both"):
        apart(chooser.choose("ant,bee"), chooser.choose("bee,cat"))
    with pytest.raises(ValuesInvalid, match="the same buyers"):
        apart(chooser.choose("health"), chooser.choose("ant,bee,cat"))


def test_the_rest_of_a_group_is_without_those_who_may_be_in_the_part(small, tmp_path):
    run = small.write_small_run(tmp_path, buyers=small.buyers(stratum_id=[2, 1, 1, 0, 0]))
    health, rest, note = apart(*(Chooser.of(run).choose(name) for name in ("health", "Acme")))
    assert (health.buyers, rest.buyers) == ({10, 20}, {50})
    assert note.endswith("with the rest of it, without 2 buyers of whom it is not known whether they are in it.")


def test_a_group_of_whose_rest_nothing_is_known_is_refused(small, tmp_path):
    run = small.write_small_run(tmp_path, buyers=small.buyers(stratum_id=[0, 1, 1, 1, 0]))
    with pytest.raises(ValuesInvalid, match="nobody in 'Acme' of whom it is known not to be in 'Acme / health'"):
        apart(*(Chooser.of(run).choose(name) for name in ("health", "Acme")))


def test_nothing_said_means_no_group(chooser, tmp_path):
    (tmp_path / "none.txt").write_text("\n", encoding="utf-8")
    for nothing, found in (("", "no stratum of that id"), (" ", "no stratum"), (f"@{tmp_path / 'none.txt'}", "nobody")):
        with pytest.raises(RunMissing, match=found):
            chooser.choose(nothing)
