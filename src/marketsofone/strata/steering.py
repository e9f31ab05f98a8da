"""How a person steers the tree: splits that are made, dimensions that may not split, and their order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.estimates.candidates import Dimension

WHOLE_MARKET = "whole market"
"""The name of the stratum that holds everyone, and the first part of every path."""

Where = Callable[[str], str]
"""Says where in the project file a key stands."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A split that is made whatever the evidence.

    Parameters
    ----------
    at : str
        The path of the stratum that is split.
    on : str
        The dimension it is split on.
    """

    at: str
    on: str


@dataclass(frozen=True, slots=True)
class Steering:
    """What a person asks of the tree.

    Parameters
    ----------
    pins : tuple of Pin
    forbid : tuple of str
        Dimensions that never split.
    order : tuple of str
        A dimension listed here splits a stratum only where each one listed before it has been split on
        further up the same path, or has no two known values in that stratum and so cannot be. A
        dimension that is not listed may split anywhere.
    """

    pins: tuple[Pin, ...] = ()
    forbid: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def pinned(self, path: str) -> str | None:
        """The dimension pinned at a path; None where there is none.

        Examples
        --------
        >>> Steering((Pin("Whole market", "sector"),)).pinned("whole market")
        'sector'
        """
        return next((pin.on for pin in self.pins if self.place(pin.at) == self.place(path)), None)

    @staticmethod
    def place(path: str) -> str:
        """A path as it is compared: whatever its capitals and spaces.

        Examples
        --------
        >>> Steering.place("Whole market  / sector: Retail")
        'whole market / sector: retail'
        """
        return " ".join(path.split()).casefold()

    def allowed(self, dimensions: Sequence[Dimension], used: Collection[str]) -> list[Dimension]:
        """Those of the dimensions of a stratum that may split it, ``used`` being split on along its path.

        Parameters
        ----------
        dimensions : sequence of Dimension
            Those with two known values in the stratum.
        """
        able = {dimension.name for dimension in dimensions}
        return [d for d in dimensions if d.name not in self.forbid
                and all(name in used for name in self.before(d.name) if name in able)]

    def before(self, name: str) -> tuple[str, ...]:
        """The dimensions that must be split on before this one."""
        return self.order[: self.order.index(name)] if name in self.order else ()


def steering_of(pin: Sequence[str | Mapping[str, str]], forbid: Sequence[str], order: Sequence[str]) -> Steering:
    """The values of ``[strata]`` as one; a pin without a place is one of the whole market."""
    pins = [Pin(WHOLE_MARKET, one) if isinstance(one, str) else Pin(one["at"], one["on"]) for one in pin]
    return Steering(tuple(pins), tuple(forbid), tuple(order))


def steps_of(path: str, dimensions: Sequence[str]) -> list[tuple[str, str]]:
    """The steps of a path from the market down: the dimension split on, and the values in words.

    Examples
    --------
    >>> steps_of("whole market / sector: retail / size 10 to 50", ["sector", "size"])
    [('sector', 'retail'), ('size', '10 to 50')]
    """
    steps: list[tuple[str, str]] = []
    for part in path.split(" / ")[1:]:
        name = _dimension_of(part.strip(), dimensions)
        if name is not None:
            steps.append((name, part.strip()[len(name):].removeprefix(":").strip()))
        elif steps:  # a value may hold the sign that parts a path
            steps[-1] = steps[-1][0], f"{steps[-1][1]} / {part.strip()}"
    return steps


def check_steering(steering: Steering, dimensions: Sequence[str], most_depth: int, where: Where) -> None:
    """Refuses what cannot be followed, or cannot be followed together.

    Parameters
    ----------
    dimensions : sequence of str
        Names of all sales dimensions that are mapped.
    where : callable
        Given ``pin``, ``forbid`` or ``order``: where that key stands.

    Raises
    ------
    SettingsInvalid
        An unknown dimension; one listed twice in the order, or forbidden and asked for; two pins at one
        place; a pin at no place there can be, below the deepest level, or against the order.
    """
    named = {"pin": [pin.on for pin in steering.pins], "forbid": steering.forbid, "order": steering.order}
    for key, names in named.items():
        for name in names:
            _check_known(name, key, dimensions, where)
    _check_once(steering, where)
    for name in named["pin"]:
        _check_not_forbidden(name, "pin", steering, where)
    for name in steering.order:
        _check_not_forbidden(name, "order", steering, where)
    for pin in steering.pins:
        _check_place(pin, steering, dimensions, most_depth, where)


def _check_known(name: str, key: str, dimensions: Sequence[str], where: Where) -> None:
    if name in dimensions:
        return
    nearest = get_close_matches(name, dimensions, n=1)
    raise SettingsInvalid(
        f"{key} of [strata] names sales dimensions.",
        f"'{name}' in {where(key)}; mapped are {shortened(dimensions) if dimensions else 'none'}.",
        f"If '{nearest[0]}' is meant, write that." if nearest
        else f'Take it out, or map it:\n  [sources.<name>.<table>.dimensions]\n  {name} = "<column>"')


def _check_once(steering: Steering, where: Where) -> None:
    twice = _repeated(steering.order)
    if twice is not None:
        raise SettingsInvalid("order of [strata] lists a dimension once.", f"'{twice}' twice in {where('order')}.",
                              "Leave only the place where it may first be split on.")
    place = _repeated([steering.place(pin.at) for pin in steering.pins])
    if place is not None:
        on = [pin.on for pin in steering.pins if steering.place(pin.at) == place]
        raise SettingsInvalid(
            "One stratum is split on one dimension.",
            f"{len(on)} pins at '{place}' in {where('pin')}: {shortened(on)}.", _leave_one(on))


def _leave_one(on: Sequence[str]) -> str:
    """How several pins of one stratum are made one."""
    others = [name for name in on if name != on[0]]
    if not others:
        return f"Write the pin on '{on[0]}' there once."
    return (f'Leave one of them, and pin the other below it:\n  [strata]\n  pin = ["{on[0]}", '
            f'{{ at = "{WHOLE_MARKET} / {on[0]}: <value>", on = "{others[-1]}" }}]')


def _repeated(names: Sequence[str]) -> str | None:
    return next((name for place, name in enumerate(names) if name in names[:place]), None)


def _check_not_forbidden(name: str, key: str, steering: Steering, where: Where) -> None:
    if name in steering.forbid:
        raise SettingsInvalid("A dimension that is forbidden splits nothing.",
                              f"'{name}' in {where('forbid')} and in {where(key)}.",
                              f"Take it out of forbid or out of {key}.")


def _check_place(pin: Pin, steering: Steering, dimensions: Sequence[str], most_depth: int, where: Where) -> None:
    above = _dimensions_of(pin.at, dimensions)
    if above is None:
        raise SettingsInvalid(
            "A pin stands at a stratum, named by its path as m1 strata shows it.", f"'{pin.at}' in {where('pin')}.",
            f'Write, for instance:\n  [strata]\n  pin = [{{ at = "{WHOLE_MARKET} / {dimensions[0]}: <value>", '
            f'on = "{pin.on}" }}]')
    for name in above:
        _check_not_forbidden(name, "pin", steering, where)
    if len(above) >= most_depth:
        raise SettingsInvalid(
            f"The tree has {most_depth} level{'s' if most_depth != 1 else ''} below the market.",
            f"a pin at '{pin.at}' in {where('pin')}, which would make level {len(above) + 1}.",
            f"Take the pin out, or write:\n  [strata]\n  most_depth = {len(above) + 1}")
    for name, first in _against(steering, [*above, pin.on]):
        raise SettingsInvalid(
            f"By the order in {where('order')}, '{first}' is split on before '{name}'.",
            f"a pin in {where('pin')} that splits '{pin.at}' on '{pin.on}'"
            f"{', where it has not been' if name == pin.on else ''}.",
            f"Pin '{first}' above it, or take '{name}' out of order.")


def _dimensions_of(path: str, dimensions: Sequence[str]) -> list[str] | None:
    """The dimensions split on along a path; None where it is no path of a tree."""
    first, *parts = [part.strip() for part in path.split(" / ")]
    if first.casefold() != WHOLE_MARKET or (parts and _dimension_of(parts[0], dimensions) is None):
        return None
    return [name for name, _values in steps_of(path, dimensions)]


def _dimension_of(part: str, dimensions: Sequence[str]) -> str | None:
    told = [name for name in dimensions if part.casefold().startswith((f"{name.casefold()}: ", f"{name.casefold()} "))]
    return max(told, key=len, default=None)


def _against(steering: Steering, used: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Dimensions of a path that come before one which the order puts first, with that one."""
    for place, name in enumerate(used):
        yield from ((name, first) for first in steering.before(name) if first not in used[:place])

