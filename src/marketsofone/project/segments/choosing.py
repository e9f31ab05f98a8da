"""Which buyers a person means: those of a stratum, or those of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.customer.keys import as_read
from marketsofone.errors import RunMissing, SourceMissing, ValuesInvalid, shortened
from marketsofone.project.statements.naming import called_so
from marketsofone.sources.spelling import closest

if TYPE_CHECKING:
    import pandas as pd

    from marketsofone.project.snapshots.snapshot import Snapshot

Who = str | Sequence[int | str]
"""A stratum by its id, path or name; ids of buyers (the source's keys or buyer_ids), as a list, as a text
with commas between them, or as ``@`` and a file with one on each line."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A group of buyers.

    Parameters
    ----------
    name : str
        What it is called.
    buyers : frozenset of int
    of_tree : bool
        Whether it is a stratum of the tree.
    made_by : frozenset of str
        The dimensions whose values make it: those split on above a stratum, or that its rule asks for; the
        scores among them where a rule asks for a score, or for what tells its outcomes (`picked.picked_by`).
    unsure : frozenset of int
        Buyers of whom it is not known whether they are in: the rule does not tell, or too little is known to place
        them as deep as the stratum.
    """

    name: str
    buyers: frozenset[int]
    of_tree: bool = False
    made_by: frozenset[str] = frozenset()
    unsure: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Chooser:
    """The buyers and strata of a run, to choose from.

    Parameters
    ----------
    run_id : str
    buyers, strata : DataFrame
        The tables of the run.
    """

    run_id: str
    buyers: pd.DataFrame
    strata: pd.DataFrame

    @classmethod
    def of(cls, snapshot: Snapshot) -> Chooser:
        """All that a run lets one choose from."""
        buyers = snapshot.table("buyers").select(["buyer_id", "source_id", "stratum_id"]).to_pandas()
        table = snapshot.table("strata")
        names = ["stratum_id", "parent_id", "name", "path", "split_on", "called"]
        strata = table.select([name for name in names if name in table.column_names]).to_pandas()
        return cls(snapshot.run_id, buyers, strata)

    def choose(self, who: Who, also: Iterable[str] = ()) -> Chosen:
        """The buyers that are meant.

        Parameters
        ----------
        who : Who
        also : iterable of str
            What else a misspelt name may stand for: segments and frozen lists.

        Raises
        ------
        RunMissing
            No stratum is called so, several are, or the run has no such buyer.
        SourceMissing
            The file of a list is not there.
        """
        if not isinstance(who, str):
            return self._listed([str(one) for one in who])
        if who.startswith("@"):
            return self._listed(_lines(Path(who[1:])))
        column, found = called_so(self.strata, who)
        if column == "value" and who.strip() in self._keys():
            return self._listed([who.strip()])
        if len(found) == 1:
            return self._inside(found.index[0])
        if len(found) > 1:
            raise RunMissing(f"Run {self.run_id} was asked for one stratum.",
                             f"{len(found)} strata of that name: {shortened(found['path'])}.",
                             f'Name it by its path:\n  "{found["path"].iloc[0]}"')
        keys = [who.strip()] if who.strip() in self._keys() else [key.strip() for key in who.split(",")]
        if self._keys().isdisjoint([*keys, *map(as_read, keys)]):
            raise self._unknown(who, also)
        return self._listed(keys)

    def _keys(self) -> set[str]:
        """What buyers may be called by."""
        return set(self.buyers["source_id"]) | set(self.buyers["buyer_id"].astype(str))

    def matching(self, who: str) -> pd.DataFrame:
        """Strata that are called so (`called_so`)."""
        return called_so(self.strata, who)[1]

    def _inside(self, row: int) -> Chosen:
        """Buyers known to stand in a stratum or below it."""
        inside = {self.strata["stratum_id"].loc[row]}
        while True:
            more = set(self.strata["stratum_id"][self.strata["parent_id"].isin(inside)]) - inside
            if not more:
                break
            inside |= more
        above = self._above(row)
        own, unsure = (frozenset(self.buyers["buyer_id"][self.buyers["stratum_id"].isin(of)].tolist())
                       for of in (inside, set(above)))
        made = frozenset(str(on).removeprefix("dim_") for on in above.values())
        return Chosen(str(self.strata["path"].loc[row]), own, True, made, unsure)

    def _above(self, row: int) -> dict[Any, Any]:
        """The strata above one, with what each is split on."""
        by_id = self.strata.set_index("stratum_id")
        found, parent = {}, self.strata["parent_id"].loc[row]
        while parent in by_id.index:
            found[parent] = by_id["split_on"].loc[parent]
            parent = by_id["parent_id"].loc[parent]
        return found

    def _listed(self, keys: Sequence[str]) -> Chosen:
        by_source = self.buyers.set_index("source_id")["buyer_id"]
        wanted = {key if key in by_source.index else as_read(key) for key in keys}
        own = set(by_source[by_source.index.isin(wanted)])
        named = set(by_source.index[by_source.index.isin(wanted)])
        ids = self.buyers["buyer_id"]
        by_id = ids[ids.astype(str).isin(wanted - named)]
        absent = len(wanted) - len(named) - len(by_id)
        if not wanted:
            raise RunMissing("A list of buyers has one id or more.", "nobody in it.",
                             "m1 rank lists buyers with their ids.")
        if absent:
            raise RunMissing(f"Run {self.run_id} was asked for a list of {len(wanted):,} buyers.",
                             f"{absent:,} of them are not in it.",
                             "m1 rank lists buyers with their ids; who objected to profiling is in no run.")
        return Chosen(f"list of {len(wanted):,}", frozenset(own | set(by_id)))

    def _unknown(self, who: str, also: Iterable[str]) -> RunMissing:
        values = self.strata["name"].str.partition(": ")[2]
        close = closest(who, [*self.strata["path"], *self.strata["name"], *values[values != ""], *also,
                              *self.strata["stratum_id"].astype(str)], most=3)
        near = f"Close to it: {shortened(close)}." if close else f"Strata: {shortened(self.strata['path'], most=5)}."
        rule = " A rule stands after rule:, as in\n  \"rule:sector = 'retail'\"" if re.search("[=<>]", who) else ""
        return RunMissing(f"Run {self.run_id} was asked for a group: a stratum, a segment, a rule, or buyers by their "
                          "ids.", "no stratum of that id, path or name, and no such buyer.",
                          f"{near} m1 strata and m1 segment list show all there are.{rule}")


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise SourceMissing("A group was to be read from a file, one buyer's id on each line.",
                            f"no readable text at {path}.", "Write @ and the path of a text file.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def apart(first: Chosen, second: Chosen) -> tuple[Chosen, Chosen, str]:
    """Two groups without a buyer in common, and how they came to be so.

    A group inside the other one is set against the rest of it, without those of whom it is not known whether they
    are in it: they would make the two look more alike than they are.

    Raises
    ------
    ValuesInvalid
        The groups are the same, share buyers otherwise, or one of them, or the rest of one, is empty.
    """
    for group in (first, second):
        if not group.buyers:
            raise ValuesInvalid("Two groups of buyers were to be compared.", f"nobody in '{group.name}'.",
                                "Name a group that has buyers.")
    shared = len(first.buyers & second.buyers)
    if not shared:
        return first, second, ""
    if first.buyers == second.buyers:
        raise ValuesInvalid("Two groups of buyers were to be compared.", "both hold the same buyers.",
                            "Name another group.")
    if first.buyers < second.buyers:
        return first, _rest(second, first), _told_of_rest(second, first)
    if second.buyers < first.buyers:
        return _rest(first, second), second, _told_of_rest(first, second)
    raise ValuesInvalid("Two groups that are compared have no buyer in common.",
                        f"{shared:,} buyers in both '{first.name}' and '{second.name}'.",
                        "Take them out of one group, or compare two strata: those never share buyers.")


def _rest(whole: Chosen, part: Chosen) -> Chosen:
    rest = whole.buyers - part.buyers - part.unsure
    if not rest:
        raise ValuesInvalid("A group inside another one is compared with the rest of that.",
                            f"nobody in '{whole.name}' of whom it is known not to be in '{part.name}'.",
                            "Name another group.")
    unsure = frozenset[int]() if whole.of_tree else whole.unsure
    return Chosen(f"rest of {whole.name}", rest, whole.of_tree and part.of_tree, part.made_by, unsure)


def _told_of_rest(whole: Chosen, part: Chosen) -> str:
    left_out = len((whole.buyers & part.unsure) - part.buyers)
    without = f", without {left_out:,} buyers of whom it is not known whether they are in it" if left_out else ""
    return f"'{part.name}' lies inside '{whole.name}': compared with the rest of it{without}."
