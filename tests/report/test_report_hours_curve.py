from marketsofone.report.hours_curve import hours_curve

SWEPT = [{"share": 1.0, "hours": 100.0, "value": 900.0}, {"share": 0.5, "hours": 50.0, "value": 600.0},
         {"share": 2.0, "hours": 180.0, "value": 1100.0}]


def test_more_hours_lie_further_right_and_the_own_capacity_is_marked():
    drawn = hours_curve(SWEPT, "EUR")
    assert [point.x for point in drawn.points] == sorted(point.x for point in drawn.points)
    assert [point.y for point in drawn.points] == sorted((point.y for point in drawn.points), reverse=True)
    assert [point.own for point in drawn.points] == [False, True, False]
    assert "100 hours placed, EUR 900 expected beyond their cost" in drawn.points[1].title


def test_one_solution_is_no_curve():
    assert hours_curve(SWEPT[:1], "EUR").points == ()
    assert hours_curve([], "EUR").points == ()


def test_a_loss_lies_below_none():
    drawn = hours_curve([{"share": 1.0, "hours": 10.0, "value": -50.0}, {"share": 2.0, "hours": 20.0, "value": 50.0}],
                        "EUR")
    assert drawn.points[0].y == drawn.base
    assert drawn.points[1].y == drawn.top
