"""Words that tell how it ended, who came to whom and whether one was reached: in headings and in values."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    "statut",
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
UNIT_PRICES = ("unit price", "price", "price per unit", "sales price", "einzelpreis", "lineitem price", "net price",
               "unit net price", "stückpreis", "verkaufspreis")
UNIT_COSTS = ("unit cost", "cost per unit", "cost price", "standard cost", "purchase price", "buying price",
              "unit cogs", "einkaufspreis", "ek preis", "ek", "einstandspreis", "stückkosten", "kosten pro stück",
              "prix d'achat", "prix de revient", "coût unitaire")
WON = ("won", "win", "closed won", "closedwon", "signed", "success", "gewonnen", "accepted", "auftrag", "beauftragt",
       "gagné", "gagnée", "signé", "signée", "ganada", "ganado", "vinta", "vinto", "ganho", "ganha")
LOST = ("lost", "loss", "lose", "closed lost", "closedlost", "rejected", "verloren", "declined", "absage", "abgelehnt",
        "abgesagt", "perdu", "perdue", "perdida", "perdido", "persa", "perso")
LOST_REASONS = ("lost reason", "loss reason", "reason lost", "reason for loss", "closed lost reason",
                "reason for losing", "verlustgrund", "grund für verlust", "absagegrund", "motif de perte",
                "raison de la perte")
"""Names of columns that say why an opportunity was lost."""

WON_FLAGS = ("is won", "won", "is closed won", "won flag")
LOST_FLAGS = ("is lost", "lost", "is closed lost", "lost flag")
CLOSED_FLAGS = ("is closed", "closed", "is deal closed", "closed flag")
INCOMING = ("in", "inbound", "incoming", "received", "eingehend", "eingang")
OUTGOING = ("out", "outbound", "outgoing", "sent", "ausgehend", "ausgang")
ANSWERED = ("connected", "answered", "reached", "picked up", "replied", "erreicht", "angenommen", "beantwortet")
UNANSWERED = ("no answer", "no_answer", "no-answer", "not reached", "unanswered", "missed", "busy", "voicemail",
              "left voicemail", "nicht erreicht", "verpasst", "besetzt", "mailbox", "no reply")
MARKETING_TEAM = ("marketing", "marketing team", "marketingteam", "équipe marketing")
SALES_TEAM = ("sales", "sales team", "vertrieb", "verkauf", "ventes", "commercial", "équipe commerciale")
FORMS = {
    **dict.fromkeys(("group", "holding", "corporate group", "konzern", "gruppe", "unternehmensgruppe", "groupe"),
                    "group"),
    **dict.fromkeys(("company", "legal entity", "hq", "headquarters", "headquarter", "head office", "main office",
                     "parent", "subsidiary", "firma", "unternehmen", "gesellschaft", "zentrale", "hauptsitz",
                     "tochter", "tochtergesellschaft", "société", "entreprise", "siège", "siège social"), "company"),
    **dict.fromkeys(("site", "branch", "branch office", "location", "plant", "office", "store", "shop", "warehouse",
                     "standort", "niederlassung", "filiale", "zweigstelle", "werk", "betriebsstätte", "lager",
                     "agence", "succursale", "établissement", "usine", "dépôt"), "site"),
}
"""What an account is in its tree, by the words that files have for it."""

YES = ("yes", "y", "true", "1", "t", "ja", "wahr", "j", "oui", "vrai", "sí", "sim")
NO = ("no", "n", "false", "0", "f", "nein", "falsch", "non", "faux", "não")


def means(value: str, words: Sequence[str]) -> bool:
    """Whether a value is one of the words; a stage may name its pipeline, or the end with a word among others.

    Examples
    --------
    >>> means("closed won (12)", WON), means("sales: won", WON), means("not won", WON)
    (True, True, False)
    """
    plain = re.sub(r"[^\w]+", " ", re.sub(r"\(.*\)", " ", value)).strip()
    if value in words or plain in words:
        return True
    said = plain.split()
    ends = {"won", "gewonnen", "lost", "verloren"} & set(words)
    return len(said) > 1 and "not" not in said and bool(ends & set(said))
