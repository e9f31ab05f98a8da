"""What a value in a statement may be, checked one at a time.

Each check returns nothing and raises ``RecordRefused``. A message names the field and what was
wrong with it, never the text itself: it may be the name of a person.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NoReturn

from marketsofone.errors import RecordRefused, shortened

KEY_LENGTH = 500  # of four bytes each: PostgreSQL indexes at most 2,700 bytes
NAME_LENGTH = 200
TEXT_LENGTH = 20_000


def refuse(field: str, found: str, repair: str) -> NoReturn:
    """Raise ``RecordRefused`` about a field of a statement."""
    raise RecordRefused(f"A statement's {field} cannot be kept as it stands.", found, repair)


def check_text(field: str, value: object, most: int = TEXT_LENGTH) -> None:
    """Text with something in it, at most ``most`` characters, which any database can hold.

    Every other character is kept as it came: no trimming, no normal form.
    """
    if not isinstance(value, str):
        refuse(field, f"a value of type {type(value).__name__}.", "State it as text.")
    if not value.strip():
        refuse(field, "nothing, or white space only.", f"Give the {field} some text.")
    if len(value) > most:
        refuse(field, f"{len(value):,} characters.", f"Shorten it to at most {most:,}.")
    if "\0" in value:
        refuse(field, "a NUL character.", "Remove it: PostgreSQL cannot hold one.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        refuse(field, "half of a surrogate pair, which is no character.", "Decode the text as UTF-8 again.")


def check_choice(field: str, value: object, choices: Collection[str]) -> None:
    """One of a few words."""
    if value not in choices:
        refuse(field, "another word.", f"Say one of: {shortened(choices)}.")


def check_number(field: str, value: object) -> None:
    """A number of at most 300 digits; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(field, f"a value of type {type(value).__name__}.", "State it as a number.")
    if not abs(value) < 1e300:  # nor is it infinite or not a number
        refuse(field, "a number without an end, or none at all.", "State a finite number.")


def check_inner_share(field: str, value: float) -> None:
    """A share strictly between 0 and 1."""
    check_number(field, value)
    if not 0 < value < 1:
        refuse(field, f"{value:g}.", "State a share above 0 and below 1: nothing is impossible or certain.")


def check_positive(field: str, value: float) -> None:
    """A number above 0."""
    check_number(field, value)
    if value <= 0:
        refuse(field, f"{value:g}.", "State a number above 0.")


def check_whole(field: str, value: object) -> None:
    """A whole number that 64 bits can hold."""
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(field, f"a value of type {type(value).__name__}.", "State it as a whole number.")
    if not -(2**63) <= value < 2**63:
        refuse(field, "a number beyond 64 bits.", "State a smaller one.")


def check_day(field: str, value: object) -> None:
    """A date, without a time of day."""
    if isinstance(value, datetime) or not isinstance(value, date):
        refuse(field, f"a value of type {type(value).__name__}.", "State it as a date.")
