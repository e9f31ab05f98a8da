"""A pair that the report shows, asked alone: the same groups, and a word on why its intervals are narrower."""

import pytest

import marketsofone as m1
from marketsofone.project.comparing.distinguishing import distinguish

SHOWN = ("value_a", "value_b", "effect", "buyers_a", "buyers_b", "trials_a", "trials_b")


def test_it_shows_what_the_report_shows_and_says_that_it_pays_for_less(tmp_path):
    m1.simulate(tmp_path, accounts=3_000, seed=7)
    run = m1.run(tmp_path)
    shown, strata = m1.frame(run, "verdicts"), m1.frame(run, "strata").set_index("path")["stratum_id"]
    assert shown["pair"].nunique() > 1
    pair = shown[shown["pair"] == 1]
    found = distinguish(tmp_path, [tuple(strata[pair[end].iloc[0]] for end in "ab")])
    alone = {verdict.criterion: verdict.row() for verdict in found.verdicts}
    for row in pair.to_dict("records"):
        mine = alone[row["criterion"]]
        assert {name: mine[name] for name in SHOWN if mine[name] is not None} == pytest.approx(
            {name: row[name] for name in SHOWN if mine[name] is not None})
    assert any("pays for a look at all of them" in note for note in found.notes)
