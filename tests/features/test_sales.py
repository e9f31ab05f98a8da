"""What a win contributed, what a ledger tells, and whether a buyer let us in."""

from datetime import date, datetime, timedelta

import pytest

from marketsofone.features import (
    AsOf,
    contributions,
    histories,
    known_by,
    owners,
    purchase_days,
    purchase_lines,
    with_entering,
)

DAY = AsOf(date(2026, 6, 30))


@pytest.fixture
def paid(tables, answer):
    """Trials and totals by win."""

    def find(market, step="order_line", horizon=100, margin=0.5, as_of=DAY):
        known = known_by(tables(market), as_of)
        rows = contributions(known, owners(known, "account"), step, as_of, horizon, margin, 100)
        return {row_id: (trials, total) for row_id, trials, total in answer(rows.select("row_id", "trials", "total"))}

    return find


def test_a_won_opportunity_contributes_its_amount_less_its_cost(market, paid):
    assert paid(market, "opportunity.amount") == {11: (1.0, 40.0), 12: (1.0, 100.0), 15: (1.0, 60.0)}


def test_without_a_cost_the_stated_margin_is_taken_and_without_either_nothing_is_counted(market, paid):
    del market["opportunity"][0]["cost"]
    assert paid(market, "opportunity.amount", margin=0.25)[11] == (1.0, 25.0)
    assert sorted(paid(market, "opportunity.amount", margin=None)) == [12, 15]


def test_order_lines_count_for_the_win_they_followed_and_returns_lower_it(market, paid):
    found = paid(market, horizon=50)
    assert found[11] == (1.0, 30.0)
    assert found[12] == (1.0, 15.0)
    assert found[15] == (1.0, 45.0)  # 20 + 20 + half of 10; the return came on day 60
    assert paid(market, horizon=80)[15] == (1.0, 40.0)


@pytest.fixture
def strays(tables, answer):
    """How far each win moves the mean of a horizon, and what came of it."""

    def find(market, horizon):
        known = known_by(tables(market), DAY)
        rows = contributions(known, owners(known, "account"), "order_line", DAY, horizon, 0.5, 100)
        return {win: (moves, total) for win, moves, total in answer(rows.select("row_id", "strays", "total"))}

    return find


def test_a_win_seen_whole_moves_the_mean_by_how_far_it_lies_from_it(market, strays):
    found = strays(market, 50)
    mean = sum(total for _, total in found.values()) / len(found)
    assert [moves for moves, _ in found.values()] == pytest.approx(
        [(total - mean) / len(found) for _, total in found.values()])


def test_what_a_win_brought_in_a_step_that_few_have_lived_moves_the_mean_the_more(strays):
    """Of three wins one has lived the second half of a horizon: a euro more in it is a euro of the mean."""
    market = long_market([24, 12, 12])
    before = strays(market, 24)
    assert [moves for moves, _ in before.values()] == pytest.approx([0.0, 0.0, 0.0])
    market["order_line"][20]["amount"] += 2_00
    after = strays(market, 24)
    assert sum(moves for moves, _ in after.values()) == pytest.approx(0.0)
    assert after[100][0] == pytest.approx(0.0)   # alone in its step, it is what is usual there
    market["order_line"][5]["amount"] += 3_00
    third = strays(market, 24)
    assert [third[win][0] for win in (100, 101, 102)] == pytest.approx([1.5 * 2 / 9, -1.5 / 9, -1.5 / 9])


def long_market(ages, horizon=24):
    """Wins of so many ages in days, one account each; every day of the horizon brings one euro of margin."""
    end = datetime(2026, 7, 1)
    wins = [{"opportunity_id": 100 + i, "account_id": i, "outcome": "won", "closed_at": end - timedelta(days=age)}
            for i, age in enumerate(ages)]
    lines = [{"order_id": 1, "account_id": i, "ordered_at": end - timedelta(days=age - day), "amount": 2_00}
             for i, age in enumerate(ages) for day in range(min(age, horizon))]
    return {"account": [{"account_id": i} for i in range(len(ages))], "opportunity": wins, "order_line": lines,
            "entity_link": []}


def test_a_young_win_counts_for_the_share_of_a_horizon_that_arrives_by_its_age(paid):
    found = paid(long_market([24, 30, 12, 6]), horizon=24)
    assert [found[100 + i] for i in range(4)] == [
        pytest.approx(part) for part in ((1.0, 24.0), (1.0, 24.0), (0.5, 12.0), (0.25, 6.0))]


def test_shares_of_a_horizon_add_up_to_the_same_in_any_order(paid):
    shares = [trials for trials, _ in paid(long_market([24, 24, 17, 11, 7, 5, 3, 1]), horizon=24).values()]
    assert any(0 < share < 1 for share in shares)
    assert all((share * 2 ** 20).is_integer() for share in shares)


def test_young_wins_do_not_move_the_mean_of_a_steady_business(paid):
    """Money in a step not yet lived whole would be counted without its exposure, and raise the mean."""
    found = paid(long_market(range(3, 60, 4), horizon=48), horizon=48)
    assert sum(total for _, total in found.values()) / sum(trials for trials, _ in found.values()) == pytest.approx(48)


def test_a_win_of_today_has_shown_nothing_yet(paid):
    assert sorted(paid(long_market([24, 0]), horizon=24)) == [100]


def test_months_that_no_win_has_lived_yet_are_taken_to_bring_what_the_others_bring(paid):
    assert paid(long_market([12, 12]), horizon=24) == {key: (pytest.approx(0.5), 12.0) for key in (100, 101)}


def test_a_win_lasts_until_the_next_one_of_the_same_buyer(paid):
    market = long_market([24])
    market["opportunity"].append(market["opportunity"][0] | {"opportunity_id": 200, "closed_at": datetime(2026, 6, 19)})
    assert paid(market, horizon=24) == {100: (pytest.approx(0.5), 12.0), 200: (pytest.approx(0.5), 12.0)}


def test_an_order_that_tells_its_day_alone_came_after_a_win_of_that_day(paid):
    market = long_market([24])
    market["opportunity"][0]["closed_at"] += timedelta(hours=15)
    again = market["opportunity"][0]["closed_at"] + timedelta(days=12)
    market["opportunity"].append(market["opportunity"][0] | {"opportunity_id": 200, "closed_at": again})
    assert paid(market, horizon=24) == {100: (pytest.approx(0.5), 12.0), 200: (pytest.approx(0.5), 12.0)}


@pytest.fixture
def ledger(tables, answer):
    """Purchase days or histories of a market."""

    def find(market, which="histories", as_of=DAY):
        known = known_by(tables(market), as_of)
        days = purchase_days(known, owners(known, "account"), 0.5, 100)
        return answer(days.select("buyer_id", "day", "total", "bought") if which == "days" else histories(days, as_of))

    return find


def test_purchases_of_one_day_are_one_and_a_day_of_returns_is_none(market, ledger):
    elm = [row[1:] for row in ledger(market, "days") if row[0] == 5]
    assert elm == [(date(2026, 2, 1), 20.0, True), (date(2026, 3, 1), 25.0, True), (date(2026, 4, 1), -5.0, False)]


def test_a_history_counts_repeat_days_and_days_from_the_first_purchase_on(market, ledger):
    assert ledger(market) == [(1, 1.0, 74.0, 134.0, 45.0, 30.0**2 + 15.0**2),
                              (5, 1.0, 28.0, 149.0, 40.0, 20.0**2 + 25.0**2)]


def test_a_buyer_of_nothing_but_returns_has_no_history(market, ledger):
    market["order_line"].append({"order_id": 40, "account_id": 2, "ordered_at": datetime(2026, 5, 1), "quantity": -1.0,
                                 "amount": -5_00})
    assert [row[0] for row in ledger(market)] == [1, 5]


def given_back(*amounts):
    """A ledger of one buyer: so much bought, or where below zero returned, each on a day of its own from May on."""
    return {"account": [{"account_id": 1}], "entity_link": [], "order_line": [
        {"order_id": i, "account_id": 1, "ordered_at": datetime(2026, 5, 1) + timedelta(days=i), "amount": amount * 100,
         "quantity": 1.0 if amount > 0 else -1.0} for i, amount in enumerate(amounts)]}


@pytest.mark.parametrize(("amounts", "total"), [
    ((100, -40), 30), ((100, -100), 0), ((100, -300), 0), ((-300, 100), 50), ((100, -300, 100), 50),
    ((100, -300, 100, -40), 30), ((100, -60, -60, 20, -10), 5)])
def test_a_return_takes_back_at_most_what_was_seen_to_be_bought_by_then(amounts, total, ledger):
    assert ledger(given_back(*amounts))[0][-2] == pytest.approx(total)


def test_returns_of_the_day_of_a_purchase_come_off_it_and_share_what_is_too_much(tables, answer):
    market = given_back(100, 50, -20, -80, -120)
    for line in market["order_line"][1:]:
        line["ordered_at"] = market["order_line"][1]["ordered_at"]
    known = known_by(tables(market), DAY)
    lines = purchase_lines(known, owners(known, "account"), 0.5, 100).select("money", "beyond").execute()
    told = lines.sort_values("money", ascending=False)
    assert told["money"].to_list() == pytest.approx([50, 25, *(-back / 2 * 150 / 220 for back in (20, 80, 120))])
    assert told["beyond"].to_list() == pytest.approx([0, 0, *[70 / 220] * 3])


def test_a_sale_at_a_loss_is_no_return_and_its_loss_is_counted(ledger):
    market = given_back(100, 100)
    market["order_line"][1]["cost"] = 400_00
    assert ledger(market)[0][-2] == pytest.approx(50 - 300)


def test_what_a_buyer_is_seen_to_hold_never_falls_below_nothing(rng, ledger):
    """200 ledgers of up to twelve lines, walked through line by line."""
    amounts = {buyer: rng.integers(-9, 9, rng.integers(1, 12)) for buyer in range(200)}
    markets = [(buyer, line) for buyer, of in amounts.items() for line in given_back(*of.tolist())["order_line"]]
    found = ledger({"account": [{"account_id": buyer} for buyer in amounts], "entity_link": [],
                    "order_line": [line | {"account_id": buyer} for buyer, line in markets]}, "days")
    for buyer, of in amounts.items():
        held = 0.0
        for amount, (_, total) in zip(of / 2, sorted((day, total) for key, day, total, _ in found if key == buyer),
                                      strict=True):
            assert total == pytest.approx(max(amount, -held))
            held += total


def test_an_evening_order_west_of_greenwich_never_lies_after_the_day_of_looking(market, ledger):
    evening = {"order_id": 40, "account_id": 5, "ordered_at": datetime(2026, 7, 1, 2), "amount": 5_00}
    market["order_line"].append(evening)
    elm = ledger(market, as_of=AsOf(date(2026, 6, 30), "America/New_York"))[1]
    _, _, t_x, age, _, _ = elm
    assert t_x <= age == 150.0


@pytest.fixture
def entered(tables, answer):
    """Whether each opportunity was let in."""

    def find(market):
        known = with_entering(known_by(tables(market), DAY))["opportunity"]
        return dict(answer(known.select("opportunity_id", "entered")))

    return find


def test_a_step_taken_a_win_and_a_loss_tell_whether_an_opportunity_was_let_in(market, entered):
    for row in market["opportunity"]:
        row["entered"] = None
    market["step"] = [{"opportunity_id": 14, "name": "invited", "happened_at": datetime(2026, 6, 20)}]
    assert entered(market) == {11: True, 12: True, 13: False, 14: True, 15: True}


def test_an_open_opportunity_without_a_step_is_not_known_yet(market, entered):
    market["opportunity"][3]["entered"] = None
    market["step"] = [{"opportunity_id": 15, "name": "invited", "happened_at": datetime(2026, 1, 20)}]
    assert entered(market)[14] is None


def test_without_any_steps_nothing_is_read_into_an_opportunity(market, entered):
    for row in market["opportunity"]:
        row["entered"] = None
    assert set(entered(market).values()) == {None}


def test_an_incoming_touch_of_the_same_campaign_answers_the_outgoing_ones_before_it(market, tables, answer):
    def touch(key, account, day, direction, campaign="spring"):
        return {"touch_id": key, "account_id": account, "happened_at": datetime(2026, 3, day), "direction": direction,
                "campaign": campaign}

    market["touch"] = [touch(1, 1, 1, "out"), touch(2, 1, 5, "in"), touch(3, 1, 9, "out"), touch(4, 2, 1, "out"),
                       touch(5, 2, 1, "out", "autumn"), touch(6, None, 1, "out")]
    known = with_entering(known_by(tables(market), DAY))["touch"]
    told = dict(answer(known.select("touch_id", "answered")))
    assert told == {1: True, 2: None, 3: False, 4: False, 5: None, 6: None}


def test_an_answer_that_tells_its_day_alone_came_after_what_went_out_on_that_day(market, tables, answer):
    said = {"account_id": 1, "campaign": "spring"}
    market["touch"] = [said | {"touch_id": 1, "happened_at": datetime(2026, 3, 1, 9), "direction": "out"},
                       said | {"touch_id": 2, "happened_at": datetime(2026, 3, 1), "direction": "in"}]
    known = with_entering(known_by(tables(market), DAY))["touch"]
    assert answer(known.select("touch_id", "answered")) == [(1, True), (2, None)]
