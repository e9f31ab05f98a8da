"""What the buyers of a segment need, buy, ask and expect, and where that departs from its parent.

Each value of each criterion is compared between a stratum and the rest of its parent. All comparisons of
a tree are paid for together: the chance that anything at all is said to depart which does not is the
level asked. Values too rare to show anything, however they fell, are not asked about and cost nothing.

References
----------
Tarone (1990), A modified Bonferroni method for discrete data, *Biometrics* 46.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from marketsofone.customer import Stratum
from marketsofone.strata.distinct import Asked, least_chance, verdicts
from marketsofone.strata.distinct_shares import share_contrast
from marketsofone.strata.evidence import Sums
from marketsofone.strata.lines import lines

Floats = NDArray[np.float64]

COLUMNS = ("stratum_id", "criterion", "value", "share", "low", "high", "buyers", "parent_share", "departs", "reason")

_SHOWN = 3
_TAIL = 0.05
_KEY, _PLACE = ["criterion", "value"], ["node", "criterion"]


def identities(
    strata: Sequence[Stratum], seen: pd.DataFrame, known: pd.DataFrame, order: Sequence[str],
    made_by: Mapping[str, str], asked: Asked | None = None, witnesses: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The sales identity of every stratum: the values most of its buyers show, and those in which it departs.

    Misleads as all strata of a tree do: a criterion that goes with a score may differ because the
    stratum was found by that score.

    Parameters
    ----------
    strata : sequence of Stratum
    seen : DataFrame
        ``node`` (where buyers are placed), ``criterion``, ``value``, ``buyers`` who show it.
    known : DataFrame
        ``node``, ``criterion``, ``buyers`` of whom any value is known.
    order : sequence of str
        The criteria in the order they are told; one of which nothing is known gets a row that says so.
    made_by : mapping
        Dimension -> criterion: a stratum departs by construction in the one that its parent is split on.
    asked : Asked, optional
        How sure, and how close counts as alike; absent: as in a comparison of two groups.
    witnesses : DataFrame, optional
        ``node``, ``criterion``, ``witnesses``: companies in a stratum or below it, each once for every value it
        shows. Absent: each buyer is one by itself.

    Returns
    -------
    DataFrame
        ``COLUMNS``. ``share`` of the ``buyers`` of whom the criterion is known, with its 90% interval (Jeffreys', of
        as many as there are companies to show it); ``parent_share`` is the same in the whole parent, null for the
        market. Of each criterion the three values most frequent, and up to three more that depart.
    """
    rows = _cells(strata, seen, known, witnesses)
    made = {s.stratum_id: made_by.get(s.split_on, "") for s in strata}
    rows["made"] = rows["criterion"] == rows["stratum_id"].map(made)
    rows = _judged(rows, asked or Asked())
    told = pd.concat([_kept(rows), _unknown(strata, known, order)], ignore_index=True)
    place = {s.stratum_id: s.number for s in strata}
    first = {name: i for i, name in enumerate(order)}
    told = told.assign(at=told["stratum_id"].map(place), of=told["criterion"].map(first), most=-told["share"].fillna(0))
    return told.sort_values(["at", "of", "most", "value"], ignore_index=True)[list(COLUMNS)]


def _cells(
    strata: Sequence[Stratum], seen: pd.DataFrame, known: pd.DataFrame, witnesses: pd.DataFrame | None
) -> pd.DataFrame:
    """Each value that the parent of a stratum, or the market itself, shows: buyers with it, and of whom it is known."""
    counts = _in_or_below(strata, seen, _KEY).rename(columns={"buyers": "k"})
    told = counts.groupby(_PLACE, as_index=False)["k"].sum().rename(columns={"k": "told"})
    told = told.assign(witnesses=told["told"]) if witnesses is None else told.merge(witnesses, on=_PLACE)
    totals = _in_or_below(strata, known, ["criterion"]).rename(columns={"buyers": "n"}).merge(told, on=_PLACE)
    own = counts.merge(totals, on=["node", "criterion"])
    all_of = {name: f"{name}_all" for name in ("k", "n", "told", "witnesses")}
    of_parent = own.rename(columns={"node": "parent", **all_of})
    family = pd.DataFrame({"node": [s.number for s in strata], "parent": [max(s.parent, 0) for s in strata],
                           "stratum_id": [s.stratum_id for s in strata]})
    cells = family.merge(of_parent, on="parent").merge(counts, how="left", on=["node", *_KEY])
    cells = cells.merge(totals, on=["node", "criterion"])
    return cells.assign(k=cells["k"].fillna(0.0)).sort_values(["node", *_KEY], ignore_index=True)


def _in_or_below(strata: Sequence[Stratum], rows: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    """The buyers placed in a stratum or below it, from those placed in it."""
    summed = rows.merge(lines(strata), on="node").groupby(["above", *key], as_index=False, sort=True)["buyers"].sum()
    return summed.rename(columns={"above": "node"}).astype({"buyers": "float64"})


def _judged(rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    k, n, rest_k, rest_n = (of.to_numpy(np.float64) for of in
                            (rows["k"], rows["n"], rows["k_all"] - rows["k"], rows["n_all"] - rows["n"]))
    open_question = (~rows["made"] & (rows["node"] > 0) & (rows["k_all"] < rows["n_all"])).to_numpy() & (rest_n > 0)
    use = np.flatnonzero(open_question)
    here, rest = _witnessing(rows)
    yes, no = here * k + 0.5, here * (n - k) + 0.5
    able, looked_at = _able((here * k + rest * rest_k)[use], (here * n)[use], (rest * rest_n)[use], asked.level)
    use = use[able]
    here, rest = here[use], rest[use]
    contrast = share_contrast(_sums(here * k[use], here * n[use]), _sums(rest * rest_k[use], rest * rest_n[use]))
    level = np.full(len(use), asked.level / looked_at)
    least = least_chance(here * n[use], rest * rest_n[use])
    different, alike, low, high = verdicts(contrast, least, level, asked.share_margin)
    made = rows["made"].to_numpy()
    root = (rows["node"] == 0).to_numpy()
    share, parent_share = k / n, (rows["k_all"] / rows["n_all"]).to_numpy()
    departs = made & (share != parent_share)
    departs[use] = different
    same = (rows["k_all"] == rows["n_all"]).to_numpy()
    untold = np.where(same, "The same in all of its parent.", "Too rare to tell.")
    reason = np.where(made, "What it was split off by.", np.where(root, "", untold)).astype(object)
    reason[use] = [_sentence(*told, asked.share_margin) for told in zip(different, alike, low, high, strict=True)]
    ends = special.betaincinv(yes, no, _TAIL), special.betaincinv(yes, no, 1 - _TAIL)
    return rows.assign(
        share=share, low=np.where(k > 0, ends[0], 0.0), high=np.where(k < n, ends[1], 1.0), buyers=n,
        parent_share=np.where(root, np.nan, parent_share), departs=departs, reason=reason)


def _witnessing(rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """How many companies speak for each buyer who shows a value, in a stratum and in the rest of its parent.

    Buyers of one company who show the same are one witness.
    """
    told, witnesses = (rows[name].to_numpy(np.float64) for name in ("told", "witnesses"))
    rest, others = (rows[f"{name}_all"].to_numpy(np.float64) - own for name, own in
                    (("told", told), ("witnesses", witnesses)))
    return (np.divide(witnesses, told, out=np.ones_like(told), where=told > 0),
            np.divide(others, rest, out=np.ones_like(rest), where=rest > 0))


def _able(k: Floats, n: Floats, rest: Floats, level: float) -> tuple[NDArray[np.bool_], int]:
    """Which values could be shown to differ, however they fell, and by how many the level is divided for them."""
    least = np.minimum(_all_inside(k, n, rest), _all_inside(k, rest, n))
    asked = np.arange(1, len(least) + 1)
    could = np.searchsorted(np.sort(least), level / asked, side="right")
    enough = asked[could <= asked]
    count = int(enough[0]) if len(enough) else 1
    return least <= level / count, count


def _all_inside(k: Floats, n: Floats, rest: Floats) -> Floats:
    """Chance that all who show a value fall among the first ``n`` by dealing; 1 where they cannot."""
    ways = special.gammaln(n + 1.0) - special.gammaln(np.maximum(n - k, 0.0) + 1.0)
    all_ways = special.gammaln(n + rest + 1.0) - special.gammaln(n + rest - k + 1.0)
    return np.where(k <= n, np.exp(np.minimum(ways - all_ways, 0.0)), 1.0)


def _sums(k: Floats, n: Floats) -> Sums:
    """One trial a buyer."""
    nothing = np.zeros_like(n)
    return Sums(False, n, n, k, n, k, k, nothing, nothing)


def _sentence(different: bool, alike: bool, low: float, high: float, margin: float) -> str:
    if alike:
        return f"As the rest of its parent, within {100 * margin:.0f} points."
    if not different:
        return "Cannot tell yet."
    near, far = sorted((abs(low), abs(high)))
    side = "above" if low > 0 else "below"
    return f"Departs: {100 * near:.1f} to {100 * far:.1f} points {side} the rest of its parent."


def _kept(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each criterion of a stratum the most frequent values, and those that depart furthest."""
    apart = (rows["share"] - rows["parent_share"]).abs().where(rows["departs"], -1.0).fillna(-1.0)
    ranked = rows.assign(apart=apart)
    by = ["node", "criterion"]
    most = ranked.sort_values([*by, "share", "value"], ascending=[True, True, False, True])
    far = ranked.sort_values([*by, "apart", "value"], ascending=[True, True, False, True])
    kept = (most.groupby(by).cumcount().sort_index() < _SHOWN) & (ranked["share"] > 0)
    return rows[kept | ((far.groupby(by).cumcount().sort_index() < _SHOWN) & rows["departs"])]


def _unknown(strata: Sequence[Stratum], known: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """A row for each criterion of which nothing is known of any buyer of a stratum."""
    totals = _in_or_below(strata, known, ["criterion"])
    told = set(zip(totals["node"], totals["criterion"], strict=True))
    missing = [(s.stratum_id, name) for s in strata for name in order if (s.number, name) not in told]
    frame = pd.DataFrame(missing, columns=["stratum_id", "criterion"])
    return frame.assign(value=None, share=np.nan, low=np.nan, high=np.nan, buyers=0.0, parent_share=np.nan,
                        departs=False, reason="Nothing is recorded of it.")
