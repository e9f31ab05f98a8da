"""Sheets with a column for each month: every cell that holds something is proposed as a sale."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from marketsofone.errors import shortened
from marketsofone.sources.mapping.across import worded
from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.profiling.headings import scale_of
from marketsofone.sources.profiling.months import Months
from marketsofone.sources.proposing.called import plain_fields, references
from marketsofone.sources.proposing.drafts import Draft, Guess
from marketsofone.sources.spelling import in_ascii, snake
from marketsofone.sources.sql import quoted
from marketsofone.sources.staging.across import DAY, VALUE, all_called, alone_of, months_missing

_PLANNED = {"budget", "budgets", "plan", "forecast", "forecasts", "target", "targets", "quota", "quotas", "ziel",
            "ziele", "soll", "prognose", "planung", "objectif", "objectifs", "previsions"}
"""Words in the name of a file or a sheet that holds what is hoped for."""

_SALES = frozenset(word for words in (
    "sales sale sold revenue revenues turnover amount amounts value actual actuals invoiced billed",
    "umsatz umsaetze absatz erloese ist betrag ventes vente chiffre affaires ca montant realise",
    "ventas importe vendite fatturato omzet vendas",
) for word in words.split())
"""Words that say what was sold."""

_NO_MONEY = frozenset(word for words in (
    "headcount heads employees staff fte ftes mitarbeiter effectif effectifs users seats members",
    "stock stocks inventory bestand bestaende lager lagerbestand voorraad inventaire existencias",
    "unit units qty quantity quantities pieces pcs menge mengen stueck stk quantite quantites cantidad aantal",
    "nps csat score scores rating ratings rank ranking satisfaction note bewertung zufriedenheit",
    "percent percentage pct prozent rate rates ratio retention churn margin margins marge marges",
    "cost costs kosten cout couts costes discount discounts rabatt rabatte remise remises",
    "returns refunds returned refunded credits retouren gutschriften retours avoirs",
    "visits visitors clicks logins sessions tickets calls contacts leads meetings complaints hours stunden heures days",
    "balance balances saldo solde receivables overdue outstanding offen pipeline quotes",
) for word in words.split())
"""Words beside months, or in the name of a file, that say something else than money that was sold for."""


def sales_across(folder: Folder, one: FileProfile, months: Months) -> dict[str, Guess]:
    """The fields of order lines of which each is a cell; empty where no column names who bought, or nothing is sure.

    Parameters
    ----------
    one : FileProfile
        The file without those columns.
    """
    if one.about in ("touch", "objection") or _says_otherwise(one, months):
        return {}
    key = folder.key(one, "account")
    whose = Guess(key.name, "its name") if key else references(folder, one, ("account",), {}).get("account_id")
    if whose is None or not months.across or whose.sql not in [column.name for column in one.columns]:
        return {}
    number = Guess(f"{quoted(whose.sql)} || ' ' || {quoted(DAY)}", "what one buys in a month is taken for an order")
    year = f", of {months.year} as the name of the file or the sheet says" if months.year else ""
    day = Guess(DAY, f"the first day of the month or quarter that a heading names: {months.named}{year}")
    scale = scale_of(next(iter(months.periods)))
    counted = f", in what the headings say: {scale}" if scale else ""
    amount = Guess(f"{quoted(VALUE)} {scale}" if scale else VALUE,
                   f"what stands below these{counted}; if that is units and no money, call this line quantity")
    fields = {"order_id": number, "account_id": whose, "ordered_at": day, "amount": amount}
    fields |= references(folder, one, ("product",), fields)
    plain = plain_fields(one, "order_line", fields)
    return fields | {name: guess for name, guess in plain.items() if name == "currency"}


def _says_otherwise(one: FileProfile, months: Months) -> bool:
    """Whether headings, the name of the file or the sheet, or a column of measures say that cells are no sales."""
    name = _words(f"{one.source.name} {one.source.sheet}")
    called = {word for heading in months.periods for word in _words(heading)}
    return bool(_PLANNED & name or _NO_MONEY & called or (_NO_MONEY & name and not _SALES & name)
                or len({scale_of(heading) for heading in months.periods}) > 1
                or any(_names_measures(column.values) for column in one.columns if column.kind == "text"))


def _names_measures(values: Sequence[str]) -> bool:
    """Whether texts are what rows tell of, such as Revenue and Units, or Actual and Budget, and not all of it sales."""
    words = [_words(value) for value in values]
    others = _NO_MONEY | _PLANNED
    return any(each & others for each in words) and all(each & (others | _SALES) for each in words)


def _words(text: str) -> set[str]:
    return {*snake(in_ascii(text.casefold())).split("_")}


def between(months: Months) -> list[str]:
    """That no column is of some month between the first and the last, or only one that is not used; else none."""
    missing, said = months_missing(months.periods), worded(months.across)
    used = {name: period for name, period in months.periods.items()
            if (period.months == said.months if said else name in months.across)}
    alone = alone_of({name: period for name, period in months.periods.items() if name not in used}, used)
    notes = [f"no column was understood to be of {shortened(missing)}: if one is, write its heading as Mar 2025 or "
             "2025-03, or what was sold then is missing."] if missing else []
    return notes + ([f"{shortened(map(repr, alone))}: not used, though no other column is of these times. If they hold "
                     "what was sold, write a source of the same file whose across names them, or it is missing."]
                    if alone else [])


def named_once(one: FileProfile, account: str) -> tuple[str, ...]:
    """The columns that only the first line of each customer fills; empty where all do."""
    column = one.column(account)
    if not column.gaps or column.filled >= 0.95 * one.rows:
        return ()
    return tuple(each.name for each in one.columns if each.gaps == column.gaps and each.kind != "number")


def same_months(drafts: Sequence[Draft]) -> list[str]:
    """That several sheets of the same months are all counted; none where there are none."""
    times = {draft.source.name: _times(draft) for draft in drafts if draft.source.across}
    names = [name for name, mine in times.items()
             if any(mine & others for other, others in times.items() if other != name)]
    if not names:
        return []
    return [f"{shortened(names)}: each has columns of the same months, and all count. If two of them hold the same "
            "sales, for instance by customer and by product, take one out."]


def _times(draft: Draft) -> set[int]:
    """The months that the columns of a draft are of."""
    return {month for period in all_called(draft.columns, draft.source.across).values() for month in period.each}


def name_beside(name: str, taken: Collection[str]) -> str:
    """What a source of the months of a file is called beside the one that lists its customers."""
    name += "_months"
    while name in taken:
        name += "_2"
    return name
