"""How columns are commonly called in exports of CRM, shop and campaign software."""

from __future__ import annotations

import re
from functools import lru_cache

from marketsofone.sources.spelling import bare

KEYS: dict[str, tuple[str, ...]] = {
    "opportunity": ("opportunity id", "opportunity number", "opportunity", "opp id", "opp", "deal id", "deal",
                    "lead id", "lead number", "prospect id", "mql id", "quote id", "quote number", "inquiry id",
                    "case id", "chance nr", "chance", "angebotsnummer", "angebotsnr", "angebot nr",
                    "opportunity name", "deal name", "verkaufschance", "verkaufschancen id", "opportunity guid",
                    "n affaire",
                    "numéro affaire", "affaire", "deal no", "opp no", "offer no", "offer id", "proposal no",
                    "tender id", "rfq no", "project id", "project no", "projekt nr", "projektnummer",
                    "vorgangsnummer", "chancen nr", "devis", "n devis", "numéro devis", "opportunité",
                    "n opportunité", "id opportunité"),
    "order": ("order id", "order no", "order number", "invoice", "invoice no", "invoice number", "invoice id",
              "basket id", "transaction id", "receipt no", "receipt id", "document no", "belegnummer", "beleg",
              "rechnungsnummer", "auftragsnummer", "bestellnummer", "document number", "verkaufsbeleg", "sales order",
              "sales document", "so number", "order reference", "order", "n facture", "numéro facture", "facture",
              "n commande", "numéro commande", "bill no", "receipt number", "rechnung", "rechnungs nr", "rg nr",
              "re nr", "bestell nr", "auftrag nr", "lieferschein nr", "n pièce", "inv no", "inv", "receipt",
              "bon nr", "kassenbon", "n ticket", "num", "belegfeld 1"),
    "account": ("account id", "account", "account name", "account number", "account code",
                "company id", "company", "company name",
                "customer id", "customer", "customer number", "customer no", "customer name", "client id", "client",
                "client name", "household id", "household", "organisation id", "organization id", "organisation",
                "kundennummer", "kunde", "kundennr", "kunden nr", "kunde nr", "firma", "firm id", "firm",
                "organisation name", "organization", "organization name", "firma id", "firmen id", "kunden id",
                "debitor", "auftraggeber", "sold to", "sold to party", "bill to", "ship to", "potential customer",
                "potenzieller kunde", "associated company", "bill to customer", "sell to customer",
                "sold to customer", "kd nr", "kdnr", "kunden no", "billing company", "customer email", "email",
                "e-mail", "n client", "numéro client", "code client", "raison sociale", "cust id", "cust no",
                "customer ref", "client no", "acct no", "acct", "debitorennummer", "debitor nr", "kundencode",
                "firmenname", "unternehmen", "name der firma", "geschäftspartner", "business partner", "buyer id",
                "buyer", "no client", "id client", "réf client", "identifiant client", "nom client", "nom du client",
                "cust", "cust name", "kd",
                "société", "entreprise", "compte"),
    "contact": ("contact id", "person id", "contact number", "user id", "member id", "contact person",
                "kontaktperson", "ansprechpartner", "associated contact", "kontakt id", "kontakt nr", "kontaktnummer",
                "personen id", "id contact", "n contact", "interlocuteur"),
    "product": ("product id", "product", "product code", "product name", "stock code", "sku", "item id", "item",
                "item number", "article", "article number", "material", "artikel", "artikelnummer", "produkt",
                "product2id", "lineitem sku", "lineitem name", "item code", "item no", "item name", "artikelnr",
                "artikel nr", "part number", "référence", "produit", "article code", "produktnummer", "produkt id",
                "produktcode", "materialnummer", "sachnummer", "art nr", "réf", "réf article", "code article",
                "code produit", "id produit", "product no", "ean"),
    "rep": ("rep id", "rep", "sales rep", "sales agent", "agent", "owner", "owner id", "opportunity owner",
            "sales person", "salesperson", "account manager", "seller", "sr id", "account owner", "verkäufer",
            "verkaeufer", "betreuer", "vertreter", "sachbearbeiter", "kürzel", "besitzer", "deal owner",
            "company owner", "record owner", "verantwortlich", "zuständig", "agent email", "user", "assigned to",
            "commercial", "vendeur", "employee id", "employee no", "employee", "user name", "mitarbeiter",
            "mitarbeiternummer", "mitarbeiter id", "personalnummer", "pers nr", "vertriebsmitarbeiter",
            "außendienstmitarbeiter", "vertriebler", "außendienst", "kundenbetreuer", "salesman", "staff id",
            "matricule", "nom du commercial", "code commercial", "chargé de clientèle",
            "responsable commercial"),
    "competitor": ("competitor id", "competitor", "competitors", "competitor name", "rival", "wettbewerber",
                   "konkurrent", "mitbewerber"),
    "touch": ("touch id", "activity id", "task id", "call id", "message id", "event id", "aktivität id", "anruf id",
              "meeting id", "visit id", "appointment id", "besuch id", "termin id", "engagement id", "id activité"),
}
"""Names of key columns by what they are the key of, the usual first."""

MONTHLY = ("mrr", "monthly recurring revenue", "mrr amount", "monthly revenue", "monthly fee", "monthly amount",
           "monthly price", "fee per month", "price per month",
           "monatsumsatz", "monatsbetrag", "monatliche gebühr", "recurring revenue", "revenu mensuel")
"""Names of columns that hold what a subscription brings in a month."""

ANNUAL = ("arr", "annual recurring revenue", "arr amount", "annual revenue run rate", "jahresbetrag", "annual fee",
          "yearly fee", "annual price", "jahresgebühr", "jahrespreis")
"""Names of columns that hold what a subscription brings in a year."""

CONTRACT_STARTS = ("start", "start date", "started at", "started on", "subscription start", "subscription start date",
                   "contract start", "contract start date", "begin", "begins on", "begin date", "activated at",
                   "activated on", "activation date", "beginn", "vertragsbeginn", "laufzeitbeginn", "startdatum",
                   "vertragsstart", "début", "date de début", "start utc", "valid from")
CONTRACT_ENDS = ("end", "end date", "ended at", "ended on", "ends on", "contract end", "contract end date",
                 "subscription end", "subscription end date", "expires at", "expired at", "expiration date",
                 "cancelled at", "canceled at", "cancelled on", "canceled on", "cancellation date", "churned at",
                 "churn date", "churned on", "terminated on", "termination date", "ende", "enddatum", "vertragsende",
                 "laufzeitende", "gekündigt zum", "kündigung zum", "fin", "date de fin", "date fin", "valid to")
"""Names of columns that hold since when, and until when, a subscription is paid."""

INTERVALS = ("interval", "billing period", "billing cycle", "billing interval", "billing frequency", "plan interval",
             "billing period unit", "period unit", "frequency", "abrechnungszeitraum", "abrechnungsintervall",
             "zahlweise", "zahlungsintervall", "turnus", "périodicité", "facturation")
"""Names of columns that tell for how long a fee is paid at once."""

FEES = ("amount", "fee", "price", "plan amount", "plan price", "unit amount", "subscription amount", "recurring amount",
        "betrag", "preis", "gebühr", "montant", "prix", "tarif")
"""Names of columns that hold a fee, whatever it is paid for."""

LENGTHS = {**dict.fromkeys(("month", "monthly", "months", "monat", "monatlich", "mensuel", "mois", "m"), 1),
           **dict.fromkeys(("quarter", "quarterly", "quartal", "vierteljährlich", "trimestriel"), 3),
           **dict.fromkeys(("half-yearly", "semi-annual", "semiannual", "halbjährlich", "semestriel"), 6),
           **dict.fromkeys(("year", "yearly", "annual", "annually", "years", "jahr", "jährlich", "annuel", "an", "y"),
                           12)}
"""How many months a fee is for, by the words for it."""

SUBSCRIPTIONS = ("subscription id", "subscription", "subscription number", "contract id", "contract",
                 "contract number", "vertragsnummer", "vertrag", "vertrags id", "abonnement", "abo", "abo nr",
                 "license id", "plan subscription id")
"""Names of columns that hold the key of a subscription."""

CURRENCIES = ("from", "from currency", "currency from", "source currency", "base currency", "base", "von",
              "von währung", "currency", "currency code", "currency iso code", "iso code", "iso", "foreign currency",
              "währung", "fremdwährung", "devise", "ccy", "cur", "curr", "monnaie", "code")
"""Names of columns that hold the currency that a rate is of."""

RATED_INTO = ("to", "to currency", "currency to", "target currency", "quote currency", "counter currency", "into",
              "nach", "nach währung", "zielwährung")
"""Names of columns that hold the currency that a rate leads to."""

SITES = ("site id", "site", "site no", "site code", "location id", "location", "branch id", "branch", "standort id",
         "standort", "standort nr", "niederlassung", "filiale", "filial nr", "werk", "plant", "site de rattachement",
         "établissement", "agence")
"""Names of columns that hold the site a person is at."""

FORM = ("form", "account form", "account type", "site type", "location type", "entity type", "hierarchy level",
        "standortart", "standorttyp", "art des standorts", "ebene", "type de site", "type d'entité", "rechtseinheit")
"""Names of columns that tell what an account is in its tree."""

DURATIONS = ("duration", "call duration", "call length", "length", "talk time", "time spent", "dauer", "gesprächsdauer",
             "anrufdauer", "besuchsdauer", "durée", "durée appel", "durée de l'appel", "temps passé")
"""Names of columns that hold the length of a contact, the unit aside."""

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


@lru_cache(maxsize=1 << 16)
def is_called(column: str, names: tuple[str, ...]) -> bool:
    """Whether a column is called by one of the names, blanks, case, punctuation and currency aside.

    Examples
    --------
    >>> is_called("InvoiceNo", ("invoice no",)), is_called("Amount USD", ("amount",))
    (True, True)
    >>> is_called("Rechnungsnr.", ("rechnungsnummer",)), is_called("Invoice #", ("invoice no",))
    (True, True)
    >>> is_called("Commercial terms", ("commercial",)), is_called("Valeur", ("valeur",))
    (False, True)
    """
    whole = bare(column.replace("#", " no "))
    plain = re.sub(r"(?<=.)(usd|eur|gbp|chf)$", "", whole)
    alike = {_numbered(whole), _numbered(plain)}
    return any(column.strip().lower() == name if name in _WHOLE else _numbered(bare(name)) in alike or (
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
