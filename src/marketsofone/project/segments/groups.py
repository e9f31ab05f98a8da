"""Groups to compare, rules and segments among them: whom a person means by a name or a rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ibis import _

from marketsofone.errors import RunMissing, ValuesInvalid
from marketsofone.project.segments.asking import RULE, SEGMENT, Asker, asking
from marketsofone.project.segments.choosing import Chooser, Chosen, Who, apart
from marketsofone.project.segments.freezing import frozen_lists
from marketsofone.project.segments.picked import picked_by
from marketsofone.project.segments.unheld import unheld
from marketsofone.project.settings.market_file import read_settings
from marketsofone.strata.rules_truth import truth

if TYPE_CHECKING:
    from marketsofone.project.snapshots.snapshot import Snapshot


def chosen_pairs(
    folder: Path, snapshot: Snapshot, pairs: Sequence[tuple[Who, Who]]
) -> list[tuple[Chosen, Chosen, str]]:
    """Pairs of groups without a buyer in common, as people name them.

    A group is what `Chooser.choose` understands, a rule after ``rule:``, or a segment or frozen list by its
    name, ``segment:`` before it where a stratum is called the same. Buyers of whom a rule is not known are
    not in its group.

    Raises
    ------
    RunMissing
        No such group, or a name that both a segment and a stratum have.
    RuleInvalid
        A rule cannot be followed.
    ValuesInvalid
        Two groups overlap otherwise than one inside the other, or one is empty.
    """
    chooser = Chooser.of(snapshot)
    names = {*read_settings(folder).segments, *(one.label for one in frozen_lists(folder))}
    return [apart(*(chosen(folder, snapshot, chooser, names, who) for who in pair)) for pair in pairs]


def chosen(folder: Path, snapshot: Snapshot, chooser: Chooser, names: set[str], who: Who) -> Chosen:
    """One group: of ``names``, those of the segments and frozen lists, else what the chooser understands."""
    if not isinstance(who, str) or not (who in names or who.startswith((RULE, SEGMENT))):
        return chooser.choose(who, sorted(names))
    if who in names and len(chooser.matching(who)):
        raise RunMissing("A group is named so that one thing is meant.", "a segment and a stratum of that name.",
                         f"Write {SEGMENT}{who} for the segment, or name the stratum by its path.")
    with asking(folder, snapshot.run_id) as asker:
        return _of_rule(asker, who)


def _of_rule(asker: Asker, who: str) -> Chosen:
    name, rule = asker.asked(who)
    rows = asker.rows(rule)
    told = rows.select("buyer_id", inside=truth(rule, rows)).filter(_.inside.isnull() | _.inside)
    found = asker.engine.to_pandas(told)
    inside = frozenset(found["buyer_id"][found["inside"].notna()].tolist())
    if not inside and (missing := unheld(rule, rows)):
        raise ValuesInvalid("Two groups of buyers were to be compared.", f"nobody in '{name.removeprefix(RULE)}'.",
                            "\n".join(f"{each.said} {each.repair}" for each in missing))
    unsure = frozenset(found["buyer_id"].tolist()) - inside
    return Chosen(name.removeprefix(RULE), inside, made_by=picked_by(asker, rule), unsure=unsure)
