"""Files with a row for each contract: since when it is paid, until when, and what a month or a year of it brings."""

from __future__ import annotations

from dataclasses import dataclass

from marketsofone.errors import shortened
from marketsofone.sources.mapping.months import Months
from marketsofone.sources.profiling.belonging import Folder, first_called
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import (
    ANNUAL,
    CONTRACT_ENDS,
    CONTRACT_STARTS,
    FEES,
    INTERVALS,
    LENGTHS,
    MONTHLY,
    SUBSCRIPTIONS,
)
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.proposing.recurring import recurring
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.staging.months_begun import MONTH

_STANDING = ("status", "state", "subscription status", "contract status", "statut")
_NOT_PAID = ("trial", "trialing", "in_trial", "in trial", "draft", "pending", "future", "incomplete",
             "incomplete_expired", "unpaid", "testphase", "entwurf", "angebot", "quote", "brouillon", "essai")
_ENDED = ("cancelled", "canceled", "ended", "expired", "churned", "terminated", "inactive", "gekündigt", "beendet",
          "abgelaufen", "inaktiv", "résilié", "terminé")
_INVOICED = ("invoice date", "paid on", "order date", "rechnungsdatum", "date facture", "payment date")
_NEARLY_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Contracts:
    """What a row of a contract says.

    Parameters
    ----------
    start, end : ColumnProfile
    fee : Guess
        What a month of it brings.
    key : ColumnProfile or None
        The column that tells contracts apart.
    where : str
        The rows to keep: those of which a status says that nothing is paid are left out.
    notes : tuple of str
        What a person should know of the guess.
    """

    start: ColumnProfile
    end: ColumnProfile
    fee: Guess
    key: ColumnProfile | None
    where: str
    notes: tuple[str, ...]

    @property
    def months(self) -> Months:
        """How the file is read."""
        return Months(self.start.name, self.end.name)

    @property
    def fields(self) -> dict[str, Guess]:
        """The order, the day and the amount of a month."""
        of = quoted(self.key.name) if self.key else "cast(source_row as varchar)"
        return {"order_id": Guess(f"{of} || ' ' || {quoted(MONTH)}", "each month of a contract is an order"),
                "ordered_at": Guess(MONTH, "the day on which each month of it began"), "amount": self.fee}


def contracts(folder: Folder, one: FileProfile) -> Contracts | None:
    """What rows of contracts say, where two columns tell since when and until when, and one what they bring.

    A file of months, or one that tells what was invoiced and when, is a ledger as it stands.
    """
    if one.source.table or recurring(one) or folder.reference(one, "account") is None:
        return None
    start, end = _day(one, CONTRACT_STARTS), _day(one, CONTRACT_ENDS)
    fee = _fee(one)
    invoiced = any(column.kind == "date" and column not in (start, end) and named(column, _INVOICED)
                   for column in one.columns)
    if start is None or end is None or fee is None or start.filled < _NEARLY_ALL * one.rows or invoiced:
        return None
    key = next((column for column in one.columns if column.kind != "date" and one.is_key(column)
                and named(column, (*SUBSCRIPTIONS, "id"))), None)
    where, notes = _standing(one, end)
    said = (f"each row is taken for a contract that brings {fee.sql} in each month from {start.name} to {end.name}, or "
            f"on where that is empty (months): each month that has begun counts as a sale, none after the last day on "
            "which a contract begins; write until = with the day of the export.")
    units = next((column for column in one.columns if column.kind == "number" and column.distinct > 1 and named(
        column, FIELDS["order_line"]["quantity"])), None)
    many = [f"{units.name} is not multiplied with the fee: if that is of one unit, write amount as their product."
            ] if units else []
    return Contracts(start, end, fee, key, where, (said, *notes, *many))


def _day(one: FileProfile, words: tuple[str, ...]) -> ColumnProfile | None:
    """A column of days; one of ends may be empty throughout."""
    return first_called(one, words, lambda column: (column.kind == "date" and not column.moment and not column.unclear)
                        or (words is CONTRACT_ENDS and not column.filled))


def _fee(one: FileProfile) -> Guess | None:
    """What a month brings: as the name of a column says, or a column that tells what a fee is for."""
    for words, sql, why in ((MONTHLY, "{}", "what a month brings"),
                            (ANNUAL, "{} / 12", "what a year brings, a twelfth of it a month")):
        column = _number(one, words)
        if column:
            return Guess(sql.format(quoted(column.name)) if "/" in sql else column.name, f"its name: {why}")
    column = _number(one, FEES)
    paid = next((each for each in one.columns if named(each, INTERVALS) and each.values
                 and set(each.values) <= LENGTHS.keys()), None)
    if column is None or paid is None:
        return None
    cases = " ".join(f"when {literal(value)} then {LENGTHS[value]}" for value in paid.values)
    return Guess(f"{quoted(column.name)} / case lower({quoted(paid.name)}) {cases} end",
                 f"what is paid for the time that {paid.name} says, a month of it")


def _number(one: FileProfile, words: tuple[str, ...]) -> ColumnProfile | None:
    return first_called(one, words, lambda column: column.kind == "number" and column.filled > 0)


def _standing(one: FileProfile, end: ColumnProfile) -> tuple[str, list[str]]:
    """The rows to keep as their status says, and what is said of that."""
    status = next((column for column in one.columns if column.values and named(column, _STANDING)), None)
    if status is None:
        return "", []
    never = [value for value in status.values if value in _NOT_PAID]
    over = [value for value in status.values if value in _ENDED]
    said = [f"rows whose {status.name} is {shortened(map(repr, never))} are left out (where)."] * bool(never)
    kept = [f"coalesce(lower({quoted(status.name)}), '') not in ({', '.join(map(literal, never))})"] * bool(never)
    if over:
        words = ", ".join(map(literal, over))
        kept.append(f"not (coalesce(lower({quoted(status.name)}), '') in ({words}) and {quoted(end.name)} is null)")
        said.append(f"rows whose {status.name} is {shortened(map(repr, over))} count as far as {end.name}; those that "
                    "leave it empty are left out (where), for nothing tells when they ended.")
    return " and ".join(kept), said
