import dataclasses
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsofone.errors import RecordRefused
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
)

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

REFUSED = {
    "a pull of 0": lambda: Judgement("pull", 0, 4),
    "a competitiveness of 1": lambda: Judgement("competitiveness", 1.0, 4),
    "a pull of 40 per cent written as 40": lambda: Judgement("pull", 40, 4),
    "an attractiveness without an end": lambda: Judgement("attractiveness", float("inf"), 4),
    "a value that is not a number": lambda: Judgement("attractiveness", float("nan"), 4),
    "a value too long for a float": lambda: Judgement("attractiveness", 10**400, 4),
    "a value as text": lambda: Judgement("pull", "0.5", 4),
    "a value of true": lambda: Judgement("attractiveness", True, 4),
    "a judgement worth no trials": lambda: Judgement("pull", 0.5, 0),
    "less from more effort": lambda: Effort(40, none=100, half=150, now=140, more=200, most=260, sure=3),
    "an effort of no hours": lambda: Effort(0, none=100, half=150, now=180, more=200, most=260, sure=3),
    "an unknown score": lambda: Judgement("charm", 0.5, 4),
    "an objection nobody honours": lambda: Objection("gossip"),
    "an empty note": lambda: Note(""),
    "a note of white space": lambda: Note(" \t\u2003\n"),
    "a note that is too long": lambda: Note("x" * 20_001),
    "a note with NUL": lambda: Note("a\0b"),
    "half a surrogate pair": lambda: Note("a\ud83d"),
    "a note that is no text": lambda: Note(b"bytes"),
    "a name that is too long": lambda: Name("x" * 201),
    "an override without a reason": lambda: Override("pursue", "leave", ""),
    "a freeze with a member twice": lambda: Freeze(("A", "A"), "trial"),
    "a freeze of a list": lambda: Freeze(["A"], "trial"),
    "a freeze with an empty member": lambda: Freeze(("A", ""), "trial"),
    "a wish of no kind": lambda: Wish("whim", "speed"),
    "a strength above 1": lambda: Wish("need", "speed", strength=1.2),
    "a level as text": lambda: Wish("need", "speed", minimum="3"),
    "an amount without a currency": lambda: Adjustment("colour", cost=100),
    "a currency without an amount": lambda: Adjustment("colour", currency="EUR"),
    "a currency in small letters": lambda: Adjustment("colour", cost=100, currency="eur"),
    "an amount with a fraction": lambda: Adjustment("colour", cost=1.5, currency="EUR"),
    "an amount beyond 64 bits": lambda: Adjustment("colour", cost=2**63, currency="EUR"),
    "an unknown status": lambda: Adjustment("colour", status="lost"),
    "a permission that ends before it starts": lambda: Permission(
        "mail", "consent", date(2026, 2, 1), date(2026, 1, 1)),
    "a permission from an instant": lambda: Permission("mail", "consent", NOON),
    "a link to nothing": lambda: Link(""),
    "a link that is neither yes nor no": lambda: Link("B", same=1),
    "a contact at no instant": lambda: Contact("call", datetime(2026, 6, 1), True),
    "a contact answered perhaps": lambda: Contact("call", NOON, "perhaps"),
    "a contact of no minutes": lambda: Contact("call", NOON, True, minutes=0),
    "an answer of another word": lambda: Answer("maybe", "busy"),
    "an answer without a reason": lambda: Answer("not now", " "),
    "an answer until an instant": lambda: Answer("not now", "busy", until=NOON),
    "an instant without a zone": lambda: Statement("run", "1", Note("x"), "ann", datetime(2026, 6, 1)),
    "a day for an instant": lambda: Statement("run", "1", Note("x"), "ann", date(2026, 6, 1)),
    "a statement about the weather": lambda: Statement("weather", "1", Note("x"), "ann", NOON),
    "a judgement of a run": lambda: Statement("run", "1", Judgement("pull", 0.5, 1), "ann", NOON),
    "an objection of a stratum": lambda: Statement("stratum", "1", Objection(), "ann", NOON),
    "nobody": lambda: Statement("run", "1", Note("x"), "", NOON),
    "a statement that says nothing": lambda: Statement("run", "1", None, "ann", NOON),
    "a withdrawal of nothing": lambda: Statement("run", "1", Withdrawal(), "ann", NOON),
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_kept_is_refused_with_a_repair(make):
    with pytest.raises(RecordRefused) as refused:
        make()
    assert refused.value.wanted
    assert refused.value.found
    assert refused.value.repair


def test_a_refusal_never_repeats_the_text_that_was_stated():
    with pytest.raises(RecordRefused) as refused:
        Statement("Erika Muster", "Erika Muster", Note("x"), "ann", NOON)
    assert "Erika" not in str(refused.value)


def test_an_instant_of_any_zone_is_kept_in_utc():
    tokyo = datetime(2026, 6, 1, 21, tzinfo=timezone(timedelta(hours=9)))
    assert Statement("run", "1", Note("x"), "ann", tokyo).stated_at == NOON
    assert Statement("run", "1", Note("x"), "ann", tokyo).stated_at.utcoffset() == timedelta(0)


@given(st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True),
       st.floats(min_value=0, exclude_min=True, max_value=1e299))
def test_every_inner_share_with_any_weight_is_a_judgement(value, sure):
    assert Judgement("pull", value, sure).value == value


def test_every_kind_is_frozen():
    assert all(kind.__dataclass_params__.frozen for kind in KINDS.values())
    with pytest.raises(dataclasses.FrozenInstanceError):
        Note("x").text = "y"
