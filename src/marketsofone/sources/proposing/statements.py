"""Files of what people state, and of rivals met: whom a row is about, and what it says."""

from __future__ import annotations

from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS
from marketsofone.sources.proposing.called import field_of, plain_fields
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.sql import literal

_STATED = ("objection", "wish")
_KINDS = {"need", "desire", "expectation"}


def stated_in(folder: Folder, one: FileProfile) -> str | None:
    """The table of statements, or of rivals met, that a file fills; None where it is neither."""
    if one.about in _STATED and statement(folder, one, one.about):
        return one.about
    return "rival_met" if rival_met(folder, one) else None


def statement(folder: Folder, one: FileProfile, table: str) -> dict[str, Guess]:
    """The fields of statements; empty where a file does not say whom they are about, or what is wished.

    Nobody objects to being profiled deal by deal: such a file holds what buyers said against an offer.
    """
    if table == "objection" and folder.reference(one, "opportunity"):
        return {}
    about = next(((entity, found) for entity in ("contact", "account", "opportunity")
                  if (found := folder.reference(one, entity))), None)
    if about is None:
        return {}
    entity, found = about
    fields = {"about": Guess(literal(entity), f"{found.column} names it"), "about_id": Guess(found.sql, found.why)}
    told = plain_fields(one, table, fields)
    if table == "wish":
        if "theme" not in told:
            return {}
        kind = field_of(one, "wish", "kind", ())
        if kind is None or not set(kind.values) <= _KINDS or not kind.values:
            told["kind"] = Guess("'need'", "no column says whether it is a need, a desire or an expectation")
    return fields | told


def rival_met(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    """The fields of rivals met; empty where rows are not an opportunity that another file lists, and a rival."""
    rival = _rival(one)
    found = folder.reference(one, "opportunity")
    if rival is None or found is None or folder.main is None or folder.main.source is one.source:
        return {}
    column = one.column(found.column)
    if not folder.names(one, column, folder.main) or len(one.columns) > 4:
        return {}
    return {"opportunity_id": Guess(found.sql, found.why), "competitor_id": Guess(rival.name, "its name")}


def _rival(one: FileProfile) -> ColumnProfile | None:
    return next((column for column in one.columns if named(column, KEYS["competitor"])), None)
