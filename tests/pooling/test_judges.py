"""Whether a judge is seen for what he is."""

import numpy as np
import pytest

from marketsofone.pooling.judges import fit_judge

UNSURE, SURE = 0.25, 5.0


def judge_of(rng, buyers=80, times=1.0, scatter=0.3, unsure=UNSURE):
    """Judgements with this bias and scatter, of buyers that lie about the record as far as it leaves open."""
    apart = rng.normal(0.0, np.sqrt(unsure), buyers) + rng.normal(np.log(times), scatter, buyers)
    many = np.ones(buyers)
    return fit_judge(apart, 0.0 * many, unsure * many, many, SURE * many)


def test_a_judge_who_overstates_threefold_is_taken_at_about_a_third(rng):
    assert np.exp(judge_of(rng, times=3.0).bias) == pytest.approx(2.6, abs=0.5)


def test_a_judge_who_understates_is_taken_for_more(rng):
    assert np.exp(judge_of(rng, times=1 / 3).bias) == pytest.approx(1 / 2.6, abs=0.1)


def test_a_right_judge_is_taken_as_right_and_gains_weight(rng):
    found = judge_of(rng, scatter=0.0, unsure=0.05)
    assert abs(found.bias) < 0.15
    assert found.noise < 0.6


def test_a_judge_who_scatters_loses_weight(rng):
    found = judge_of(rng, scatter=1.1)
    assert found.noise > 3.0


def test_one_judgement_says_little_of_a_judge():
    one = np.ones(1)
    found = fit_judge(np.log(3.0) * one, 0.0 * one, UNSURE * one, one, SURE * one)
    assert 0.0 < found.bias < 0.6 * np.log(3.0)
    assert found.noise == pytest.approx(1.0, abs=0.5)


def test_the_better_the_record_knows_the_judged_the_surer_the_bias(rng):
    biases = [judge_of(np.random.default_rng(5), times=3.0, unsure=unsure) for unsure in (1.0, 0.25, 0.01)]
    assert [each.doubt for each in biases] == sorted((each.doubt for each in biases), reverse=True)
    assert biases[-1].bias == pytest.approx(np.log(3.0), abs=0.1)


def test_a_judgement_of_a_whole_segment_counts_once_not_once_a_buyer():
    one, many = np.ones(1), np.ones(500)
    segment = fit_judge(np.log(3.0) * one, 0.0 * one, UNSURE * one, 500.0 * one, SURE * one)
    each = fit_judge(np.log(3.0) * many, 0.0 * many, UNSURE * many, many, SURE * many)
    assert segment.doubt > 1.2 * each.doubt


def test_the_bias_is_known_as_well_as_its_doubt_says():
    rng = np.random.default_rng(3)
    away = []
    for _ in range(300):
        bias, together = rng.normal(0.0, np.log(2.0)), rng.normal(0.0, np.sqrt(0.5 * UNSURE))
        apart = bias + together + rng.normal(0.0, np.sqrt(UNSURE + 1.0 / SURE), 30)
        found = fit_judge(apart, np.zeros(30), np.full(30, UNSURE), np.ones(30), np.full(30, SURE))
        away.append((found.bias - bias) / np.sqrt(found.doubt))
    assert np.mean(np.abs(away) < 1.645) == pytest.approx(0.90, abs=0.045)


def apart_by(slope, buyers, seed=4, spread=1.0):
    """A judge who tells buyers apart by this slope, beside a record that tells them apart by ``spread``."""
    rng = np.random.default_rng(seed)
    seen, many = rng.normal(0.0, spread, buyers), np.ones(buyers)
    truth = seen + rng.normal(0.0, np.sqrt(UNSURE), buyers)
    said = slope * truth + rng.normal(0.0, np.sqrt(1.0 - slope**2 + 0.1), buyers)
    return fit_judge(said, seen, UNSURE * many, many, SURE * many).slope


def test_how_far_a_judge_tells_buyers_apart_is_seen():
    assert apart_by(1.0, 200) == pytest.approx(1.0, abs=0.15)
    assert apart_by(0.5, 200) == pytest.approx(0.5, abs=0.2)
    assert apart_by(0.0, 200) < 0.2


def test_few_judgements_leave_a_judge_the_benefit_of_the_doubt():
    assert apart_by(0.0, 2) > 0.6


def test_who_knows_what_the_record_does_not_is_not_taken_for_astray():
    """A record that hardly tells buyers apart cannot show that a judge does not: what it leaves open may be known."""
    assert apart_by(1.0, 200, spread=0.1) == pytest.approx(1.0, abs=0.35)
