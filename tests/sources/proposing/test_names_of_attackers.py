"""Names of columns and files as somebody may choose them who wants the proposed project file to say something else."""

import tomllib

import pytest

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.proposing.proposal import propose

NAMES = ("a\n[record]\nurl = 'sqlite:///elsewhere.db'\n#", 'a"\nhour_cost = 99 #', "a'\"\n[sources.x]\nfile = 'x'\n#",
         "a\x1b[31mred", "a\x07\"", "a\x7f", "a\u202egnp", "a\\", 'a\\"', "a\u2028b", "e-mail\n[market]\nname = 'x'",
         "closing a\n[x]\n#")
DAYS = [f"2025-{1 + n % 12:02d}-{1 + n % 27:02d}" for n in range(200)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values", ["few", "all different", "addresses"])
def test_a_name_of_a_column_is_a_name_in_the_proposed_file_and_nothing_else(tmp_path, name, values):
    told = {"few": lambda n: "xyz"[n % 3], "all different": lambda n: f"t{n * n:x}",
            "addresses": lambda n: f"p{n}@example.org"}[values]
    quoted = name.replace('"', '""')
    rows = [f"o{n},a{n % 40},{('Won', 'Lost')[n % 2]},{DAYS[n]},{100 + n},{told(n)}" for n in range(200)]
    text = f'opp_id,account,outcome,closed_on,amount,"{quoted}"\n' + "\n".join(rows) + "\n"
    (tmp_path / "deals.csv").write_text(text)
    found = propose(tmp_path, "market").text
    said = tomllib.loads(found)
    assert set(said) == {"market", "steps", "sources"}
    assert set(said["sources"]) == {"deals"}
    assert said["market"].get("hour_cost") is None
    assert all(letter.isprintable() or letter == "\n" for letter in found)


def test_a_name_of_a_file_is_a_name_in_the_proposed_file(tmp_path):
    rows = [f"o{n},a{n % 40},{('Won', 'Lost')[n % 2]},{DAYS[n]},{100 + n}" for n in range(200)]
    name = "deals\n[record]\nurl = 'x'\n#'\".csv"
    (tmp_path / name).write_text("opp_id,account,outcome,closed_on,amount\n" + "\n".join(rows) + "\n")
    (source,) = tomllib.loads(propose(tmp_path, "market").text)["sources"].values()
    assert source["file"].endswith(name)


def test_a_text_that_no_reader_follows_is_told_without_quoting_it(market):
    market.write("deals.csv", 'id,"ann@example.org\rx",account\n' + "".join(f"o{n},a,b\n" for n in range(400)))
    with pytest.raises(SourceUnreadable) as told:
        market.load('[sources.crm]\nfile = "deals.csv"\n[sources.crm.opportunity]\nopportunity_id = "id"\n')
    assert "ann@" not in str(told.value)
