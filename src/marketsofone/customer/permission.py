"""What a permission is about, and what refuses it: the words in which companies write it down."""

from __future__ import annotations

PROFILING, CONTACT = "profiling", "contact"

PURPOSES = {
    PROFILING: ("profiling", "scoring", "analysis", "analytics"),
    CONTACT: ("contact", "approach", "sales", "marketing", "direct marketing", "outreach", "prospecting"),
}
"""Words for each purpose that changes what is done here, in lower case."""

REFUSED = "refused"
REFUSALS = (REFUSED, "denied", "declined", "withdrawn", "revoked", "objected", "opted out", "opt-out", "opt out",
            "unsubscribed", "do not contact", "none", "no")
"""Bases that are none: while one holds, the buyer said no, whatever else is on record."""


def concerns(purpose: str, named: str) -> bool:
    """Whether a purpose as written down is one of ours.

    Examples
    --------
    >>> concerns("Direct marketing", CONTACT), concerns("invoicing", CONTACT)
    (True, False)
    """
    return purpose.strip().lower() in PURPOSES[named]


def refuses(basis: str) -> bool:
    """Whether a basis as written down is a refusal.

    Examples
    --------
    >>> refuses("Withdrawn"), refuses("consent")
    (True, False)
    """
    return basis.strip().lower() in REFUSALS
