"""Why a number is what it is: each reason names evidence whose removal moves the value as stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

_DONE = {
    "touch.answered": ("answered", "approaches"),
    "opportunity.entered": ("let us in on", "approaches"),
    "opportunity.outcome": ("won", "decided opportunities"),
}


def with_reasons(rows: ir.Table, steps: Mapping[str, str], currency: str) -> ir.Table:
    """Rows with ``reasons``: one sentence a score, joined by ``" | "``.

    Parameters
    ----------
    rows : Ibis table
        ``<score>``, ``<score>_prior``, ``<score>_trials``, ``<score>_total``, ``<score>_told`` and
        ``<score>_size`` for each score in ``steps``.
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
    value, prior = rows[score], rows[f"{score}_prior"]
    told = ibis.cases((rows[f"{score}_told"] > 0, " and what people hold of it"), else_="")
    if score == "attractiveness":
        stratum = _money(prior, currency)
        seen = (
            f"{score}: " + _money(value, currency) + " a win; its own record of "
            + _money(rows[f"{score}_total"], currency) + told + " moves it "
            + _money_moved(value - prior, currency) + " from " + stratum + " without it"
        )
    else:
        stratum = _share(prior)
        done, trials = _DONE[step]
        seen = (
            f"{score}: " + _share(value) + "; " + done + " " + _count(rows[f"{score}_total"]) + " of "
            + _count(rows[f"{score}_trials"]) + f" {trials}" + told + ", which moves it "
            + _points(value - prior) + " from " + stratum + " without them" + _next(rows, score, step)
        )
    nothing = f"{score}: " + stratum + ", its stratum's; nothing seen of this buyer yet"
    return ibis.cases((rows[f"{score}_trials"] + rows[f"{score}_told"] > 0, seen), else_=nothing)


def _next(rows: ir.Table, score: str, step: str) -> ibis.Value:
    """What would change it: the value after one more success."""
    size = rows[f"{score}_size"] + rows[f"{score}_trials"] + rows[f"{score}_told"]
    after = (rows[score] * size + 1.0) / (size + 1.0)
    one = "one more answer" if step != "opportunity.outcome" else "one more win"
    return f"; {one} would make it " + _share(after)


def _share(value: ibis.Value) -> ibis.Value:
    return _text((value * 100.0).round(1)) + "%"


def _points(value: ibis.Value) -> ibis.Value:
    sign = ibis.cases((value >= 0, "+"), else_="")
    return sign + _text((value * 100.0).round(1)) + " points"


def _money(value: ibis.Value, currency: str) -> ibis.Value:
    return value.round(0).cast("int64").cast("string") + f" {currency}"


def _money_moved(value: ibis.Value, currency: str) -> ibis.Value:
    sign = ibis.cases((value >= 0, "+"), else_="")
    return sign + _money(value, currency)


def _text(value: ibis.Value) -> ibis.Value:
    return value.cast("float64").cast("string")


def _count(value: ibis.Value) -> ibis.Value:
    return value.round(0).cast("int64").cast("string")
