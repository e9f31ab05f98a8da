"""How columns are commonly called in exports of CRM, shop and campaign software."""

from __future__ import annotations

import re

from marketsofone.sources.spelling import bare

KEYS: dict[str, tuple[str, ...]] = {
    "opportunity": (
        "opportunity id",
        "opportunity number",
        "opportunity",
        "opp id",
        "opp",
        "deal id",
        "deal",
        "lead id",
        "lead number",
        "prospect id",
        "mql id",
        "quote id",
        "quote number",
        "inquiry id",
        "case id",
        "chance nr",
        "chance",
        "angebotsnummer",
    ),
    "order": (
        "order id",
        "order no",
        "order number",
        "invoice",
        "invoice no",
        "invoice number",
        "invoice id",
        "basket id",
        "transaction id",
        "receipt no",
        "receipt id",
        "document no",
        "belegnummer",
        "beleg",
        "rechnungsnummer",
        "auftragsnummer",
        "bestellnummer",
    ),
    "account": (
        "account id",
        "account",
        "account name",
        "account number",
        "company id",
        "company",
        "company name",
        "customer id",
        "customer",
        "customer number",
        "customer no",
        "customer name",
        "client id",
        "client",
        "client name",
        "household id",
        "household",
        "organisation id",
        "organization id",
        "organisation",
        "kundennummer",
        "kunde",
        "kundennr",
        "kunden nr",
        "kunde nr",
        "firma",
        "firm id",
        "firm",
    ),
    "contact": ("contact id", "person id", "contact number", "user id", "member id"),
    "product": (
        "product id",
        "product",
        "product code",
        "product name",
        "stock code",
        "sku",
        "item id",
        "item",
        "item number",
        "article",
        "article number",
        "material",
        "artikel",
        "artikelnummer",
        "produkt",
    ),
    "rep": (
        "rep id",
        "rep",
        "sales rep",
        "sales agent",
        "agent",
        "owner",
        "owner id",
        "opportunity owner",
        "sales person",
        "salesperson",
        "account manager",
        "seller",
        "sr id",
        "account owner",
        "verkäufer",
        "verkaeufer",
        "betreuer",
        "kürzel",
    ),
    "touch": ("touch id", "activity id", "task id", "call id", "message id", "event id"),
}
"""Names of key columns by what they are the key of, the usual first."""

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "opportunity": {
        "opened_at": (
            "opened",
            "opened at",
            "open date",
            "created date",
            "created at",
            "create date",
            "creation date",
            "engage date",
            "first contact date",
            "start date",
            "date opened",
            "created",
            "created on",
            "angelegt am",
            "erstellt am",
        ),
        "closed_at": ("closed", "closed at", "close date", "closed date", "closing date", "end date", "won date",
                      "closed on", "abgeschlossen am", "abschlussdatum"),
        "amount": (
            "amount",
            "opportunity amount",
            "deal value",
            "close value",
            "value",
            "deal amount",
            "contract value",
            "deal size",
            "expected revenue",
            "total value",
            "betrag",
            "auftragswert",
        ),
        "cost": ("cost", "delivery cost", "cost of sale"),
        "currency": ("currency", "currency code", "currency iso code"),
    },
    "order_line": {
        "ordered_at": (
            "ordered at",
            "order date",
            "invoice date",
            "date",
            "transaction timestamp",
            "transaction date",
            "timestamp",
            "purchase date",
            "datum",
            "belegdatum",
            "bestelldatum",
            "rechnungsdatum",
            "day",
        ),
        "quantity": ("quantity", "qty", "units", "number of units", "menge"),
        "amount": (
            "amount",
            "line amount",
            "sales value",
            "dollar value",
            "line total",
            "total",
            "revenue",
            "sales",
            "net amount",
            "value",
            "umsatz",
            "price paid",
        ),
        "cost": ("cost", "line cost", "cogs", "unit cost total"),
        "currency": ("currency", "currency code"),
    },
    "account": {
        "parent_id": ("parent id", "parent", "parent account", "subsidiary of", "group id", "group", "ultimate parent"),
        "valid_from": ("valid from",),
        "valid_to": ("valid to", "valid until"),
    },
    "contact": {
        "role": ("role", "job title", "title", "position", "function"),
        "decides": ("decides", "decision maker", "is decision maker"),
    },
    "product": {
        "family": (
            "family",
            "series",
            "product family",
            "category",
            "product category",
            "product category name",
            "department",
            "product line",
        ),
        "version": ("version", "edition", "release"),
        "list_price": ("list price", "sales price", "price", "unit price"),
        "unit_cost": ("unit cost", "cost", "cost price"),
    },
    "rep": {
        "team": ("team", "manager", "sales team"),
        "region": ("region", "regional office", "territory", "office"),
        "week_hours": ("week hours", "hours per week", "hours week", "std woche", "wochenstunden"),
        "hour_cost": ("hour cost", "cost per hour", "cost hour", "kosten std", "stundensatz"),
    },
    "touch": {
        "happened_at": (
            "happened at",
            "date",
            "activity date",
            "sent at",
            "sent date",
            "timestamp",
            "redemption date",
            "call date",
            "created at",
            "time",
            "zeit",
            "datum",
        ),
        "campaign": ("campaign", "campaign id", "campaign name"),
        "channel": ("channel", "medium", "activity type", "kanal"),
        "message": ("message", "subject", "template"),
        "minutes": ("minutes", "duration minutes", "duration min", "dauer min", "dauer minuten"),
        "direction": ("direction", "richtung"),
        "arm": ("arm", "treatment", "test group"),
        "answered": ("answered", "response", "responded", "replied", "clicked", "redeemed", "beantwortet"),
    },
}
"""Names of columns by customer table and field, the usual first."""

OUTCOMES = (
    "outcome",
    "result",
    "opportunity result",
    "deal stage",
    "stage",
    "stage name",
    "status",
    "deal status",
    "opportunity status",
    "opportunity stage",
    "won",
    "is won",
    "win",
)
TARGETS = (
    "converted",
    "y",
    "response",
    "responded",
    "purchase",
    "purchased",
    "bought",
    "accepted",
    "success",
    "target",
)
UNIT_PRICES = ("unit price", "price", "price per unit", "sales price", "einzelpreis")
WON = ("won", "win", "closed won", "signed", "success", "gewonnen", "accepted")
LOST = ("lost", "loss", "lose", "closed lost", "rejected", "verloren", "declined")
YES = ("yes", "y", "true", "1", "t")
NO = ("no", "n", "false", "0", "f")
PERSONAL = (
    "email",
    "mail",
    "phone",
    "mobile",
    "firstname",
    "lastname",
    "surname",
    "birth",
    "address",
    "street",
    "gender",
    "ssn",
    "iban",
)
"""Parts of names of columns that tell who a person is: never proposed as dimensions."""


def is_called(column: str, names: tuple[str, ...]) -> bool:
    """Whether a column is called by one of the names, blanks, case, punctuation and currency aside.

    Examples
    --------
    >>> is_called("InvoiceNo", ("invoice no",)), is_called("Amount USD", ("amount",))
    (True, True)
    """
    plain = re.sub(r"(?<=.)(usd|eur|gbp|chf)$", "", bare(column))
    return any(plain == bare(name) or (len(bare(name)) > 8 and plain.startswith(bare(name))) for name in names)


def is_personal(column: str) -> bool:
    """Whether a column's name says that it tells who a person is."""
    return any(part in bare(column) for part in PERSONAL)
