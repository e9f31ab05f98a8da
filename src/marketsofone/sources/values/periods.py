"""Headings that name a month or a quarter and its year, as sheets of several languages write them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from marketsofone.sources.spelling import in_ascii

_CALLED = (
    "jan january januar janv janvier jaen jaenner ene enero gen gennaio januari janeiro",
    "feb february februar fev fevr fevrier febrero febbraio februari fevereiro",
    "mar march marz maer maerz mrz mars marzo maart mrt marco",
    "apr april avr avril abr abril aprile",
    "may mai mayo mag maggio mei maio",
    "jun june juni juin junio giu giugno junho",
    "jul july juli juil juill juillet julio lug luglio julho",
    "aug august aout ago agosto augustus",
    "sep sept september septembre septiembre set settembre setembro",
    "oct october okt oktober octobre octubre ott ottobre outubro",
    "nov november novembre noviembre novembro",
    "dec december dez dezember decembre dic diciembre dicembre dezembro",
)
_MONTHS = {name: month for month, names in enumerate(_CALLED, start=1) for name in names.split()}
_OTHERWISE = frozenset(word for words in (
    "ytd mtd qtd cum cumul cumule cumulative kum kumuliert",
    "budget bud plan planned geplant forecast fcst fc target soll ziel prognose hochrechnung vorjahr vj py ly previous",
    "prior prev objectif prevision presupuesto",
    "avg average mean schnitt durchschnitt moyenne growth wachstum delta diff abw abweichung change share anteil",
) for word in words.split())
_NO_SALES = _OTHERWISE | frozenset(word for words in (
    "total totals totaal totale sum summe somme suma gesamt",
    "kw week weeks woche wk cw semaine semana half halbjahr semester period periode version",
) for word in words.split())
"""Words beside a month, or a number, that say something else than what was sold in it; the former in brackets too."""

_REMARK = re.compile(r"\([^()]*\)|\[[^][]*\]")

_FOUR, _GAP = r"(?P<year>(?:19|20)\d\d)", r"[-_/. ]"
_YEAR = rf"{_GAP}*'?(?P<year>(?:19|20)\d\d|\d\d)"
_QUARTER = r"(?:quartal|quarter|quartier|kwartaal|trimestre|trim)[.]?"
_WAYS = tuple(re.compile(rf"(?:(?P<before>[a-z]+)[ _:-]+)?{way}(?:[ _:-]+(?P<after>[a-z]+))?") for way in (
    rf"{_QUARTER} ?(?P<quarter>[1-4]){_YEAR}",
    rf"(?P<name>[a-z]{{3,}}){_YEAR}",
    rf"{_FOUR}{_GAP}*(?P<name>[a-z]{{3,}})",
    rf"{_FOUR}{_GAP}?m?(?P<month>0[1-9]|1[0-2])",
    rf"{_FOUR}{_GAP}m?(?P<month>[1-9])",
    rf"m?(?P<month>0?[1-9]|1[0-2]){_GAP}{_FOUR}",
    rf"{_FOUR}-(?P<month>0[1-9]|1[0-2])-(?P<day>\d\d)(?:[ t]00:00(?::00(?:[.]0+)?)?)?",
    rf"(?P<day>\d\d?)[.](?P<month>0?[1-9]|1[0-2])[.]{_FOUR}",
    rf"[qt](?P<quarter>[1-4]){_YEAR}",
    rf"{_FOUR}{_GAP}*[qt](?P<quarter>[1-4])",
    rf"(?P<quarter>[1-4])(?:q|(?:[.]|st|nd|rd|th|er|e|eme)? ?{_QUARTER}){_YEAR}",
))
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Period:
    """A month, or a quarter: its first day, and how many months it is long."""

    first: date
    months: int

    @property
    def each(self) -> range:
        """Its months, counted through the years."""
        first = 12 * self.first.year + self.first.month
        return range(first, first + self.months)


def period_of(heading: str) -> Period | None:
    """The month or quarter that a heading names with its year; None where it names none, or a sum up to it.

    One word may stand before or behind it, and a remark in brackets. A day is its month where it is the first or the
    last one: so spreadsheets hold months.

    Examples
    --------
    >>> [period_of(said).first.isoformat() for said in ("Jan 2025", "März 25", "août 2025", "01/2025", "Sales 2025-01")]
    ['2025-01-01', '2025-03-01', '2025-08-01', '2025-01-01', '2025-01-01']
    >>> period_of("Q2 2025"), period_of("Total 2025"), period_of("YTD Jan 2025"), period_of("Jan")
    (Period(first=datetime.date(2025, 4, 1), months=3), None, None, None)
    """
    said = in_ascii(heading[:_LONGEST].replace("\u2019", "'").casefold())
    remarks = {word for remark in _REMARK.findall(said) for word in re.findall("[a-z]+", remark)}
    plain = " ".join(_REMARK.sub(" ", said).split()).strip(" .")
    for way in _WAYS if len(heading) <= _LONGEST and not remarks & _OTHERWISE else ():
        found = way.fullmatch(plain)
        period = _period(found.groupdict()) if found else None
        if period:
            return period
    return None


def _period(said: dict[str, str | None]) -> Period | None:
    if {said["before"], said["after"]} & (_NO_SALES | _MONTHS.keys()):
        return None
    year = int(said["year"] or 0)
    year += 2000 if year < 100 else 0
    if quarter := said.get("quarter"):
        return Period(date(year, 3 * int(quarter) - 2, 1), 3)
    month = int(said.get("month") or 0) or _MONTHS.get(said.get("name") or "", 0)
    day = int(said.get("day") or 1)
    if not month or day not in (1, monthrange(year, month)[1]):
        return None
    return Period(date(year, month, 1), 1)
