"""What people state: an append-only, migrated store of who said what about whom, and when."""

from marketsofone.record.people import ROLES, PassKey, People, Person, Trace, open_people
from marketsofone.record.statements import (
    KINDS,
    Adjustment,
    Answer,
    Contact,
    Effort,
    Entry,
    Freeze,
    Judgement,
    Link,
    Name,
    Note,
    Objection,
    Override,
    Permission,
    Said,
    Statement,
    Wish,
    Withdrawal,
)
from marketsofone.record.store import Record, open_record

__all__ = [
    "KINDS", "ROLES", "Adjustment", "Answer", "Contact", "Effort", "Entry", "Freeze", "Judgement", "Link", "Name",
    "Note", "Objection", "Override", "PassKey", "People", "Permission", "Person", "Record", "Said", "Statement",
    "Trace", "Wish", "Withdrawal", "open_people", "open_record",
]
