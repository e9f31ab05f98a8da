from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.errors import SettingsInvalid, SourceMissing
from marketsofone.project.settings.keys import rules
from marketsofone.project.settings.market_file import (
    Market,
    ModelSettings,
    Steps,
    StrataSettings,
    described,
    read_settings,
)

SOURCE = '\n[sources.crm]\nfile = "deals.csv"\n'


def settings_of(folder, text, source=SOURCE):
    (folder / "market.toml").write_text(text + source, encoding="utf-8")
    return read_settings(folder)


def refusal(folder, text, source=SOURCE):
    with pytest.raises(SettingsInvalid) as caught:
        settings_of(folder, text, source)
    return caught.value


def test_everything_a_file_says_arrives(tmp_path):
    read = settings_of(tmp_path, """
        [market]
        name = "Acme"
        currency = "USD"
        as_of = 2026-06-30
        time_zone = "Europe/Berlin"
        buyer = "account"
        margin_rate = 0.35
        hour_cost = 60
        [steps]
        competitiveness = "opportunity.outcome"
        attractiveness = "order_line"
        [strata]
        handling_cost = 500.0
        least_buyers = 20
        [model]
        traits = true
        """)
    assert read.market == Market(currency="USD", name="Acme", as_of=date(2026, 6, 30), buyer="account",
                                 time_zone="Europe/Berlin", margin_rate=0.35, hour_cost=60)
    assert read.steps == Steps(competitiveness="opportunity.outcome", attractiveness="order_line")
    assert read.strata == StrataSettings(handling_cost=500.0, least_buyers=20)
    assert read.model == ModelSettings(traits=True)
    assert read.sources == {"crm": {"file": "deals.csv"}}


def test_what_is_left_out_has_the_default_and_is_not_called_given(tmp_path):
    read = settings_of(tmp_path, '[market]\ncurrency = "EUR"')
    assert read.market.name == tmp_path.name
    assert read.market.time_zone == "UTC"
    assert read.strata == StrataSettings(handling_cost=0.0, level=0.04, least_buyers=0, most_depth=6)
    assert read.given == {"market.currency", "sources.crm"}


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "market.toml").write_text('\ufeff[market]\ncurrency = "EUR"\n' + SOURCE, encoding="utf-8")
    assert read_settings(tmp_path).market.currency == "EUR"


@pytest.mark.parametrize(("address", "told"), [
    ("postgresql://m1:secret@db/sales", "postgresql://m1@db/sales"),
    ("postgresql://m1:sec@secret@db/sales", "postgresql://m1@db/sales"),
    ("postgresql://db/sales?user=m1&password=secret&sslmode=require",
     "postgresql://db/sales?user=m1&password=***&sslmode=require"),
])
def test_the_manifest_never_holds_a_password(tmp_path, address, told):
    source = f'\n[sources.crm]\nurl = "{address}"\n[record]\nurl = "{address}"\n'
    said = described(settings_of(tmp_path, '[market]\ncurrency = "EUR"\nas_of = 2026-06-30', source))
    assert said["sources"]["crm"]["url"] == said["record"]["url"] == told
    assert said["market"]["as_of"] == "2026-06-30"


def test_the_manifest_never_holds_the_key_of_a_buyer_with_whom_hours_are_agreed(tmp_path):
    plan = ('\n[plan]\nleast = { "ann@example.com" = 2.0 }\nmost = { "ann@example.com" = 9.0 }\n'
            'calls = { "bob@example.com" = 1 }\nnot_moved = ["ann@example.com", "bob@example.com"]\n')
    settings = settings_of(tmp_path, '[market]\ncurrency = "EUR"' + plan)
    said = described(settings)["plan"]
    assert "example" not in str(said)
    assert list(said["least"].values()) == [2.0]
    assert set(said["least"]) | set(said["calls"]) == set(said["not_moved"]), "whether it is the same one is told"
    assert settings.plan.least == {"ann@example.com": 2.0}


def test_a_folder_without_a_project_file_says_how_to_make_one(tmp_path):
    with pytest.raises(SourceMissing, match="m1 init"):
        read_settings(tmp_path)


@pytest.mark.parametrize(("text", "key", "line", "nearest"), [
    ('[market]\ncurency = "EUR"', "curency", 2, 'currency = "EUR"'),
    ('[market]\ncurrency = "EUR"\n\nmargin_rat = 0.3', "margin_rat", 4, "margin_rate = 0.3"),
    ('[market]\ncurrency = "EUR"\n[strata]\nhandling_costs = 5', "handling_costs", 4, "handling_cost = 5"),
    ('[market]\ncurrency = "EUR"\n[model]\ntrait = true', "trait", 4, "traits = true"),
    ('[market]\ncurrency = "EUR"\n[steps]\npul = "touch.answered"', "pul", 4, 'pull = "touch.answered"'),
])
def test_a_misspelt_key_is_answered_with_its_line_and_the_right_one(tmp_path, text, key, line, nearest):
    refused = refusal(tmp_path, text)
    assert f"'{key}'" in refused.found
    assert f"market.toml, line {line}" in refused.found
    assert nearest in refused.repair


def test_a_misspelt_section_is_answered_with_the_right_one(tmp_path):
    refused = refusal(tmp_path, '[market]\ncurrency = "EUR"\n', '[sourcs.crm]\nfile = "deals.csv"')
    assert "'sourcs'" in refused.found
    assert "line 3" in refused.found
    assert "[sources]" in refused.repair


def test_a_key_like_nothing_that_is_known_is_to_be_taken_out(tmp_path):
    assert refusal(tmp_path, '[market]\ncurrency = "EUR"\nzzz = 1').repair == "Take the line out."


@pytest.mark.parametrize(("line", "says"), [
    ("margin_rate = 35", "share from 0 to 1"),
    ("margin_rate = -0.1", "share from 0 to 1"),
    ("margin_rate = nan", "share from 0 to 1"),
    ('margin_rate = "0.3"', "share from 0 to 1"),
    ("margin_rate = true", "share from 0 to 1"),
    ('time_zone = "Europe/Berln"', '"Europe/Berlin"'),
    ('buyer = "acount"', '"account"'),
    ('as_of = "2026-06-30"', "without quotation marks"),
    ("as_of = 2026-06-30T10:00:00", "a day"),
    ("horizon_days = 0", "whole number"),
    ("horizon_days = 1.5", "whole number"),
    ("hour_cost = -1", "not below 0"),
    ("hour_cost = inf", "not below 0"),
    ("approach_hours = 0", "above 0"),
    ('seed = "1"', "whole number"),
    ('name = ""', "text"),
])
def test_an_impossible_value_is_answered_with_a_possible_one(tmp_path, line, says):
    refused = refusal(tmp_path, f'[market]\ncurrency = "EUR"\n{line}')
    assert "line 3" in refused.found
    assert says in str(refused)
    assert f"[market]\n  {line.split(' = ')[0]} = " in refused.repair


@pytest.mark.parametrize("currency", ['"eur"', '"EURO"', '"€"', "5"])
def test_a_currency_is_three_capital_letters(tmp_path, currency):
    assert "ISO 4217" in refusal(tmp_path, f"[market]\ncurrency = {currency}").wanted


def test_the_currency_must_be_stated(tmp_path):
    assert 'currency = "EUR"' in refusal(tmp_path, '[market]\nname = "Acme"').repair


def test_an_outcome_that_no_table_has_is_answered_with_the_nearest(tmp_path):
    refused = refusal(tmp_path, '[market]\ncurrency = "EUR"\n[steps]\npull = "touch.anwsered"')
    assert 'pull = "touch.answered"' in refused.repair


@pytest.mark.parametrize(("step", "outcome", "right"), [
    ("competitiveness", "touch.answered", "opportunity.outcome"), ("attractiveness", "touch", "opportunity.amount"),
    ("pull", "rate.rate", "touch.answered")])
def test_a_step_names_an_outcome_that_answers_its_question(tmp_path, step, outcome, right):
    refused = refusal(tmp_path, f'[market]\ncurrency = "EUR"\n[steps]\n{step} = "{outcome}"')
    assert f'"{outcome}"' in refused.found
    assert "line 4" in refused.found
    assert f'{step} = "{right}"' in refused.repair


def test_the_same_outcome_never_feeds_two_steps(tmp_path):
    refused = refusal(tmp_path, '[market]\ncurrency = "EUR"\n[steps]\npull = "opportunity.outcome"\n'
                                'competitiveness = "opportunity.outcome"')
    assert "nothing counts twice" in refused.wanted
    assert "pull and as competitiveness" in refused.found


def test_what_is_not_toml_is_told_by_line_and_column(tmp_path):
    refused = refusal(tmp_path, '[market]\ncurrency = EUR')
    assert "line 2, column" in refused.found
    assert "currency = EUR" in refused.repair


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "market.toml").write_bytes('[market]\nname = "Müller"\n'.encode("latin-1"))
    with pytest.raises(SettingsInvalid, match="UTF-8"):
        read_settings(tmp_path)


@pytest.mark.parametrize("source", ["", "[sources]", "sources = 1"])
def test_a_project_names_a_source(tmp_path, source):
    text = f"{source}\n" + '[market]\ncurrency = "EUR"\n'
    assert "[sources.crm]" in refusal(tmp_path, text, "").repair


def test_a_single_value_is_no_section(tmp_path):
    assert "[market]" in refusal(tmp_path, "market = 3").repair


@pytest.mark.parametrize("kind", [Market, Steps, StrataSettings, ModelSettings])
def test_every_default_holds_to_its_own_rule(kind):
    for name, rule in rules(kind).items():
        default = kind.__dataclass_fields__[name].default
        assert default in ("", None) or not isinstance(default, str | int | float) or rule.holds(default)


@given(st.floats(0, 1))
def test_every_share_is_a_possible_margin_rate(share):
    assert rules(Market)["margin_rate"].holds(share)
