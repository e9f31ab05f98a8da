"""Bad input through the command line: a message that names the place, what was found and the repair."""

import json
import re
from pathlib import Path

import pytest

from marketsofone.cli import main

HEAD = """
[market]
currency = "EUR"

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[sources.deals]
file = "deals.csv"
{options}
[sources.deals.opportunity]
opportunity_id = "id"
outcome = "{outcome}"
opened_at = "opened"
closed_at = "closed"
amount = "{amount}"
cost = "cost"

[sources.deals.opportunity.dimensions]
sector = "{sector}"
"""
COLUMNS = "id,sector,result,opened,closed,value,cost"


def rows(count: int = 60) -> list[str]:
    return [f"D{i},{'retail' if i % 2 else 'care'},{'won' if i % 3 else 'lost'},2025-01-{1 + i % 28:02d},"
            f"2025-03-{1 + i % 28:02d},{100 + i},40" for i in range(count)]


def project(folder: Path, lines: list[str] | None = None, header: str = COLUMNS, options: str = "",
            outcome: str = "result", amount: str = "value", sector: str = "sector") -> str:
    (folder / "market.toml").write_text(HEAD.format(options=options, outcome=outcome, amount=amount, sector=sector))
    if lines is not None:
        (folder / "deals.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return str(folder)


def told(capsys, *words: str) -> tuple[int, str]:
    status = main(list(words))
    captured = capsys.readouterr()
    return status, captured.err + captured.out


def test_the_everyday_file_runs(tmp_path, capsys):
    status, text = told(capsys, "run", project(tmp_path, rows()))
    assert status == 0, text
    assert "report.html" in text


def test_a_missing_file_is_named(tmp_path, capsys):
    status, text = told(capsys, "run", project(tmp_path))
    assert status == 2
    assert "deals.csv" in text
    assert 'file = "' in text


def test_an_empty_file_is_named(tmp_path, capsys):
    where = project(tmp_path)
    (tmp_path / "deals.csv").write_text("")
    status, text = told(capsys, "run", where)
    assert status == 2
    assert "deals" in text
    assert "empty" in text.lower()


def test_a_wrong_delimiter_is_told_with_the_line_to_add(tmp_path, capsys):
    lines = [line.replace(",", ";") for line in rows()]
    status, text = told(capsys, "run", project(tmp_path, lines, header=COLUMNS.replace(",", ";"),
                                               options='delimiter = ","'))
    assert status == 2
    assert 'delimiter = ";"' in text


def test_a_missing_column_is_told_with_the_nearest_name(tmp_path, capsys):
    status, text = told(capsys, "run", project(tmp_path, rows(), amount="valeu"))
    assert status == 2
    assert "ColumnMissing" in text
    assert "value" in text


def test_a_repeated_key_is_kept_in_quarantine_with_its_row(tmp_path, capsys):
    where = project(tmp_path, [*rows(), rows(1)[0]])
    assert told(capsys, "run", where)[0] == 0
    status, text = told(capsys, "check", where)
    assert status == 0
    assert "share the key" in text
    import marketsofone as m1

    refused = m1.frame(m1.open_run(tmp_path), "quarantine")
    assert refused["source_row"].tolist() == [61]
    health = m1.frame(m1.open_run(tmp_path), "health").iloc[0]
    assert (health["read"], health["accepted"], health["refused"]) == (61, 60, 1)


def test_dates_in_two_formats_are_refused_and_counted(tmp_path, capsys):
    other = [line.replace("2025-01-01", "01.01.2025") for line in rows()]
    where = project(tmp_path, other)
    status, text = told(capsys, "check", where)
    assert status == 0
    assert "3 are" in text
    assert "date_format" in text


def test_the_line_that_reads_dates_in_two_formats_does(tmp_path, capsys):
    where = project(tmp_path, [line.replace("2025-01-01", "01.01.2025") for line in rows()])
    _status, said = told(capsys, "check", where, "--format", "json")
    (repair,) = [row["repair"] for row in json.loads(said)[0]["findings"] if row["code"] == "dates_in_two_formats"]
    line = repair.splitlines()[-1]
    settings = (tmp_path / "market.toml").read_text().replace('opened_at = "opened"', line)
    (tmp_path / "market.toml").write_text(settings)
    _status, again = told(capsys, "check", where, "--format", "json")
    assert json.loads(again)[0]["refused"] == []


def test_a_run_of_files_without_dates_says_so_and_ranks_by_what_there_is(tmp_path, capsys):
    where = project(tmp_path, rows())
    settings = (tmp_path / "market.toml").read_text()
    for line in ('opened_at = "opened"', 'closed_at = "closed"', 'attractiveness = "opportunity.amount"'):
        settings = settings.replace(line, "")
    (tmp_path / "market.toml").write_text(settings)
    status, said = told(capsys, "run", where)
    assert status == 0
    assert "the data carry no date" in said
    assert "None" not in said
    assert ": competitiveness " in said.split("To approach first:")[1]
    assert "undated" in told(capsys, "runs", where)[1]
    (page,) = tmp_path.glob("runs/*/report.html")
    assert "as of an unknown day" in page.read_text()


def test_nothing_won_is_told_as_such(tmp_path, capsys):
    lines = [line.replace(",won,", ",lost,") for line in rows()]
    assert "no opportunity was won by the date" in told(capsys, "check", project(tmp_path, lines))[1]


def test_what_is_sold_at_a_loss_is_no_evidence_of_worth_and_is_told(tmp_path, capsys):
    where = project(tmp_path, rows(), amount="-1.0 * value", header=COLUMNS)
    status, said = told(capsys, "run", where)
    assert status == 0
    contributed = sum(-(100 + i) - 40 for i in range(60) if i % 3)
    assert f"what was sold contributed EUR {contributed:,.2f} in all" in told(capsys, "check", where)[1]
    assert "nan" not in said.lower()


LEDGER = """
[sources.lines]
file = "lines.csv"
[sources.lines.order_line]
order_id = "id"
account_id = "account"
ordered_at = "day"
amount = "amount"
"""


@pytest.mark.parametrize(("days", "margin", "why"), [
    (3650, "margin_rate = 0.5", "no win is 152 days old by the date"),
    (90, "", "no row of order_line has both amount and cost"),
])
def test_why_orders_after_a_win_say_nothing_is_told(tmp_path, capsys, days, margin, why):
    where = project(tmp_path, rows())
    settings = (tmp_path / "market.toml").read_text().replace(
        'currency = "EUR"', f'currency = "EUR"\nhorizon_days = {days}\n{margin}').replace(
        '"opportunity.amount"', '"order_line"').replace(
        'outcome = "result"', 'outcome = "result"\naccount_id = "sector"')
    (tmp_path / "market.toml").write_text(settings + LEDGER)
    (tmp_path / "lines.csv").write_text("id,account,day,amount\n" + "".join(
        f"l{n},{('retail', 'care')[n % 2]},2025-06-{n % 28 + 1:02d},100\n" for n in range(30)))
    assert why in " ".join(told(capsys, "check", where)[1].split())


def test_rows_that_tell_no_contribution_are_counted(tmp_path, capsys):
    lines = [line.replace(",40", ",") if n < 9 else line for n, line in enumerate(rows())]
    said = " ".join(told(capsys, "check", project(tmp_path, lines))[1].split())
    assert "6 rows of opportunity tell no contribution" in said
    assert "Where amounts are missing, fill them in." in said, "a stated margin would not help"


def test_a_text_in_a_number_is_refused_with_its_row(tmp_path, capsys):
    lines = rows()
    lines[6] = lines[6].replace(",106,", ",a lot,")
    where = project(tmp_path, lines)
    assert told(capsys, "run", where)[0] == 0
    import marketsofone as m1

    refused = m1.frame(m1.open_run(tmp_path), "quarantine")
    assert refused[["source_row", "field"]].to_numpy().tolist() == [[7, "amount"]]


def test_check_tells_every_reason_for_which_rows_were_refused_and_a_run_how_many(tmp_path, capsys):
    lines = [line.replace(",lost,", ",perdu,") for line in rows()]
    lines[1] = lines[1].replace(",101,", ",a lot,")
    where = project(tmp_path, lines)
    status, text = told(capsys, "check", where)
    assert status == 0
    assert "not one of open, won, lost" in text
    assert "text in a number" in text
    assert "rests on one outcome" in text
    assert "Refused: 21 of 60 rows read." in told(capsys, "run", where)[1]


def test_a_dimension_that_names_buyers_is_left_out_and_said_so(tmp_path, capsys):
    where = project(tmp_path, rows(), sector="id")
    assert told(capsys, "run", where)[0] == 0
    import marketsofone as m1

    run = m1.open_run(tmp_path)
    assert m1.frame(run, "findings")["message"].str.contains("it names buyers").any()
    assert len(m1.frame(run, "strata")) == 1


def test_a_single_outcome_never_gives_certainty(tmp_path, capsys):
    where = project(tmp_path, [line.replace(",lost,", ",won,") for line in rows()])
    assert told(capsys, "run", where)[0] == 0
    import marketsofone as m1

    run = m1.open_run(tmp_path)
    assert m1.frame(run)["competitiveness"].max() < 1
    assert m1.frame(run, "findings")["code"].eq("one_outcome").any()


def test_no_closed_opportunity_is_no_evidence(tmp_path, capsys):
    lines = [line.replace(",lost,", ",open,").replace(",won,", ",open,") for line in rows()]
    status, text = told(capsys, "run", project(tmp_path, lines))
    assert status == 2
    assert "NothingToScore" in text
    assert "[steps]" in text


def with_nothing_to_score(folder: Path) -> str:
    """Sixty opportunities without a decision, one of them in a word that is not known."""
    lines = [line.replace(",lost,", ",open,").replace(",won,", ",open,") for line in rows()]
    return project(folder, [*lines[:-1], lines[-1].replace(",open,", ",perhaps,")])


def test_where_nothing_can_be_scored_check_shows_what_was_read_and_refused_before_it_says_so(tmp_path, capsys):
    assert main(["check", with_nothing_to_score(tmp_path)]) == 2
    said = capsys.readouterr()
    for heading in ("What was read", "What was refused, and why", "Evidence for the scores"):
        assert heading in said.out
    assert "not one of open, won, lost" in said.out
    assert said.err.startswith("NothingToScore: ")
    assert "NothingToScore" not in said.out


def test_where_nothing_can_be_scored_check_tells_programs_the_tables_and_the_problem(tmp_path, capsys):
    assert main(["check", with_nothing_to_score(tmp_path), "--format", "json"]) == 2
    [checked] = json.loads(capsys.readouterr().out)
    assert sum(row["refused"] for row in checked["health"]) == 1
    assert [row["note"] for row in checked["evidence"]] == ["no evidence"] * 3
    assert checked["problem"]["error"] == "NothingToScore"
    assert "[steps]" in checked["problem"]["repair"]


def test_where_something_can_be_scored_check_tells_programs_of_no_problem(tmp_path, capsys):
    assert main(["check", project(tmp_path, rows()), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["problem"] is None


def test_from_python_check_gives_back_what_was_read_and_why_nothing_can_be_scored(tmp_path):
    import marketsofone as m1

    checked = m1.check(with_nothing_to_score(tmp_path))
    assert checked.refused.num_rows == 1
    assert "no decided opportunity" in checked.problem.found


def test_a_project_file_without_steps_is_told_those_that_its_tables_may_answer(tmp_path, capsys):
    where = project(tmp_path, rows())
    file = tmp_path / "market.toml"
    file.write_text(re.sub(r"\[steps\]\n(?:.+\n)*", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    status, text = told(capsys, "check", where)
    assert status == 2
    assert "no outcome in [steps] of market.toml" in text
    assert "What was read" in text
    assert 'competitiveness = "opportunity.outcome"' in text


def test_lines_that_name_no_opportunity_are_told_from_lines_without_money_where_opportunities_are_the_buyers(
        tmp_path, capsys):
    where = project(tmp_path, rows())
    file = tmp_path / "market.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"opportunity.amount"', '"order_line"') + """
[sources.orders]
file = "orders.csv"
[sources.orders.order_line]
order_id = "no"
ordered_at = "day"
amount = "amount"
cost = "cost"
""", encoding="utf-8")
    (tmp_path / "orders.csv").write_text("no,day,amount,cost\n1,2025-05-01,100,60\n2,2025-05-02,80,50\n")
    status, text = told(capsys, "check", where)
    assert status == 0
    assert "no row of order_line that names an opportunity" in text


def test_no_evidence_tells_what_was_refused(tmp_path, capsys):
    lines = [line.replace(",lost,", ",Verloren,").replace(",won,", ",Gewonnen,") for line in rows()]
    lines[0] = lines[0].replace("Verloren", "open")
    status, text = told(capsys, "check", project(tmp_path, lines))
    assert status == 2
    assert "59 rows of deals, opportunity.outcome: not one of open, won, lost" in text


def test_repeated_keys_are_counted_in_one_line(tmp_path, capsys):
    status, text = told(capsys, "check", project(tmp_path, rows() + rows(9)), "--format", "json")
    assert status == 0
    refused = json.loads(text)[0]["refused"]
    assert [(one["reason"], one["rows"], one["first_row"]) for one in refused] == [("exact duplicate", 9, 61)]


@pytest.mark.parametrize(("wrong", "right"), [("curency", "currency"), ("horizon_day", "horizon_days")])
def test_a_misspelt_key_is_told_with_the_right_one(tmp_path, capsys, wrong, right):
    where = project(tmp_path, rows())
    text = (tmp_path / "market.toml").read_text().replace('currency = "EUR"', f'currency = "EUR"\n{wrong} = 5', 1)
    (tmp_path / "market.toml").write_text(text)
    status, said = told(capsys, "run", where)
    assert status == 2
    assert wrong in said
    assert right in said


@pytest.mark.parametrize("wrong", ['[marketing]\ncolumn = "sectr"', '[alarms]\nsector = "sectr"'])
def test_a_dimension_that_is_not_there_is_told_before_anything_is_run(tmp_path, capsys, wrong):
    where = project(tmp_path, rows())
    with (tmp_path / "market.toml").open("a") as file:
        file.write(f"\n{wrong}\n")
    status, said = told(capsys, "check", where)
    assert status == 2
    assert "If 'sector' is meant" in said


def test_names_never_reach_a_message(tmp_path, capsys):
    lines = rows()
    lines[3] = lines[3].replace(",103,", ",Maria Secret <maria@example.org>,")
    where = project(tmp_path, lines, sector="sector")
    said = told(capsys, "check", where)[1] + told(capsys, "run", where)[1]
    assert "maria" not in said.lower()
