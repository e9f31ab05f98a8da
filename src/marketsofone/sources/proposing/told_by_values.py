"""Fields that the values of a column tell: how it ended, which way a contact went, whether it was answered."""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.errors import shortened
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import (
    ANSWERED,
    CLOSED_FLAGS,
    FORMS,
    INCOMING,
    LOST,
    LOST_FLAGS,
    LOST_REASONS,
    MARKETING_TEAM,
    NO,
    OUTCOMES,
    OUTGOING,
    SALES_TEAM,
    TARGETS,
    UNANSWERED,
    WON,
    WON_FLAGS,
    YES,
    means,
)
from marketsofone.sources.profiling.crm_words import FORM
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.spelling import listed_as_toml
from marketsofone.sources.sql import literal, quoted

_SHOWN = 6


def outcome(one: FileProfile) -> dict[str, Guess] | None:
    """The outcome of opportunities, or whether they were entered; None where no column tells."""
    told = _stages(one, both=True) or _flags(one) or _stages(one, both=False)
    if told:
        return {"outcome": told}
    for column in one.columns:
        values = set(column.values)
        if len(values) == 2 and values & set(YES) and values & set(NO) and named(column, TARGETS):
            yes = next(value for value in column.values if value in YES)
            sql = f"lower(cast({quoted(column.name)} as varchar)) = {literal(yes)}"
            return {"entered": Guess(sql, "its name and its two values; is it getting in, or winning (outcome)?")}
    return None


def _stages(one: FileProfile, both: bool) -> Guess | None:
    for column in one.columns:
        won, lost = ([value for value in column.values if means(value, words)] for words in (WON, LOST))
        if won and (lost or (not both and named(column, OUTCOMES))):
            return _won_or_lost(column, won, lost, "" if lost else _why_lost(one))
    return None


def none_lost(told: Guess) -> str:
    """That nothing says what was lost, a sentence; empty where something does, or nothing says what was won."""
    if "'lost'" in told.sql or "'won'" not in told.sql:
        return ""
    return ("nothing says what was lost, so all that is decided counts as won. Where some of those that count as open "
            "are lost, name their values in outcome.")


def left_open(one: FileProfile, told: Guess) -> str:
    """That rows leave empty what tells how they ended, and count as open, a sentence; empty where none does."""
    column = next((each for each in one.columns if told.sql.startswith(f"case lower({quoted(each.name)}) ")), None)
    if column is None or column.filled == one.rows:
        return ""
    return (f"{one.rows - column.filled:,} of {one.rows:,} rows leave {column.name} empty and count as open. If it "
            f"stands for the rows below it too, write fill_down = {listed_as_toml([column.name])} in "
            f"[sources.{one.source.name}].")


def _why_lost(one: FileProfile) -> str:
    """The column that says why some were lost; empty for none."""
    return next((column.name for column in one.columns
                 if named(column, LOST_REASONS) and 0 < column.filled < one.rows), "")


def _won_or_lost(column: ColumnProfile, won: Sequence[str], lost: Sequence[str], reason: str) -> Guess:
    """The outcome by the words of a column; where none of them says lost, by a column that says why."""
    cases = [f"when {literal(value)} then 'won'" for value in won]
    cases += [f"when {literal(value)} then 'lost'" for value in lost]
    rest = [repr(value) for value in column.values if value not in (*won, *lost)]
    others = f"; the others count as open: {shortened(rest, _SHOWN)}" if rest else ""
    if reason:
        open_or_lost = f"case when {quoted(reason)} is null then 'open' else 'lost' end"
        return Guess(f"case lower({quoted(column.name)}) {' '.join(cases)} else {open_or_lost} end",
                     f"its values tell what was won; of the others, those that say a {reason} are taken for lost")
    return Guess(f"case lower({quoted(column.name)}) {' '.join(cases)} else 'open' end",
                 f"its values tell won from lost{others}")


def _flags(one: FileProfile) -> Guess | None:
    """Two columns of yes and no: closed, and won; or won alone, where some rows leave it open."""
    won, closed = (next((column for column in one.columns if named(column, words) and set(column.values) & set(
        YES) and set(column.values) <= {*YES, *NO}), None) for words in (WON_FLAGS, CLOSED_FLAGS))
    if won is not None and closed is None and won.filled < one.rows and set(won.values) & set(NO):
        cases = [f"when {literal(value)} then {literal('won' if value in YES else 'lost')}" for value in won.values]
        return Guess(f"case lower(cast({quoted(won.name)} as varchar)) {' '.join(cases)} else 'open' end",
                     "its name and its two values; what is empty is taken for open")
    lost = next((column for column in one.columns if named(column, LOST_FLAGS) and set(column.values) & set(YES)
                 and set(column.values) <= {*YES, *NO}), None)
    if won is not None and closed is None and lost is not None:
        closed = lost
    if won is None or closed is None:
        return None
    yes = ", ".join(map(literal, YES))
    said = (f"lower(cast({quoted(column.name)} as varchar)) in ({yes})" for column in (won, closed))
    why = "two columns of yes and no tell" if closed is lost else "what is closed and not won is lost"
    return Guess("case when {} then 'won' when {} then 'lost' else 'open' end".format(*said), why)


def form(one: FileProfile) -> Guess | None:
    """What accounts are in their tree: a column whose values say so, or one called so of which some do."""
    for column in one.columns:
        known = {value: FORMS[value] for value in column.values if value in FORMS}
        whole = len(known) == len(column.values) and len(set(known.values())) > 1
        if known and (whole or named(column, FORM)):
            rest = [repr(value) for value in column.values if value not in known]
            others = f"; of the others it is not known: {shortened(rest, _SHOWN)}" if rest else ""
            if all(value == means for value, means in known.items()) and not rest:
                return Guess(f"lower({quoted(column.name)})", "its values tell")
            return _cases(column, known, f"its values tell group, company and site{others}")
    return None


def direction(one: FileProfile) -> Guess | None:
    """Which way contacts went, where a column has words for both, or for one of them alone."""
    known = {**dict.fromkeys(INCOMING, "in"), **dict.fromkeys(OUTGOING, "out")}
    return next((_cases(column, known, "its values tell who came to whom") for column in one.columns
                 if column.values and set(column.values) <= set(known)), None)


def team(one: FileProfile) -> Guess | None:
    """Whose contacts they were, where a column has words for sales and marketing: approaches are those of sales."""
    known = {**dict.fromkeys(SALES_TEAM, "sales"), **dict.fromkeys(MARKETING_TEAM, "marketing")}
    return next((_cases(column, known, "its values tell sales from marketing") for column in one.columns
                 if set(column.values) & set(MARKETING_TEAM) and set(column.values) <= set(known)), None)


def answered(one: FileProfile) -> Guess | None:
    """Whether a contact was answered, where a column has words for both."""
    known = {**dict.fromkeys(ANSWERED, "true"), **dict.fromkeys(UNANSWERED, "false")}
    for column in one.columns:
        values = set(column.values)
        if values & set(ANSWERED) and values & set(UNANSWERED):
            rest = [repr(value) for value in column.values if value not in known]
            others = f"; of the others it is not known: {shortened(rest, _SHOWN)}" if rest else ""
            return _cases(column, known, f"its values tell whether somebody was reached{others}")
    return None


def _cases(column: ColumnProfile, known: dict[str, str], why: str) -> Guess:
    cases = " ".join(f"when {literal(value)} then {literal(known[value])}" for value in column.values if value in known)
    return Guess(f"case lower({quoted(column.name)}) {cases} end", why)
