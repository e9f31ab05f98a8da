"""What one source says for one column of a customer table, and what every row is read against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketsofone.customer.tables import Field
from marketsofone.sources.rows.expressions import Expression
from marketsofone.sources.sql import quoted
from marketsofone.sources.values.currencies import EXPONENTS
from marketsofone.sources.values.dates import Written


@dataclass(frozen=True, slots=True)
class Market:
    """What every row is read against: the currency, the zone of dates, the salt of ids, the last day of rates."""

    currency: str
    time_zone: str
    salt: int
    last_day: date = date.max

    @property
    def exponent(self) -> int:
        """Digits of the minor unit."""
        return EXPONENTS[self.currency]


@dataclass(frozen=True, slots=True)
class Said:
    """One column of the table to fill: what the source says, and how it is read."""

    field: Field
    name: str
    expression: Expression
    way: Written | None = None

    @property
    def alias(self) -> str:
        """Its name as it stands, inside the query."""
        return quoted(f"said:{self.name}")
