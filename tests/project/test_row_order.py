"""In which order rows stand in the files, and in how many files, changes nothing that a run says of the market."""

import random
import re

import pytest

import marketsofone as m1
from marketsofone.sources.simulated import Plan, market_toml, simulate

TOLD_OF_ROWS = {"quarantine", "findings", "health"}
"""Tables that speak of single rows and files."""
SEED, ALIKE = 61, 60


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Files of a company with dirt, people, sites and wishes; the last accounts are alike but for their key."""
    made = simulate(Plan(accounts=400, dirty=0.02, deciding_contacts=0.6, sites=0.3, wishes=0.5), SEED)
    folder = tmp_path_factory.mktemp("as_exported")
    made.write(folder / "files", "csv")
    accounts = folder / "files" / "account.csv"
    head, *rows = accounts.read_text(encoding="utf-8").splitlines()
    key = re.compile(r'"A\d+"')
    alike = [key.sub(f'"Z{number:03}"', rows[1], count=1) for number in range(ALIKE)]
    accounts.write_text("\n".join([head, *rows, *alike, ""]), encoding="utf-8")
    text = market_toml(made, folder).replace(f"{folder}/", "files/").replace(".parquet", ".csv")
    (folder / "market.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def as_exported(company):
    return m1.run(company)


def test_shuffled_files_give_the_same_run(company, as_exported, tmp_path):
    chance = random.Random(SEED)
    (tmp_path / "files").mkdir()
    for file in sorted((company / "files").glob("*.csv")):
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        chance.shuffle(rows)
        (tmp_path / "files" / file.name).write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    (tmp_path / "market.toml").write_text((company / "market.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert differing(as_exported, m1.run(tmp_path)) == []


def test_files_in_two_parts_give_the_same_run(company, as_exported, tmp_path):
    (tmp_path / "files").mkdir()
    parts = re.split(r"(?m)^(?=\[)", (company / "market.toml").read_text(encoding="utf-8"))
    settings = [part for part in parts if not part.startswith("[sources.")]
    for file in sorted((company / "files").glob("*.csv")):
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        of_file = [part for part in parts if re.match(rf"\[sources\.{file.stem}[.\]]", part)]
        for number, half in enumerate((rows[:len(rows) // 2], rows[len(rows) // 2:])):
            name = f"{file.stem}_{number}"
            (tmp_path / "files" / f"{name}.csv").write_text("\n".join([head, *half, ""]), encoding="utf-8")
            settings += [part.replace(f"[sources.{file.stem}", f"[sources.{name}")
                         .replace(f"files/{file.name}", f"files/{name}.csv") for part in of_file]
    (tmp_path / "market.toml").write_text("".join(settings), encoding="utf-8")
    assert differing(as_exported, m1.run(tmp_path)) == []


def differing(first, second):
    """Names of the tables that differ in what they hold, in whatever order, to the last digit."""
    assert set(first.tables) == set(second.tables)
    return [name for name in sorted(set(first.tables) - TOLD_OF_ROWS)
            if held(first, name) != held(second, name)]


def held(run, name):
    rows = [tuple(value for column, value in row.items() if column not in ("source", "source_row"))
            for row in run.table(name).to_pylist()]
    return sorted(map(repr, rows))
