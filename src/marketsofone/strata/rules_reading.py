"""Reads a segment's rule from one line of text, and says at which character it cannot."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from marketsofone.errors import RuleInvalid
from marketsofone.strata.rules import COMPARED, MEMBERSHIPS, Clause, Either, Every, Literal, Name, Not, Rule, leaves

LONGEST = 4_000
"""Characters of a rule."""

DEEPEST = 25
"""Brackets and nots within each other."""

MOST_CLAUSES = 200

_WORDS = ("and", "or", "not", "in", "between", "is", "known", "null", "true", "false")
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)|(?P<sign><=|>=|<>|!=|==|[=<>(),])|(?P<other>\S))")
_SAME = {"<>": "!=", "==": "="}
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FORM = "Clauses are joined by and, or, not:  sector in ('retail', 'food') and (employees >= 200 or pull > 0.3)"


def parse_rule(text: str, place: str = "a rule") -> Rule:
    """The clauses of a rule as a tree; what its fields are is not asked yet.

    Parameters
    ----------
    text : str
    place : str
        Where it stands, for messages.

    Raises
    ------
    RuleInvalid
        It cannot be read, is too long, too deep or has too many clauses; the message says at which character.

    Examples
    --------
    >>> from marketsofone.strata.rules import leaves
    >>> rule = parse_rule("size > 3 and not sector = 'care'")
    >>> [clause.text for clause in leaves(rule)]
    ['size > 3', "sector = 'care'"]
    """
    if len(text) > LONGEST:
        raise RuleInvalid(f"{place} has at most {LONGEST:,} characters.", f"{len(text):,}.",
                          "Split it: a part that stands for itself becomes a segment, used as in_segment('name').")
    rule = _Reader(text, place).whole()
    if len(list(leaves(rule))) > MOST_CLAUSES:
        raise RuleInvalid(f"{place} has at most {MOST_CLAUSES} clauses.", f"{len(list(leaves(rule))):,}.",
                          "Write sector in ('a', 'b') for sector = 'a' or sector = 'b', or split the rule.")
    return rule


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def said(self) -> str:
        """The token in a message: texts are not repeated, they may be the name of a person."""
        return {"text": "a text", "end": "the end of the rule"}.get(self.kind, f"'{self.text}'")


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "other"
        said = match[kind]
        if kind == "name" and said.lower() in _WORDS:
            kind, said = "word", said.lower()
        found.append(_Token(kind, _SAME.get(said, said), match.start(match.lastgroup or 0), match.end()))
    return [*found, _Token("end", "", len(text), len(text))]


class _Reader:
    """Reads a rule from left to right, one token ahead."""

    def __init__(self, text: str, place: str) -> None:
        self._text, self._place = text, place
        self._tokens, self._next, self._deep = _tokens(text), 0, 0

    def whole(self) -> Rule:
        rule = self._either()
        if self._ahead.kind != "end":
            self._refuse("and, or, or the end of the rule")
        return rule

    @property
    def _ahead(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._ahead
        self._next += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self._ahead.kind in ("word", "sign") and self._ahead.text in texts

    def _expect(self, text: str) -> None:
        if not self._is(text):
            self._refuse(f"'{text}'")
        self._take()

    def _refuse(self, wanted: str) -> NoReturn:
        token = self._ahead
        raise RuleInvalid(f"{self._place} needs {wanted} at character {token.start + 1:,}.", f"{token.said}.",
                          'Texts stand in single quotes: \'retail\'.' if token.text == '"' else _FORM)

    def _either(self) -> Rule:
        return self._joined("or", self._every, Either)

    def _every(self) -> Rule:
        return self._joined("and", self._not, Every)

    def _joined(self, word: str, part: Callable[[], Rule], of: type[Every[Clause]] | type[Either[Clause]]) -> Rule:
        parts = [part()]
        while self._is(word):
            self._take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else of(tuple(parts))

    def _not(self) -> Rule:
        if self._is("not"):
            return Not(self._deeper(self._not))
        return self._deeper(self._either, "(", ")") if self._is("(") else self._clause()

    def _deeper(self, inside: Callable[[], Rule], *brackets: str) -> Rule:
        self._deep += 1
        if self._deep > DEEPEST:
            raise RuleInvalid(f"{self._place} has brackets and nots at most {DEEPEST} deep.",
                              f"more at character {self._ahead.start + 1:,}.",
                              "Split it: an inner part becomes a segment, used as in_segment('name').")
        self._take()
        rule = inside()
        for bracket in brackets[1:]:
            self._expect(bracket)
        self._deep -= 1
        return rule

    def _clause(self) -> Rule:
        first, start = self._operand(), self._tokens[self._next - 1].start
        if isinstance(first, Name) and first.said in MEMBERSHIPS:
            return self._membership(first.said, start)
        if self._is(*COMPARED):
            return self._comparison(first, start)
        if not isinstance(first, Name):
            self._refuse("a comparison")
        if self._is("not", "in", "between", "is"):
            return self._asked(first, start)
        return self._made(start, "=", first, (True,))

    def _asked(self, of: Name, start: int) -> Clause:
        """In, between and is, each with a not of its own."""
        if self._is("is"):
            self._take()
            no = self._negated()
            missing = self._is("null")
            if not self._is("known", "null"):
                self._refuse("known, not known or null")
            self._take()
            return replace(self._made(start, "known", of, ()), reverse=missing != no)
        no = self._negated()
        if not self._is("in", "between"):
            self._refuse("in or between")
        found = self._made(start, "in", of, self._list()) if self._take().text == "in" \
            else self._made(start, "between", of, self._ends())
        return replace(found, reverse=no)

    def _negated(self) -> bool:
        if not self._is("not"):
            return False
        self._take()
        return True

    def _membership(self, asks: str, start: int) -> Rule:
        self._expect("(")
        if self._ahead.kind != "text":
            self._refuse("a name in single quotes")
        name = self._literal()
        self._expect(")")
        return self._made(start, asks, None, (name,))

    def _comparison(self, first: Literal, start: int) -> Rule:
        sign = self._take().text
        second = self._operand()
        if isinstance(first, Name):
            return self._made(start, sign, first, (second,))
        if not isinstance(second, Name):
            self._next -= 1
            self._refuse("the name of a field")
        return self._made(start, _TURNED[sign], second, (first,))

    def _list(self) -> tuple[Literal, ...]:
        self._expect("(")
        values = [self._literal()]
        while self._is(","):
            self._take()
            values.append(self._literal())
        self._expect(")")
        return tuple(values)

    def _ends(self) -> tuple[Literal, ...]:
        low = self._literal()
        self._expect("and")
        return low, self._literal()

    def _operand(self) -> Literal:
        if self._ahead.kind == "name":
            token = self._take()
            return Name(token.text.lower(), token.start + 1)
        return self._literal()

    def _literal(self) -> str | float | bool:
        token = self._ahead
        if token.kind not in ("text", "number") and not self._is("true", "false"):
            self._refuse("a field, a text in single quotes or a number")
        self._take()
        if token.kind == "text":
            return token.text[1:-1].replace("''", "'")
        return float(token.text) if token.kind == "number" else token.text == "true"

    def _made(self, start: int, asks: str, of: Name | None, values: tuple[Literal, ...]) -> Clause:
        end = self._tokens[self._next - 1].end
        return Clause(" ".join(self._text[start:end].split()), start + 1, asks, of, values)
