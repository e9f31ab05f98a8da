from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketsofone.errors import RecordRefused, RecordTooNew
from marketsofone.record import (
    KINDS,
    Adjustment,
    Answer,
    Contact,
    Effort,
    Freeze,
    Judgement,
    Link,
    Name,
    Note,
    Objection,
    Override,
    Permission,
    Statement,
    Wish,
    Withdrawal,
    open_record,
)

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)

ONE_OF_EACH = (
    Judgement("pull", 0.1 + 0.2, sure=4),
    Objection(),
    Override("pursue", "leave", "They moved abroad."),
    Name("Mills with own trucks"),
    Note("Asks for a trial first."),
    Freeze(("A-1", "A-2"), "trial of June"),
    Wish("need", "delivery", 0.8, desired=5, minimum=3.5, words="call of 3 May, minute 4"),
    Adjustment("colour", cost=-(2**63), currency="EUR", lead_days=14),
    Permission("mail", "consent", date(2026, 1, 1)),
    Link("A-99", same=False),
    Effort(40, none=100, half=150, now=180, more=200, most=260, sure=3),
    Contact("call", NOON, True, minutes=12),
    Answer("not now", "Budget is decided in May.", date(2026, 5, 1)),
)


def about_a_mill(says, at=NOON, by="ann", supersedes=None):
    return Statement("account", "A-17", says, by, at, supersedes)


def said(entries):
    return tuple(entry.says for entry in entries)


@pytest.mark.parametrize("says", ONE_OF_EACH, ids=lambda says: type(says).__name__)
def test_every_kind_comes_back_as_it_was_stated(record, says):
    number = record.state(about_a_mill(says))
    (entry,) = record.statements()
    assert (entry.id, entry.says, entry.stated_at, entry.stated_by) == (number, says, NOON, "ann")


def test_every_kind_but_the_withdrawal_was_tried():
    assert {type(says) for says in ONE_OF_EACH} == set(KINDS.values()) - {Withdrawal}


def test_ids_count_up_without_gaps_whatever_was_refused(record):
    record.state(about_a_mill(Name("Mills")))
    with pytest.raises(RecordRefused):
        record.state(about_a_mill(Name("Other mills")))
    record.state(about_a_mill(Note("x")))
    assert [entry.id for entry in record.statements()] == [1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
       .filter(str.strip))
def test_text_is_kept_byte_for_byte(record, text):
    number = record.state(Statement("segment", text, Note(text), text[:200].strip() or "x", NOON))
    entry = record.history("segment", text)[-1]
    assert (entry.id, entry.says.text.encode()) == (number, text.encode())


def test_the_longest_key_and_name_are_kept_on_every_database(record):
    key = "".join(chr(0x1F300 + 7919 * place % 1500) for place in range(500))
    record.state(Statement("account", key, Name(key[:200]), key[:200], NOON))
    assert said(record.statements(about="account", about_id=key)) == (Name(key[:200]),)


def test_markup_formulas_and_composed_letters_are_only_text(record):
    texts = ("<script>alert(1)</script>", "=cmd|' /C calc'!A0", "e\u0301", "\u00e9", "'; drop table x; --")
    for text in texts:
        record.state(about_a_mill(Note(text)))
    assert said(record.statements()) == tuple(map(Note, texts))


def test_a_correction_takes_the_place_of_what_it_corrects(record):
    first = record.state(about_a_mill(Judgement("pull", 0.4, 2)))
    second = record.state(about_a_mill(Judgement("pull", 0.6, 2), NOON + HOUR, supersedes=first))
    assert [entry.id for entry in record.statements()] == [second]
    assert [entry.id for entry in record.history("account", "A-17")] == [first, second]


def test_the_past_is_seen_as_it_was(record):
    first = record.state(about_a_mill(Note("slow payer")))
    record.state(about_a_mill(Withdrawal(), NOON + 2 * HOUR, supersedes=first))
    assert record.statements(as_of=NOON - HOUR) == ()
    assert [entry.id for entry in record.statements(as_of=NOON)] == [first]
    assert [entry.id for entry in record.statements(as_of=NOON + HOUR)] == [first]
    assert record.statements(as_of=NOON + 2 * HOUR) == record.statements() == ()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=12), st.integers(0, 5))
def test_later_statements_change_no_earlier_view(steps, as_of):
    seen_from = NOON + as_of * HOUR
    steps = sorted(steps)
    with open_record("sqlite://") as record:
        before = None
        for hour, withdraws in steps:
            if before is None and hour > as_of:
                before = record.statements(as_of=seen_from)
            in_force = record.statements()
            if withdraws and in_force:
                record.state(about_a_mill(Withdrawal(), NOON + hour * HOUR, supersedes=in_force[0].id))
            else:
                record.state(about_a_mill(Note("x"), NOON + hour * HOUR))
        after = record.statements(as_of=seen_from)
        assert before is None or after == before


def test_statements_are_found_by_kind_and_by_what_they_are_about(record):
    record.state(about_a_mill(Note("x")))
    record.state(about_a_mill(Name("Mill")))
    record.state(Statement("segment", "S-1", Name("Mills"), "bob", NOON))
    assert said(record.statements("name")) == (Name("Mill"), Name("Mills"))
    assert said(record.statements("name", "segment")) == (Name("Mills"),)
    assert said(record.statements(about="account", about_id="A-17")) == (Note("x"), Name("Mill"))
    assert record.statements("freeze") == ()


def test_a_statement_is_superseded_once_and_the_refusal_says_by_whom_and_when(record):
    first = record.state(about_a_mill(Note("x")))
    record.state(about_a_mill(Note("y"), NOON + HOUR, by="bob", supersedes=first))
    with pytest.raises(RecordRefused, match="superseded by statement 2, stated by bob at 2026-06-01 13:00"):
        record.state(about_a_mill(Note("z"), NOON + 2 * HOUR, supersedes=first))
    assert said(record.statements()) == (Note("y"),)


def test_what_was_withdrawn_is_stated_anew_not_revived(record):
    first = record.state(about_a_mill(Note("x")))
    second = record.state(about_a_mill(Withdrawal(), supersedes=first))
    with pytest.raises(RecordRefused, match="State anew"):
        record.state(about_a_mill(Withdrawal(), supersedes=second))
    record.state(about_a_mill(Note("x")))
    assert said(record.statements()) == (Note("x"),)


@pytest.mark.parametrize(("later", "reason"), [
    (about_a_mill(Note("y"), supersedes=7), "no statement 7"),
    (about_a_mill(Name("y"), supersedes=1), "Found: a note"),
    (Statement("account", "A-18", Note("y"), "ann", NOON, 1), "about something else"),
    (about_a_mill(Note("y"), NOON - HOUR, supersedes=1), "clock"),
])
def test_a_correction_that_does_not_fit_is_refused(record, later, reason):
    record.state(about_a_mill(Note("x")))
    with pytest.raises(RecordRefused, match=reason):
        record.state(later)
    assert len(record.history("account", "A-17")) == 1


def test_a_judgement_counts_once_for_each_person_and_score(record):
    record.state(about_a_mill(Judgement("pull", 0.4, 2)))
    record.state(about_a_mill(Judgement("pull", 0.5, 2), by="bob"))
    record.state(about_a_mill(Judgement("competitiveness", 0.5, 2)))
    with pytest.raises(RecordRefused, match="supersedes=1"):
        record.state(about_a_mill(Judgement("pull", 0.6, 2)))
    assert len(record.statements("judgement")) == 3


def test_an_objection_stands_once_and_returns_after_its_withdrawal(record):
    first = record.state(about_a_mill(Objection()))
    with pytest.raises(RecordRefused):
        record.state(about_a_mill(Objection(), by="bob"))
    record.state(about_a_mill(Withdrawal(), supersedes=first))
    record.state(about_a_mill(Objection(), by="bob"))
    assert len(record.statements("objection")) == 1


def test_a_merge_is_taken_back_by_saying_that_two_keys_differ(record):
    first = record.state(about_a_mill(Link("A-99")))
    record.state(about_a_mill(Link("A-99", same=False), supersedes=first))
    assert said(record.statements("link")) == (Link("A-99", same=False),)


def test_no_refusal_names_what_the_statement_is_about(record):
    first = record.state(Statement("contact", "Erika Muster", Note("x"), "ann", NOON))
    record.state(Statement("contact", "Erika Muster", Withdrawal(), "ann", NOON, first))
    with pytest.raises(RecordRefused) as refused:
        record.state(Statement("contact", "Erika Muster", Withdrawal(), "bob", NOON, first))
    assert "Erika" not in str(refused.value)


def test_a_view_needs_an_instant_with_a_zone(record):
    with pytest.raises(RecordRefused, match="time zone"):
        record.statements(as_of=datetime(2026, 6, 1))


def test_a_kind_from_a_later_version_is_not_misread(record, database):
    row = {"id": 1, "kind": "vow", "about": "run", "about_id": "1", "body": "{}", "by": "ann", "at": NOON}
    with database.begin() as connection:
        connection.execute(sa.text("insert into statement values "
                                   "(:id, :kind, :about, :about_id, :body, :by, :at, null)"),
                           row | {"at": NOON.replace(tzinfo=None).isoformat(" ")})
    with pytest.raises(RecordTooNew, match="vow"):
        record.statements()
