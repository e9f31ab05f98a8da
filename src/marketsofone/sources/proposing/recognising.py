"""Which customer table the rows of a file fill: what they are about, and what other files hold."""

from __future__ import annotations

from collections.abc import Mapping

from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile, named
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.proposing.called import dated, field_of, only_date
from marketsofone.sources.proposing.contracts import contracts
from marketsofone.sources.proposing.fields import thing_of_periods
from marketsofone.sources.proposing.heads_and_lines import Together
from marketsofone.sources.proposing.histories import History
from marketsofone.sources.proposing.ledgers import order_number, paid
from marketsofone.sources.proposing.recurring import recurring, subscriber
from marketsofone.sources.proposing.statements import stated_in
from marketsofone.sources.proposing.told_by_values import direction, outcome


def main_opportunities(folder: Folder, changed: Mapping[str, History]) -> FileProfile | None:
    """The file with the most opportunities; smaller ones with the same key tell of steps they took."""
    having = [one for one in folder.files if one.source.name not in changed
              and (outcome(one) or (folder.key(one, "opportunity") and dated(one)))]
    homes = {each.opportunities.source.name for each in changed.values()}
    return max(having, key=lambda one: (outcome(one) is not None or one.source.name in homes, one.rows), default=None)


def table_of(folder: Folder, one: FileProfile, together: Together | None) -> str | None:
    """The customer table that a file seems to fill; None where nothing tells."""
    main = folder.main
    if main is not None and one.source is main.source:
        return "opportunity"
    if one.about == "objection":
        return stated_in(folder, one)
    key = folder.key(one, "opportunity")
    if main and key and dated(one):
        if outcome(one):
            return "opportunity"
        if folder.names(one, key, main):
            return "step"
    if main and _is_more_of(one, main):
        return "opportunity"
    stated = stated_in(folder, one)
    if stated:
        return stated
    if contracts(folder, one):
        return "order_line"
    if _is_of_opportunities(folder, one):
        return "opportunity_line"
    if _is_ledger(folder, one) or (together and not together.against):
        return "order_line"
    if one.about != "touch" and not _is_of_campaigns(folder, one):
        tables = ("account", "contact", "product", "rep")
        for table in (one.about, *tables) if one.about in tables else tables:
            key = folder.key(one, table)
            if key and (one.is_key(key) or not (_is_of_touches(folder, one) and field_of(
                    one, "touch", "happened_at", ()))):
                return table
        if of := thing_of_periods(one):
            return of
    return "touch" if _is_of_touches(folder, one) else None


def _is_more_of(one: FileProfile, main: FileProfile) -> bool:
    """Whether a file lists opportunities beside those of another: it tells how they ended, and has no key of theirs.

    It has the same headings, or its name says so; else its rows might be sales, each counted beside its deal.
    """
    same = {column.name for column in one.columns} == {column.name for column in main.columns}
    return (same or one.about == "opportunity") and "outcome" in (outcome(one) or (same and outcome(main)) or {})


def _is_of_opportunities(folder: Folder, one: FileProfile) -> bool:
    """Whether rows are products on opportunities that another file lists."""
    if folder.main is None or folder.key(one, "opportunity"):
        return False
    home = folder.main.source.name
    linked = {link.column for link in folder.links if link.file == one.source.name and link.home == home
              and link.nearly_all}
    reference = folder.reference(one, "opportunity")
    return bool(reference and reference.column in linked and folder.reference(one, "product", [reference.column])
                and (field_of(one, "opportunity_line", "amount", ()) or field_of(
                    one, "opportunity_line", "quantity", ())))


def _is_ledger(folder: Folder, one: FileProfile) -> bool:
    account, order = folder.reference(one, "account"), order_number(folder, one)
    date = field_of(one, "order_line", "ordered_at", ())
    if date is None and (order or (account and not one.is_nearly_key(one.column(account.column)))):
        date = only_date(one)
    bought = account or order or subscriber(folder, one)
    return bool(date and (paid(one) or recurring(one)) and bought) and one.about != "touch"


def _is_of_touches(folder: Folder, one: FileProfile) -> bool:
    sent, called = (any(named(column, FIELDS["touch"][name]) for column in one.columns)
                    for name in ("campaign", "channel"))
    called = called or sent
    of_contacts = called or direction(one) is not None or folder.reference(one, "touch") is not None
    whom = any(folder.reference(one, entity) for entity in ("account", "contact", "opportunity"))
    dates = field_of(one, "touch", "happened_at", ()) or (one.about == "touch" and only_date(one))
    return whom and ((sent and bool(folder.reference(one, "account"))) or (bool(dates) and (
        of_contacts or one.about == "touch")))


def _is_of_campaigns(folder: Folder, one: FileProfile) -> bool:
    """Whether rows are what a campaign sent to accounts or people whom another file lists."""
    homes = [home[0].source for entity in ("account", "contact") if (home := folder.home(entity))]
    sent = any(named(column, FIELDS["touch"][name]) for column in one.columns for name in ("campaign", "arm"))
    return sent and dated(one) is not None and bool(homes) and one.source not in homes and _is_of_touches(folder, one)
