from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from marketsofone.errors import RecordRefused
from marketsofone.record import open_people, open_record
from marketsofone.record.database import connect

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def people(address):
    with open_people(address) as opened:
        yield opened


def a_key(person, kind="invitation", digest="d1", ends_at=None):
    return {"person_id": person.id, "kind": kind, "label": "a key", "digest": digest, "scope": "read",
            "made_at": NOW, "ends_at": ends_at}


def test_a_person_comes_back_as_added_and_cannot_sign_in_yet(people):
    ann = people.add("ann", "rep", rep="R1")
    assert people.named("ann") == ann == people.by_id(ann.id)
    assert ann.secret is None


def test_no_two_people_share_a_name(people):
    people.add("ann", "rep")
    with pytest.raises(RecordRefused, match="taken"):
        people.add("ann", "admin")


def test_a_change_on_what_someone_else_changed_is_refused_and_loses_nothing(people):
    ann = people.add("ann", "rep")
    people.change(ann, role="leader")
    with pytest.raises(RecordRefused, match="someone else"):
        people.change(ann, role="admin")
    assert people.named("ann").role == "leader"


def test_a_role_that_is_none_is_refused(people):
    with pytest.raises(RecordRefused):
        people.add("ann", "emperor")


def test_a_key_opens_until_it_ends(people):
    ann = people.add("ann", "rep")
    people.add_key(a_key(ann, ends_at=NOW + timedelta(hours=1)))
    assert people.key_of("d1", "invitation", NOW).person_id == ann.id
    assert people.key_of("d1", "invitation", NOW + timedelta(hours=2)) is None
    assert people.key_of("d1", "api", NOW) is None


def test_of_many_who_use_an_invitation_at_once_one_gets_in(people):
    key = people.add_key(a_key(people.add("ann", "rep")))
    answers = []
    threads = [Thread(target=lambda: answers.append(people.end_key(key, NOW))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 4 + [True]


def test_the_trail_tells_the_latest_first_and_nobody_can_change_it(people, address):
    people.trace(NOW, None, "signed in", "")
    people.trace(NOW, None, "saw", "buyer 12")
    assert [trace.action for trace in people.trail()] == ["saw", "signed in"]
    engine = connect(address)
    for change in ("update trail set action = 'x'", "delete from trail"):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text(change))
    engine.dispose()


def test_what_is_sealed_first_stays(people):
    assert people.sealed("signing", "one") == "one"
    assert people.sealed("signing", "two") == "one"


def test_people_and_statements_share_one_database(people, address):
    people.add("ann", "rep")
    with open_record(address) as record:
        assert record.statements() == ()
