"""What headings and the name of a file say beside the words: prefixes, remarks in brackets, what the file lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from marketsofone.sources.spelling import snake

SUBJECTS: dict[str, tuple[str, ...]] = {
    "account": ("account", "accounts", "company", "companies", "customer", "customers", "client", "clients",
                "organisation", "organisations", "organization", "organizations", "organisationen", "kunde", "kunden",
                "firma", "firmen", "unternehmen", "kundenstamm", "partner",
                "partners", "debitor", "debitoren", "household", "households"),
    "contact": ("contact", "contacts", "people", "person", "persons", "personen", "kontakt", "kontakte",
                "ansprechpartner"),
    "product": ("product", "products", "produkt", "produkte", "artikel", "material", "materials", "items"),
    "rep": ("rep", "reps", "user", "users", "owner", "owners", "sellers", "salespeople", "benutzer", "verkaeufer"),
    "touch": ("task", "tasks", "activity", "activities", "call", "calls", "meeting", "meetings", "email", "emails",
              "visit", "visits", "touch", "touches", "engagement", "engagements", "aktivitaet", "aktivitaeten",
              "anruf", "anrufe", "besuch", "besuche", "termine"),
    "opportunity": ("opportunity", "opportunities", "opp", "opps", "deal", "deals", "chance", "chancen",
                    "verkaufschance", "verkaufschancen", "pipeline"),
    "objection": ("objection", "objections", "objected", "widerspruch", "widersprueche", "optout", "optouts"),
    "wish": ("wish", "wishes", "needs", "wuensche", "wunsch"),
}
"""Words in the name of a file, a sheet or a table by the customer table they speak of."""

_LINES = {"line", "lines", "item", "items", "products", "positionen", "position"}
_CUTS = (" - ", ": ", " / ", ".")


def labels_of(names: Sequence[str]) -> list[str]:
    """Headings without the words that all of them begin with.

    Examples
    --------
    >>> labels_of(["Deal - ID", "Deal - Stage", "Deal - Value"]), labels_of(["id", "account.id"])
    (['ID', 'Stage', 'Value'], ['id', 'account.id'])
    """
    prefix = prefix_of(names)
    return [name[len(prefix):] for name in names]


def prefix_of(names: Sequence[str]) -> str:
    """The words, with the sign that ends them, that all headings begin with; empty for none."""
    for cut in _CUTS:
        first = {name.partition(cut)[0] + cut for name in names if cut in name}
        if len(names) > 2 and len(first) == 1 and all(name.startswith(prefix := next(iter(first))) and len(name) > len(
                prefix) for name in names):
            return prefix
    return ""


def without_remarks(heading: str) -> str:
    """A heading without what stands in brackets: ``Amount (EUR)``, ``(Do Not Modify) Opportunity``."""
    return re.sub(r"\([^)]*\)|\[[^]]*\]", " ", heading).strip() or heading


@lru_cache(maxsize=1 << 12)
def said_in(heading: str) -> tuple[str, ...]:
    """A heading as it may be known: whole, without remarks in brackets, and the parts between strokes.

    Examples
    --------
    >>> said_in("Amount / Value (EUR)")
    ('Amount / Value (EUR)', 'Amount / Value', 'Amount', 'Value')
    """
    plain = without_remarks(heading)
    return (heading, plain, *(part.strip() for part in plain.split("/") if "/" in plain))


def subject_of(*said: str) -> str:
    """The customer table of which names of a file speak, the last word that does; empty for none.

    Examples
    --------
    >>> subject_of("crm_exports_all_deals"), subject_of("customer_calls"), subject_of("OpportunityLineItem")
    ('opportunity', 'touch', 'opportunity_line')
    """
    for words in (snake(one).split("_") for one in said):
        found = [table for word in words for table, known in SUBJECTS.items() if word in known]
        if "opportunity" in found and _LINES & set(words):
            return "opportunity_line"
        if found:
            return found[-1]
    return ""
