from datetime import UTC, datetime, timedelta

import pytest

from marketsofone.errors import RecordRefused
from marketsofone.project.people.signing import INVITATION_DAYS, open_door

NOW = datetime(2026, 6, 30, tzinfo=UTC)
GOOD = "correct horse battery"


@pytest.fixture
def door(tmp_path):
    opened = open_door(tmp_path)
    yield opened
    opened.people.close()


def test_a_password_is_kept_as_a_salted_argon2_hash_and_opens_for_that_person_alone(door):
    ann, bob = door.people.add("ann", "rep"), door.people.add("bob", "rep")
    ann = door.choose_password(door.invite(ann), GOOD)
    assert ann.secret.startswith("$argon2id$")
    assert GOOD not in ann.secret
    assert door.sign_in("ann", GOOD) == ann
    assert door.sign_in("ann", GOOD + "x") is None
    assert door.sign_in(bob.name, GOOD) is None
    assert door.sign_in("nobody", GOOD) is None


def test_an_invitation_opens_once_and_not_for_ever(door):
    ann = door.people.add("ann", "rep")
    text = door.invite(ann, NOW)
    late = NOW + timedelta(days=INVITATION_DAYS, seconds=1)
    assert door.invited(text, NOW) == ann
    assert door.invited(text, late) is None
    door.choose_password(text, GOOD, NOW)
    with pytest.raises(RecordRefused, match="does not hold"):
        door.choose_password(text, "another password", NOW)


def test_a_short_or_endless_password_is_refused_and_the_invitation_still_holds(door):
    text = door.invite(door.people.add("ann", "rep"), NOW)
    for password in ("short", "x" * 1001):
        with pytest.raises(RecordRefused, match="keeps others out"):
            door.choose_password(text, password, NOW)
    assert door.invited(text, NOW) is not None


def test_an_api_key_has_at_most_the_rights_of_its_scope_and_its_person(door):
    ann = door.people.add("ann", "rep")
    reads, writes = (door.by_key(door.make_key(ann, "sheet", scope)) for scope in ("read", "write"))
    assert reads.rights == {"see_market", "see_buyers"}
    assert writes.rights == {"see_market", "see_buyers", "write"}
    with pytest.raises(RecordRefused):
        door.make_key(ann, "sheet", "everything")


def test_an_api_key_ends_after_its_days(door):
    ann = door.people.add("ann", "rep")
    short, usual = door.make_key(ann, "sheet", "read", NOW, days=1), door.make_key(ann, "sheet", "read", NOW)
    day = NOW + timedelta(days=1)
    assert door.by_key(short, day - timedelta(seconds=1)) is not None
    assert (door.by_key(short, day), door.key_ended(short, day)) == (None, day)
    assert door.by_key(usual, NOW + timedelta(days=89)) is not None
    assert door.by_key(usual, NOW + timedelta(days=90)) is None
    assert door.key_ended("never made", day) is None
    for days in (0, -1, 3_651):
        with pytest.raises(RecordRefused, match="1 to 3,650 days"):
            door.make_key(ann, "sheet", "read", NOW, days=days)


def test_no_key_or_password_stands_in_the_database_as_it_was_given(door, tmp_path):
    ann = door.people.add("ann", "rep")
    texts = [door.invite(ann), door.make_key(ann, "sheet", "read")]
    door.choose_password(texts[0], GOOD)
    door.people.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("record.db*"))
    assert not any(text.encode() in held for text in [*texts, GOOD])


def test_sessions_are_signed_with_one_key_that_outlives_a_restart(door, tmp_path):
    again = open_door(tmp_path)
    assert again.signing_key() == door.signing_key()
    again.people.close()
