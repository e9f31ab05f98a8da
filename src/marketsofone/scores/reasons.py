"""Why a number is what it is: each reason names evidence whose removal moves the value as stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from marketsofone.customer.money import WHOLE_FROM
from marketsofone.scores import SCORES

_DONE = {
    "touch.answered": ("answered", "approach", "approaches", "answer"),
    "opportunity.entered": ("let us in on", "approach", "approaches", "answer"),
    "opportunity.outcome": ("won", "decided opportunity", "decided opportunities", "win"),
}


_HAIR = 1.0 + 1e-12
_MOST_GROUPS = 5
_HELD = "what people hold of it"
_SMALL_SHARE, _SMALL_MONEY = 0.0005, 0.005
"""Less than that is written as nothing."""


def with_reasons(rows: ir.Table, steps: Mapping[str, str], currency: str) -> ir.Table:
    """Rows with ``reasons``: one sentence a score, joined by ``" | "``.

    Parameters
    ----------
    rows : Ibis table
        ``<score>``, ``<score>_prior``, ``<score>_trials``, ``<score>_total``, ``<score>_told``,
        ``<score>_size`` and ``<score>_beside`` for each score in ``steps``.
    steps : mapping
        Score -> the outcome that answers it.
    """
    sentences = [_sentence(rows, score, step, currency) for score, step in steps.items()]
    return rows.mutate(reasons=_joined(sentences))


def _joined(sentences: Sequence[ibis.Value]) -> ibis.Value:
    joined = sentences[0]
    for sentence in sentences[1:]:
        joined = joined + " | " + sentence
    return joined


def _sentence(rows: ir.Table, score: str, step: str, currency: str) -> ibis.Value:
    value, prior, told = rows[score], rows[f"{score}_prior"], rows[f"{score}_told"]
    if score == "attractiveness":
        without, moved = _money(prior, currency), _money(value - prior, currency, "+")
        others = rows[f"{score}_beside"].abs() >= _SMALL_MONEY, _money(rows[f"{score}_beside"], currency, "+")
        brought = _money(rows[f"{score}_total"], currency)
        record = "its own contribution of " + brought + " in " + _tenths(rows[f"{score}_trials"], "trial")
        after = ibis.literal("")
    else:
        without, moved = _share(prior), _points(value - prior)
        others = rows[f"{score}_beside"].abs() >= _SMALL_SHARE, _points(rows[f"{score}_beside"])
        done, trial, trials, one = _DONE[step]
        tried = ibis.cases((rows[f"{score}_trials"].round(0) == 1, trial), else_=trials)
        record = f"{done} " + _count(rows[f"{score}_total"]) + " of " + _count(rows[f"{score}_trials"]) + " " + tried
        after = ", " + _after(rows, score) + f" with one more {one}"
    held = ibis.cases(
        (told == 0, record), (rows[f"{score}_trials"] > 0, record + f" and {_HELD}"), else_=_HELD
    )
    beside = "others of its company bring " + others[1]
    seen = f"{score} " + moved + ": " + held + " (" + without + " without" + after + ")"
    nothing = f"{score}: " + without + ibis.cases((others[0], ", to which " + beside), else_=", its stratum's")
    return ibis.cases((rows[f"{score}_trials"] + told > 0, seen + ibis.cases((others[0], "; " + beside), else_="")),
                      else_=nothing + f"; {SCORES[score].unseen}")


def _after(rows: ir.Table, score: str) -> ibis.Value:
    """What would change it: the value after one more success."""
    size = rows[f"{score}_size"] + rows[f"{score}_trials"] + rows[f"{score}_told"]
    return _share((rows[score] * size + 1.0) / (size + 1.0))


def _rounded(value: ibis.Value, digits: int) -> ibis.Value:
    """Rounded alike whatever the order of summation: a half that sums put a hair lower is still a half."""
    return (value * _HAIR).round(digits)


def _share(value: ibis.Value) -> ibis.Value:
    return _text(_rounded(value * 100.0, 1)) + "%"


def _points(value: ibis.Value) -> ibis.Value:
    points = _rounded(value * 100.0, 1) + 0.0  # no minus zero
    return ibis.cases((points >= 0, "+"), else_="−") + _text(points.abs()) + " points"


def _money(value: ibis.Value, currency: str, above: str = "") -> ibis.Value:
    """As `customer.money.money_written` writes it, in the engine; ``above`` stands before what is not below zero."""
    size = value.cast("float64").abs()
    whole, small = _rounded(size, 0).cast("int64"), _rounded(size * 100.0, 0).cast("int64")
    written = ibis.cases((size < WHOLE_FROM, _digits(small // 100) + "." + _padded(small % 100, 2)),
                         else_=_digits(whole))
    return f"{currency} " + ibis.cases(((value < 0) & (small > 0), "−"), else_=above) + written


def _digits(number: ibis.Value) -> ibis.Value:
    """A whole number, not below zero, with thousands apart."""
    groups = range(1, _MOST_GROUPS + 1)
    return ibis.cases(*((number < 1_000 ** many, _grouped(number, many)) for many in groups), else_=_plain(number))


def _grouped(number: ibis.Value, many: int) -> ibis.Value:
    """A whole number in so many groups of three digits, the first without leading zeros."""
    written = _plain(number // 1_000 ** (many - 1))
    for power in reversed(range(many - 1)):
        written = written + "," + _padded(number // 1_000 ** power % 1_000, 3)
    return written


def _plain(number: ibis.Value) -> ibis.Value:
    return number.cast("int64").cast("string")


def _padded(number: ibis.Value, digits: int) -> ibis.Value:
    """So many digits of a number that has no more, zeros first."""
    return _plain(number + 10 ** digits).substr(1, digits)


def _text(value: ibis.Value) -> ibis.Value:
    """A number of one decimal: as a decimal it is written in half the time of a double."""
    return value.cast("decimal(9, 1)").cast("string")


def _tenths(value: ibis.Value, noun: str) -> ibis.Value:
    """A count with its noun, with a decimal where it has one: a win seen for part of its horizon is part of a trial."""
    many = _rounded(value, 1)
    return ibis.cases((many == 1, f"1 {noun}"), (many == many.round(0), _count(many) + f" {noun}s"),
                      else_=_text(many) + f" {noun}s")


def _count(value: ibis.Value) -> ibis.Value:
    return value.round(0).cast("int64").cast("string")
