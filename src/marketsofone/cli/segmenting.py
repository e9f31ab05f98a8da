"""Commands about segments written by hand: segment list, preview, members, why, freeze, drift."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from marketsofone.cli.options import HERE, By, Format, Project, Run, Top
from marketsofone.cli.sheet import Column, Row, as_rows, show

if TYPE_CHECKING:
    from marketsofone.project.segments.asking import Moved, Preview, Why

Named = Annotated[str, Parameter(name="NAME", help="The segment's name in market.toml, or a frozen list's, as "
                                                   "m1 segment list shows them.")]
Maybe = Annotated[str, Parameter(name="NAME", show_default=False,
                                 help="The segment's name in market.toml, or a frozen list's.")]
_SCORES = ("pull", "competitiveness", "attractiveness")
_NO_SEGMENT = """No segment is written by hand yet, and no list is frozen. Write a segment into market.toml, such as:
  [segments.good_chances]
  rule = "competitiveness > 0.5\""""
Written = Annotated[str, Parameter(show_default=False)]


def overview(project: Project = HERE, *, run: Run = "latest", format: Format = "table") -> None:
    """Show the segments of market.toml and the frozen lists, with buyers and scores.

    A score of a segment whose rule asks for that very score is a little better than its buyers will do.
    """
    from marketsofone.project.segments.asking import listed_segments

    found = listed_segments(project, run)
    currency = next((each.preview.currency for each in found.values() if each.preview), "")
    columns = (Column("segment", _called), Column("kind", lambda row: row["kind"]),
               *_counted(), *(_score(name, currency) for name in _SCORES))
    rows = [_row(name, each.preview) | {"name": each.name} | _moved(each.moved) for name, each in found.items()]
    show(rows, columns, format, "Segments written by hand, and frozen lists",
         [*_row("", None), "name", *_moved(None)], _NO_SEGMENT)


def preview(name: Maybe = "", project: Project = HERE, *, rule: Written = "", run: Run = "latest",
            format: Format = "table") -> None:
    """Show how many buyers a rule holds for, what they are worth, and what each clause says by itself.

    Where a buyer's value is not known its membership may not be known either: such buyers are counted apart.

    Parameters
    ----------
    rule
        A rule to try out, in place of a name; the project is then named as --project.
    """
    from marketsofone.project.segments.asking import RULE, asking

    who = _who(name, rule, RULE)
    with asking(project, run) as asker:
        found = asker.preview(who)
    if format == "table":
        _print(found)
    else:
        clauses = tuple(asdict(clause) for clause in found.found.clauses)
        more = {"clauses": clauses, "together": found.together} if format == "json" else {}
        show([{**_row(found.name, found), "name": found.called or found.name, **more}], (), format)


def members(name: Named, project: Project = HERE, *, top: Top = 20, run: Run = "latest",
            format: Format = "table") -> None:
    """Show who is in a segment, best first; who objected to profiling is not."""
    from marketsofone.project.segments.asking import asking

    with asking(project, run) as asker:
        found = asker.members(name).order_by("rank", "buyer_id").limit(top)
        rows: list[Row] = asker.engine.to_pyarrow(found).to_pylist()
        names = list(found.columns)
    show(rows, (Column("rank", lambda row: "" if row["rank"] is None else str(row["rank"]), right=True),
                Column("buyer", lambda row: row["source_id"]), Column("kind", lambda row: row["kind"])), format,
         f"Buyers in {name}", names,
         f"No buyer is in {name} that may be shown. How many its rule holds for, clause by clause:\n"
         f"  m1 segment preview {quote(name)} {quote(str(project))}")


def why(name: Named, buyer_id: Annotated[str, Parameter(name="BUYER")], project: Project = HERE, *,
        run: Run = "latest", format: Format = "table") -> None:
    """Show why a buyer is in a segment or not: the clauses that decide it, with the buyer's values.

    Were all that decide to come out otherwise, the result would change; what the others say changes nothing.

    Parameters
    ----------
    buyer_id
        The source's key of the buyer, or its buyer_id.
    """
    from marketsofone.project.segments.asking import asking

    with asking(project, run) as asker:
        found = asker.why(name, buyer_id)
    rows = as_rows(found.clauses)
    show(rows, _CLAUSES, format, _told(found) if format == "table" else "")


def freeze(name: Named, project: Project = HERE, *, reason: str, by: By = "") -> None:
    """Keep who is in a segment now, to measure it later while the rule moves on.

    Of those kept, who is merged later counts as the merged buyer, and who objects is neither shown nor counted.

    Parameters
    ----------
    reason
        What it is kept for.
    """
    from marketsofone.project.segments.asking import freeze_segment

    kept = freeze_segment(project, name, reason, by or getpass.getuser())
    print(f"Kept {len(kept.keys):,} buyers as {kept.label}.")


def drift(name: Named, project: Project = HERE, *, top: Top = 20, run: Run = "latest",
          format: Format = "table") -> None:
    """Show who joined and who left a segment since it was frozen."""
    from marketsofone.project.segments.asking import asking

    with asking(project, run) as asker:
        found = asker.moved(name, top)
    if format == "json":
        show(as_rows([found]), (), format)
        return
    if format == "table":
        gone = "not told before the next run" if found.gone is None else f"{found.gone:,}"
        print(f"{found.label}: {found.stayed:,} stayed, {found.joined:,} joined, {found.left:,} left, of "
              f"{found.unsure:,} it is not known any more; gone from the data: {gone}.")
    show([{"buyer": buyer, "did": did} for buyer, did in found.buyers],
         (Column("buyer", lambda row: row["buyer"]), Column("since then", lambda row: row["did"])), format,
         names=("buyer", "did"))


def _who(name: str, rule: str, prefix: str) -> str:
    from marketsofone.errors import SettingsInvalid

    if bool(name) == bool(rule):
        raise SettingsInvalid("A preview is of a segment by its name, or of a rule.",
                              "both." if name else "neither.",
                              'm1 segment preview --rule "sector = \'retail\'" --project <folder>')
    return name or f"{prefix}{rule}"


def _called(row: Row) -> str:
    """A segment by its name in market.toml, beneath it what people call it where that is another word."""
    return str(row["segment"]) if row["name"] == row["segment"] else f"{row['segment']}\n{row['name']}"


def _row(name: str, each: Preview | None) -> dict[str, Any]:
    """Everything a preview says but its clauses, as a flat row; empty where its rule cannot be followed."""
    from marketsofone.project.segments.measuring import score_columns

    if each is None:
        told = ("rule", "note", "buyers", "share", "outside", "not_known", "gone")
        scores = [f"{score}{end}" for score in _SCORES for end in ("", "_low", "_high")]
        return {"segment": name, "kind": "rule", **dict.fromkeys((*told, *scores))}
    found = each.found
    return {"segment": name, "kind": each.kind, "rule": each.rule, "note": each.note, "buyers": found.inside,
            "share": found.share, "outside": found.outside, "not_known": found.not_known, "gone": each.gone,
            **score_columns(found.scores)}


def _moved(each: Moved | None) -> dict[str, Any]:
    """How a frozen list moved, as the run's table of segments has it; nothing of a rule."""
    return {way: getattr(each, way, None) for way in ("stayed", "joined", "left", "unsure")}


def _counted() -> tuple[Column, ...]:
    from marketsofone.project.words import count, share

    return (Column("buyers", lambda row: "cannot be\nfollowed" if row["buyers"] is None else
                   f"{count(row['buyers'])}\n{share(row['share'])}", right=True),
            Column("not known", lambda row: "" if row["buyers"] is None else count(row["not_known"]), right=True))


def _score(name: str, currency: str) -> Column:
    from marketsofone.project.words import interval, number

    kind: Any = "money" if name == "attractiveness" else "share"
    return Column(name, lambda row: number(row[name], kind, currency) if row[name] is None else
                  f"{number(row[name], kind, currency)}\n{interval(row[f'{name}_low'], row[f'{name}_high'], kind, '')}",
                  right=True)


def _print(each: Preview) -> None:
    from marketsofone.project.words import count, interval, number, plain, share

    found = each.found
    called = f" ({plain(each.called)})" if each.called else ""
    print(f"{plain(each.name)}{called}: {count(found.inside)} buyers ({share(found.share)} of the market) are in, "
          f"{count(found.outside)} are not, of {count(found.not_known)} it is not known.")
    if each.note:
        print(f"{'Frozen' if each.kind == 'frozen' else 'Note'}: {plain(each.note)}")
    for score, read in found.scores.items():
        kind: Any = "money" if score == "attractiveness" else "share"
        ends = f" ({interval(read.low, read.high, kind, '').strip()})" if read.value is not None else ""
        print(f"  {score}: {number(read.value, kind, each.currency)}{ends}")
    if found.not_known and each.kind != "frozen":
        print("A stratum of the very same buyers learns also from those of whom it is not known whether they belong:\n"
              "its intervals may end a little elsewhere.")
    if found.clauses:
        show(as_rows(found.clauses), _COUNTS, "table", "Each clause by itself")
    for told in each.together:
        print(plain(told))
    for one in each.unheld:
        print(plain(f"{one.said} {one.repair}"))


def _told(found: Why) -> str:
    said = {True: "is in", False: "is not in", None: "may be in (not known)"}[found.inside]
    return f"The buyer {said}: {found.name}"


def _three(holds: bool | None) -> str:
    return {True: "holds", False: "does not hold", None: "not known"}[holds]


_COUNTS = (
    Column("clause", lambda row: row["clause"]),
    Column("holds", lambda row: f"{row['holds']:,}", right=True),
    Column("does not", lambda row: f"{row['fails']:,}", right=True),
    Column("not known", lambda row: f"{row['not_known']:,}", right=True),
)
_CLAUSES = (
    Column("decides", lambda row: f"{'yes' if row['decides'] else ''}{', alone' if row['alone'] else ''}"),
    Column("clause", lambda row: row["clause"]),
    Column("the buyer's", lambda row: row["value"]),
    Column("", lambda row: _three(row["holds"])),
)
