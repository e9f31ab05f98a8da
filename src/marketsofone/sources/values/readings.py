"""How a value of a source is read as a value of a field: SQL that gives null where it cannot be.

A row is refused where something was said and nothing could be read, so each reading gives null for
what it cannot take, and only for that.
"""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.customer.keys import NUMBERED
from marketsofone.sources.sql import literal

FLOATS = ("FLOAT", "DOUBLE")
INTEGERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
)
REASONS = {
    "id": "unreadable key",
    "text": "unreadable text",
    "integer": "not a whole number",
    "number": "text in a number",
    "money": "text in a number",
    "share": "not a share from 0 to 1",
    "flag": "not a yes or no",
    "instant": "unreadable date",
    "date": "unreadable date",
}
TYPES = {
    "id": "BIGINT",
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "money": "BIGINT",
    "share": "DOUBLE",
    "flag": "BOOLEAN",
    "instant": "TIMESTAMP",
    "date": "DATE",
}
NARROW = 14
"""Digits of a decimal that the engine multiplies by minor units in one machine word: forty times as fast as in two."""
_UNBROKEN = (160, 8239)
_BLANKS = ("' '", "chr(9)", "chr(10)", "chr(13)", *(f"chr({code})" for code in _UNBROKEN))
_HARD_BLANKS = "\\x{a0}\\x{202f}\\x{2009}"
"""Blanks that do not break: spreadsheets of some countries part thousands with them."""
_NO_CENTS = "[.,][-–—]+$"
_NUMBER = r"[-+(]?[0-9][0-9., '’]*[-–—)]{0,2}"
WITH_CODE = f"^([A-Z]{{3}} ?{_NUMBER}|{_NUMBER} ?[A-Z]{{3}})$"
"""Pattern of an amount with the code of its currency."""
_ABOUT = "ca|circa|approx|approximately|about|around|etwa|rund|env|environ|est"
_SCALES = {1_000: "k|tsd|tausend|thousand", 1_000_000: "mio|million|millionen|millions|mn"}
_SCALED = "|".join(_SCALES.values())
_CURRENCY = "(€|[$]|£|eur|euro|usd|gbp|chf)?"
_BEFORE, _BEHIND = f"(({_ABOUT})[. ]+|[~≈] *)", f" [(]?({_ABOUT})[.)]*"
_OF_WORDS = f"^{_BEFORE}?{_CURRENCY} *[0-9][0-9.,'’]* *({_SCALED})?[.]* *{_CURRENCY}({_BEHIND})?$"
_ANY_WORD = f"^{_BEFORE}|{_BEHIND}$|[0-9] *({_SCALED})"
"""Patterns of a number that people write in words in part, in lower case: ``ca. 500``, ``1.2k``, ``5 Tsd. EUR``."""

AROUND, DIGIT = f"^{_BEFORE}|{_BEHIND}$|([0-9]) *({_SCALED})[.]*", r"\4"
"""Pattern of the words beside such a number, in lower case; and what it holds of the number, its last digit."""

_YES = "('true', 't', 'yes', 'y', '1', 'ja', 'j', 'wahr', 'oui', 'vrai', 'sí', 'sim')"
_NO = "('false', 'f', 'no', 'n', '0', 'nein', 'falsch', 'non', 'faux', 'não')"


def is_number(kind: str) -> bool:
    """Whether a DuckDB type is one of numbers."""
    return kind in FLOATS or kind in INTEGERS or kind.startswith("DECIMAL")


def is_untidy(sql: str) -> str:
    """Whether a text is empty or begins or ends with a blank; much cheaper than trimming it."""
    ends = " or ".join(f"suffix({sql}, {blank})" for blank in _BLANKS)
    return f"(ascii({sql}) <= 32 or ascii({sql}) in {_UNBROKEN} or {ends})"


def cleaned(sql: str, kind: str, missing: Sequence[str] = (), *, trim: bool = True) -> str:
    """A value as it stands: text without outer blanks, null where it is empty, not a number or ``missing``."""
    if kind == "VARCHAR" and trim:
        sql = f"nullif(trim({sql}, {' || '.join(_BLANKS)}), '')"
    elif kind in FLOATS:
        sql = f"case when isnan({sql}) then null else {sql} end"
    if missing:
        texts = ", ".join(literal(text.strip()) for text in missing)
        sql = f"case when {text(sql, kind)} in ({texts}) then null else {sql} end"
    return sql


def text(sql: str, kind: str) -> str:
    """A value as text; whole numbers without a point, so that ``17850.0`` and ``17850`` are one key."""
    if kind == "VARCHAR":
        return sql
    if kind in FLOATS:
        return (
            f"case when {sql} = trunc({sql}) and abs({sql}) < 1e15 then cast(cast({sql} as bigint) as varchar) "
            f"else cast({sql} as varchar) end"
        )
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        return f"regexp_replace(cast({sql} as varchar), '[.]0+$', '')"
    return f"cast({sql} as varchar)"


def key(sql: str, kind: str) -> str:
    """A value as the key of a thing: ``17850.0`` is 17850 in a text file too, where a program took keys for numbers."""
    said = text(sql, kind)
    if kind != "VARCHAR":
        return said
    return f"case when suffix({said}, '.0') then regexp_replace({said}, {literal(NUMBERED)}, '\\1') else {said} end"


def number(sql: str, kind: str, decimal: str = ".") -> str:
    """A value as a double; thousands may stand in groups, a currency sign before or after."""
    if is_number(kind):
        return f"case when isfinite(cast({sql} as double)) then cast({sql} as double) end"
    if kind != "VARCHAR":
        return f"try_cast({text(sql, kind)} as double)"
    return f"case when regexp_matches({sql}, '[0-9]') then {_read_text(sql, decimal, 'double')} end"


def _read_text(sql: str, decimal: str, kind: str) -> str:
    plain = f"try_cast({plain_number(sql, decimal)} as {kind}), {_read_words(sql, decimal, kind)}"
    return f"coalesce({plain})" if decimal == "," else f"coalesce(try_cast({sql} as {kind}), {plain})"


def in_words(sql: str) -> str:
    """Whether a text is a number that is written in words in part, such as ``ca. 500``, ``1.2k`` or ``5 Tsd. EUR``."""
    low = f"lower({sql})"
    return (f"(regexp_matches({low}, {literal(_OF_WORDS)}) and regexp_matches({low}, {literal(_ANY_WORD)}) "
            f"and not prefix({sql}, 'CA '))")   # a state before its postcode


def _read_words(sql: str, decimal: str, kind: str) -> str:
    """A number that is written in words in part; null for any other."""
    digits = f"regexp_extract({sql}, '[0-9][0-9.,''’]*')"
    point, group = (",", "[.''’]") if decimal == "," else ("[.]", "[,''’]")
    whole = f"regexp_matches({digits}, '^[0-9]+({group}[0-9]{{3}})*({point}[0-9]*)?$')"
    plain = f"replace(regexp_replace({digits}, '{group}', '', 'g'), ',', '.')"
    scales = " ".join(f"when regexp_matches(lower({sql}), '[0-9] *({words})') then {scale}"
                      for scale, words in _SCALES.items())
    scaled = f"try_cast(try_cast({plain} as {kind}) * (case {scales} else 1 end) as {kind})"
    return f"case when {in_words(sql)} and {whole} then {scaled} end"


def _signed(sql: str, around: str) -> str:
    """A number with its sign in front: bookkeepers write it behind, or in brackets, or before a currency sign.

    A dash where the cents would stand is no sign: ``500.-`` and ``1.000,--`` are what they say.
    """
    bare = f"regexp_replace({sql}, '^[{around}]+|[{around}]+$', '', 'g')"
    whole = f"regexp_matches({bare}, '{_NO_CENTS}') then regexp_replace({bare}, '{_NO_CENTS}', '')"
    behind = f"'-' || rtrim({bare}[:-2])"
    return (f"case when {whole} when suffix({bare}, '-') then {behind} "
            f"when prefix({bare}, '(') and suffix({bare}, ')') then '-' || ltrim({bare}[2:-2], '€$£¥ ') "
            f"when regexp_matches({bare}, '^[+-][{around}]') then regexp_replace({bare}, '^([+-])[{around}]+', '\\1') "
            f"else {sql} end")


def plain_number(sql: str, decimal: str) -> str:
    """A number as people write it, written as the engine reads it."""
    around, point, group = f"€$£¥ {_HARD_BLANKS}", "[.]", ","
    sql = _signed(sql, around)
    if decimal == ",":
        point, group = ",", "."
    between = f"[{group}''’{around}]"
    grouped = f"^[{around}]*[+-]?[0-9]{{1,3}}([{group}''’ {_HARD_BLANKS}][0-9]{{3}})+({point}[0-9]*)?[{around}]*$"
    joined = f"regexp_replace({sql}, '{between}', '', 'g')"
    bare = f"regexp_replace({sql}, '^[{around}]+|[{around}]+$', '', 'g')"
    if decimal == ",":
        joined, bare = (f"replace({one}, ',', '.')" for one in (joined, bare))
        bare = f"case when not contains({sql}, '.') then {bare} end"
    return f"case when regexp_matches({sql}, '{grouped}') then {joined} else {bare} end"


def integer(sql: str, kind: str, decimal: str = ".") -> str:
    """A value as a whole number."""
    if kind in INTEGERS:
        return f"try_cast({sql} as bigint)"
    value = number(sql, kind, decimal)
    return f"case when {value} = trunc({value}) then try_cast({value} as bigint) end"


def share(sql: str, kind: str, decimal: str = ".") -> str:
    """A value as a double from 0 to 1."""
    value = number(sql, kind, decimal)
    return f"case when {value} between 0 and 1 then {value} end"


def flag(sql: str, kind: str) -> str:
    """A value as true or false: yes and no, also as spreadsheets of other languages write them, 1 and 0."""
    if kind == "BOOLEAN":
        return sql
    said = f"lower({text(sql, kind)})"
    return f"case when {said} in {_YES} then true when {said} in {_NO} then false end"


def money(sql: str, kind: str, exponent: int, decimal: str = ".", rate: str = "") -> str:
    """An amount of major units as a whole number of minor units, halves rounded away from zero.

    Products and doubles are rounded as `_half_away` says. Where a product by a rate may be a half, it is taken in
    decimals: of amounts below a thousand million with six digits behind their point, by rates with thirteen behind
    theirs and seven before, or fewer.

    Parameters
    ----------
    exponent : int
        Digits of the market's minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    rate : str
        SQL of what one unit of the row's currency is worth in the market's, a double; empty where they are one.

    """
    units = 10**exponent
    if kind == "FLOAT":
        sql, kind = f"cast(cast({sql} as varchar) as double)", "DOUBLE"
    if rate:
        product = f"{number(sql, kind, decimal)} * {rate} * {units}"
        exact = f"round({_six_decimals(sql, kind, decimal)} * {_as_written(rate)}, {exponent}) * {units}"
        away = f"try_cast({_half_away(product)} as bigint)"
        return (f"case when {_may_be_half(product)} then coalesce(try_cast({exact} as bigint), {away}) "
                f"else {away} end")
    if kind in INTEGERS:
        return f"try_cast(cast({sql} as hugeint) * {units} as bigint)"
    if kind == "DOUBLE":
        return f"case when abs({sql}) < 1e15 then cast({_half_away(f'{sql} * {units}')} as bigint) end"
    if kind.startswith("DECIMAL"):
        if int(kind[8:].partition(",")[0]) <= NARROW:
            return f"cast(round({sql} * cast({units} as decimal(4, 0))) as bigint)"
        return _minor(f"try_cast({sql} as decimal(27, 12))", 12, units)
    value = text(sql, kind)
    return (
        f"case when {_is_usual(value, decimal)} then cast(round({_usual(value)} * {units}) as bigint) "
        f"when regexp_matches({value}, '[0-9]') then "
        f"{_minor(_read_text(value, decimal, 'decimal(27, 12)'), 12, units)} end"
    )


def _half_away(product: str) -> str:
    """A product of doubles as a whole number; what lies no further below a half than doubles tell apart is that half.

    Halves go away from zero: 1.15 x 110 is 126.49999999999999 in doubles, and 127 here.
    """
    return f"round({product} + sign({product}) * least({_doubt(product)}, 0.01))"


def _may_be_half(product: str) -> str:
    return f"abs(abs({product}) % 1 - 0.5) <= {_doubt(product)}"


def _doubt(product: str) -> str:
    """How far a product of doubles may lie from that of the numbers as written, some of them themselves differences."""
    return f"(abs({product}) * {2**-50!r} + 1e-7)"


def _as_written(rate: str) -> str:
    """The decimal that a double was written as, up to thirteen digits behind its point and seven before; else null."""
    decimal = f"try_cast(cast({rate} as varchar) as decimal(20, 13))"
    return f"case when cast(cast({decimal} as varchar) as double) = {rate} then {decimal} end"


def _six_decimals(sql: str, kind: str, decimal: str) -> str:
    """An amount below a thousand million that has six digits behind its point, or fewer; else null."""
    near = f"try_cast({sql} as decimal(16, 6))"
    if kind in INTEGERS:
        return near
    if kind == "DOUBLE":
        return (f"case when abs({sql}) < 1e9 and abs(cast({near} as double) - {sql}) <= abs({sql}) * {2**-50!r} "
                f"then {near} end")
    if kind.startswith("DECIMAL"):
        return f"case when {near} = {sql} then {near} end"
    value = text(sql, kind)
    read = _read_text(value, decimal, "decimal(27, 12)")
    near = f"try_cast({read} as decimal(16, 6))"
    return (f"case when {_is_usual(value, decimal)} then {_usual(value)} "
            f"when regexp_matches({value}, '[0-9]') and {near} = {read} then {near} end")


def _is_usual(value: str, decimal: str) -> str:
    point = "," if decimal == "," else "[.]"
    return f"regexp_matches({value}, '^[+-]?[0-9]{{1,9}}({point}[0-9]{{0,6}})?$')"


def _usual(value: str) -> str:
    return f"cast(replace({value}, ',', '.') as decimal(18, 6))"


def _minor(exact: str, digits: int, units: int) -> str:
    return f"cast(round(cast({exact} as decimal(38, {digits})) * {units}) as bigint)"
