"""A name of a segment which a later run does not find: told, free for another, back where the segment is found."""

import pytest

import marketsofone as m1
from marketsofone.errors import RecordRefused
from marketsofone.project.statements.naming import state_name

PIN = '\n[strata]\npin = ["region"]\n'


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("named")
    m1.simulate(folder, accounts=60, seed=5)
    return folder


@pytest.fixture
def run(company):
    """Runs the company with a section of its own in the project file."""
    text = (company / "market.toml").read_text()

    def go(section):
        (company / "market.toml").write_text(text + section)
        return m1.run(company)

    yield go
    (company / "market.toml").write_text(text)


def called(run):
    strata = m1.frame(run, "strata")
    return dict(strata[strata["called"].notna()][["called", "path"]].to_numpy().tolist())


def gone(run):
    return [one.message for one in m1.frame(run, "findings").itertuples() if one.code == "strata_gone"]


def test_a_name_waits_for_its_segment_and_may_be_given_to_another_meanwhile(company, run):
    regions = [row for row in m1.frame(run(PIN), "strata").to_dict("records") if row["level"] == 1]
    state_name(company, regions[0]["stratum_id"], "Home", "ana")
    state_name(company, regions[1]["stratum_id"], "Away", "ana")
    with pytest.raises(RecordRefused, match="another stratum"):
        state_name(company, regions[1]["stratum_id"], "home", "ana")
    assert gone(run(PIN)) == []
    flat = run('\n[strata]\nforbid = ["region"]\nleast_buyers = 61\n')
    assert called(flat) == {}
    (told,) = gone(flat)
    assert told.startswith("2 statements")
    assert "'Away'" in told
    assert "'Home'" in told
    state_name(company, "market", "home", "ben")
    (told,) = gone(run('\n[strata]\nforbid = ["region"]\nleast_buyers = 61\n'))
    assert told.startswith("1 statement (names, notes, acceptances, judgements) is of segments")
    back = run(PIN)
    assert called(back) == {"home": "whole market", "Away": regions[1]["path"]}
    assert gone(back) == []
