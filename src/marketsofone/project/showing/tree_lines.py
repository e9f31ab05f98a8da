"""The tree as lines to read: names as branches, scores, and the marks of what a reader must know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marketsofone.project.reading.holding_up_marks import Mark, marks
from marketsofone.project.snapshots.results import StratumRead, flattened, read_strata
from marketsofone.project.snapshots.snapshot import Snapshot


def tree_lines(snapshot: Snapshot) -> list[dict[str, Any]]:
    """Every stratum of a run, each below its parent, where an hour earns most first.

    Returns
    -------
    list of dict
        The columns of ``strata``, and ``branch`` (how far it hangs, drawn), ``holds`` (null where not
        measured or not known), ``note`` (why it is accepted), ``alarms`` (what sounds there) and ``marks``
        (all of that in words).
    """
    below: dict[object, list[StratumRead]] = defaultdict(list)
    for stratum in sorted(read_strata(snapshot), key=_order):
        below[stratum.parent_id].append(stratum)
    marked, sounding = marks(snapshot), _sounding(snapshot)
    return [_line(stratum, branch, marked, sounding) for stratum, branch in _branches(below, None, "")]


def _order(stratum: StratumRead) -> tuple[bool, float, str]:
    value = stratum.value_per_hour.value
    return value is None, -(value or 0.0), stratum.path


def _branches(
    below: Mapping[object, Sequence[StratumRead]], parent: object, hangs: str
) -> Iterator[tuple[StratumRead, str]]:
    """Each stratum with the branches drawn before its name."""
    siblings = below.get(parent, ())
    for place, stratum in enumerate(siblings):
        last = place == len(siblings) - 1
        top = stratum.parent_id is None
        yield stratum, "" if top else f"{hangs}{'└ ' if last else '├ '}"
        yield from _branches(below, stratum.stratum_id, "" if top else f"{hangs}{'  ' if last else '│ '}")


def _line(
    stratum: StratumRead, branch: str, marked: Mapping[str, Mark], sounding: Mapping[str, list[str]]
) -> dict[str, Any]:
    key = str(stratum.stratum_id)
    mark, alarms = marked.get(key), sounding.get(key, [])
    words = [*([mark.words] if mark is not None and mark.words else []), *alarms]
    return {**flattened(stratum), "branch": branch,
            "holds": None if mark is None else mark.holds, "note": "" if mark is None else mark.note,
            "alarms": "; ".join(alarms), "marks": "; ".join(words)}


def _sounding(snapshot: Snapshot) -> dict[str, list[str]]:
    """What sounds at each stratum, in a few words."""
    from marketsofone.project.main_job.alarming_words import CALLED

    found: dict[str, list[str]] = defaultdict(list)
    rows = snapshot.table("alarms").to_pylist() if "alarms" in snapshot.tables else []
    for row in rows:
        if row["alarmed"] and row["stratum_id"] is not None:
            found[row["stratum_id"]].append(
                f"mixed in {CALLED[row['measure']]}" if row["kind"] == "mixed" else "acting on its parts pays")
    return found
