"""Lists with rows that only name a group: the group is what the rows below it are of, where that is sure; else told."""

from __future__ import annotations

import io
import tomllib

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

HEAD = "Deal,Owner,Company,Deal Value,Close Date"


def row(n):
    return (f"Deal {n}", ("Ann", "Bo")[n % 2], f"Firm {n % 9}", 100 + n, f"2025-03-{n % 28 + 1:02d}")


def board(*names, head=(), sums=False):
    """A list of ten deals a group, each group named by a row of its own, the sum of each below it."""
    for place, name in enumerate(names):
        rows = [row(10 * place + n) for n in range(10)]
        yield (name, "", "", "", "")
        yield from head
        yield from rows
        if sums:
            yield ("", "", "", sum(each[3] for each in rows), "2025-03-01 to 2025-03-28")


WON = "select count(*) || ' ' || sum(amount) from opportunity where outcome = 'won'"
LOST = WON.replace("'won'", "'lost'")


@pytest.mark.parametrize("names", [
    ("Closed won", "Closed lost", "Talks"), ("Gewonnen (10)", "Verloren (10)", "Angebot"), ("Gagné", "Perdu", "Devis"),
    ("Ganada", "Perdida", "Abierta"), ("Vinta", "Persa", "Aperta"),
])
def test_names_of_groups_that_tell_won_from_lost_are_the_outcome_of_the_rows_below_them(tmp_path, names):
    proposal = propose(written(tmp_path, deals=lines(HEAD, board(*names))), "Acme")
    engine = loaded(proposal.text)
    assert one_value(engine, "select count(*) from opportunity") == 30
    assert (one_value(engine, WON), one_value(engine, LOST)) == ("10 104500", "10 114500")
    assert any("taken for names of groups" in one for one in proposal.unsure)


@pytest.mark.parametrize("above", ["My board", "My board,,,,"])
@pytest.mark.parametrize("names", [("Closed won", "Lost", "Talks"), ("Won", "Lost")])
def test_a_board_whose_headings_stand_again_below_each_group_is_read_whole(tmp_path, above, names):
    first, *rest = board(*names, head=[HEAD.split(",")], sums=True)
    text = f"{above}\n{first[0]},,,,\n" + lines(",".join(rest[0]), rest[1:])
    engine = loaded(propose(written(tmp_path, board=text), "Acme").text)
    assert one_value(engine, "select count(*) from opportunity") == 10 * len(names)
    assert (one_value(engine, WON), one_value(engine, LOST)) == ("10 104500", "10 114500")


def test_so_is_one_in_a_workbook_with_empty_rows_between_its_groups(tmp_path):
    from openpyxl import Workbook

    book, held = Workbook(), io.BytesIO()
    book.active.append(["My board"])
    for each in board("Closed won", "Closed lost", head=[HEAD.split(",")], sums=True):
        if each[1:] == ("",) * 4:
            book.active.append([])
        book.active.append([None if value == "" else value for value in each])
    book.save(held)
    (tmp_path / "board.xlsx").write_bytes(held.getvalue())
    engine = loaded(propose(tmp_path, "Acme").text)
    assert (one_value(engine, WON), one_value(engine, LOST)) == ("10 104500", "10 114500")


def test_groups_that_tell_no_outcome_are_told_and_count_as_rows(tmp_path):
    proposal = propose(written(tmp_path, deals=lines(HEAD, board("North", "South", "East"))), "Acme")
    assert "groups" not in tomllib.loads(proposal.text)["sources"]["deals"]
    assert one_value(loaded(proposal.text), "select count(*) from opportunity") == 33
    assert any('write groups = "Group" in [sources.deals]' in one for one in proposal.unsure)


def test_customers_of_whom_only_the_name_is_known_are_no_groups(tmp_path):
    customers = lines("Customer,City,Segment", (
        (f"Firm {n}", *(("", "") if n in (0, 20, 40) else ("Ulm", "ab"[n % 2]))) for n in range(60)))
    proposal = propose(written(tmp_path, customers=customers), "Acme")
    assert one_value(loaded(proposal.text), "select count(*) from account") == 60


def grouped(sums=True):
    """A report whose first column says the stage once, in the first row of those that are of it."""
    for place, stage in enumerate(("Closed Won", "Closed Lost", "Talks")):
        rows = [row(10 * place + n) for n in range(10)]
        yield from ((stage if n == 0 else "", *each) for n, each in enumerate(rows))
        if sums:
            yield ("Subtotal", "", "", "", sum(each[3] for each in rows), "")


def test_a_stage_said_in_the_first_row_of_each_group_holds_until_its_subtotal(tmp_path):
    proposal = propose(written(tmp_path, deals=lines("Stage," + HEAD, grouped())), "Acme")
    engine = loaded(proposal.text)
    assert (one_value(engine, WON), one_value(engine, LOST)) == ("10 104500", "10 114500")


def test_without_subtotals_it_is_told_that_rows_without_a_stage_count_as_open(tmp_path):
    proposal = propose(written(tmp_path, deals=lines("Stage," + HEAD, grouped(sums=False))), "Acme")
    assert any('27 of 30 rows leave Stage empty and count as open. If it stands for the rows below it too, write '
               'fill_down = ["Stage"] in [sources.deals].' in one for one in proposal.unsure)


def test_two_columns_of_ticks_tell_what_was_won_and_what_was_lost(tmp_path):
    deals = lines("Deal,Company,Value,Won,Lost", (
        (f"D{n}", f"Firm {n % 9}", n, str(n % 3 == 0).upper(), str(n % 3 == 1).upper()) for n in range(90)))
    engine = loaded(propose(written(tmp_path, deals=deals), "Acme").text)
    assert engine.con.execute("select outcome, count(*) from opportunity group by 1 order by 1").fetchall() == [
        ("lost", 30), ("open", 30), ("won", 30)]
