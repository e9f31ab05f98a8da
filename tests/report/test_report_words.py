import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.report import plan_words, segment_words, words
from marketsofone.report.scale import Scale, scale_from_zero

amounts = st.floats(min_value=-1e12, max_value=1e12)


@pytest.mark.parametrize(("value", "written"), [
    (0.226, "22.6%"), (0.0, "0.0%"), (1.0, "100.0%"), (0.0004, "<0.1%"), (0.9996, ">99.9%"),
    (None, "no evidence"), (float("nan"), "no evidence"), (float("inf"), "no evidence")])
def test_a_share_is_a_percentage_with_one_decimal(value, written):
    assert words.share(value) == written


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True))
def test_a_share_between_none_and_all_is_never_written_as_none_or_all(share):
    assert words.share(share) not in {"0.0%", "100.0%", "no evidence"}


@given(amounts)
def test_an_amount_reads_back_as_itself_rounded(amount):
    written = words.money(amount, "EUR")
    number = float(written.removeprefix("EUR ").replace(",", "").replace("−", "-"))
    assert number == pytest.approx(amount, abs=0.5000001 if abs(amount) >= 100 else 0.0050001)


@given(amounts, amounts)
def test_an_interval_writes_its_ends_as_they_are_written_alone(low, high):
    low_text, high_text = words.money(low, "EUR"), words.money(high, "EUR").removeprefix("EUR ")
    assert words.interval(low, high, "money", "EUR") == f"{low_text} to {high_text}"


def test_half_an_interval_is_no_evidence():
    assert words.interval(None, 0.5, "share", "EUR") == "no evidence"


@given(st.text(max_size=120), st.integers(2, 80))
def test_a_cut_text_keeps_to_its_length_and_holds_no_control_character(text, most):
    cut = words.cut(text, most)
    assert len(cut) <= most
    assert not re.search(r"[\x00-\x1f\u202e\u2066]", cut)


@given(st.lists(st.text("ab /", max_size=20), min_size=1, max_size=9), st.integers(2, 80))
def test_a_cut_path_keeps_to_its_length_and_is_itself_where_it_fits(parts, most):
    path = words.plain(" / ".join(parts))
    cut = words.cut_path(path, most)
    assert len(cut) <= most
    assert cut == path or len(path) > most


def test_paths_that_part_at_their_ends_stay_apart_when_they_are_cut():
    above = "sector: machines / version: basic, pro / region: east, north, west / version: pro"
    assert len({words.cut_path(f"{above} / region: {region}", 80) for region in ("east", "north", "west")}) == 3


@given(st.lists(amounts, min_size=1, max_size=30))
def test_every_value_has_its_place_on_the_scale(values):
    scale = scale_from_zero(values, [abs(value) * 2 for value in values])
    places = [scale.place(value) for value in sorted(values)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_lie_on_the_scale_and_are_few(low, length):
    ticks = Scale(low, low + length).ticks()
    assert 2 <= len(ticks) <= 11
    assert all(low - 1e-6 * length <= tick <= low + length * (1 + 1e-6) for tick in ticks)


@pytest.mark.parametrize(("buyers", "said"), [
    ((9, 5, 4), ""), ((9, 5, 3), "of 1 buyer it"), ((2400, 5, 3), "of 2,392 buyers it")])
def test_parts_that_add_up_to_fewer_say_of_how_many_it_is_not_known_where_they_belong(buyers, said):
    rows = [{"stratum_id": name, "parent_id": parent, "buyers": many} for (name, parent), many in zip(
        [("market", None), ("food", "market"), ("rest", "market")], buyers, strict=True)]
    told = segment_words.unplaced_told([*rows, {"stratum_id": "x", "parent_id": "elsewhere", "buyers": 1}])
    whole = f"Parts add up to fewer than their stratum: {said} is not known to which they belong."
    assert told == (whole if said else "")


def test_hours_that_lead_to_nobody_are_told_and_where_all_do_nothing_is_said_of_drains():
    focus = {"touches": 12, "minutes_missing": 0, "hours_on_nobody": 9.0, "share_in_pursued": None}
    assert plan_words.minutes_said(focus).endswith(
        "9.0 of the hours lead to nobody who is planned for: what came of them is not known.")
    assert "not known" in plan_words.nothing_drains(focus)
    assert plan_words.nothing_drains(focus | {"share_in_pursued": 0.5}).startswith("Nothing drains")
    assert plan_words.minutes_said({"touches": 0, "minutes_missing": 0}) == "No touch of sales is on record there."


def test_what_marketing_spends_on_nobody_and_touches_without_a_cost_are_told_beside_the_waste():
    said = {"spend_unit": "EUR", "audiences": [{"spend": 300.0, "outside": 75.0}], "spend_on_nobody": 100.0,
            "touches": 1200, "touches_without_cost": 400}
    assert segment_words.wasted_told(said) == (
        "In all the time that the files tell of marketing spent EUR 400; 43.8% of it went past the segments that sales "
        "works, EUR 100 of it on nobody who is a buyer here. Of its 1,200 touches 400 tell no cost and count as "
        "nothing: what was spent is more.")
