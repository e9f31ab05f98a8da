"""What people state: an append-only, migrated store of who said what about whom, and when."""

from marketsofone.record.statements import (
    KINDS,
    Adjustment,
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
    "KINDS", "Adjustment", "Entry", "Freeze", "Judgement", "Link", "Name", "Note", "Objection", "Override",
    "Permission", "Record", "Said", "Statement", "Wish", "Withdrawal", "open_record",
]
