"""How columns are commonly called in exports of CRM, shop and campaign software."""

from __future__ import annotations

import re

from marketsofone.sources.spelling import bare

KEYS: dict[str, tuple[str, ...]] = {
    "opportunity": ("opportunity id", "opportunity number", "opportunity", "opp id", "opp", "deal id", "deal",
                    "lead id", "lead number", "prospect id", "mql id", "quote id", "quote number", "inquiry id",
                    "case id", "chance nr", "chance", "angebotsnummer", "angebotsnr", "angebot nr",
                    "opportunity name", "verkaufschance", "verkaufschancen id", "opportunity guid", "n affaire",
                    "numéro affaire", "affaire"),
    "order": ("order id", "order no", "order number", "invoice", "invoice no", "invoice number", "invoice id",
              "basket id", "transaction id", "receipt no", "receipt id", "document no", "belegnummer", "beleg",
              "rechnungsnummer", "auftragsnummer", "bestellnummer", "document number", "verkaufsbeleg",
              "sales order", "sales document", "so number", "order reference", "order", "n facture", "numéro facture",
              "facture", "n commande", "numéro commande"),
    "account": ("account id", "account", "account name", "account number", "company id", "company", "company name",
                "customer id", "customer", "customer number", "customer no", "customer name", "client id", "client",
                "client name", "household id", "household", "organisation id", "organization id", "organisation",
                "kundennummer", "kunde", "kundennr", "kunden nr", "kunde nr", "firma", "firm id", "firm",
                "organisation name", "organization", "organization name", "firma id", "firmen id", "kunden id",
                "debitor", "auftraggeber", "sold to", "sold to party", "bill to", "ship to", "potential customer",
                "potenzieller kunde", "associated company", "bill to customer", "sell to customer",
                "sold to customer", "kd nr", "kdnr", "kunden no", "billing company", "customer email", "email",
                "e-mail", "n client", "numéro client", "code client", "raison sociale"),
    "contact": ("contact id", "person id", "contact number", "user id", "member id", "contact person", "kontaktperson",
                "ansprechpartner", "associated contact"),
    "product": ("product id", "product", "product code", "product name", "stock code", "sku", "item id", "item",
                "item number", "article", "article number", "material", "artikel", "artikelnummer", "produkt",
                "product2id", "lineitem sku", "lineitem name", "item code", "item no", "item name", "artikelnr",
                "artikel nr", "part number", "référence", "produit", "article code"),
    "rep": ("rep id", "rep", "sales rep", "sales agent", "agent", "owner", "owner id", "opportunity owner",
            "sales person", "salesperson", "account manager", "seller", "sr id", "account owner", "verkäufer",
            "verkaeufer", "betreuer", "vertreter", "sachbearbeiter", "kürzel", "besitzer", "deal owner",
            "company owner", "record owner", "verantwortlich", "zuständig", "agent email", "user", "assigned to",
            "commercial", "vendeur"),
    "competitor": ("competitor id", "competitor", "competitors", "competitor name", "rival", "wettbewerber",
                   "konkurrent", "mitbewerber"),
    "touch": ("touch id", "activity id", "task id", "call id", "message id", "event id", "aktivität id", "anruf id"),
}
"""Names of key columns by what they are the key of, the usual first."""

MONTHS = ("month", "invoice month", "billing month", "revenue month", "service month", "mrr month", "year month",
          "period", "period start", "month start", "monat", "abrechnungsmonat", "rechnungsmonat", "leistungsmonat",
          "buchungsmonat", "periode", "mois", "période")
"""Names of columns that hold the month that a row is of."""

PERIODS = {"valid_from": ("valid from", "valid since", "effective from", "gültig ab", "gültig von"),
           "valid_to": ("valid to", "valid until", "effective to", "effective until", "gültig bis")}
"""Names of columns that tell since when a row holds, and until when."""

FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "opportunity": {
        "opened_at": ("opened", "opened at", "opened on", "open date", "created date", "created at", "create date",
                      "creation date", "engage date", "first contact date", "start date", "date opened", "created",
                      "created on", "angelegt am", "angelegt", "erstellt am", "created time", "angebotsdatum",
                      "deal created", "deal erstellt am", "create time", "add time", "deal created on",
                      "creation time", "date de création", "date création", "créé le", "quote date", "offer date"),
        "closed_at": ("closed", "closed at", "close date", "closed date", "closing date", "end date", "won date",
                      "closed on", "abgeschlossen am", "abgeschlossen", "abschlussdatum", "geschlossen am",
                      "geschlossen", "deal geschlossen am", "erledigt am", "deal closed on", "close time",
                      "actual close date", "tatsächliches abschlussdatum", "actual closed date", "date de clôture",
                      "date clôture", "clôturé le", "decision date", "decided on", "decided at"),
        "amount": ("amount", "opportunity amount", "deal value", "close value", "value", "deal amount",
                   "contract value", "deal size", "expected revenue", "total value", "betrag", "auftragswert",
                   "wert", "estimated revenue", "est revenue", "estimated value", "actual revenue",
                   "geschätzter umsatz", "tatsächlicher umsatz", "umsatz", "montant", "montant ht",
                   "quote value", "quote amount", "offer value"),
        "cost": ("cost", "delivery cost", "cost of sale"),
        "currency": ("currency", "currency code", "currency iso code", "amount currency", "währung",
                     "währung von wert"),
    },
    "opportunity_line": {
        "quantity": ("quantity", "qty", "units", "menge", "anzahl"),
        "amount": ("amount", "total price", "line amount", "line total", "net amount", "extended amount", "value",
                   "betrag", "wert", "gesamtpreis", "total", "subtotal", "nettowert"),
        "currency": ("currency", "currency code", "currency iso code", "währung"),
    },
    "order_line": {
        "ordered_at": ("ordered at", "ordered on", "order date", "invoice date", "date", "transaction timestamp",
                       "transaction date", "timestamp", "purchase date", "datum", "belegdatum", "bestelldatum",
                       "rechnungsdatum", "created at", "created on", "creation date", "angelegt am", "erstellt am",
                       "auftragsdatum", "posting date", "booking date", "document date", "day", "date facture",
                       "date de facture", "date commande", "date de commande", "at", *MONTHS),
        "quantity": ("quantity", "qty", "units", "number of units", "menge", "auftragsmenge", "lineitem quantity",
                     "ordered quantity", "anzahl", "stück", "quantité", "qté"),
        "amount": ("amount", "line amount", "sales value", "dollar value", "line total", "total", "revenue", "sales",
                   "net amount", "value", "umsatz", "price paid", "nettowert", "net value", "nettobetrag",
                   "subtotal", "untaxed total", "extended amount", "betrag", "wert", "montant", "montant ht"),
        "cost": ("cost", "line cost", "cogs", "unit cost total", "total cost", "kosten", "verrechnungswert",
                 "wareneinsatz", "einstandswert"),
        "currency": ("currency", "currency code", "währung", "document currency", "belegwährung"),
    },
    "account": {
        "parent_id": ("parent id", "parent", "parent account", "subsidiary of", "group id", "group", "ultimate parent"),
        **PERIODS,
    },
    "contact": {
        **PERIODS,
        "role": ("role", "job title", "title", "position", "function"),
        "decides": ("decides", "decision maker", "is decision maker"),
    },
    "product": {
        "family": ("family", "series", "product family", "category", "product category", "product category name",
                   "department", "product line"),
        "version": ("version", "edition", "release"),
        "list_price": ("list price", "sales price", "price", "unit price"),
        "unit_cost": ("unit cost", "cost", "cost price"),
        **PERIODS,
    },
    "rep": {
        "team": ("team", "manager", "sales team"),
        "region": ("region", "regional office", "territory", "office"),
        "week_hours": ("week hours", "hours per week", "hours week", "std woche", "wochenstunden", "hours",
                       "stunden"),
        "hour_cost": ("hour cost", "cost per hour", "cost hour", "kosten std", "stundensatz"),
        **PERIODS,
    },
    "touch": {
        "happened_at": ("happened at", "happened on", "date", "activity date", "sent at", "sent date", "timestamp",
                        "redemption date", "call date", "created at", "time", "zeit", "started at", "start time",
                        "call start", "due date", "completed at", "created date", "created on", "logged at",
                        "date time", "activity time", "datum", "at"),
        "campaign": ("campaign", "campaign id", "campaign name"),
        "channel": ("channel", "medium", "activity type", "task subtype", "call type", "type", "kanal", "art"),
        "message": ("message", "subject", "template"),
        "minutes": ("minutes", "duration minutes", "duration min", "dauer min", "dauer minuten"),
        "direction": ("direction", "richtung"),
        "arm": ("arm", "treatment", "test group"),
        "answered": ("answered", "response", "responded", "replied", "clicked", "redeemed", "beantwortet",
                     "reached", "erreicht"),
    },
    "wish": {
        "kind": ("kind",),
        "theme": ("theme", "topic", "need", "thema"),
        "strength": ("strength",),
        "stated_at": ("stated at", "asked on", "date", "created at", "datum"),
    },
    "rate": {
        "rate_on": ("rate on", "rate date", "valid from", "from day", "from date", "effective date", "effective from",
                    "start date", "date", "day", "kursdatum", "gültig ab", "gültig von", "datum", "stichtag", "tag",
                    "as of", "time period", *MONTHS),
        "rate": ("rate", "exchange rate", "fx rate", "conversion rate", "kurs", "wechselkurs", "umrechnungskurs",
                 "devisenkurs", "mittelkurs", "mid rate", "closing rate", "average rate", "taux", "taux de change",
                 "cours", "fx", "obs value", "value", "wert"),
    },
    "objection": {
        "stated_at": ("stated at", "date", "objected on", "objected at", "created at", "received on", "datum"),
    },
}
"""Names of columns by customer table and field, the usual first."""

MONTHLY = ("mrr", "monthly recurring revenue", "mrr amount", "monthly revenue", "monthly fee", "monthly amount",
           "monatsumsatz", "monatsbetrag", "monatliche gebühr", "recurring revenue", "revenu mensuel")
"""Names of columns that hold what a subscription brings in a month."""

ANNUAL = ("arr", "annual recurring revenue", "arr amount", "annual revenue run rate", "jahresbetrag")
"""Names of columns that hold what a subscription brings in a year."""

SUBSCRIPTIONS = ("subscription id", "subscription", "subscription number", "contract id", "contract",
                 "contract number", "vertragsnummer", "vertrag", "vertrags id", "abonnement", "abo", "abo nr",
                 "license id", "plan subscription id")
"""Names of columns that hold the key of a subscription."""

CURRENCIES = ("from", "from currency", "currency from", "source currency", "base currency", "base", "von",
              "von währung", "currency", "currency code", "currency iso code", "iso code", "iso", "foreign currency",
              "währung", "fremdwährung", "devise", "code")
"""Names of columns that hold the currency that a rate is of."""

RATED_INTO = ("to", "to currency", "currency to", "target currency", "quote currency", "counter currency", "into",
              "nach", "nach währung", "zielwährung")
"""Names of columns that hold the currency that a rate leads to."""

SECONDS = ("duration s", "duration sec", "duration seconds", "duration in seconds", "call duration in seconds",
           "seconds", "talk time seconds", "dauer sekunden", "dauer s", "duration secs")
"""Names of columns that hold the length of a contact in seconds."""

HOURS = ("hours", "duration h", "duration hours", "duration in hours", "dauer stunden", "dauer h", "stunden",
         "hours spent")
"""Names of columns that hold the length of a contact in hours."""

_WHOLE = ("commercial", "référence", "competitor")
"""Names that begin or are other words in other headings: only a heading that is that very word is called so."""

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
    >>> is_called("Rechnungsnr.", ("rechnungsnummer",)), is_called("Commercial terms", ("commercial",))
    (True, False)
    """
    plain = re.sub(r"(?<=.)(usd|eur|gbp|chf)$", "", bare(column))
    return any(column.strip().lower() == name if name in _WHOLE else _numbered(plain) == _numbered(bare(name)) or (
        len(bare(name)) > 8 and plain.startswith(bare(name))) for name in names)


def _numbered(plain: str) -> str:
    """A name whose word for number is always the same: ``invoiceno`` and ``invoicenumber`` are called alike."""
    return re.sub(r"(?<=..)(nummer|number|num|nbr|nr|no)$", "nr", plain)


def is_personal(column: str) -> bool:
    """Whether a column's name says that it tells who a person is."""
    plain = bare(column)
    return any(part in plain for part in PERSONAL) and not plain.endswith(("country", "countryregion", "state", "land"))


def describes(column: str) -> bool:
    """Whether a column's name says what a thing is like, not which it is: an ``Organisation Type`` names nobody."""
    return _DESCRIBES.search(column.lower()) is not None


_DESCRIBES = re.compile(
    r"(type|typ|size|segment|industry|branche|region|status|state|country|land|category|kategorie|class|tier|level|group|"
    r"gruppe|source|rating|city|comp|date|since)$")
