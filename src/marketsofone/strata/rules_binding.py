"""Finds what the names of a rule mean, and refuses what cannot be asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from marketsofone.errors import RuleInvalid, shortened
from marketsofone.strata.rules import Clause, Either, Every, Name, Not, Rule, leaves
from marketsofone.strata.rules_fields import Asked, Bound, Field, Stratum, Value, Vocabulary
from marketsofone.strata.rules_reading import parse_rule

_CALLED = {"text": "a text", "number": "a number", "share": "a share from 0 to 1", "date": "a date",
           "flag": "yes or no"}
_EXAMPLES = {"text": "{} = 'retail'", "number": "{} >= 200", "share": "{} > 0.3", "date": "{} >= '2026-01-31'",
             "flag": "{} = true"}
_ONLY_EQUAL = ("=", "!=", "in", "known")


def parsed_segments(texts: Mapping[str, str]) -> dict[str, Rule]:
    """Written rules by the name of their segment.

    Raises
    ------
    RuleInvalid
        One cannot be read, names a segment that is not there, or they ask for each other in a circle.
    """
    rules = {name: parse_rule(text, f"[segments.{name}] rule") for name, text in texts.items()}
    for name in rules:
        _check_ends(name, rules, ())
    return rules


def bound(rule: Rule, known: Vocabulary, place: str = "a rule") -> Bound:
    """A rule whose names are found and whose values are of their field's kind.

    Raises
    ------
    RuleInvalid
        A field, stratum, segment or frozen list is unknown, or a value is not of the field's kind.
    """
    if isinstance(rule, Not):
        return Not(bound(rule.part, known, place))
    if isinstance(rule, Every):
        return Every(tuple(bound(part, known, place) for part in rule.parts))
    if isinstance(rule, Either):
        return Either(tuple(bound(part, known, place) for part in rule.parts))
    return _Binder(known, place).asked(rule)


def _check_ends(name: str, rules: Mapping[str, Rule], above: Sequence[str]) -> None:
    """That following a segment's rule comes to an end."""
    place = f"[segments.{above[-1] if above else name}] rule"
    if name not in rules:
        raise _unknown(place, "segments", f"in_segment('{name}')", name, rules)
    if name in above:
        circle = " -> ".join((*above[above.index(name):], name))
        raise RuleInvalid(f"{place} must come to an end.",
                          "a rule that asks for itself." if above[-1] == name and len(set(above)) == 1
                          else f"a circle: {circle}.",
                          f"Take in_segment('{name}') out of one of them.")
    asked = (str(clause.values[0]) for clause in leaves(rules[name]) if clause.asks == "in_segment")
    for other in dict.fromkeys(asked):
        _check_ends(other, rules, (*above, name))


@dataclass(frozen=True, slots=True)
class _Binder:
    known: Vocabulary
    place: str

    def asked(self, clause: Clause) -> Asked:
        if clause.asks == "in_segment":
            return self._of_segment(clause, str(clause.values[0]))
        if clause.asks == "in_frozen":
            return self._of_frozen(clause, str(clause.values[0]))
        if clause.asks == "in_stratum":
            return self._of_stratum(clause, str(clause.values[0]))
        assert clause.of is not None
        of = self._field(clause.of)
        if of.kind in ("text", "flag") and clause.asks not in _ONLY_EQUAL:
            raise self._refusal(clause, f"{of.name} is {_CALLED[of.kind]}, which has no larger and smaller.", of)
        if clause.values and isinstance(clause.values[0], Name):
            other = clause.values[0]
            if of.kind == "text" and not self._called(other):
                raise self._refusal(clause, f"'{other.said}' at character {other.at:,} is no field; a text stands in "
                                            "single quotes.", of)
            return self._beside(clause, of, self._field(other))
        if of.column == "class":
            return Asked(clause, of.column, tuple(self._class(clause, value) for value in clause.values))
        values = tuple(self._value(clause, value, of) for value in clause.values)
        if clause.asks == "between" and _place(values[0]) > _place(values[1]):
            raise self._turned(clause, clause.of, *values)
        return Asked(clause, of.column, values)

    def _called(self, name: Name) -> list[Field]:
        family, _dot, own = name.said.rpartition(".")
        return [one for one in self.known.fields
                if (one.name == own and family in ("", one.family)) or one.column == name.said]

    def _field(self, name: Name) -> Field:
        own, fits = name.said.rpartition(".")[2], self._called(name)
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise RuleInvalid(f"{self.place} names one field at character {name.at:,}.",
                              f"'{own}' is called {shortened(f'{one.family}.{own}' for one in fits)}.",
                              f"Write {fits[0].family}.{own}")
        raise _unknown(self.place, "fields", f"'{name.said}' at character {name.at:,}", own,
                       sorted({one.name for one in self.known.fields}))

    def _beside(self, clause: Clause, of: Field, other: Field) -> Asked:
        numbers = ("number", "share")
        if of.kind != other.kind and not (of.kind in numbers and other.kind in numbers):
            raise self._refusal(clause, f"{of.name} is {_CALLED[of.kind]}, {other.name} is {_CALLED[other.kind]}.", of)
        return Asked(clause, of.column, other=other.column)

    def _value(self, clause: Clause, value: object, of: Field) -> Value:
        if of.kind == "text" and isinstance(value, str):
            return value
        if of.kind == "flag" and isinstance(value, bool):
            return value
        if of.kind in ("number", "share") and isinstance(value, float):
            if of.kind == "share" and not 0 <= value <= 1:
                raise self._refusal(clause, f"{of.name} is {_CALLED['share']}: 30% is 0.3.", of)
            return value
        if of.kind == "date" and isinstance(value, str):
            return self._day(clause, value, of)
        said = {str: "text", bool: "flag", float: "number"}[type(value)]
        raise self._refusal(clause, f"{of.name} is {_CALLED[of.kind]} and is held against {_CALLED[said]}.", of)

    def _day(self, clause: Clause, value: str, of: Field) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise self._refusal(clause, f"{of.name} is a date and is held against a text that is none.", of) from None

    def _class(self, clause: Clause, value: object) -> str:
        """Class 2 is the one called ``class 2``; a class that marketing named is meant by its name."""
        said = f"{value:g}" if isinstance(value, float) else str(value)
        if self.known.classes is None:
            return said
        fits = [one for one in (said, f"class {said}") if one in self.known.classes]
        if fits:
            return fits[0]
        raise _unknown(self.place, "marketing classes", f"another one at character {clause.at:,}", said,
                       self.known.classes)

    def _of_segment(self, clause: Clause, name: str) -> Asked:
        if name not in self.known.segments:
            raise _unknown(self.place, "segments", f"another one at character {clause.at:,}", name, self.known.segments)
        inside = bound(self.known.segments[name], self.known, f"[segments.{name}] rule")
        return Asked(clause, "", rule=inside)

    def _of_frozen(self, clause: Clause, label: str) -> Asked:
        if label not in self.known.frozen:
            raise _unknown(self.place, "frozen lists", f"another one at character {clause.at:,}", label,
                           self.known.frozen)
        return Asked(replace(clause, asks="="), self.known.frozen[label], (True,))

    def _of_stratum(self, clause: Clause, name: str) -> Asked:
        if self.known.strata is None:
            return Asked(clause, "stratum_id")
        for part in ("stratum_id", "path", "name"):
            fits = [one for one in self.known.strata if getattr(one, part).casefold() == name.strip().casefold()]
            if fits:
                break
        if not fits:
            raise self._no_stratum(clause, name, self.known.strata)
        if len(fits) > 1:
            raise RuleInvalid(f"{self.place} names one stratum at character {clause.at:,}.",
                              f"{len(fits)} of that name: {shortened(one.path for one in fits)}.",
                              f"Name it by its path:  in_stratum('{fits[0].path}')")
        inside, above = _below(fits[0], self.known.strata), _above(fits[0], self.known.strata)
        return Asked(clause, "stratum_id", inside, unsure=above)

    def _no_stratum(self, clause: Clause, name: str, strata: Sequence[Stratum]) -> RuleInvalid:
        """The error for a stratum that is not there: of a bare value those made by it, else the nearest."""
        found, bare = f"another one at character {clause.at:,}", name.strip().casefold()
        made = [one.path for one in strata if bare in one.name.casefold()] if bare else []
        if not made:
            return _unknown(self.place, "strata", found, name,
                            dict.fromkeys([*(one.path for one in strata), *(one.name for one in strata)]))
        several = "If one of these is meant, write it:  " if len(made) > 1 else "If this one is meant, write:  "
        return RuleInvalid(f"{self.place} names strata that are there, by their id, path or name.", f"{found}.",
                           several + shortened((f"in_stratum({_quoted(path)})" for path in made), most=5))

    def _turned(self, clause: Clause, of: Name, high: Value, low: Value) -> RuleInvalid:
        """The error for a between that holds for nobody, its larger end first."""
        first, last = (f"'{end}'" if isinstance(end, date) else f"{end:.15g}" for end in (low, high))
        return RuleInvalid(f"{self.place} cannot be followed at character {clause.at:,}.",
                           "between has its larger end first: no value lies there.",
                           f"Write:  {of.said} {'not ' * clause.reverse}between {first} and {last}")

    def _refusal(self, clause: Clause, found: str, of: Field) -> RuleInvalid:
        return RuleInvalid(f"{self.place} cannot be followed at character {clause.at:,}.", found,
                           f"Write, for instance:  {_EXAMPLES[of.kind].format(of.name)}")


def _quoted(text: str) -> str:
    """A text as it stands in a rule."""
    return "'" + text.replace("'", "''") + "'"


def _place(end: Value) -> float:
    """Where an end of a range stands on its line."""
    return end.toordinal() if isinstance(end, date) else float(end)


def _below(of: Stratum, strata: Sequence[Stratum]) -> tuple[str, ...]:
    """A stratum and all below it, parents standing before their children."""
    inside = {of.stratum_id}
    while more := {one.stratum_id for one in strata if one.parent_id in inside} - inside:
        inside |= more
    return tuple(sorted(inside))


def _above(of: Stratum, strata: Sequence[Stratum]) -> tuple[str, ...]:
    by_id = {one.stratum_id: one for one in strata}
    found, parent = [], of.parent_id
    while parent in by_id:
        found.append(parent)
        parent = by_id[parent].parent_id
    return tuple(found)


def _unknown(place: str, what: str, found: str, said: str, known: Iterable[str]) -> RuleInvalid:
    """The error for a name that is not there, with the nearest that is."""
    names = list(known)
    close = get_close_matches(said, names, n=1, cutoff=0.5)
    return RuleInvalid(f"{place} names {what} that are there.", f"{found}.",
                       f"If '{close[0]}' is meant, write that." if close
                       else f"There are: {shortened(names, most=20)}." if names else f"There are no {what} yet.")
