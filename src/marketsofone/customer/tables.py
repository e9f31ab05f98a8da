"""The customer tables: one flat, typed model of what a company's own data mean.

Every table is optional. A column of the user's own that is not in the model can be carried along as
a *sales dimension* (it may split the market) or a *marketing trait* (it may inform a prior).
Every loaded row also carries ``source`` (the name of the source it came from) and ``source_row``
(the number of the row in that source, the first row of data being 1), so that every number opens to
the rows behind it.

Kinds
-----
``id`` a source's own key, kept as text and led to an internal 52-bit integer; ``text``; ``integer``;
``number`` a double; ``money`` an amount in major units in the file, an integer of minor units once
loaded; ``share`` a double from 0 to 1; ``flag`` true or false; ``instant`` a UTC timestamp;
``date`` a day of the market's own zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RECORD = "record"
"""The ``source`` of rows that people stated."""

WHICH_STANDS = ": row [0-9]+ of .+ stands$"
"""The end of a reason for which a row is refused that names the row kept: left aside where reasons are counted."""

Kind = Literal["id", "text", "integer", "number", "money", "share", "flag", "instant", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a customer table.

    Parameters
    ----------
    name : str
        Lower snake case; the ending tells the unit (``_id``, ``_at``, ``_on``, ``_hours``, ``_share``).
    kind : Kind
        What its values are.
    doc : str
        What it says, in words a person in sales would use.
    required : bool
        A row without it is refused.
    refers : str
        For an ``id``: the table it points to. Empty for any other kind.
    one_of : tuple of str
        The only values it may take; empty for any.
    sign : {"any", "not negative", "positive"}
        For numbers: which may stand there.
    share_where : tuple of str
        For a ``number``: another field, and the values of that with which it is a share from 0 to 1.
    """

    name: str
    kind: Kind
    doc: str
    required: bool = False
    refers: str = ""
    one_of: tuple[str, ...] = ()
    sign: Literal["any", "not negative", "positive"] = "any"
    share_where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One customer table: what a row is, its fields and what tells rows apart."""

    name: str
    row: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """The field called ``name``; raises ``StopIteration`` where there is none."""
        return next(field for field in self.fields if field.name == name)

    def has(self, name: str) -> bool:
        """Whether the table has a field of that name."""
        return any(field.name == name for field in self.fields)




_KNOWN = Field("known_at", "instant", "when this was known to us; where absent, when it happened")
_FROM = Field("valid_from", "date", "first day on which this holds; absent: always did")
_TO = Field("valid_to", "date", "first day on which this no longer holds; absent: still does")
_CURRENCY = Field("currency", "text", "ISO 4217 code of the amounts in this row; absent: the market's own")


def _id(name: str, refers: str, doc: str, required: bool = False) -> Field:
    return Field(name, "id", doc, required, refers)


ACCOUNT = Table("account", "an organisation or household that buys", (
    _id("account_id", "account", "the source's key of the account", required=True),
    _id("parent_id", "account", "the account it belongs to: its group, or the company of a site"),
    Field("form", "text", "what it is in its tree", one_of=("group", "company", "site")),
    _id("rep_id", "rep", "who looks after it"),
    _KNOWN, _FROM, _TO,
), key=("account_id", "valid_from"))

CONTACT = Table("contact", "a person at an account", (
    _id("contact_id", "contact", "the source's key of the person", required=True),
    _id("account_id", "account", "where the person works"),
    _id("site_id", "account", "the site the person decides for"),
    Field("role", "text", "what the person does in buying"),
    Field("decides", "flag", "whether the person decides"),
    _KNOWN, _FROM, _TO,
), key=("contact_id", "valid_from"))

PRODUCT = Table("product", "something we sell", (
    _id("product_id", "product", "the source's key of the product", required=True),
    Field("family", "text", "the family it belongs to"),
    Field("version", "text", "the version of the offer"),
    Field("list_price", "money", "price before any discount"),
    Field("unit_cost", "money", "what one unit costs us; counted where a line tells no cost of its own"),
    _CURRENCY, _FROM, _TO,
), key=("product_id", "valid_from"))

REP = Table("rep", "a person who sells", (
    _id("rep_id", "rep", "the source's key of the rep", required=True),
    Field("team", "text", "the team, or its manager"),
    Field("region", "text", "the region served"),
    Field("week_hours", "number", "selling hours in a week", sign="not negative"),
    Field("hour_cost", "money", "what an hour of this rep costs", sign="not negative"),
    _CURRENCY, _FROM, _TO,
), key=("rep_id", "valid_from"))

COMPETITOR = Table("competitor", "a rival for the same buyers", (
    _id("competitor_id", "competitor", "the source's key or name of the rival", required=True),
), key=("competitor_id",))

OPPORTUNITY = Table("opportunity", "one possible sale", (
    _id("opportunity_id", "opportunity", "the source's key of the opportunity", required=True),
    _id("account_id", "account", "who would buy"),
    _id("contact_id", "contact", "who decides"),
    _id("rep_id", "rep", "who works it"),
    _id("product_id", "product", "what is offered, where it is one thing"),
    Field("outcome", "text", "open, won or lost", one_of=("open", "won", "lost")),
    Field("entered", "flag", "whether the buyer let us in: invited, met, shortlisted"),
    Field("opened_at", "instant", "when it was opened"),
    Field("entered_at", "instant", "when the buyer let us in"),
    Field("closed_at", "instant", "when it was won or lost"),
    Field("amount", "money", "its value, once won what was sold"),
    Field("cost", "money", "what delivering it costs us, adjustments and service included"),
    _CURRENCY, _KNOWN,
), key=("opportunity_id",))

OPPORTUNITY_LINE = Table("opportunity_line", "one product on an opportunity", (
    _id("opportunity_id", "opportunity", "the opportunity", required=True),
    _id("product_id", "product", "the product", required=True),
    Field("quantity", "number", "units offered"),
    Field("amount", "money", "value of the line"),
    _CURRENCY, _KNOWN,
))

RIVAL_MET = Table("rival_met", "a rival met on an opportunity", (
    _id("opportunity_id", "opportunity", "the opportunity", required=True),
    _id("competitor_id", "competitor", "the rival", required=True),
    _KNOWN,
), key=("opportunity_id", "competitor_id"))

OPPORTUNITY_CONTACT = Table("opportunity_contact", "a person with a part in an opportunity", (
    _id("opportunity_id", "opportunity", "the opportunity", required=True),
    _id("contact_id", "contact", "the person", required=True),
    Field("role", "text", "the part played"),
    _KNOWN,
), key=("opportunity_id", "contact_id", "role"))

STEP = Table("step", "a step an opportunity took", (
    _id("opportunity_id", "opportunity", "the opportunity", required=True),
    Field("name", "text", "the step: invited, shortlisted, quoted, ...", required=True),
    Field("happened_at", "instant", "when", required=True),
    _KNOWN,
))

ORDER_LINE = Table("order_line", "one line of an order, a return where the quantity is negative", (
    _id("order_id", "order", "the order or invoice", required=True),
    _id("account_id", "account", "who bought"),
    _id("contact_id", "contact", "the person who bought"),
    _id("product_id", "product", "what was bought"),
    Field("ordered_at", "instant", "when", required=True),
    Field("quantity", "number", "units; negative for a return"),
    Field("amount", "money", "value of the line; negative for a return"),
    Field("cost", "money", "what the line cost us"),
    _CURRENCY, _KNOWN,
))

TOUCH = Table("touch", "one contact in either direction", (
    _id("touch_id", "touch", "the source's key of the touch"),
    _id("account_id", "account", "with whom"),
    _id("contact_id", "contact", "with which person"),
    _id("opportunity_id", "opportunity", "about which opportunity"),
    _id("rep_id", "rep", "by whom"),
    Field("happened_at", "instant", "when"),
    Field("team", "text", "which team", one_of=("sales", "marketing")),
    Field("channel", "text", "call, visit, mail, ..."),
    Field("direction", "text", "out: we to them; in: they to us", one_of=("in", "out")),
    Field("campaign", "text", "the campaign it was part of"),
    Field("message", "text", "what it said"),
    Field("minutes", "number", "time it took us", sign="not negative"),
    Field("cost", "money", "what it cost besides time"),
    Field("answered", "flag", "whether the buyer responded"),
    Field("arm", "text", "where touches were randomised: which arm"),
    _CURRENCY, _KNOWN,
))

MEMBERSHIP = Table("membership", "being on a list", (
    Field("list_name", "text", "the list", required=True),
    _id("account_id", "account", "who is on it"),
    _id("contact_id", "contact", "which person is on it"),
    _FROM, _TO,
))

RATE = Table("rate", "an exchange rate from a day on", (
    Field("currency", "text", "ISO 4217 code", required=True),
    Field("rate_on", "date", "the first day it holds", required=True),
    Field("rate", "number", "units of the market's currency for one unit of this", required=True, sign="positive"),
), key=("currency", "rate_on"))

_ABOUT = (
    Field("about", "text", "what the statement is about",
          required=True, one_of=("buyer", "account", "contact", "opportunity", "stratum")),
    Field("about_id", "text", "the source's key of it", required=True),
    Field("stated_by", "text", "who said so"),
    Field("stated_at", "instant", "when it was said"),
)

JUDGEMENT = Table("judgement", "what a person holds a score to be", (
    *_ABOUT,
    Field("score", "text", "which score", True, one_of=("pull", "competitiveness", "attractiveness")),
    Field("value", "number", "the value: a share, or money in major units", required=True,
          share_where=("score", "pull", "competitiveness")),
    Field("sure", "number", "how many trials the judgement is worth", sign="not negative"),
))

EFFORT = Table("effort", "what a person expects of a buyer at different effort", (
    *_ABOUT,
    Field("hours", "number", "the present effort, hours over the horizon", required=True, sign="not negative"),
    Field("none", "number", "contribution over the horizon with no calls, major units", required=True),
    Field("half", "number", "the same with half the calls", required=True),
    Field("now", "number", "the same with the calls there are now", required=True),
    Field("more", "number", "the same with half more", required=True),
    Field("most", "number", "the same with as many calls as could be used", required=True),
    Field("sure", "number", "how many trials the judgement is worth", sign="not negative"),
))

WISH = Table("wish", "something a buyer needs, desires or expects", (
    *_ABOUT,
    Field("kind", "text", "which of the three", True, one_of=("need", "desire", "expectation")),
    Field("theme", "text", "what it is about", required=True),
    Field("strength", "share", "how strong"),
    Field("desired", "number", "the level wished for"),
    Field("minimum", "number", "the least level accepted"),
    Field("perceived", "number", "the level seen now"),
    Field("words", "text", "where the buyer's own words stand"),
))

ADJUSTMENT = Table("adjustment", "a change to the standard offer that a buyer asks for", (
    *_ABOUT,
    Field("type", "text", "what kind of change", required=True),
    Field("cost", "money", "what it costs us"),
    Field("lead_days", "number", "how long it takes"),
    Field("approval", "text", "who must approve"),
    Field("status", "text", "asked, approved, refused, delivered"),
    _CURRENCY,
))

PERMISSION = Table("permission", "a lawful basis to use data about a person", (
    *_ABOUT,
    Field("purpose", "text", "for what", required=True),
    Field("basis", "text", "on which basis", required=True),
    _FROM, _TO,
))

OBJECTION = Table("objection", "a person's no to being profiled", (
    *_ABOUT,
    _FROM, _TO,
))

TABLES: dict[str, Table] = {table.name: table for table in (
    ACCOUNT, CONTACT, PRODUCT, REP, COMPETITOR, OPPORTUNITY, OPPORTUNITY_LINE, RIVAL_MET,
    OPPORTUNITY_CONTACT, STEP, ORDER_LINE, TOUCH, MEMBERSHIP, RATE, JUDGEMENT, EFFORT, WISH, ADJUSTMENT,
    PERMISSION, OBJECTION,
)}
"""Every customer table by name."""

OF_OPPORTUNITY = ("opportunity_line", "rival_met", "opportunity_contact")
"""Tables whose rows are told of an opportunity, without a time of their own."""

STATED = frozenset(name for name, table in TABLES.items() if table.has("about_id"))
"""Tables of what people state: a file of them may hold nothing yet."""
