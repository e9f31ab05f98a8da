"""Whether a buyer let us in, where the data say it by what followed rather than in a field."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.features.periods import at_latest


def with_entering(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same tables, an unknown ``entered`` or ``answered`` read from what followed by the date.

    An opportunity was let in when it took any step (invited, shortlisted, quoted, ...) or was won, and
    was not when it was lost without one, or where no outcome is recorded at all; an open one without a
    step is not known yet. An outgoing touch of a campaign was answered when an incoming touch of the
    same account belongs to the same campaign and did not come before it; of which the day alone is told, it came after
    what went out on that day. Neither is read where the data never record such a thing.
    """
    followed = dict(tables)
    if "step" in tables and "opportunity" in tables:
        followed["opportunity"] = _entered(tables["opportunity"], tables["step"])
    if "touch" in tables:
        followed["touch"] = _answered(tables["touch"])
    return followed


def _entered(opportunity: ir.Table, step: ir.Table) -> ir.Table:
    taken = step.select(step_of=_.opportunity_id).distinct()
    joined = opportunity.left_join(taken, opportunity.opportunity_id == taken.step_of)
    in_at_last = joined.step_of.notnull() | (joined.outcome == "won")
    over = joined.outcome.fill_null("unrecorded") != "open"
    told = ibis.cases((in_at_last, True), (over, False), else_=ibis.null("boolean"))
    return joined.mutate(entered=ibis.coalesce(joined.entered, told)).drop("step_of")


def _answered(touch: ir.Table) -> ir.Table:
    incoming = touch.filter(_.direction == "in", _.campaign.notnull(), _.account_id.notnull())
    replies = incoming.group_by(reply_by=_.account_id, reply_to=_.campaign).agg(
        reply_at=at_latest(_.happened_at.cast("timestamp")).max())
    campaigns = replies.select(heard=_.reply_to).distinct()
    joined = touch.left_join(
        replies, [touch.account_id == replies.reply_by, touch.campaign == replies.reply_to]
    )
    joined = joined.left_join(campaigns, joined.campaign == campaigns.heard)
    before = (joined.reply_at < joined.happened_at.cast("timestamp")).fill_null(False)
    may_tell = joined.heard.notnull() & joined.account_id.notnull()
    told = ibis.cases((may_tell, joined.reply_by.notnull() & ~before), else_=ibis.null("boolean"))
    outgoing = joined.direction.fill_null("out") == "out"
    answered = ibis.cases((outgoing, ibis.coalesce(joined.answered, told)), else_=joined.answered)
    return joined.mutate(answered=answered).drop("reply_by", "reply_to", "reply_at", "heard")
