"""The nearest right name to a wrong one."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache


def nearest(name: str, names: Iterable[str]) -> str:
    """The name most like ``name``, or an empty text where none is close (`closest`).

    Examples
    --------
    >>> nearest("closed_on", ["opp_id", "close_date"]), nearest("closedon", ["Closed On"]), nearest("x", ["amount"])
    ('close_date', 'Closed On', '')

    """
    return next(iter(closest(name, names, most=1)), "")


def closest(name: str, names: Iterable[str], most: int) -> list[str]:
    """The names most like ``name``, the likest first.

    Blanks, case and punctuation do not count; where none is like it, a name that holds the other one is close.

    Examples
    --------
    >>> closest("fod", ["food", "wood", "hotels"], most=3), closest("еда", ["хлеб", "вода"], most=3)
    (['food', 'wood'], ['вода'])

    """
    plain = {_compared(candidate): candidate for candidate in names}
    wanted = _compared(name)
    close = difflib.get_close_matches(wanted, plain, n=most, cutoff=0.5)
    if not close and len(wanted) > 2:
        holding = (other for other in plain if len(other) > 2 and (wanted in other or other in wanted))
        close = sorted(holding, key=len)[:most]
    return [plain[one] for one in close]


def _compared(name: str) -> str:
    """A name by what is compared of it; in a script of which nothing is left otherwise, as it is."""
    return bare(name) or name.casefold()


@lru_cache(maxsize=4096)   # every column of a wide file is set beside every word for every field
def bare(name: str) -> str:
    """A name without what people spell differently: lower case, letters without marks and digits only."""
    return re.sub(r"[^0-9a-z]+", "", in_ascii(name.lower()))


def snake(name: str) -> str:
    """A name in lower snake case, fit to be a column everywhere.

    Examples
    --------
    >>> snake("Deal Size Category"), snake("2nd-hand?"), snake("emp.var.rate")
    ('deal_size_category', 'n2nd_hand', 'emp_var_rate')
    >>> snake("Verkäufer"), snake("Société")
    ('verkaeufer', 'societe')

    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    joined = re.sub(r"[^0-9a-z]+", "_", in_ascii(spaced.lower())).strip("_") or "column"
    return joined if joined[0].isalpha() else f"n{joined}"


def in_ascii(text: str) -> str:
    """Letters with marks as they are written without."""
    spelt = text.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    return "".join(one for one in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(one))


def listed_as_toml(names: Iterable[str]) -> str:
    """Names as a TOML list, for the line that repairs something."""
    return "[" + ", ".join(quoted_as_toml(name) for name in names) + "]"


def quoted_as_toml(text: str) -> str:
    r"""A text as TOML writes it, in one line; what would steer a terminal, or nobody could see, as its number.

    Examples
    --------
    >>> print(quoted_as_toml('say "x"'), quoted_as_toml("a\nb"))
    'say "x"' "a\U0000000ab"

    """
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{"".join(map(_seen, escaped))}"'


def _seen(letter: str) -> str:
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"


def in_one_line(text: str) -> str:
    r"""A text of which no part can begin a line of its own, or steer the terminal that shows it.

    Examples
    --------
    >>> in_one_line("a column called 'x\n[sources.y]'")
    "a column called 'x [sources.y]'"

    """
    return "".join(one if one.isprintable() else " " for one in text)
