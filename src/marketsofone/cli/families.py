"""Commands of both families of segments: crosswalk, audience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project, Run, Top
from marketsofone.cli.sheet import Column, Row, show

if TYPE_CHECKING:
    from marketsofone.project.reading.marketing_read import Walk

Of = Literal["in_class", "in_stratum", "overlap", "buyers", "spend"]

MOST_CLASSES = 10
"""So many marketing segments stand beside each other, the most common first; what the others add up to beside them."""


def crosswalk(project: Project = HERE, *, level: Annotated[int, Parameter(show_default=False)] = -1,
              of: Of = "in_class", run: Run = "latest", format: Format = "table") -> None:
    """Show the crosswalk: which sales segments stand in which marketing segments, as a matrix.

    Beneath it: what marketing spends on each of its segments, how much of that reaches buyers of the chosen sales
    segments and how much is spent outside them.

    Parameters
    ----------
    level
        The level of the tree; absent: the deepest.
    of
        What stands in a cell: in_class is the share of the sales segment that is in the marketing segment, in_stratum
        the share of the marketing segment that is in the sales segment, overlap those of both as a share of either.
    """
    from marketsofone.project.reading.marketing_read import read_walk
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.words import IN_PROPORTION

    walk = read_walk(snapshot := open_snapshot(project, run), None if level < 0 else level)
    if format != "table" or not walk.classes:
        return show(walk.rows, (), format, names=[*snapshot.table("crosswalk").column_names, "path"], nothing=_NO_CLASS)
    if walk.unit or of != "spend":
        _print_matrix(walk, of)
        print(f"{walk.worked} {IN_PROPORTION}")
    if walk.unit:
        show(walk.audiences, _audiences(walk.unit), "table", f"What marketing spent ({walk.unit})")
    return print(walk.wasted or _NO_SPEND)


def audience(stratum: Annotated[str, Parameter(name="STRATUM")], name: Annotated[str, Parameter(name="CLASS")],
             project: Project = HERE, *, top: Top = 20, run: Run = "latest", format: Format = "table") -> None:
    """Show the buyers of a marketing segment in a sales segment, as page Crosswalk takes them out.

    Who may not be contacted is left out, and who objected or took back a basis since the run. With csv as the file of
    that page; csv and json hold all.

    Parameters
    ----------
    stratum
        The sales segment: a stratum by its id, path or name.
    name
        The marketing segment, as m1 crosswalk names it.
    """
    from marketsofone.project.reading.audience import COLUMNS, audience_now
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.statements.naming import chosen_stratum
    from marketsofone.project.words import counted, plain

    snapshot = open_snapshot(project, run)
    stratum_id, path = chosen_stratum(snapshot, stratum)
    rows = audience_now(snapshot, stratum_id, name)
    told = f"{plain(name)} in {plain(path)}"
    show(rows if format != "table" else rows[:top], _AUDIENCE, format, told, COLUMNS,
         f"{told}: nobody, or nobody who may be contacted.")
    if format == "table" and rows:
        print(f"{counted(len(rows), 'buyer')} in all. --format csv writes them as a file, by the keys of your files.")


_NO_SPEND = "Nothing that marketing spent is on record, so what it reaches cannot be told."


_NO_CLASS = ("No marketing trait tells buyers apart, so there are no marketing segments to lay beside.\n"
             "Map traits of buyers, or name the column of marketing's own segments as column of [marketing], "
             "then run again.")


def _print_matrix(walk: Walk, of: Of) -> None:
    columns = [Column("sales segment", lambda row: row["path"]),
               Column("buyers, in\nproportion", _count("buyers"), right=True)]
    others = walk.classes[MOST_CLASSES:]
    columns += [_cell(name, (name,), of, walk.unit) for name in walk.classes[:MOST_CLASSES]]
    columns += [_cell(f"{len(others)} others", others, of, walk.unit)] if others and of in _ADDING_UP else []
    columns += [Column("chosen", lambda row: "yes" if row["chosen"] else "no")]
    show(walk.matrix(of), columns, "table", f"{_TITLES[of]}, level {walk.level}")
    if others:
        print(f"{len(others)} less common marketing segments are not shown one by one; --format csv holds them all.\n")


def _cell(heading: str, names: Sequence[str], of: Of, unit: str) -> Column:
    from marketsofone.project.words import count, share

    def words(row: Row) -> str:
        values = [row["cells"][name] for name in names if name in row["cells"]]
        if not values:
            return ""
        if of == "spend":
            return _spent(sum(values), unit)
        return count(round(sum(values), 1)) if of == "buyers" else share(sum(values))

    return Column(heading, words, right=True)


def _count(name: str) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        from marketsofone.project.words import count

        return count(round(row[name], 1))

    return words


def _spent(amount: float, unit: str) -> str:
    """Money, or touches where no touch has a cost; the heading says which."""
    from marketsofone.project.words import count, number

    return count(round(amount, 1)) if unit == "touches" else number(amount, "money", "").strip()


def _share(name: str) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        from marketsofone.project.words import share

        return share(row[name]) if row["spend"] > 0 else ""

    return words


def _audiences(unit: str) -> tuple[Column, ...]:
    """What marketing spent on each of its segments, and how much of that reaches buyers whom sales works."""
    return (Column("marketing segment", lambda row: row["class"]), Column("buyers", _count("buyers"), right=True),
            Column("spend", lambda row: _spent(row["spend"], unit), right=True),
            Column("reaches chosen", _share("inside_share"), right=True),
            Column("outside", _share("outside_share"), right=True))


def _likely(name: str) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        from marketsofone.project.words import share

        return share(row[name])

    return words


_ADDING_UP = ("in_class", "buyers", "spend")
"""What of several marketing segments adds up within one sales segment."""

_TITLES = {"in_class": "Of each sales segment, the share in each marketing segment",
           "in_stratum": "Of each marketing segment, the share in each sales segment",
           "overlap": "Buyers of both as a share of buyers of either",
           "buyers": "Buyers of both", "spend": "What marketing spends on buyers of both"}
_AUDIENCE = (Column("buyer", lambda row: row["buyer"]), Column("kind", lambda row: row["kind"]),
             Column("share in the\nsales segment", _likely("share"), right=True),
             Column("probability of\nthe class", _likely("probability"), right=True))
