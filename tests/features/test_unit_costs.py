"""What was sold costs what its units cost on the day, where rows tell no cost of their own."""

from datetime import date, datetime

import pytest

from marketsofone.features.unit_costs import unit_costs, with_unit_costs

PRICES = [{"product_id": 81, "unit_cost": 5_00, "valid_to": date(2026, 3, 1)},
          {"product_id": 81, "unit_cost": 7_00, "valid_from": date(2026, 3, 1)},
          {"product_id": 82, "unit_cost": 2_00, "valid_from": date(2026, 1, 1), "valid_to": date(2026, 2, 1)}]


@pytest.fixture
def costs(tables, answer):
    """The cost of each row of a table, by its place in the file."""

    def find(name, day=date(2026, 12, 31), **market):
        made = tables({"product": PRICES, "entity_link": [], **market})
        return [cost for _row, cost in sorted(answer(
            with_unit_costs(made, unit_costs(made["product"], day))[name].select("source_row", "cost")))]

    return find


def line(product, day, quantity=3.0, **more):
    return {"order_id": 1, "account_id": 1, "product_id": product, "quantity": quantity, "amount": 100_00,
            "ordered_at": datetime(*day), **more}


def test_a_line_without_a_cost_has_that_of_its_units_on_its_day(costs):
    assert costs("order_line", order_line=[
        line(81, (2020, 1, 1)), line(81, (2026, 2, 28, 23)), line(81, (2026, 3, 1)), line(81, (2026, 6, 1), -1.0),
    ]) == [15_00, 15_00, 21_00, -7_00]


def test_a_part_of_a_unit_costs_its_part_with_halves_away_from_zero(costs):
    assert costs("order_line", order_line=[line(81, (2026, 1, 1), quantity) for quantity in (1.003, 0.009, -0.009)]) \
        == [5_02, 5, -5]


def test_units_come_back_by_quantity_or_by_amount_and_a_rebate_moves_none(costs):
    assert costs("order_line", order_line=[
        {**line(81, (2026, 1, 5), quantity), "amount": amount} for quantity, amount in (
            (-3.0, -30_00), (3.0, -30_00), (-3.0, -1_00), (3.0, -1_00), (3.0, 0), (-3.0, 0), (3.0, None))
    ]) == [-15_00, -15_00, -15_00, 0, 15_00, -15_00, 15_00]


def test_a_cost_that_is_told_stands_and_one_that_nobody_knows_stays_unknown(costs):
    assert costs("order_line", order_line=[
        line(81, (2026, 3, 1), cost=1_00), line(82, (2026, 2, 1)), line(82, (2025, 12, 31)), line(None, (2026, 1, 5)),
        line(81, (2026, 1, 5), None), line(83, (2026, 1, 5)),
    ]) == [1_00, None, None, None, None, None]


def test_an_opportunity_costs_what_all_its_lines_cost_when_it_was_closed(costs):
    opportunities = [{"opportunity_id": n, "opened_at": datetime(2026, 1, 5), "amount": 100_00, **more}
                     for n, more in ((1, {"closed_at": datetime(2026, 3, 5)}), (2, {}), (3, {}), (4, {"cost": 9_00}),
                                   (5, {"opened_at": None}))]
    lines = [{"opportunity_id": of, "product_id": product, "quantity": 2.0}
             for of, product in ((1, 81), (2, 81), (2, 82), (3, 81), (3, 83), (4, 81), (5, 81))]
    assert costs("opportunity", opportunity=opportunities, opportunity_line=lines) == [14_00, 14_00, None, 9_00, 14_00]


def test_within_a_longer_period_the_one_that_began_last_counts_while_it_holds(costs):
    promotion = [*PRICES, {"product_id": 81, "unit_cost": 4_00, "valid_from": date(2026, 5, 1),
                           "valid_to": date(2026, 6, 1)}]
    assert costs("order_line", product=promotion, order_line=[
        line(81, (2026, 4, 30)), line(81, (2026, 5, 31)), line(81, (2026, 6, 1))]) == [21_00, 12_00, 21_00]


def test_what_a_unit_will_cost_after_the_day_changes_nothing_by_the_day(costs):
    undated = {**line(81, (2026, 1, 1)), "ordered_at": None}
    later = [{"product_id": 81, "unit_cost": 7_00, "valid_from": date(2026, 3, 1), "valid_to": date(2026, 8, 1)},
             {"product_id": 81, "unit_cost": 9_00, "valid_from": date(2026, 8, 1)}]
    for prices in (PRICES, [PRICES[0], *later]):
        assert costs("order_line", day=date(2026, 6, 30), product=prices, order_line=[undated]) == [21_00]


def test_a_cost_that_held_until_a_day_beats_one_that_holds_always(costs):
    always = [{"product_id": 81, "unit_cost": 9_00}, *PRICES[:1]]
    assert costs("order_line", product=always, order_line=[line(81, (2026, 2, 28)), line(81, (2026, 3, 1))]) == [
        15_00, 27_00]
