"""What differs between two runs, in sentences: numbers as every other page writes them."""

from marketsofone.project.history.diff import Difference, Moved
from marketsofone.project.history.differing import difference_sentences, measured
from marketsofone.project.history.grounds import Change
from marketsofone.project.history.plans import PlanDifference


def told(*moved: Moved) -> list[str]:
    found = Difference("before", "after", (), (), (), (), (), Change("buyers", 5, 5), 0, 0, 5, moved, (),
                       PlanDifference("run one holds none: no reps."))
    return list(difference_sentences(found, "EUR"))[1:-1]


def test_how_far_buyers_moved_is_told_in_points_money_places_and_counts():
    assert told(Moved("pull", 12, 0.031), Moved("competitiveness", 3, 0.000108), Moved("attractiveness", 1, 1204.4),
                Moved("value_per_hour", 2, 3.5), Moved("rank", 4, 1.0), Moved("pull_trials", 2, 1.5),
                Moved("path", 7, None), Moved("pull_trials", 9, 0.0004), Moved("value_per_hour", 2, 0.001)) == [
        "12 buyers moved in pull, half of them by 3.1 points or more.",
        "3 buyers moved in competitiveness, half of them by less than 0.1 points.",
        "1 buyer moved in attractiveness, by EUR 1,204.",
        "2 buyers moved in the value of an hour, half of them by EUR 3.50 or more.",
        "4 buyers moved in rank, half of them by 1 place or more.",
        "2 buyers moved in the trials behind pull, half of them by 1.5 or more.",
        "7 buyers moved in stratum.",
        "9 buyers moved in the trials behind pull, half of them by less than 0.1.",
        "2 buyers moved in the value of an hour, half of them by less than EUR 0.01."]


def test_a_value_before_or_after_is_written_as_on_every_page():
    assert [measured("pull", 0.0002, "EUR"), measured("attractiveness", 99.5, "EUR"), measured("rank", 1204, "EUR"),
            measured("value_per_hour", None, "EUR")] == ["<0.1%", "EUR 99.50", "1,204", "none"]
