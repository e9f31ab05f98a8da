"""The API held against its own OpenAPI document: requests made up from it, right and wrong ones, at every address."""

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

ALIKE = ("crosswalk", "stability", "identity", "verdicts", "alarms", "segments", "segment_members", "segment_choice",
         "drain", "reps", "health", "findings", "quarantine", "plan", "ranking", "strata/{stratum_id}/members")
"""Answered as ``evidence`` and ``buyers`` are, which stand for them here; test_api.py asks for each."""


@pytest.fixture
def key(team):
    return f"Bearer {team.door.make_key(team.door.people.named('admin'), 'tests', 'write')}"


def bounded(key):
    """Few examples, the same ones in each run; all checks on."""
    phases = {"coverage": {"unexpected-methods": ["PUT"]}, "stateful": {"max-steps": 4}}
    return SchemathesisConfig.from_dict({
        "seed": 1, "headers": {"Authorization": key}, "phases": phases,
        "generation": {"max-examples": 1, "deterministic": True}})


def told(found):
    return [f"{found.label}: {check.name}: {check.failure_info.failure}" for checks in found.recorder.checks.values()
            for check in checks if check.failure_info]


def test_every_answer_is_one_that_the_document_promises(team, key):
    document = schemathesis.openapi.from_asgi("/api/v1/openapi.json", team.app, config=bounded(key),
                                              headers={"authorization": key})
    chosen = document.exclude(path=[f"/api/v1/{name}" for name in ALIKE])
    broken, asked, odd = [], set(), []
    for event in from_schema(chosen).execute():
        match event:
            case events.ScenarioFinished():
                broken += told(event)
                asked |= {each.response.status_code for each in event.recorder.interactions.values() if each.response}
            case events.NonFatalError() | events.FatalError():
                odd.append(event)
            case events.SchemaAnalysisWarnings():
                odd += event.warnings
    assert broken == []
    assert odd == []
    assert asked >= {200, 201, 401, 404, 405, 409, 422}
