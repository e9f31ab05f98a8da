"""Two groups of a company one can hold in the head, side by side through the command line."""

import io
import json
from contextlib import redirect_stdout

import pytest

from marketsofone.cli import main
from marketsofone.project import run_project
from marketsofone.project.comparing.distinguishing import Asked, distinguish
from marketsofone.report.segment_words import TYPICAL

CONTRACT = ["criterion", "verdict", "effect", "low", "high", "buyers_a", "buyers_b", "trials_a", "trials_b"]
SETTINGS = """
margin_rate = 0.4

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[sources.deals.account]
account_id = "account"

[sources.deals.account.dimensions]
payment = "payment"
deciding_site = "site"
colour = "colour"
staff = { from = "staff", kind = "number" }

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
amount = "amount"

[sources.wishes.wish]
about = "'account'"
about_id = "account"
kind = "'need'"
theme = "theme"
"""


def deals():
    """240 accounts: the even ones lease and win often, the odd ones pay by invoice; all else is the same."""
    for number in range(240):
        even, turn = number % 2 == 0, number // 2
        yield {"account": f"A{number}", "payment": "leasing" if even == (turn % 10 < 9) else "invoice",
               "site": ("own", "head office")[turn % 2], "colour": f"shade {number}", "staff": 20 + turn % 7,
               "deal": f"D{number}", "outcome": "won" if turn % 10 < (7 if even else 3) else "lost",
               "amount": 1000 + turn % 11}


@pytest.fixture(scope="module")
def project(small_company, tmp_path_factory):
    rows = list(deals())
    folder = small_company(
        tmp_path_factory.mktemp("leasers"), SETTINGS, deals=rows,
        wishes=[{"account": row["account"], "theme": ("speed", "price")[n % 2]} for n, row in enumerate(rows)])
    for odd in (0, 1):
        keys = [row["account"] for n, row in enumerate(rows) if n % 2 == odd]
        (folder / f"{('even', 'odd')[odd]}.txt").write_text("\n".join(keys), encoding="utf-8")
    run_project(folder)
    return folder


@pytest.fixture(scope="module")
def lists(project):
    return f"@{project / 'even.txt'}", f"@{project / 'odd.txt'}", str(project)


@pytest.fixture(scope="module")
def verdicts(lists):
    said = io.StringIO()
    with redirect_stdout(said):
        assert main(("distinct", *lists, "--format", "json")) == 0
    return {row["criterion"]: row for row in json.loads(said.getvalue())}


def test_every_criterion_and_score_has_a_row_with_the_columns_of_the_contract(verdicts):
    assert set(verdicts) == {"needs", "competitors", "version", "adjustment", "payment", "approach", "end_customers",
                             "site", "pull", "competitiveness", "attractiveness", "colour", "staff"}
    assert all(set(CONTRACT) <= set(row) for row in verdicts.values())


def test_what_was_planted_is_called_different_with_its_size(verdicts):
    needs, payment, won = (verdicts[name] for name in ("needs", "payment", "competitiveness"))
    assert needs["verdict"] == payment["verdict"] == won["verdict"] == "different"
    assert (needs["on"], needs["value_a"] + needs["value_b"]) == ("price", 1)
    assert payment["effect"] == pytest.approx(0.8, abs=0.02)
    assert won["effect"] == pytest.approx(0.4)
    assert won["low"] < 0.4 < won["high"]
    assert (won["buyers_a"], won["trials_a"]) == (120, 120)


def test_what_is_the_same_is_alike_only_where_that_is_shown(verdicts):
    assert verdicts["staff"]["verdict"] == "alike"
    assert verdicts["attractiveness"]["verdict"] == "alike"
    site = verdicts["site"]
    assert (site["verdict"], site["effect"]) == ("cannot tell yet", 0)
    assert site["needed"] > 120


def test_what_nobody_recorded_or_what_names_each_buyer_cannot_be_told(verdicts):
    for name, buyers in (("version", 0), ("pull", 0), ("colour", 120)):
        row = verdicts[name]
        assert (row["verdict"], row["effect"], row["buyers_a"]) == ("cannot tell yet", None, buyers)


def test_the_table_says_it_in_words(m1, lists):
    status, out, _ = m1("distinct", *lists)
    assert status == 0
    for words in ("payment", "40.0 points", "90.0%", "invoice", "no record", "different", "120 (120)", TYPICAL):
        assert words in out


def test_pairs_asked_together_pay_for_each_other_and_a_wider_margin_shows_more_to_be_alike(project, verdicts):
    even, odd = f"@{project / 'even.txt'}", f"@{project / 'odd.txt'}"
    halves = [[f"A{n}" for n in range(start, 240, 4)] for start in (0, 2)]
    both = distinguish(project, [(even, odd), (halves[0], halves[1])], Asked(share_margin=0.4)).verdicts
    first = next(found for found in both if found.criterion == "site")
    assert len(both) == 2 * len(verdicts)
    assert first.high > verdicts["site"]["high"]
    assert first.verdict == "alike"


def test_what_is_typical_of_a_group_is_the_same_whatever_it_is_compared_with(project):
    small, large = ([f"A{n}" for n in range(240) if (20 + n // 2 % 7 > 23) == more] for more in (False, True))
    few, rest = small[:20], small[20:40]
    alone = distinguish(project, [(few, rest)], Asked()).verdicts
    beside = distinguish(project, [(few, rest), (large[:40], large[40:80])], Asked()).verdicts
    first, again = ({(found.criterion, name): getattr(found, name) for found in each for name in
                     ("value_a", "value_b", "effect") if getattr(found, name) is not None}
                    for each in (alone, beside[:len(alone)]))
    assert ("staff", "value_a") in first
    assert again == pytest.approx(first, rel=1e-12)


@pytest.mark.parametrize(("words", "said"), [
    (("nowhere", "A1"), "no stratum of that id, path or name"),
    (("A1,A2", "A2,A3"), "1 buyers in both"),
    (("A1", "A2", "--level", "5"), "lie between 0 and 1"),
])
def test_what_cannot_be_compared_is_told_with_its_repair(m1, project, words, said):
    first, second, *options = words
    status, out, err = m1("distinct", first, second, str(project), *options)
    assert (status, out) == (2, "")
    assert said in err
