"""Everything registered is tested without being listed."""

import importlib
import inspect
import re

import pytest

from marketsofone.customer import TABLES
from marketsofone.features.asof import HAPPENED
from marketsofone.measures import STEPS, Measure
from marketsofone.scores import SCORES
from marketsofone.scores.reasons import with_reasons

ROOMS = ("customer", "features", "measures", "pooling", "estimates", "scores", "strata")
FIELDS = [pytest.param(table, field, id=f"{table.name}.{field.name}")
          for table in TABLES.values() for field in table.fields]
PUBLIC = [pytest.param(getattr(module, name), id=f"{room}.{name}")
          for room in ROOMS for module in [importlib.import_module(f"marketsofone.{room}")]
          for name in module.__all__
          if inspect.isroutine(getattr(module, name)) or inspect.isclass(getattr(module, name))]


@pytest.mark.parametrize("name", SCORES)
def test_a_score_asks_a_question_says_its_steps_and_names_its_source(name):
    score = SCORES[name]
    assert score.name == name
    assert score.question.endswith("?")
    assert re.search(r"\(\d{4}\)", score.source), "a source has a year"
    assert importlib.import_module(f"marketsofone.scores.{name}").__doc__


@pytest.mark.parametrize("name", SCORES)
def test_every_step_of_a_score_leads_to_a_measure_of_its_kind(name):
    score = SCORES[name]
    assert score.steps
    for step in score.steps:
        assert isinstance(STEPS[step], Measure) is not score.money


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_a_field_or_a_table_and_feeds_one_score_only(step):
    table, _, field = step.partition(".")
    assert not field or TABLES[table].has(field)
    assert sum(step in score.steps for score in SCORES.values()) == 1


@pytest.mark.parametrize("measure", {m.name: m for m in STEPS.values()}.values(), ids=lambda m: m.name)
def test_a_measure_names_its_table_and_its_unit_in_words(measure):
    assert measure.table in TABLES
    assert re.fullmatch(r"[a-z ]+", measure.unit)


@pytest.mark.parametrize("step", [s for score in SCORES.values() if not score.money for s in score.steps])
def test_every_step_of_a_share_can_be_told_as_a_reason(step):
    import ibis

    names = ("", "_prior", "_trials", "_total", "_told", "_size", "_beside")
    score = next(score.name for score in SCORES.values() if step in score.steps)
    rows = ibis.table({f"{score}{name}": "float64" for name in names}, name="rows")
    assert with_reasons(rows, {score: step}, "EUR").reasons.type().is_string()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_a_row_is_and_its_key_is_of_its_own_fields(name):
    table = TABLES[name]
    assert table.name == name
    assert table.row
    assert all(table.has(field) for field in table.key)
    assert len({field.name for field in table.fields}) == len(table.fields)


@pytest.mark.parametrize(("table", "field"), FIELDS)
def test_a_field_is_documented_and_its_name_tells_its_kind(table, field):
    assert field.doc, f"{table.name}.{field.name} says nothing"
    assert re.fullmatch(r"[a-z][a-z_]*", field.name)
    ending = {"_at": "instant", "_on": "date", "_share": "share"}
    for end, kind in ending.items():
        assert not field.name.endswith(end) or field.kind == kind
    assert (field.kind == "id") == bool(field.refers)
    assert field.kind != "money" or table.has("currency"), "an amount stands beside its currency"


@pytest.mark.parametrize("table", HAPPENED)
def test_the_instant_of_an_event_is_a_field_of_its_table(table):
    assert TABLES[table].field(HAPPENED[table]).kind == "instant"


@pytest.mark.parametrize("public", PUBLIC)
def test_a_public_name_is_documented(public):
    assert inspect.getdoc(public)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_lists_what_it_offers_in_order(room):
    module = importlib.import_module(f"marketsofone.{room}")
    assert module.__doc__
    assert sorted(module.__all__) == sorted(set(module.__all__))
    assert all(hasattr(module, name) for name in module.__all__)
