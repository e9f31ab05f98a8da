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

_CODE = r"(?:eur|usd|gbp|chf|€|\$|£)"
_THOUSANDS = (rf"[kt] ?{_CODE}", rf"{_CODE} ?k", r"tsd\.?", "thousands?", "tausend", "milliers",
              rf"{_CODE} ?['’]?000s?", r"['’]000s?", r"(?<=\()(?:000s?|k|in k)(?=\))")
_MILLIONS = (r"m ?(?:eur|usd|gbp|chf|€|£)", rf"{_CODE} ?mn?", r"mio\.?", "millions?", "millionen")
_HUNDREDTHS = ("cents?", "pence", "minor[ _]units?", r"(?<=\()ct(?=\))")
_OF = rf"(?: (?:de |d['’])?(?:{_CODE}|euros?))?"
_SCALES = {scale: re.compile(rf"(?i)(?<![^\W_])(?:in[ _]|en )?(?:{'|'.join(words)}){_OF}(?![^\W_])")
           for scale, words in (("* 1000", _THOUSANDS), ("* 1000000", _MILLIONS), ("/ 100", _HUNDREDTHS))}
"""What headings say of numbers that are no whole amounts: ``k EUR``, ``T€``, ``'000``, ``Mio. €``, ``in cents``."""

_SUMMED = re.compile(r"(?i)^(?:sum of|total of|summe von|somme de|suma de|somma di|som van) ")
"""What a pivot table writes before the name of a column of numbers."""


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


def scale_of(heading: str) -> str:
    """What makes a whole amount of one of a column's numbers, as its heading says; empty for nothing.

    Examples
    --------
    >>> [scale_of(one) for one in ("Amount (k EUR)", "Umsatz in T€", "Revenue ('000)", "Wert Mio. €", "amount_cents")]
    ['* 1000', '* 1000', '* 1000', '* 1000000', '/ 100']
    >>> [scale_of(one) for one in ("Amount 2000", "Market", "Kredit", "Item M", "Sales > 1,000", "Discount EUR")]
    ['', '', '', '', '', '']
    """
    return next((scale for scale, said in _SCALES.items() if said.search(heading)), "")


def _without_scale(heading: str) -> str:
    for said in (*_SCALES.values(), _SUMMED):
        heading = said.sub(" ", heading)
    return heading.strip(" _")


@lru_cache(maxsize=1 << 12)
def said_in(heading: str) -> tuple[str, ...]:
    """A heading as it may be known: whole, without remarks in brackets, without its scale, the parts between strokes.

    Examples
    --------
    >>> said_in("Amount / Value (EUR)")
    ('Amount / Value (EUR)', 'Amount / Value', 'Amount', 'Value')
    >>> said_in("Wert in TEUR")
    ('Wert in TEUR', 'Wert in TEUR', 'Wert')
    """
    plain = without_remarks(heading)
    bare = _without_scale(plain)
    scaled = [bare] if bare not in ("", plain) else []
    return (heading, plain, *scaled, *(part.strip() for part in plain.split("/") if "/" in plain))


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
